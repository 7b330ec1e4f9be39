/** What an external controller needs of the scenario around it. */
import type { Findings } from "./findings.ts";
import { requestedCores } from "./meaning-size.ts";
import type { ControllerSpec, ScenarioSpec, ServiceSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

interface Act {
  readonly kind: string;
  readonly min?: number;
  readonly max?: number;
}

export function checkExternal(controller: ControllerSpec, path: Path, spec: ScenarioSpec, findings: Findings): void {
  if (controller.kind !== "external") return;
  const { workload: name } = controller.target;
  if (name === undefined) findings.problem([...path, "target"], 'must be a workload for kind "external"');
  if (spec.warmup === "auto") findings.problem(["warmup"], "must be a time: an episode begins at its end", "Hint: 10 min.");
  const service = spec.workloads[name ?? ""];
  if (service?.kind !== "service") return;
  if (service.slo === undefined && usesSlo(controller))
    findings.problem(
      [...path, "target", "workload"],
      "must have an slo: the controller is to see how it is kept",
      "Hint: slo: { latency: 50 ms }.",
    );
  const seesMemory = (controller.observe as readonly string[]).includes("memory_limit_utilization");
  if (seesMemory && service.limits?.memory === undefined)
    findings.problem(
      [...path, "observe"],
      "names memory_limit_utilization, and the workload has no limits.memory",
      "Hint: limits: { memory: 2 GiB }.",
    );
  for (const [i, act] of (controller.act as readonly Act[]).entries()) checkAct(act, [...path, "act", i], service, findings);
}

function usesSlo({ observe, reward }: ControllerSpec): boolean {
  return (observe as readonly string[]).includes("slo_attainment") || /\bslo_/.test(reward as string);
}

/** A choice that is always refused is none. */
function checkAct({ kind, min, max }: Act, path: Path, service: ServiceSpec, findings: Findings): void {
  if (min !== undefined && max !== undefined && min >= max) findings.problem(path, `must go from less to more, got ${min} to ${max}`);
  if (kind === "replicas" || min === undefined) return;
  const promised = kind === "limits.cpu" ? requestedCores(service) : Math.max(service.requests?.memory ?? 0, service.memoryUse?.base ?? 0);
  if (min < promised) findings.problem([...path, "min"], `must be at least what is promised to a replica, ${promised}, got ${min}`);
}
