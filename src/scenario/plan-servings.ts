/** Where the replicas of models stand: planned once when a scenario is loaded, for every run of it. */
import { rootRng } from "../kernel/index.ts";
import { makeEngine } from "../world/serving/engines.ts";
import { type GpuKindSpec, nominalGpuClockHz } from "../world/serving/gpu-kind.ts";
import { type Tokens, unslowedOf } from "../world/serving/latency.ts";
import { gpuName, type LatencyLaw, type ModelKindSpec } from "../world/serving/model-kind.ts";
import { cutProblem, transferOf } from "../world/serving/partition.ts";
import { type Ask, placeExclusive } from "../world/serving/placement/exclusive.ts";
import { packReplicas } from "../world/serving/placement/packed.ts";
import { PartTable, type PlannedReplica, roomB, type Slot } from "../world/serving/placement/plan.ts";
import type { Sample } from "../world/serving/placement/score.ts";
import { searchPlacement } from "../world/serving/placement/search.ts";
import { splitOf, splitProblem } from "../world/serving/shards.ts";
import { drawRequests } from "./build-servings.ts";
import { type Demand, demandsOf, meanAloneS } from "./demand.ts";
import type { Findings } from "./findings.ts";
import { checkKvLink } from "./meaning-disaggregated.ts";
import { checkSharedLoad } from "./meaning-shared-load.ts";
import { gib } from "./meaning-steps.ts";
import type { Parts } from "./parts.ts";
import { fleetOf, gpuNamesOf, type ScenarioSpec, type ServedModelSpec, type ServingPlan, type ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

/** A workload of models with all that placing it needs. */
interface Wanted {
  readonly name: string;
  readonly path: Path;
  readonly serving: ServingSpec;
  readonly names: readonly string[];
  readonly kinds: readonly ModelKindSpec[];
  readonly table: PartTable;
  /** Those of its sites. */
  readonly slots: readonly Slot[];
  /** Of each model; likewise what an SLO by scale lets a request of it take, seconds. */
  readonly demands: readonly Demand[];
  readonly sloLatenciesS: readonly number[] | undefined;
}

/** Plans of every workload of models, by its name; what finds no room is noted. The spec's meaning has been checked. */
export function planServings(spec: ScenarioSpec, parts: Parts, findings: Findings): Readonly<Record<string, ServingPlan>> {
  const { slots, siteOf } = slotsOf(spec);
  const wanted = Object.entries(spec.workloads).flatMap(([name, serving]): readonly Wanted[] => {
    if (serving.kind !== "model-serving") return [];
    const kinds = Object.values(serving.models).map(({ kind }) => spec.modelKinds[kind] as ModelKindSpec);
    const own = slots.filter((slot) => serving.sites?.includes(siteOf(slot)) ?? true);
    const demands = demandsOf(serving, kinds, parts);
    const about = { name, path: ["workloads", name], serving, names: Object.keys(serving.models), kinds, slots: own, demands };
    return [{ ...about, table: new PartTable(kinds, splitOf(makeEngine(serving.engine))), sloLatenciesS: sloLatenciesOf(about) }];
  });
  const replicas = new Map(exclusively(wanted, slots, findings));
  const used = new Set([...replicas.values()].flatMap((each) => each.flatMap(({ gpus }) => gpus)));
  for (const each of wanted) {
    if (each.serving.placement === "exclusive") continue;
    const free = slotsWithout(each.slots, used);
    const planned = shared(each, free, spec, findings);
    replicas.set(each.name, planned);
    for (const { gpus } of planned) for (const gpu of gpus) used.add(gpu);
    checkSharedLoad({ ...each, slots, planned, route: routeOf(each.name, spec, parts) }, findings);
  }
  return Object.fromEntries(
    wanted.map(({ name, sloLatenciesS }) => [name, { replicas: replicas.get(name) ?? [], ...(sloLatenciesS && { sloLatenciesS }) }]),
  );
}

/** The kind of the rule that routes its requests. */
function routeOf(name: string, { controllers }: ScenarioSpec, parts: Parts): string {
  const rules = Object.values(controllers).filter(({ target }) => target.workload === name);
  return rules.find(({ kind }) => parts.controllers.get(kind)?.decides === "route")?.kind ?? "random";
}

function slotsOf({ sites, gpuKinds }: ScenarioSpec): { readonly slots: readonly Slot[]; readonly siteOf: (slot: Slot) => string } {
  const fleet = fleetOf(sites);
  const slots: Slot[] = [];
  for (const [index, server] of fleet.entries()) {
    const { gpus } = server.group;
    if (gpus === undefined) continue;
    const kind = gpuKinds[gpus.kind] as GpuKindSpec;
    const clockHz = gpus.clock ?? nominalGpuClockHz(kind);
    const about = { server: index, kindName: gpus.kind, kind, clockHz, powerCapW: gpus.powerCap };
    for (const each of gpuNamesOf(server)) slots.push({ ...about, index: slots.length, name: each });
  }
  return { slots, siteOf: ({ server }) => (fleet[server] as (typeof fleet)[number]).site };
}

/** All replicas with GPUs of their own, of all workloads together: so that none takes a place that another one needs. */
function exclusively(
  wanted: readonly Wanted[],
  slots: readonly Slot[],
  findings: Findings,
): readonly (readonly [string, readonly PlannedReplica[]])[] {
  const owners = wanted
    .filter(({ serving }) => serving.placement === "exclusive")
    .flatMap((of) =>
      Object.values(of.serving.models).flatMap(({ replicas, parallel }, model) =>
        Array.from({ length: replicas }, () => ({ of, model, parallel })),
      ),
    );
  const asks = owners.map(({ of, model, parallel }): Ask => {
    const allowed = new Set(of.slots);
    return { stages: parallel, partsOn: (slot) => (allowed.has(slot) ? of.table.of(model, slot, parallel) : undefined) };
  });
  const places = placeExclusive(asks, slots);
  return wanted.map((each) => {
    const own = owners.flatMap(({ of, model }, i) => (of === each ? [{ model, gpus: places[i] }] : []));
    const engine = makeEngine(each.serving.engine);
    for (const [model, key] of each.names.entries()) {
      const all = own.filter((replica) => replica.model === model);
      const placed = all.filter(({ gpus }) => gpus !== undefined);
      if (placed.length === all.length) continue;
      const taken = new Set(owners.flatMap(({ of }, i) => (of === each ? [] : (places[i] ?? []))));
      findings.problem(
        [...each.path, "models", key, "replicas"],
        `must have GPUs of their own, and ${placed.length} of ${all.length} find them among the ${countOfGpus(each.slots.length)} of its sites, beside what else is placed`,
        `Hint: ${waysOut(each, key, { placed: placed.length, taken }).join(", or ")}.`,
      );
    }
    const replicas = own.flatMap(({ model, gpus }) => (gpus === undefined ? [] : [{ model, gpus }]));
    const ownLink = engine.kind === "steps" && engine.disaggregation !== undefined && engine.disaggregation.link === undefined;
    for (const model of ownLink ? each.names.keys() : []) {
      const used = replicas.filter((replica) => replica.model === model).flatMap(({ gpus }) => gpus);
      checkKvLink(
        used.map((gpu) => slots[gpu] as Slot),
        each.path,
        findings,
      );
    }
    return [each.name, replicas] as const;
  });
}

const slotsWithout = (slots: readonly Slot[], taken: ReadonlySet<number>): readonly Slot[] =>
  slots.filter(({ index }) => !taken.has(index));

/** What would do for a model of which so many replicas find GPUs of their own; other workloads have `taken` theirs. */
function waysOut(
  wanted: Wanted,
  key: string,
  { placed, taken }: { readonly placed: number; readonly taken: ReadonlySet<number> },
): readonly string[] {
  const { replicas, parallel } = wanted.serving.models[key] as ServedModelSpec;
  const engine = makeEngine(wanted.serving.engine);
  const least = engine.kind === "steps" && engine.disaggregation !== undefined ? engine.disaggregation.prefill : 0;
  const more = countOfGpus((replicas - placed) * parallel, "more ");
  return [
    ...(placed > least ? [`replicas: ${placed}`] : []),
    parallel > 1 ? `${more}, ${parallel} in a server` : more,
    ...(engine.kind === "batches" && canPack(wanted, slotsWithout(wanted.slots, taken)) ? ["placement: packed"] : []),
  ];
}

/** Every replica that the workload says. */
const replicasOf = ({ serving }: Wanted): readonly { readonly model: number; readonly stages: number }[] =>
  Object.values(serving.models).flatMap(({ replicas, parallel }, model) =>
    Array.from({ length: replicas }, () => ({ model, stages: parallel })),
  );

/** Would its replicas find room if they shared these? */
const canPack = (wanted: Wanted, free: readonly Slot[]): boolean =>
  packReplicas(replicasOf(wanted), free, wanted.table).missed === undefined;

/** Replicas of a workload that share its GPUs. */
function shared(wanted: Wanted, free: readonly Slot[], spec: ScenarioSpec, findings: Findings): readonly PlannedReplica[] {
  const { serving, table, kinds } = wanted;
  const { placement } = serving;
  if (placement === "alpa-serve" || placement === "mu-serve") {
    const sample = sampleOf(wanted, free, spec);
    const found = free.length === 0 ? undefined : searchPlacement(free, { sample, table, objective: placement });
    if (found !== undefined) return found;
    overcommitted(
      wanted,
      kinds.map((_, model) => ({ model, stages: 1 })),
      free,
      findings,
    );
    return [];
  }
  const all = replicasOf(wanted);
  const packing = packReplicas(all, free, table);
  if (packing.missed !== undefined) overcommitted(wanted, all, free, findings);
  return packing.replicas;
}

/** Says what the models need together, what there is, and how many GPUs more would do. */
function overcommitted(
  { path, kinds, names, serving, table }: Wanted,
  all: readonly { readonly model: number; readonly stages: number }[],
  free: readonly Slot[],
  findings: Findings,
): void {
  const neededB = all.reduce((sum, { model }) => sum + (kinds[model] as ModelKindSpec).weights, 0);
  const thereB = free.reduce((sum, { kind }) => sum + roomB(kind), 0);
  const { missed } = packReplicas(all, free, table);
  const more = moreGpus(all, free, table);
  findings.problem(
    [...path, "placement"],
    `${JSON.stringify(serving.placement)} must find room for ${all.length} replicas of ${gib(neededB)} in all, and the ${countOfGpus(free.length)} left for it ${free.length === 1 ? "has" : "have"} ${gib(thereB)} for weights${missed === undefined ? "" : whyMissed(missed, kinds, names)}`,
    more === undefined ? "Hint: fewer replicas, or more GPUs." : `Hint: ${countOfGpus(more, "more ")} like the last.`,
  );
}

const countOfGpus = (count: number, what = ""): string => `${count} ${what}${count === 1 ? "GPU" : "GPUs"}`;

function whyMissed(
  { model, leftB }: { readonly model: number; readonly leftB: number | undefined },
  kinds: readonly ModelKindSpec[],
  names: readonly string[],
): string {
  if (leftB === undefined) return `; ${names[model]} has a replica on each that it may use`;
  return `; ${names[model]} with its ${gib((kinds[model] as ModelKindSpec).weights)} finds ${gib(leftB)} at most`;
}

/** How many more GPUs like the last, in a server of their own, have room for all; undefined where none is there, or no number does. */
function moreGpus(
  all: readonly { readonly model: number; readonly stages: number }[],
  free: readonly Slot[],
  table: PartTable,
): number | undefined {
  const last = free.at(-1);
  if (last === undefined) return undefined;
  const server = Math.max(...free.map((slot) => slot.server)) + 1;
  const slots = [...free];
  for (let more = 1; more <= all.reduce((sum, { stages }) => sum + stages, 0); more++) {
    slots.push({ ...last, index: last.index + more, server });
    if (packReplicas(all, slots, table).missed === undefined) return more;
  }
  return undefined;
}

/** What a request of each model may take under an SLO by scale, seconds; Infinity for one that a trace never asks; undefined without. */
function sloLatenciesOf({ serving, kinds, slots, demands }: Omit<Wanted, "table" | "sloLatenciesS">): readonly number[] | undefined {
  const { scale, latency = Infinity } = serving.slo ?? {};
  if (scale === undefined) return undefined;
  const isSharded = splitOf(makeEngine(serving.engine)) === "shards";
  const spread = Object.values(serving.models).map(({ parallel }) => (isSharded ? parallel : 1)); // stages alone are as fast as the whole
  return demands.map(({ tokens }, model) => {
    const kind = kinds[model] as ModelKindSpec;
    const parallel = spread[model] as number;
    const gpus = slots.map((slot) => ({ name: slot.kindName, kind: slot.kind, parallel }));
    const alone = gpus
      .filter((gpu) => splitProblem("shards", kind, gpu, parallel) === undefined)
      .map((gpu) => meanAloneS(kind, gpu, tokens));
    return Math.min(latency, scale * Math.min(...alone.filter((each) => !Number.isNaN(each))));
  });
}

/** A sample's seed is its own: a plan is the same for every seed of the runs. */
const SAMPLE_SEED = 0;
/** Enough that one request is a twentieth of a point of attainment. */
const SAMPLE_SIZE = 2000;

/** The first requests that the workload's own laws give under another seed; those of a trace are its first rows. */
function sampleOf({ name, serving, kinds, sloLatenciesS }: Wanted, slots: readonly Slot[], spec: ScenarioSpec): Sample {
  const requests = drawRequests(spec, serving, rootRng(SAMPLE_SEED).fork(`placement.${name}`), SAMPLE_SIZE);
  const byKind = new Map(slots.map(({ kindName, kind }) => [kindName, kind]));
  const of = (seconds: (model: ModelKindSpec, kindName: string, kind: GpuKindSpec) => (tokens: Tokens) => number) =>
    new Map(
      [...byKind].map(([kindName, kind]) => {
        const laws = kinds.map((model) => seconds(model, kindName, kind));
        return [kindName, Float64Array.from(requests, ({ model, tokens }) => (laws[model] as (tokens: Tokens) => number)(tokens))] as const;
      }),
    );
  return {
    arrivalS: Float64Array.from(requests, ({ arrivalS }) => arrivalS),
    model: Int32Array.from(requests, ({ model }) => model),
    aloneS: of((model, kindName, kind) => {
      const law: LatencyLaw | undefined = model.latency[gpuName(kindName)];
      return law === undefined ? () => Number.NaN : unslowedOf(model, law, { kind, clockHz: nominalGpuClockHz(kind) });
    }),
    transferS: of((model, _, kind) => {
      const link = kind.roofline?.link;
      if (link === undefined || cutProblem(model, kind, 2) !== undefined) return () => Number.NaN; // it is never cut
      return (tokens) => {
        const { messages, bytes } = transferOf(model, tokens);
        return messages * link.latency + bytes / link.bandwidth;
      };
    }),
    sloS: sloLatenciesS ?? kinds.map(() => serving.slo?.latency ?? Infinity),
  };
}
