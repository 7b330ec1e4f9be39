/** What an external controller needs of the scenario around it. */
import type { ExternalSpec } from "../control/external.ts";
import { turnsOf } from "./decisions.ts";
import type { Findings } from "./findings.ts";
import { requestedCores } from "./meaning-size.ts";
import type { PluginSpec } from "./parts.ts";
import type { ControllerSpec, ScenarioSpec, ServiceSpec } from "./spec.ts";
import { type Path, showPath } from "./tree.ts";

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
  else checkDecides(controller, path, spec, findings);
  const service = spec.workloads[name ?? ""];
  if (service?.kind !== "service") return;
  if (service.slo === undefined && usesSlo(controller))
    findings.problem(
      [...path, "target", "workload"],
      "must have an slo: the controller is to see how it is kept",
      "Hint: slo: { latency: 50 ms }.",
    );
  const { observe, reward, policy } = controller as unknown as ExternalSpec & { readonly policy?: PluginSpec };
  const formulas: readonly (readonly [where: Path, text: string])[] = [
    ...observe.map((text, i) => [["observe", i], text] as const),
    ...(typeof reward === "string" ? [[["reward"], reward] as const] : []),
  ];
  for (const [where, text] of formulas) {
    const needed = service.limits?.memory === undefined ? OF_MEMORY.exec(text)?.[0] : undefined;
    if (needed === undefined) continue;
    findings.problem([...path, ...where], `names ${needed}, and the workload has no limits.memory`, "Hint: limits: { memory: 2 GiB }.");
  }
  if (policy?.period !== undefined && policy.period !== controller.period)
    findings.problem(
      [...path, "policy"],
      `must decide at the controller's period, ${controller.period} s, and says ${policy.period} s`,
      `Hint: period: ${controller.period} s.`,
    );
  for (const [i, act] of (controller.act as readonly Act[]).entries()) checkAct(act, [...path, "act", i], service, findings);
}

/** Somewhere between warm-up and end it must be its turn, and there must be something to see. */
function checkDecides({ period }: ControllerSpec, path: Path, spec: ScenarioSpec, findings: Findings): void {
  const periodS = period as number;
  const { first, end } = turnsOf(spec, String(path.at(-1)), periodS);
  if (first < end) return;
  const endS = (spec.warmup as number) + spec.duration;
  const rule = `must reach beyond the first decision of ${showPath(path)}, at ${first * periodS} s, and the scenario ends at ${endS} s`;
  findings.problem(["duration"], rule, "Make it longer, or the controller's period or the delay of its telemetry shorter.");
}

/** Names that are about a limit of memory. */
const OF_MEMORY = /\b(memory_limit_utilization|limit_memory_b|ordered_limit_memory_b)\b/;

function usesSlo({ observe, reward }: ControllerSpec): boolean {
  return typeof reward !== "string" || [reward, ...(observe as readonly string[])].some((text) => /\bslo_/.test(text));
}

/** A choice that is always refused is none. */
function checkAct({ kind, min, max }: Act, path: Path, service: ServiceSpec, findings: Findings): void {
  if (min !== undefined && max !== undefined && min >= max) findings.problem(path, `must go from less to more, got ${min} to ${max}`);
  if (kind === "replicas" || min === undefined) return;
  const promised = kind === "limits.cpu" ? requestedCores(service) : Math.max(service.requests?.memory ?? 0, service.memoryUse?.base ?? 0);
  if (min < promised) findings.problem([...path, "min"], `must be at least what is promised to a replica, ${promised}, got ${min}`);
}
