/** Whether targets name things that exist. */
import type { Findings } from "./findings.ts";
import { checkClocks } from "./meaning-clocks.ts";
import { checkExternal } from "./meaning-external.ts";
import { replicasMaxOf } from "./meaning-load.ts";
import { checkQueueRule } from "./meaning-queue.ts";
import type { ControllerTraits, Parts } from "./parts.ts";
import {
  type ControllerSpec,
  type FleetServer,
  isTarget,
  namesOf,
  noCarbonIn,
  PLACES,
  type ScenarioSpec,
  type TargetNames,
  type WorkloadSpec,
} from "./spec.ts";
import type { Path } from "./tree.ts";

export function checkControllers(spec: ScenarioSpec, fleet: readonly FleetServer[], parts: Parts, findings: Findings): void {
  for (const [name, controller] of Object.entries(spec.controllers)) {
    const path = ["controllers", name];
    const { workload } = controller.target;
    const servers = workload === undefined ? serversOf(controller.target, [...path, "target"], fleet, findings) : undefined;
    if (workload === undefined)
      checkCarbon(
        controller,
        path,
        servers?.map(({ site }) => site),
        { spec, parts },
        findings,
      );
    else if (findings.requireName([...path, "target", "workload"], workload, "workload", Object.keys(spec.workloads))) {
      checkTargetKind(controller, spec.workloads[workload]?.kind, path, parts, findings);
      checkCarbon(controller, path, spec.workloads[workload]?.sites, { spec, parts }, findings);
      checkDraws(controller, path, { workload: spec.workloads[workload], replicasMax: replicasMaxOf(spec, workload, parts) }, findings);
      checkClocks(controller, path, { workload: spec.workloads[workload], spec, fleet }, findings);
      checkQueueRule(controller, path, { name: workload, workload: spec.workloads[workload], parts }, findings);
    }
    checkExternal(controller, path, spec, findings);
    checkHasModels(controller, path, parts, findings);
    checkOracle(controller, path, parts, findings);
  }
  checkRules(spec, parts, findings);
}

/** Rules are asked about one workload each, at events: what only a controller with a period has is no use to them. */
function checkRules(spec: ScenarioSpec, parts: Parts, findings: Findings): void {
  const taken = new Map<string, string>();
  for (const [name, controller] of Object.entries(spec.controllers)) {
    const path = ["controllers", name];
    const decides = parts.controllers.get(controller.kind)?.decides.replace("oracle-", "");
    const { workload } = controller.target;
    if (decides === undefined || decides === "periodic") continue;
    if (workload === undefined) findings.problem([...path, "target"], `must be a workload for kind ${JSON.stringify(controller.kind)}`);
    const other = taken.get(`${decides} ${workload}`);
    if (other !== undefined)
      findings.problem(path, `makes the ${decides} decisions of ${workload}, and so does controllers.${other}`, "Hint: keep one.");
    taken.set(`${decides} ${workload}`, name);
    const hasMirror = decides === "place" && spec.workloads[workload ?? ""]?.kind === "batch";
    if (controller.telemetry !== undefined && !hasMirror) findings.problem([...path, "telemetry"], USELESS);
    if (controller.period !== undefined) findings.problem([...path, "period"], USELESS);
    if (controller.actuationDelay > 0) findings.problem([...path, "actuationDelay"], USELESS);
  }
}

const USELESS = "is of no use: a rule is asked at each event, about things as they are";

const TARGET_KINDS = {
  service: ["service"],
  batch: ["batch"],
  "model-serving": ["model-serving"],
  requests: ["service", "model-serving"],
  any: ["service", "batch"],
} as const satisfies Readonly<Record<ControllerTraits["target"], readonly WorkloadSpec["kind"][]>>;

function checkTargetKind(
  controller: ControllerSpec,
  got: WorkloadSpec["kind"] | undefined,
  path: Path,
  parts: Parts,
  findings: Findings,
): void {
  const wanted = parts.controllers.get(controller.kind)?.target ?? "any";
  const kinds: readonly string[] = TARGET_KINDS[wanted];
  if (got === undefined || kinds.includes(got)) return;
  findings.problem(
    [...path, "target", "workload"],
    `must be a ${kinds.join(" or ")} workload for kind ${JSON.stringify(controller.kind)}, got a ${got} workload`,
  );
}

/** As many draws as replicas are all that there are. */
function checkDraws(
  { kind, d }: ControllerSpec,
  path: Path,
  { workload, replicasMax }: { readonly workload: WorkloadSpec | undefined; readonly replicasMax: number },
  findings: Findings,
): void {
  if (kind !== "power-of-d" || workload?.kind !== "service") return;
  const most = Math.max(workload.replicas, replicasMax);
  if ((d as number) > most) findings.warn([...path, "d"], `is more than the ${most} replicas: all of them are compared, got ${d}`);
}

/** Who sets the clocks of GPUs sets those of one workload's. */
function checkHasModels({ kind, target }: ControllerSpec, path: Path, parts: Parts, findings: Findings): void {
  const traits = parts.controllers.get(kind);
  if (traits?.decides !== "periodic" || traits.target !== "model-serving" || target.workload !== undefined) return;
  findings.problem([...path, "target"], `must be a workload for kind ${JSON.stringify(kind)}`);
}

/** Who decides by the grid's carbon has nothing to go by at a site that does not say it. */
function checkCarbon(
  { kind }: ControllerSpec,
  path: Path,
  sites: readonly string[] | undefined,
  { spec, parts }: { spec: ScenarioSpec; parts: Parts },
  findings: Findings,
): void {
  if (parts.controllers.get(kind)?.oracles.includes("carbon") !== true) return;
  const unknown = noCarbonIn(spec.sites, sites);
  if (unknown !== undefined)
    findings.problem(path, `decides by carbon, and ${unknown}`, 'Hint: carbon: { kind: trace, file: "grid.csv" }.');
}

/** What goes by a guess instead. */
const GUESSES: Readonly<Record<string, string>> = {
  sjf: "Hint: of models also kind: ssjf, which takes a predictor.",
  srpt: "Hint: of models also a predictor: { kind: noise-dial, noise: 0.25 }.",
};

function checkOracle(controller: ControllerSpec, path: Path, parts: Parts, findings: Findings): void {
  const { kind, oracle, predictor } = controller;
  const traits = parts.controllers.get(kind);
  if (traits === undefined) throw new Error(`controller kind ${kind} is not registered`);
  for (const [i, truth] of oracle.entries()) {
    if (!traits.oracles.includes(truth))
      findings.problem([...path, "oracle", i], `is of no use to kind ${JSON.stringify(kind)}, got ${JSON.stringify(truth)}`);
  }
  if (!traits.needsOracle || predictor !== undefined || traits.oracles.every((truth) => (oracle as readonly string[]).includes(truth)))
    return;
  const message = `must be [${traits.oracles.join(", ")}]: kind ${JSON.stringify(kind)} needs the truth`;
  findings.problem([...path, "oracle"], message, GUESSES[kind]);
}

/** The servers that a target names, or undefined where it names nothing. */
export function serversOf(
  target: TargetNames,
  path: Path,
  fleet: readonly FleetServer[],
  findings: Findings,
): readonly FleetServer[] | undefined {
  for (const where of PLACES) {
    const name = target[where];
    if (name === undefined) continue;
    const names = [...new Set(fleet.flatMap((server) => namesOf(server, where)))];
    const what = where === "gpu" ? "GPU" : where;
    return findings.requireName([...path, where], name, what, names) ? fleet.filter((server) => isTarget(target, server)) : undefined;
  }
  return undefined;
}
