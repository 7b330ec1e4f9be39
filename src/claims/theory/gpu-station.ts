/** Scenarios of one model on one GPU: the plain stage of the claims on serving. */
import type { Lab, Setting } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import type { ControlRow } from "../replicate.ts";
import { arrivalRate, serverKind, type Tree } from "./station.ts";

/** The law of a V100: 20 W, 60 W of memory, and the clocked watts of a process that waits and of one that computes. */
export const LAW = { static: 20, memory: 60, kink: 0.745, floorVoltage: 0.832 };
export const [IDLE_W, CORE_W, ACTIVITY] = [29, 176, 0.3] as const;

export function wattsAt(ratio: number, activity: number, coreW: number): number {
  const { kink, floorVoltage } = LAW;
  const volts = ratio <= kink ? floorVoltage : floorVoltage + ((1 - floorVoltage) * (ratio - kink)) / (1 - kink);
  return LAW.static + LAW.memory * activity + coreW * ratio * volts * volts;
}

/** Of a batch, above the process that waits. */
export const dynamicW = (ratio: number): number => wattsAt(ratio, ACTIVITY, CORE_W) - wattsAt(ratio, 0, IDLE_W);

/** A GPU kind with that law, 16 GiB and these clocks, rising. */
export const gpuKind = (clocksMhz: readonly number[] = [1000], switchLatencyS = 0): string =>
  JSON.stringify({
    kind: "gpu",
    ...{ memory: "16 GiB", overhead: "1 GiB", bandwidth: "900 GB/s", teraflops: { fp32: 14, fp16: 112 }, powerCap: "250 W", idle: "1 W" },
    clocks: clocksMhz.map((mhz) => `${mhz} MHz`),
    switchLatency: `${switchLatencyS} s`,
    bandwidthByClock: { clocks: [`${clocksMhz.at(-1)} MHz`], shares: [1] },
    power: {
      ...LAW,
      idle: IDLE_W,
      compute: { memory: ACTIVITY, core: CORE_W },
      decode: { memory: ACTIVITY, core: CORE_W },
    },
    source: "theory",
  });

export const encoder = (workS: number): string =>
  JSON.stringify({
    ...{ kind: "model", parameters: 1, weights: "1 GiB", autoregressive: false, source: "theory" },
    latency: { gpu: { kind: "linear", base: `${workS} s` } },
  });

/** The run of a scenario with a server `server.yaml` of one core. */
export async function only(lab: Lab, scenario: Tree, files: Readonly<Record<string, string>>): Promise<Finding> {
  const loaded = lab.load({ scenario, files: { "server.yaml": serverKind(1), ...files } });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

/** A model that writes tokens, with a latency law on that GPU. */
export const writerKind = (latency: Tree): string =>
  JSON.stringify({
    ...{ kind: "model", parameters: 1, weights: "1 GiB", kvPerToken: "1 MiB", autoregressive: true, source: "theory" },
    latency: { gpu: latency },
  });

export interface GpuStation {
  readonly name: string;
  /** Of the model. */
  readonly latency: Tree;
  /** Fields of the workload `s`: arrivals, lengths, engine. */
  readonly serving: Tree;
  readonly durationS: number;
  readonly warmupS?: number;
  /** Fields of the scenario, such as `controllers`. */
  readonly more?: Tree;
  /** Text of the files that these name. */
  readonly files?: Readonly<Record<string, string>>;
}

export function gpuStation({ name, latency, serving, durationS, warmupS = 0, more = {}, files = {} }: GpuStation): Setting {
  return {
    scenario: {
      name,
      warmup: warmupS,
      duration: durationS,
      sites: { site: { servers: { kind: "./server.yaml", gpus: { kind: "./gpu.yaml" } } } },
      workloads: { s: { kind: "model-serving", models: { m: { kind: "./model.yaml" } }, ...serving } },
      ...more,
    },
    files: { "server.yaml": serverKind(1), "gpu.yaml": gpuKind(), "model.yaml": writerKind(latency), ...files },
  };
}

/** Known where all that comes is served: arrivals per second, and the time of members of batches, a second. */
export function gpuControls({ ratePerS, workS }: { readonly ratePerS: number; readonly workS: number }): readonly ControlRow[] {
  return [
    { of: arrivalRate, knownMean: ratePerS },
    {
      of: (run) => metricOf(run, "workloads.s.gpu_utilization_mean") * metricOf(run, "workloads.s.batch_size_mean"),
      knownMean: ratePerS * workS,
    },
  ];
}
