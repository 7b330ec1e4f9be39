/** Models on GPUs: their replicas' devices, and what arrives at them. */
import { random } from "../control/index.ts";
import type { Rng } from "../kernel/index.ts";
import { type ClassMix, ClosedLoop, driveOpen, lawSource, type RequestSource } from "../world/arrival-drivers.ts";
import type { AnyQueueRule, RouteRule } from "../world/cluster/ports.ts";
import { NONE } from "../world/cluster/request-pool.ts";
import type { Device } from "../world/serving/device.ts";
import { makeEngine } from "../world/serving/engines.ts";
import type { Tokens } from "../world/serving/latency.ts";
import type { ModelKindSpec } from "../world/serving/model-kind.ts";
import { ModelServing, type ServingPolicy } from "../world/serving/model-serving.ts";
import { makePredictor, type PredictorSpec, type PromptPredictor } from "../world/serving/predictors/index.ts";
import { makePrompts, type PromptsSpec } from "../world/serving/prompts/index.ts";
import { wholeTokens } from "../world/serving/prompts/token-scores.ts";
import {
  type ArrivalProcess,
  type ArrivalsSpec,
  type CellOf,
  type LawFactory,
  type LawSpec,
  makeArrivals,
  makeLaw,
  type OpenArrivals,
  type Replay,
  type Trace,
  type TraceArrivals,
} from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { make, type Policy } from "./build-policies.ts";
import { statsFor } from "./build-services.ts";
import type { PluginSpec } from "./parts.ts";
import {
  dayOffsetOf,
  modelNamesOf,
  noCarbonIn,
  type ScenarioSpec,
  type ServingPlan,
  type ServingSpec,
  sharesOf,
  takesPrompts,
} from "./spec.ts";
import { readPiece } from "./stored-bytes.ts";
import { cellsOf } from "./trace-cells.ts";

export function addServings(context: BuildContext): void {
  for (const [name, workload] of Object.entries(context.spec.workloads)) {
    if (workload.kind === "model-serving") addServing(context, name, workload);
  }
}

function addServing(context: BuildContext, name: string, spec: ServingSpec): void {
  const { world, policies, rng } = context;
  const servingRng = rng.fork(`workloads.${name}`);
  const queue = policies.of(["queue", "oracle-queue"], name);
  const route = policies.of(["route"], name);
  const routeRule = (): RouteRule => (route === undefined ? random.create({ kind: "random" }) : make<RouteRule>(route));
  const sizes = sizesOf(context.spec, spec);
  const policy = {
    queue: queue === undefined ? undefined : make<AnyQueueRule>(queue),
    route: routeRule(),
    decodeRoute: routeRule(),
    predictor: predictorOf(queue, sizes, servingRng),
  };
  const classes = Object.values(spec.classes ?? {});
  const options = {
    ...{ name, engine: makeEngine(spec.engine), queueLimit: spec.queueLimit ?? Infinity, models: sizes.models },
    classPriorities: classes.map(({ priority }) => priority),
  };
  const plan = context.spec.plans[name] as ServingPlan;
  const ofModels = plan.sloLatenciesS ?? sizes.models.map(() => undefined);
  const stats = statsFor(context, spec.slo, [...ofModels, ...classes.map(({ slo }) => slo?.latency)]);
  const service = new ModelServing(world.simulation, options, policy, stats, servingRng);
  world.servings.push({
    ...{ name, tenant: spec.tenant, noCarbon: noCarbonIn(context.spec.sites, spec.sites) },
    ...{ classNames: [...Object.keys(spec.models), ...Object.keys(spec.classes ?? {})], service },
  });
  for (const { model, gpus } of plan.replicas)
    service.addReplica(
      model,
      gpus.map((gpu) => world.devices[gpu] as Device),
    );
  startArrivals(context, service, sizes, servingRng);
}

/** What the sizes of requests come from. */
interface Sizes {
  readonly spec: ServingSpec;
  readonly models: readonly ModelKindSpec[];
  readonly arrivals: ReturnType<typeof makeArrivals>;
  /** Does a trace say the tokens of its rows? */
  readonly saysOutput: boolean;
  readonly saysPrompts: boolean;
}

