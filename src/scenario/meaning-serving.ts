/** Whether models fit on GPUs, have tokens to write, and can carry their mean load. */
import { makeEngine } from "../world/serving/engines.ts";
import { cappedClockHz } from "../world/serving/gpu-clock.ts";
import { type GpuKindSpec, gpuClocksHz } from "../world/serving/gpu-kind.ts";
import { aloneS, type Tokens } from "../world/serving/latency.ts";
import { activityOf, gpuName, type LatencyLaw, type ModelKindSpec } from "../world/serving/model-kind.ts";
import { splitInto, splitOf } from "../world/serving/shards.ts";
import { makeStepTime, pairsOf } from "../world/serving/step-time.ts";
import { type Demand, demandsOf } from "./demand.ts";
import type { Findings } from "./findings.ts";
import { checkClassShares } from "./meaning-classes.ts";
import { checkPools } from "./meaning-disaggregated.ts";
import { checkPlacement, fittingOffers, type Offer } from "./meaning-placement.ts";
import { checkPrompts } from "./meaning-prompts.ts";
import { checkChunk, checkSteps } from "./meaning-steps.ts";
import { checkTokens } from "./meaning-tokens.ts";
import type { Parts } from "./parts.ts";
import {
  type FleetServer,
  modelNamesOf,
  namesClasses,
  type ScenarioSpec,
  type ServedModelSpec,
  type ServingSpec,
  sharesOf,
  takesPrompts,
} from "./spec.ts";
import type { Path } from "./tree.ts";

interface Ground {
  readonly spec: ScenarioSpec;
  readonly servers: readonly FleetServer[];
  readonly parts: Parts;
}

export function checkServing(serving: ServingSpec, path: Path, ground: Ground, findings: Findings): void {
  const { spec, servers, parts } = ground;
  const offers = servers.flatMap(({ group: { gpus } }) =>
    gpus === undefined ? [] : [{ group: gpus, kind: spec.gpuKinds[gpus.kind] as GpuKindSpec }],
  );
  const kinds = Object.values(serving.models).map(({ kind }) => spec.modelKinds[kind] as ModelKindSpec);
  const names = modelNamesOf(serving, parts.traceOf(serving.arrivals));
  checkShares(serving, path, names, findings);
  checkClasses(serving, path, findings);
  checkNames(serving, path, parts, findings);
  checkTokens(serving, path, { kinds, parts }, findings);
  const engine = makeEngine(serving.engine);
  checkSlo(serving, path, findings);
  checkPlacement(serving, path, findings);
  const demands = demandsOf(serving, kinds, parts);
  if (engine.kind === "steps") checkChunk(engine, path, findings);
  for (const [i, [key, model]] of Object.entries(serving.models).entries()) {
    const at = [...path, "models", key];
    const kind = kinds[i] as ModelKindSpec;
    const fitting = fittingOffers(model, kind, { serving, offers, path: at }, findings);
    if (fitting.length === 0) continue;
    const gpus = fitting.map(({ group, kind: gpu }) => ({ name: group.kind, kind: gpu }));
    const check = { serving, key, model: kind, parts };
    const isFine =
      engine.kind === "steps"
        ? checkSteps({ ...check, engine, parallel: model.parallel, gpus }, at, findings)
        : kind.context === undefined || !takesPrompts(serving, [kind]) || checkPrompts(check, at, { limit: kind.context }, findings);
    if (!isFine || serving.placement !== "exclusive") continue;
    const demand = demands[i] as Demand;
    const disaggregation = engine.kind === "steps" ? engine.disaggregation : undefined;
    if (engine.kind === "steps" && disaggregation !== undefined)
      checkPools({ serving, engine, disaggregation, model, kind, demand, offers: fitting }, at, findings);
    else checkLoad(serving, model, { path: at, kind, demand, offers: fitting }, findings);
  }
}

/** Shares are said of all models or of none, and not where each request of a trace has its model. */
function checkShares(serving: ServingSpec, path: Path, names: readonly string[] | undefined, findings: Findings): void {
  const models = Object.values(serving.models);
  const [shared] = Object.entries(serving.models).find(([, { share }]) => share !== undefined) ?? [];
  if (names !== undefined && shared !== undefined) {
    const message = 'would be ignored: column "class" of the trace says for which model each request is';
    findings.problem([...path, "models", shared, "share"], message, "Hint: leave it out, or the column.");
    return;
  }
  const said = models.filter(({ share }) => share !== undefined).length;
  const sum = sharesOf(serving).reduce((total, share) => total + share, 0);
  if (said > 0 && said < models.length) findings.problem([...path, "models"], "must say the share of every model, or of none");
  else if (Math.abs(sum - 1) > 1e-9)
    findings.problem([...path, "models"], `must have shares that sum to 1, got ${Number(sum.toPrecision(6))}`);
}

