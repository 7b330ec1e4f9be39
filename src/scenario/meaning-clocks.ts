/** Whether controllers of GPU clocks have what they go by, and thresholds in their order. */
import { type GpuKindSpec, nominalGpuClockHz } from "../world/serving/gpu-kind.ts";
import type { Findings } from "./findings.ts";
import { boundsLatency, type ControllerSpec, type FleetServer, type ScenarioSpec, type WorkloadSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

interface Ground {
  readonly workload: WorkloadSpec | undefined;
  readonly spec: ScenarioSpec;
  readonly fleet: readonly FleetServer[];
}

/** @param path of the controller */
export function checkClocks(controller: ControllerSpec, path: Path, { workload, spec, fleet }: Ground, findings: Findings): void {
  if (controller.kind === "ondemand") checkOrder(controller, ["down", "up"], path, findings);
  if (controller.kind !== "mu-serve") return;
  checkOrder(controller, ["slackLow", "slackHigh"], path, findings);
  if (workload?.kind !== "model-serving") return;
  if (!boundsLatency(workload.slo))
    findings.problem(
      [...path, "target", "workload"],
      'must have an slo with a latency for kind "mu-serve"',
      "Hint: slo: { latency: 10 s }.",
    );
  if (typeof controller.floor !== "number") return;
  const names = fleet.filter(({ site }) => workload.sites?.includes(site) ?? true).flatMap(({ group }) => group.gpus?.kind ?? []);
  checkFloor(controller.floor, [...path, "floor"], [...new Set(names)], spec, findings);
}

/** Between two thresholds the clock stays. */
function checkOrder(controller: ControllerSpec, [low, high]: readonly [string, string], path: Path, findings: Findings): void {
  const [lowShare, highShare] = [controller[low] as number, controller[high] as number];
  if (lowShare <= highShare) return;
  findings.problem([...path, low], `must be at most ${high}, which is ${highShare}, got ${lowShare}`, `Hint: ${highShare}.`);
}

/** A floor above every clock would let none be lowered. */
function checkFloor(floorHz: number, path: Path, names: readonly string[], spec: ScenarioSpec, findings: Findings): void {
  const greatest = names.map((name) => ({ name, hz: nominalGpuClockHz(spec.gpuKinds[name] as GpuKindSpec) }));
  const top = greatest.toSorted((a, b) => b.hz - a.hz)[0];
  if (top === undefined || floorHz <= top.hz) return;
  const message = `must be at most the greatest clock of ${JSON.stringify(top.name)}, ${top.hz / 1e6} MHz, got ${floorHz / 1e6} MHz`;
  findings.problem(path, message, `Hint: "${top.hz / 1e6} MHz".`);
}