function sizesOf({ modelKinds }: ScenarioSpec, spec: ServingSpec): Sizes {
  const models = Object.values(spec.models).map(({ kind }) => modelKinds[kind] as ModelKindSpec);
  const arrivals = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  const isSaid = (law: PluginSpec | undefined): boolean => arrivals.kind === "trace" && (law === undefined || law.kind === "trace");
  const writes = models.some(({ autoregressive }) => autoregressive);
  return {
    ...{ spec, models, arrivals },
    saysOutput: writes && isSaid(spec.outputTokens),
    saysPrompts: takesPrompts(spec, models) && isSaid(spec.promptTokens),
  };
}

/** Tokens of each row of a trace that says them. */
function tokensOf(replay: Replay, law: PluginSpec | undefined, otherwise: string): CellOf {
  const cellOf = cellsOf(replay, law, otherwise) as CellOf;
  return (row) => wholeTokens(cellOf(row));
}

/** Tokens by a law of the workload. */
function tokenLaw(law: PluginSpec | undefined): LawFactory {
  const { factory } = makeLaw(law as LawSpec);
  return (rng) => {
    const { draw, mean } = factory(rng);
    return { mean, draw: () => wholeTokens(draw()) };
  };
}

const NO_TOKENS: LawFactory = () => ({ mean: 0, draw: () => 0 });

/** Kinds of requests: the models, of each class of requests anew. */
function mixOf(sizes: Sizes): ClassMix {
  const { spec, models } = sizes;
  const ofModels = models.map(({ autoregressive }) => (autoregressive && !sizes.saysOutput ? tokenLaw(spec.outputTokens) : NO_TOKENS));
  const classes = spec.classes === undefined ? [{ share: 1 }] : Object.values(spec.classes);
  return {
    shares: classes.flatMap(({ share }) => sharesOf(spec).map((ofModel) => share * ofModel)),
    sizes: classes.flatMap(() => ofModels),
    ...(takesPrompts(spec, models) && !sizes.saysPrompts ? { prompts: tokenLaw(spec.promptTokens) } : {}),
  };
}

function predictorOf(queue: Policy | undefined, sizes: Sizes, rng: Rng): ServingPolicy["predictor"] {
  const spec = queue?.spec.predictor as PredictorSpec | undefined;
  if (spec === undefined) return undefined;
  const writes = sizes.models.some(({ autoregressive }) => autoregressive);
  const otherTokens = (other: Rng): (() => number) => {
    const all = writtenTokens(sizes);
    if (all !== undefined) return all.length === 0 ? () => 0 : () => all[other.int(all.length)] as number;
    return (writes ? tokenLaw(sizes.spec.outputTokens) : NO_TOKENS)(other).draw;
  };
  const predictor = makePredictor(spec)({ rng: rng.fork("predictor"), otherTokens });
  return predictor.sees === "answer" ? predictor : throughPrompts(predictor, sizes.spec.prompts as PromptsSpec, rng.fork("prompts"));
}

/** One that sees no more of a request than its prompt. */
function throughPrompts({ predict, latencyS }: PromptPredictor, spec: PromptsSpec, rng: Rng): ServingPolicy["predictor"] {
  const prompts = makePrompts(spec);
  const write = prompts.writer(rng);
  const features = new Float32Array(prompts.features.slots.length);
  return {
    latencyS,
    predict: (outputTokens) => {
      write(outputTokens, features);
      return predict(features);
    },
  };
}

/** Lengths of all answers of a trace that says them: an encoder writes none. Nothing else holds a number for every row. */
function writtenTokens({ arrivals, models, spec, saysOutput }: Sizes): Float64Array | undefined {
  if (arrivals.kind !== "trace" || !saysOutput) return undefined;
  const { trace } = arrivals;
  const replay = arrivals.replay(readPiece);
  const lengthOf = tokensOf(replay, spec.outputTokens, "output_tokens");
  const writers = Object.keys(spec.models).filter((_, i) => models[i]?.autoregressive);
  const isWritten = modelNamesOf(spec, trace)?.map((name) => writers.includes(name));
  const codeOf = isWritten && replay.codes("class");
  const lengths = new Float64Array(trace.rowCount);
  let count = 0;
  while (replay.nextS() < Infinity) if (codeOf === undefined || isWritten?.[codeOf(replay.row)]) lengths[count++] = lengthOf(replay.row);
  return lengths.subarray(0, count);
}

