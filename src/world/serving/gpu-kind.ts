/** A kind of GPU: a file of the catalogue, or the user's own. In base units. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { interpolated } from "../energy/interpolated.ts";
import { ACTIVITIES, type Activity, gpuPowerW } from "./gpu-power.ts";

const clock = quantity("frequency", { above: 0, example: "1380 MHz" });
const share = z.number().gt(0).max(1);
const watts = quantity("power", { example: "20 W" });
const activity = z.strictObject({ memory: z.number().min(0).max(1), core: watts });

/** Shares of the peaks, seconds that go with no clock, and the link between the GPUs of one replica. */
const roofline = z.strictObject({
  /** Of the peak of arithmetic: matrices, and attention within prompts. */
  gemm: share,
  attention: share,
  /** Of the bandwidth: weights, keys and values; and what norms, residuals and activations move. */
  memory: share,
  elementwise: share,
  /** Launching the kernels of a layer; of a step; of each answer in it. */
  layer: quantity("duration", { example: "32 us" }),
  step: quantity("duration", { example: "126 us" }),
  sequence: quantity("duration", { example: "4 us" }),
  /** What one GPU sends to another in a second, as reached, and how long an empty all-reduce takes. */
  link: z
    .strictObject({
      bandwidth: quantity("bandwidth", { above: 0, example: "150 GB/s" }),
      latency: quantity("duration", { example: "35 us" }),
    })
    .optional(),
});

export const gpuKindSchema = z.strictObject({
  kind: z.literal("gpu"),
  memory: quantity("memory", { above: 0, example: "16 GiB" }),
  /** What the driver, the context and activations keep: weights get the rest. */
  overhead: quantity("memory", { example: "3 GiB" }),
  /** Peak of the memory. */
  bandwidth: quantity("bandwidth", { above: 0, example: "900 GB/s" }),
  /** Peaks at the greatest clock, 1e12 operations a second. */
  teraflops: z.strictObject({ fp32: z.number().positive(), fp16: z.number().positive() }),
  /** The clocks of the multiprocessors that may be set: one by one, or in equal steps. The greatest is the nominal one. */
  clocks: z.union([z.array(clock).min(1), z.strictObject({ from: clock, to: clock, step: clock })]),
  /** From the order to another clock to its effect. */
  switchLatency: quantity("duration", { example: "50 ms" }),
  /** The memory's bandwidth by clock as a share of its peak: linear between the points, level outside. */
  bandwidthByClock: z.strictObject({ clocks: z.array(clock).min(1), shares: z.array(share).min(1) }),
  /** The most that the board may draw. */
  powerCap: quantity("power", { above: 0, example: "250 W" }),
  /** Watts of the board that holds no process. */
  idle: watts,
  /** Watts with a process on it, by clock and by what it does (gpu-power.ts). */
  power: z.strictObject({
    static: watts,
    memory: watts,
    kink: z.number().gt(0).lt(1),
    floorVoltage: share,
    idle: watts,
    compute: activity,
    decode: activity,
  }),
  /** What programs reach of the peaks, for models whose architecture is known; absent: models need laws of their own. */
  roofline: roofline.optional(),
  /** Where the numbers come from. */
  source: z.string().min(1),
});
export type GpuKindSpec = z.output<typeof gpuKindSchema>;

/** The clocks that may be set, rising, Hz. */
export function gpuClocksHz({ clocks }: GpuKindSpec): readonly number[] {
  if (Array.isArray(clocks)) return clocks.toSorted((a, b) => a - b);
  const { from, to, step } = clocks;
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
}

export function nominalGpuClockHz(kind: GpuKindSpec): number {
  return gpuClocksHz(kind).at(-1) as number;
}

/** What is wrong between the fields of a kind, or undefined. */
export function gpuProblem(kind: GpuKindSpec): string | undefined {
  const { clocks, bandwidthByClock, power, powerCap, memory, overhead, idle } = kind;
  if (!Array.isArray(clocks) && (clocks.to < clocks.from || !isWhole((clocks.to - clocks.from) / clocks.step)))
    return "clocks must go from `from` to `to` in whole steps";
  if (overhead >= memory) return "overhead must be less than memory";
  const points = bandwidthByClock.clocks;
  if (points.length !== bandwidthByClock.shares.length) return "bandwidthByClock must have one share per clock";
  if (points.some((hz, i) => i > 0 && hz <= (points[i - 1] as number))) return "bandwidthByClock.clocks must rise";
  const lowest = (gpuClocksHz(kind)[0] as number) / nominalGpuClockHz(kind);
  if (idle > gpuPowerW(power, lowest, "idle")) return "idle must not exceed the watts of an idle process at the lowest clock";
  for (const each of ACTIVITIES) {
    const peakW = gpuPowerW(power, 1, each);
    if (peakW > powerCap) return `power draws ${Number(peakW.toPrecision(4))} W at the greatest clock for ${each}, above powerCap`;
  }
  return undefined;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-9;
}

/** Of the memory's peak bandwidth, at a clock. */
export function bandwidthShare({ bandwidthByClock: { clocks, shares } }: GpuKindSpec, clockHz: number): number {
  return interpolated(Float64Array.from(clocks), Float64Array.from(shares), clockHz);
}

export const clockRatio = (kind: GpuKindSpec, clockHz: number): number => clockHz / nominalGpuClockHz(kind);

/** Watts of the board with a process on it, at a clock. */
export const gpuWattsAt = (kind: GpuKindSpec, clockHz: number, activity: Activity): number =>
  gpuPowerW(kind.power, clockRatio(kind, clockHz), activity);
