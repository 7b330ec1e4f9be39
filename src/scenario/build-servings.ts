/** Models on GPUs: their replicas' devices, and what arrives at them. */
import { random } from "../control/index.ts";
import type { Rng } from "../kernel/index.ts";
import { type ClassMix, ClosedLoop, driveOpen, lawSource, type RequestSource } from "../world/arrival-drivers.ts";
import type { Table } from "../world/base/table.ts";
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
import { type ArrivalsSpec, type LawFactory, type LawSpec, makeArrivals, makeLaw } from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { make, type Policy } from "./build-policies.ts";
import { statsFor, traceSizes } from "./build-services.ts";
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
  /** Tokens of each row where arrivals replay a trace that says them. */
  readonly rows: Float64Array | undefined;
  readonly promptRows: Float64Array | undefined;
}

function sizesOf({ modelKinds }: ScenarioSpec, spec: ServingSpec): Sizes {
  const models = Object.values(spec.models).map(({ kind }) => modelKinds[kind] as ModelKindSpec);
  const arrivals = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  const writes = models.some(({ autoregressive }) => autoregressive);
  const rows = arrivals.kind === "trace" && writes ? traceSizes(arrivals.table, spec.outputTokens, "output_tokens") : undefined;
  const promptRows =
    arrivals.kind === "trace" && takesPrompts(spec, models) ? traceSizes(arrivals.table, spec.promptTokens, "prompt_tokens") : undefined;
  return { spec, models, arrivals, rows: rows?.map(wholeTokens), promptRows: promptRows?.map(wholeTokens) };
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
  const ofModels = models.map(({ autoregressive }) =>
    autoregressive && sizes.rows === undefined ? tokenLaw(spec.outputTokens) : NO_TOKENS,
  );
  const classes = spec.classes === undefined ? [{ share: 1 }] : Object.values(spec.classes);
  return {
    shares: classes.flatMap(({ share }) => sharesOf(spec).map((ofModel) => share * ofModel)),
    sizes: classes.flatMap(() => ofModels),
    ...(takesPrompts(spec, models) && sizes.promptRows === undefined ? { prompts: tokenLaw(spec.promptTokens) } : {}),
  };
}

function predictorOf(queue: Policy | undefined, sizes: Sizes, rng: Rng): ServingPolicy["predictor"] {
  const spec = queue?.spec.predictor as PredictorSpec | undefined;
  if (spec === undefined) return undefined;
  const rows = writtenRows(sizes);
  const writes = sizes.models.some(({ autoregressive }) => autoregressive);
  const otherTokens = (other: Rng): (() => number) => {
    if (rows !== undefined) return rows.length === 0 ? () => 0 : () => rows[other.int(rows.length)] as number;
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

/** Lengths of the answers that a replayed trace has: an encoder writes none. */
function writtenRows({ rows, arrivals, models, spec }: Sizes): Float64Array | undefined {
  const names = arrivals.kind === "trace" ? modelNamesOf(spec, arrivals.table) : undefined;
  if (rows === undefined || names === undefined) return rows;
  const writers = Object.keys(spec.models).filter((_, i) => models[i]?.autoregressive);
  return rows.filter((_, row) => writers.includes(names[row] as string));
}

function startArrivals(context: BuildContext, service: ModelServing, sizes: Sizes, rng: Rng): void {
  const { simulation } = context.world;
  const { arrivals } = sizes;
  const mix = mixOf(sizes);
  if (arrivals.kind === "closed") {
    const options = { users: arrivals.users, thinkTime: arrivals.thinkTime.factory, mix };
    const loop = new ClosedLoop(simulation, service, options, rng.fork("users"));
    service.userFree = (user) => loop.userFree(user);
    context.starters.push(() => loop.begin());
    return;
  }
  const process = arrivals.create({ rng: rng.fork("arrivals"), dayOffsetS: context.dayOffsetS });
  const source = openSource(sizes, mix, rng);
  context.starters.push(() => driveOpen(simulation, process, source, service));
}

function openSource(sizes: Sizes, mix: ClassMix, rng: Rng): RequestSource {
  const byLaw = lawSource(mix, rng);
  return sizes.arrivals.kind === "trace" ? traceSource(sizes.arrivals.table, byLaw, sizes) : byLaw;
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
  if (sizes.arrivals.kind === "closed") throw new Error("users who wait for their answers are not drawn"); // refused before
  const process = sizes.arrivals.create({ rng: rng.fork("arrivals"), dayOffsetS: dayOffsetOf(spec) });
  const source = openSource(sizes, mixOf(sizes), rng);
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
function traceSource(table: Table, byLaw: RequestSource, { spec, models, rows, promptRows }: Sizes): RequestSource {
  const modelNames = Object.keys(spec.models);
  const classNames = Object.keys(spec.classes ?? {});
  const said = table.texts.class;
  const isOfModel = modelNamesOf(spec, table) !== undefined;
  const { length: modelCount } = models;
  const kindOf = (row: number): number => {
    const drawn = byLaw.classIndex(row);
    if (said === undefined) return drawn;
    const name = said[row] as string;
    return isOfModel
      ? modelNames.indexOf(name) + (drawn - (drawn % modelCount))
      : (drawn % modelCount) + classNames.indexOf(name) * modelCount;
  };
  return {
    classIndex: kindOf,
    size: (kind, row) => {
      if (rows === undefined) return byLaw.size(kind, row);
      return models[kind % modelCount]?.autoregressive ? (rows[row] as number) : 0;
    },
    promptTokens: promptRows === undefined ? (kind, row) => byLaw.promptTokens(kind, row) : (_, row) => promptRows[row] as number,
  };
}
