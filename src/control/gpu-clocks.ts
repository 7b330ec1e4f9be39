/** What controllers of GPU clocks share: they look at each GPU of a sample by itself, and speak once of each sample. */
import type { Action, GpuTelemetry, Periodic } from "../world/ports.ts";

/** @param nextHz the clock that a GPU is to have after a sample taken at `sampledAtS`; its present one: leave it */
export function clocksBySample(periodS: number, nextHz: (gpu: GpuTelemetry, sampledAtS: number) => number): Periodic {
  let heardS = Number.NEGATIVE_INFINITY;
  return {
    kind: "periodic",
    periodS,
    decide: ({ gpus, sampledAtS }) => {
      if (sampledAtS === heardS) return [];
      heardS = sampledAtS;
      return gpus.flatMap((gpu): Action[] => {
        const clockHz = nextHz(gpu, sampledAtS);
        // What is set that far up or down already is held back by heat, watts or a fault: it stays, for when they are over.
        const isFurther = clockHz > gpu.clockHz ? clockHz > gpu.setHz : clockHz < gpu.clockHz && clockHz < gpu.setHz;
        return gpu.up && isFurther ? [{ kind: "gpu-clock", gpu: gpu.id, clockHz }] : [];
      });
    },
  };
}
