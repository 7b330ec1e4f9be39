/** One GPU with the law of a V100, and work of nothing but arithmetic. */
import type { Lab } from "../lab.ts";
import type { Finding } from "../lab-task.ts";
import { serverKind, type Tree } from "./station.ts";

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

export const gpu = (clocksMhz: readonly number[], switchLatencyS: number): string =>
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