function startArrivals(context: BuildContext, service: ModelServing, sizes: Sizes, rng: Rng): void {
  const { simulation } = context.world;
  const { arrivals } = sizes;
  if (arrivals.kind === "closed") {
    const options = { users: arrivals.users, thinkTime: arrivals.thinkTime.factory, mix: mixOf(sizes) };
    const loop = new ClosedLoop(simulation, service, options, rng.fork("users"));
    service.userFree = (user) => loop.userFree(user);
    context.starters.push(() => loop.begin());
    return;
  }
  const { process, source } = openArrivals(sizes, arrivals, context.dayOffsetS, rng);
  context.starters.push(() => driveOpen(simulation, process, source, service));
}

/** When requests come, and what they are. */
function openArrivals(
  sizes: Sizes,
  arrivals: OpenArrivals | TraceArrivals,
  dayOffsetS: number,
  rng: Rng,
): { readonly process: ArrivalProcess; readonly source: RequestSource } {
  const byLaw = lawSource(mixOf(sizes), rng);
  if (arrivals.kind === "open") return { process: arrivals.create({ rng: rng.fork("arrivals"), dayOffsetS }), source: byLaw };
  const replay = arrivals.replay(readPiece);
  return { process: replay, source: traceSource(arrivals.trace, replay, byLaw, sizes) };
}

/** A request as a plan looks at it. */
export interface DrawnRequest {
  readonly arrivalS: number;
  readonly model: number;
  readonly tokens: Tokens;
}

/** The first requests that a workload's open arrivals bring under a stream: as they come in a run, without one. */
export function drawRequests(spec: ScenarioSpec, serving: ServingSpec, rng: Rng, limit: number): readonly DrawnRequest[] {
  const sizes = sizesOf(spec, serving);
  const { arrivals } = sizes;
  if (arrivals.kind === "closed") throw new Error("users who wait for their answers are not drawn"); // refused before
  const { process, source } = openArrivals(sizes, arrivals, dayOffsetOf(spec), rng);
  const drawn: DrawnRequest[] = [];
  for (let arrivalS = process.nextS(); arrivalS < Infinity && drawn.length < limit; arrivalS = process.nextS()) {
    const row = process.row ?? NONE;
    const kind = source.classIndex(row);
    const tokens = { output: source.size(kind, row), prompt: source.promptTokens(kind, row) };
    drawn.push({ arrivalS, model: kind % sizes.models.length, tokens });
  }
  return drawn;
}

/** Requests of a trace: model or class, and tokens, from its columns where it has them, else by share and law. */
function traceSource(trace: Trace, replay: Replay, byLaw: RequestSource, { spec, models, saysOutput, saysPrompts }: Sizes): RequestSource {
  const outputOf = saysOutput ? tokensOf(replay, spec.outputTokens, "output_tokens") : undefined;
  const promptOf = saysPrompts ? tokensOf(replay, spec.promptTokens, "prompt_tokens") : undefined;
  return {
    classIndex: kindSource(trace, replay, byLaw, spec),
    size: (kind, row) => {
      if (outputOf === undefined) return byLaw.size(kind, row);
      return models[kind % models.length]?.autoregressive ? outputOf(row) : 0;
    },
    promptTokens: promptOf === undefined ? (kind, row) => byLaw.promptTokens(kind, row) : (_, row) => promptOf(row),
  };
}

/** The kind of each row: what its column `class` says of it, model or class, and the other drawn. */
function kindSource(trace: Trace, replay: Replay, byLaw: RequestSource, spec: ServingSpec): (row: number) => number {
  const said = trace.texts.class;
  if (said === undefined) return (row) => byLaw.classIndex(row);
  const modelNames = Object.keys(spec.models);
  const { length: modelCount } = modelNames;
  const isOfModel = modelNamesOf(spec, trace) !== undefined;
  const names = isOfModel ? modelNames : Object.keys(spec.classes ?? {});
  const places = said.map((name) => names.indexOf(name));
  const codeOf = replay.codes("class");
  return (row) => {
    const drawn = byLaw.classIndex(row);
    const place = places[codeOf(row)] as number;
    return isOfModel ? place + (drawn - (drawn % modelCount)) : (drawn % modelCount) + place * modelCount;
  };
}
