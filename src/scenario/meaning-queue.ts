/** Whether a queue rule finds at its workload what it goes by, and whether all that it says can hold there. */
import { policyOf } from "../world/base/policy-field.ts";
import { makeEngine } from "../world/serving/engines.ts";
import type { PredictorSpec } from "../world/serving/predictors/index.ts";
import { trainedProblem } from "../world/serving/predictors/trained.ts";
import { makePrompts, type PromptsSpec } from "../world/serving/prompts/index.ts";
import type { Findings } from "./findings.ts";
import { checkUsers } from "./meaning-users.ts";
import type { Parts } from "./parts.ts";
import { boundsLatency, type ControllerSpec, type ServiceSpec, type ServingSpec, type WorkloadSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

interface Ground {
  readonly name: string;
  readonly workload: WorkloadSpec | undefined;
  readonly parts: Parts;
}

/** @param path of the controller */
export function checkQueueRule(controller: ControllerSpec, path: Path, { name, workload, parts }: Ground, findings: Findings): void {
  const isQueue = parts.controllers.get(controller.kind)?.decides.endsWith("queue") === true;
  if (!isQueue || workload === undefined || workload.kind === "batch") return;
  if (workload.kind === "service") checkModelFields(controller, path, findings);
  else checkEngine(controller, path, workload, findings);
  checkPredictor(controller, path, findings);
  checkPrompts(controller, path, { name, workload }, findings);
  if (controller.kind === "edf") checkDeadline(controller, path, workload, findings);
  if (controller.drop === true) checkUsers(workload, ["workloads", name], `drop of controllers.${String(path.at(-1))}`, parts, findings);
}

/** Batches, predictions and ageing are of models. */
function checkModelFields(controller: ControllerSpec, path: Path, findings: Findings): void {
  for (const field of ["aging", "predictor"] as const)
    if (controller[field] !== undefined)
      findings.problem([...path, field], "is of no use to a service: it is asked of models", "Hint: leave it out.");
}

/** A rule that interrupts needs an engine that lets others in before a request is done. */
function checkEngine(controller: ControllerSpec, path: Path, { engine }: ServingSpec, findings: Findings): void {
  const made = makeEngine(engine);
  if (made.kind === "steps" || made.isContinuous) return;
  const hint = "Hint: engine: { kind: continuous }.";
  const why = `would be ignored: engine ${engine.kind} runs each batch to its end`;
  if (controller.preemptive === true) findings.problem([...path, "preemptive"], why, hint);
  if (controller.preemptionCost !== undefined) findings.problem([...path, "preemptionCost"], why, hint);
  if (controller.kind === "mlfq")
    findings.problem([...path, "kind"], `"mlfq" would never see a request twice: engine ${engine.kind} runs each batch to its end`, hint);
}

/** Whoever knows the truth needs no guess, and a guess that nobody looks at is none. */
function checkPredictor({ kind, predictor, oracle, drop }: ControllerSpec, path: Path, findings: Findings): void {
  if (predictor === undefined) return;
  if (kind === "srpt" && oracle.includes("work"))
    findings.problem([...path, "predictor"], "must not be given beside oracle: [work]", "Hint: keep one.");
  if (kind === "edf" && drop !== true)
    findings.problem([...path, "predictor"], "would be ignored: deadlines are known", "Hint: drop: true, or leave it out.");
}

/** A predictor that is trained sees what the workload's prompts show, and must have been trained on the same. */
function checkPrompts({ predictor }: ControllerSpec, path: Path, { name, workload }: Omit<Ground, "parts">, findings: Findings): void {
  const spec = predictor as PredictorSpec | undefined;
  if (spec?.kind !== "trained" || workload?.kind !== "model-serving") return;
  if (workload.prompts === undefined) {
    const hint = `Hint: workloads.${name}.prompts: { kind: synthetic, lengths: <table of quantiles> }.`;
    findings.problem([...path, "predictor"], `sees prompts, and workloads.${name} has none`, hint);
    return;
  }
  const trouble = trainedProblem(policyOf(spec.file), makePrompts(workload.prompts as PromptsSpec).features);
  if (trouble !== undefined) findings.problem([...path, "predictor", "file"], `does not fit: ${trouble}`);
}

function checkDeadline(controller: ControllerSpec, path: Path, workload: ServiceSpec | ServingSpec, findings: Findings): void {
  if (boundsLatency(workload.slo)) return;
  findings.problem(
    [...path, "target", "workload"],
    `must have an slo with a latency for kind ${JSON.stringify(controller.kind)}`,
    "Hint: slo: { latency: 10 s }.",
  );
}
