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
        const isOther = clockHz !== gpu.clockHz && clockHz !== gpu.setHz; // what is set and does not hold is not ordered again
        return gpu.up && isOther ? [{ kind: "gpu-clock", gpu: gpu.id, clockHz }] : [];
      });
    },
  };
}