/** First tokens come before the answer only where an engine works by steps. */
function checkSlo({ engine, slo }: ServingSpec, path: Path, findings: Findings): void {
  if (slo === undefined || makeEngine(engine).kind === "steps") return;
  for (const field of ["ttft", "tpot"] as const)
    if (slo[field] !== undefined)
      findings.problem(
        [...path, "slo", field],
        `needs an engine that writes token by token: ${engine.kind} answers a request as a whole`,
        "Hint: engine: { kind: vllm }, or an SLO on latency.",
      );
}

/** Classes and models share the names of metrics. */
function checkClasses({ classes, models, slo }: ServingSpec, path: Path, findings: Findings): void {
  if (classes === undefined) return;
  checkClassShares(classes, slo, path, findings);
  const twice = Object.keys(classes).find((name) => Object.hasOwn(models, name));
  if (twice !== undefined) findings.problem([...path, "classes", twice], "must have another name than every model: both name metrics");
}

/** Requests of a trace are for models that the workload has, or of classes that it has. */
function checkNames(serving: ServingSpec, path: Path, parts: Parts, findings: Findings): void {
  const { arrivals, models, classes = {} } = serving;
  const names = parts.traceOf(arrivals)?.texts.class ?? [];
  const isOfClass = namesClasses(serving, names);
  const known = isOfClass ? classes : models;
  const stranger = names.find((name) => !Object.hasOwn(known, name));
  if (stranger !== undefined)
    findings.problem(
      [...path, "arrivals"],
      `replay a trace with requests ${isOfClass ? "of the class" : "for the model"} ${JSON.stringify(stranger)}, which the workload lacks`,
      `There are: ${Object.keys(known).join(", ")}.`,
    );
}

interface LoadCheck {
  readonly path: Path;
  readonly kind: ModelKindSpec;
  readonly demand: Demand;
  readonly offers: readonly Offer[];
}

/** Even with every batch full and no time lost to longer members, the replicas must do more than the mean load, each in its longest stage. */
function checkLoad(
  serving: ServingSpec,
  { replicas, parallel }: ServedModelSpec,
  { path, kind, demand, offers }: LoadCheck,
  findings: Findings,
): void {
  const { perS, tokens, isSaidByTrace, isTrace } = demand;
  if (serving.queueLimit !== undefined || isSaidByTrace || !Number.isFinite(perS) || Number.isNaN(tokens.output + tokens.prompt)) return;
  if (offers.some(({ group, kind: gpu }) => group.clock !== undefined && !gpuClocksHz(gpu).includes(group.clock))) return; // refused already
  const { maxBatch } = makeEngine(serving.engine);
  const placeS = Math.min(...offers.map((offer) => placeOnS(kind, offer, { parallel, tokens, serving })));
  const needed = perS * placeS;
  if (needed < replicas * maxBatch) return;
  const round = (value: number): number => Number(value.toPrecision(4));
  const message = `keep ${round(needed)} places busy (${round(perS)} req/s x ${round(placeS)} s), and replicas x maxBatch are ${replicas * maxBatch}: the queue would grow for ever`;
  const hint = `Hint: ${Math.floor(needed / maxBatch) + 1} replicas, or a queueLimit.`;
  if (isTrace) findings.warn([...path, "replicas"], message, hint);
  else findings.problem([...path, "replicas"], message, hint);
}

interface Placed {
  readonly parallel: number;
  readonly tokens: Tokens;
  readonly serving: ServingSpec;
}

/** Seconds that a mean request keeps a place of a full batch in its longest part: alone in a batch, or in steps that it shares with maxBatch - 1 others. */
function placeOnS(model: ModelKindSpec, { group, kind }: Offer, { parallel, tokens: { prompt, output }, serving }: Placed): number {
  const engine = makeEngine(serving.engine);
  const law = model.latency[gpuName(group.kind)] as LatencyLaw;
  const capHz = cappedClockHz(kind, group.powerCap ?? Infinity, activityOf(model));
  const clockHz = Math.min(group.clock ?? capHz, capHz);
  const { kind: by, maxBatch } = engine;
  if (law.kind === "linear" || by === "batches") {
    const longest = Math.max(...splitInto(splitOf(engine), model, kind, parallel).map(({ share }) => share));
    return longest * aloneS(model, law, { kind, clockHz }, { prompt, output });
  }
  // In the mean step of a full batch: of each answer the prompt gives the first token, and the others look back on more and more.
  const answered = Math.max(1, output);
  const share = maxBatch / answered;
  const writers = share * (answered - 1);
  const context = writers * (prompt + (answered - 2) / 2);
  return (
    answered *
    makeStepTime(law, kind, clockHz, { architecture: model.architecture, parallel }).stepS(
      share * prompt,
      share * pairsOf(0, prompt),
      writers,
      context,
    )
  );
}
