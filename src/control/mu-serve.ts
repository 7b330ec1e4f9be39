import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { GpuTelemetry, Periodic } from "../world/ports.ts";
import { clocksBySample } from "./gpu-clocks.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("mu-serve"),
  period: quantity("duration", { above: 0, example: "1 s" }).default(1),
  /** How far it looks back. */
  window: quantity("duration", { above: 0, example: "10 s" }).default(10),
  /** Share of the window's requests that must be answered within the SLO. */
  attainment: z.number().gt(0).max(1).default(0.99),
  /** Share of the SLO that must be left: less is pressure, more than `slackHigh` is safe. */
  slackLow: z.number().min(0).max(1).default(0.05),
  slackHigh: z.number().min(0).max(1).default(0.2),
  /** Under pressure the clock goes to the first that is at least so many times as high. */
  increase: z.number().gt(1).default(1.5),
  /** When it is safe, so many clocks lower. */
  decrease: z.int().min(1).default(1),
  /** No lower than this when it is safe, such as the clock of least energy; without it the SLO alone sets the floor. */
  floor: quantity("frequency", { above: 0, example: "945 MHz" }).optional(),
});
type Spec = z.infer<typeof schema>;

/** @see Qiu et al., "Power-aware Deep Learning Model Serving with mu-Serve", USENIX ATC 2024; its constants are not published. */
export const muServe: ControllerPlugin<"periodic", Spec> = {
  kind: "mu-serve",
  doc: "Clock of each GPU by its SLO: times `increase` under pressure, `decrease` clocks lower when it is safe (MIAD).",
  decides: "periodic",
  target: "model-serving",
  oracles: [],
  needsOracle: false,
  schema,
  create: miad,
};

/** What one scrape said of a GPU. */
interface Seen {
  readonly atS: number;
  readonly ended: number;
  readonly good: number;
  /** The 99th percentile of its latencies, put to the greatest clock, as a share of the SLO; NaN without any. */
  readonly share: number;
}

function miad(spec: Spec): Periodic {
  const windows = new Map<number, readonly Seen[]>();
  return clocksBySample(spec.period, (gpu, sampledAtS) => {
    const recent = (windows.get(gpu.id) ?? []).filter(({ atS }) => atS > sampledAtS - spec.window);
    const { ended, good } = gpu;
    const seen = [...recent, { atS: sampledAtS, ended, good, share: shareOfSlo(gpu) / slowdownAt(gpu, gpu.clockHz) }];
    windows.set(gpu.id, seen);
    return nextHz(gpu, seen, spec);
  });
}

function shareOfSlo({ name, latencyP99S, sloS }: GpuTelemetry): number {
  if (sloS === undefined) throw new Error(`${name} serves a workload without an SLO`); // the scenario is refused
  return latencyP99S / sloS;
}

/** Where nothing ended nothing is known, and the clock stays. */
function nextHz(gpu: GpuTelemetry, seen: readonly Seen[], spec: Spec): number {
  const { clockHz, clocksHz } = gpu;
  const ended = seen.reduce((sum, each) => sum + each.ended, 0);
  if (ended === 0) return clockHz;
  const good = seen.reduce((sum, each) => sum + each.good, 0);
  const share = Math.max(0, ...seen.map((each) => each.share).filter((each) => !Number.isNaN(each)));
  const shareAt = (hz: number): number => share * slowdownAt(gpu, hz);
  const slack = 1 - shareAt(clockHz);
  if (good < spec.attainment * ended || slack < spec.slackLow) {
    return clocksHz.find((hz) => hz >= clockHz * spec.increase) ?? (clocksHz.at(-1) as number);
  }
  if (slack <= spec.slackHigh) return clockHz;
  const floorHz = clocksHz.find((hz) => shareAt(hz) <= 1 && hz >= (spec.floor ?? 0)) ?? clockHz; // the SLO's is the present one at most
  return Math.max(floorHz, clocksHz[Math.max(0, clocksHz.indexOf(clockHz) - spec.decrease)] as number);
}

function slowdownAt({ clocksHz, slowdowns }: GpuTelemetry, clockHz: number): number {
  return slowdowns[clocksHz.indexOf(clockHz)] as number;
}
