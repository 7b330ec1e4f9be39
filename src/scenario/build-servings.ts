/** Models on GPUs: their replicas' devices, and what arrives at them. */
import { random } from "../control/index.ts";
import type { Rng } from "../kernel/index.ts";
import { type ClassMix, ClosedLoop, driveOpen, lawSource, type RequestSource } from "../world/arrival-drivers.ts";
import type { Table } from "../world/base/table.ts";
import type { OracleQueueRule, QueueRule, RouteRule } from "../world/cluster/ports.ts";
import { NONE } from "../world/cluster/request-pool.ts";
import type { Device } from "../world/serving/device.ts";
import { makeEngine } from "../world/serving/engines.ts";
import type { Tokens } from "../world/serving/latency.ts";
import type { ModelKindSpec } from "../world/serving/model-kind.ts";
import { ModelServing } from "../world/serving/model-serving.ts";
import { type LengthPredictor, makePredictor, type PredictorSpec } from "../world/serving/predictors/index.ts";
import { type ArrivalsSpec, type LawFactory, type LawSpec, makeArrivals, makeLaw } from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { make, type Policy } from "./build-policies.ts";
import { statsFor, traceSizes } from "./build-services.ts";
import type { PluginSpec } from "./parts.ts";
import { dayOffsetOf, noCarbonIn, type ScenarioSpec, type ServingPlan, type ServingSpec, sharesOf, takesPrompts } from "./spec.ts";

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
    queue: queue === undefined ? undefined : make<QueueRule | OracleQueueRule>(queue),
    route: routeRule(),
    decodeRoute: routeRule(),
    predictor: predictorOf(queue, sizes, servingRng.fork("predictor")),
  };
  const options = { name, engine: makeEngine(spec.engine), queueLimit: spec.queueLimit ?? Infinity, models: sizes.models };
  const plan = context.spec.plans[name] as ServingPlan;
  const stats = statsFor(context, spec.slo, sizes.models.length, plan.sloLatenciesS);
  const service = new ModelServing(world.simulation, options, policy, stats, servingRng);
  world.servings.push({
    ...{ name, tenant: spec.tenant, noCarbon: noCarbonIn(context.spec.sites, spec.sites) },
    ...{ classNames: Object.keys(spec.models), service },
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

/** Prompts and answers are whole tokens, at least one. */
const wholeTokens = (tokens: number): number => Math.max(1, Math.round(tokens));

/** Tokens by a law of the workload. */
function tokenLaw(law: PluginSpec | undefined): LawFactory {
  const { factory } = makeLaw(law as LawSpec);
  return (rng) => {
    const { draw, mean } = factory(rng);
    return { mean, draw: () => wholeTokens(draw()) };
  };
}

const NO_TOKENS: LawFactory = () => ({ mean: 0, draw: () => 0 });

function mixOf(sizes: Sizes): ClassMix {
  const { spec, models } = sizes;
  return {
    shares: sharesOf(spec),
    sizes: models.map(({ autoregressive }) => (autoregressive && sizes.rows === undefined ? tokenLaw(spec.outputTokens) : NO_TOKENS)),
    ...(takesPrompts(spec, models) && sizes.promptRows === undefined ? { prompts: tokenLaw(spec.promptTokens) } : {}),
  };
}

function predictorOf(queue: Policy | undefined, sizes: Sizes, rng: Rng): LengthPredictor | undefined {
  const spec = queue?.spec.predictor as PredictorSpec | undefined;
  if (spec === undefined) return undefined;
  const rows = writtenRows(sizes);
  const writes = sizes.models.some(({ autoregressive }) => autoregressive);
  const otherTokens = (other: Rng): (() => number) => {
    if (rows !== undefined) return rows.length === 0 ? () => 0 : () => rows[other.int(rows.length)] as number;
    return (writes ? tokenLaw(sizes.spec.outputTokens) : NO_TOKENS)(other).draw;
  };
  return makePredictor(spec)({ rng, otherTokens });
}

/** Lengths of the answers that a replayed trace has: an encoder writes none. */
function writtenRows({ rows, arrivals, models, spec }: Sizes): Float64Array | undefined {
  const classes = arrivals.kind === "trace" ? arrivals.table.texts.class : undefined;
  if (rows === undefined || classes === undefined) return rows;
  const writers = Object.keys(spec.models).filter((_, i) => models[i]?.autoregressive);
  return rows.filter((_, row) => writers.includes(classes[row] as string));
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
    const model = source.classIndex(row);
    drawn.push({ arrivalS, model, tokens: { output: source.size(model, row), prompt: source.promptTokens(model, row) } });
  }
  return drawn;
}

/** Requests of a trace: model and tokens from its columns where it has them, else by share and law. */
function traceSource(table: Table, byLaw: RequestSource, { spec, models, rows, promptRows }: Sizes): RequestSource {
  const names = Object.keys(spec.models);
  const modelOf = table.texts.class?.map((name) => names.indexOf(name));
  return {
    classIndex: modelOf === undefined ? (row) => byLaw.classIndex(row) : (row) => modelOf[row] as number,
    size: (model, row) => {
      if (rows === undefined) return byLaw.size(model, row);
      return models[model]?.autoregressive ? (rows[row] as number) : 0;
    },
    promptTokens: promptRows === undefined ? (model, row) => byLaw.promptTokens(model, row) : (_, row) => promptRows[row] as number,
  };
}
