/** Models on GPUs: their replicas' devices, and what arrives at them. */
import { random } from "../control/index.ts";
import type { Rng } from "../kernel/index.ts";
import { type ClassMix, ClosedLoop, driveOpen, lawSource, type RequestSource } from "../world/arrival-drivers.ts";
import type { Table } from "../world/base/table.ts";
import type { AnyQueueRule, RouteRule } from "../world/cluster/ports.ts";
import type { Device } from "../world/serving/device.ts";
import { makeEngine } from "../world/serving/engines.ts";
import { gpuName, type ModelKindSpec } from "../world/serving/model-kind.ts";
import { ModelServing } from "../world/serving/model-serving.ts";
import { type LengthPredictor, makePredictor, type PredictorSpec } from "../world/serving/predictors/index.ts";
import { type ArrivalsSpec, type LawFactory, type LawSpec, makeArrivals, makeLaw } from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { make, type Policy } from "./build-policies.ts";
import { NoRoomError, statsFor, traceSizes } from "./build-services.ts";
import type { PluginSpec } from "./parts.ts";
import { modelNamesOf, noCarbonIn, type ServingSpec, sharesOf, takesPrompts } from "./spec.ts";

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
  const sizes = sizesOf(context, spec);
  const policy = {
    queue: queue === undefined ? undefined : make<AnyQueueRule>(queue),
    route: route === undefined ? random.create({ kind: "random" }) : make<RouteRule>(route),
    predictor: predictorOf(queue, sizes, servingRng.fork("predictor")),
  };
  const classes = Object.values(spec.classes ?? {});
  const options = {
    ...{ name, engine: makeEngine(spec.engine), queueLimit: spec.queueLimit ?? Infinity, models: sizes.models },
    classPriorities: classes.map(({ priority }) => priority),
  };
  const stats = statsFor(context, spec.slo, [...sizes.models.map(() => undefined), ...classes.map(({ slo }) => slo?.latency)]);
  const service = new ModelServing(world.simulation, options, policy, stats, servingRng);
  world.servings.push({
    ...{ name, tenant: spec.tenant, noCarbon: noCarbonIn(context.spec.sites, spec.sites) },
    ...{ classNames: [...Object.keys(spec.models), ...Object.keys(spec.classes ?? {})], service },
  });
  placeReplicas(context, service, spec);
  startArrivals(context, service, sizes, servingRng);
}

/** Each replica gets a device of its own: of those that are free and hold the model, the smallest, then the first. */
function placeReplicas({ world, spec: { modelKinds } }: BuildContext, service: ModelServing, spec: ServingSpec): void {
  const devices = world.devices.filter(({ server }) => spec.sites?.includes(server.options.site) ?? true);
  for (const [index, [key, { kind, replicas }]] of Object.entries(spec.models).entries()) {
    for (let i = 0; i < replicas; i++) {
      const device = smallestFree(devices, modelKinds[kind] as ModelKindSpec);
      if (device === undefined) {
        const path = ["workloads", service.options.name, "models", key, "replicas"];
        throw new NoRoomError(
          path,
          { placed: i, wanted: replicas, on: "GPUs" },
          "Hint: fewer replicas, or more GPUs: each holds one replica.",
        );
      }
      service.addReplica(index, device);
    }
  }
}

function smallestFree(devices: readonly Device[], model: ModelKindSpec): Device | undefined {
  let best: Device | undefined;
  for (const device of devices) {
    if (device.isHeld || model.latency[gpuName(device.options.kindName)] === undefined || model.weights > device.weightsB) continue;
    if (best === undefined || device.weightsB < best.weightsB) best = device;
  }
  return best;
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

function sizesOf({ spec: { modelKinds } }: BuildContext, spec: ServingSpec): Sizes {
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
  const byLaw = lawSource(mix, rng);
  const source = arrivals.kind === "trace" ? traceSource(arrivals.table, byLaw, sizes) : byLaw;
  context.starters.push(() => driveOpen(simulation, process, source, service));
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
