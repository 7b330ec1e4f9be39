/**
 * The placement of AlpaServe: for each size of group the models are put into groups one by one, those first that raise the score most, until
 * memory is full; the best of all that were seen is taken. That of mu-Serve looks at the clock besides: a device's is bounded by the part on
 * it that is most sensitive to it.
 * @see Li et al., AlpaServe, OSDI 2023, Algorithms 1 and 2, and its published code; Qiu et al., mu-Serve, USENIX ATC 2024, of which the
 *   mechanism is not published: the rule is ours
 */
import type { ModelKindSpec } from "../model-kind.ts";
import type { Part } from "../partition.ts";
import { byServer, type PartTable, type PlannedReplica, roomB, type Slot } from "./plan.ts";
import { type Group, type Sample, scoreOf } from "./score.ts";

export type Objective = "alpa-serve" | "mu-serve";

/** A placement that was looked at. */
interface Found {
  readonly groups: readonly Group[];
  readonly attainment: number;
  /** As in AlpaServe's code: attainment - latency / 10000 s + replicas / 1000000. */
  readonly published: number;
  /** Share of all work that could do with a lower clock than it gets. */
  readonly heldUp: number;
}

export interface SearchOptions {
  readonly sample: Sample;
  readonly table: PartTable;
  readonly objective: Objective;
}

interface Search extends SearchOptions {
  /** By name of the GPU kind: seconds of all requests of each model alone. */
  readonly workS: ReadonlyMap<string, readonly number[]>;
}

/** @returns undefined where no size of group has room for each model once */
export function searchPlacement(slots: readonly Slot[], options: SearchOptions): readonly PlannedReplica[] | undefined {
  const search: Search = { ...options, workS: workOf(options) };
  const servers = byServer(slots);
  const largest = Math.max(...servers.map(({ length }) => length));
  const found: Found[] = [];
  for (const weight of options.objective === "mu-serve" ? WEIGHTS : [0]) {
    for (let size = 1; size <= largest; size++) {
      const empty = servers.flatMap((server) => chunks(server, size)).map((group): Group => ({ slots: group, models: [] }));
      fill(empty, search, { weight, found });
    }
  }
  return chosen(found, options.objective)
    ?.groups.flatMap(({ slots: group, models }) => models.map((model) => ({ model, gpus: group.map(({ index }) => index) })))
    .toSorted((a, b) => a.model - b.model);
}

/** What is held up weighs so much against the published score, in searches one after another: they find what one alone walks past. */
const WEIGHTS = [0, 0.1, 1];
/** Of attainment that mu-Serve's placement may be behind the best: half of the point that the whole may cost, the rest is the clock's. */
const HALF_A_POINT = 0.005;

/** The first with the best score; for mu-Serve the first with the least held up among those within half a point of the best score's attainment. */
function chosen(found: readonly Found[], objective: Objective): Found | undefined {
  const best = first(found, ({ published }) => published);
  if (best === undefined || objective === "alpa-serve") return best;
  return first(
    found.filter(({ attainment }) => attainment >= best.attainment - HALF_A_POINT),
    ({ heldUp }) => -heldUp,
    ({ published }) => published,
  );
}

/** The first with the most, by one value after another. */
function first(found: readonly Found[], ...values: readonly ((each: Found) => number)[]): Found | undefined {
  let best: Found | undefined;
  for (const each of found) {
    const difference = best === undefined ? 1 : (values.map((of) => of(each) - of(best as Found)).find((by) => by !== 0) ?? 0);
    if (difference > 0) best = each;
  }
  return best;
}

/** Groups of equal size, and one of what is left. */
function chunks(slots: readonly Slot[], size: number): readonly (readonly Slot[])[] {
  const found: (readonly Slot[])[] = [];
  for (let i = 0; i < slots.length; i += size) found.push(slots.slice(i, i + size));
  return found;
}

/** Placements that are followed at the same time: as in AlpaServe's code. */
const BEAM = 3;

/**
 * Puts models into the groups, one more in each round, until none fits: the best few placements of a round go on. First each model once, of
 * which the others must find a place all the same.
 */
function fill(empty: readonly Group[], search: Search, { weight, found }: { readonly weight: number; readonly found: Found[] }): void {
  const merit = ({ published, heldUp }: Found): number => published - weight * heldUp;
  let beam: readonly (readonly Group[])[] = hasRoomFor(missingIn(empty, search.table), empty, search.table) ? [empty] : [];
  while (beam.length > 0) {
    const seen = new Set<string>();
    const next = beam.flatMap((groups) => successors(groups, search.table, seen));
    const round = next.map((groups) => lookAt(groups, search)).toSorted((a, b) => merit(b) - merit(a));
    for (const each of round) if (missingIn(each.groups, search.table).length === 0) found.push(each);
    beam = round.slice(0, BEAM).map(({ groups }) => groups);
  }
}

/** Models that stand nowhere. */
const missingIn = (groups: readonly Group[], table: PartTable): readonly number[] =>
  table.models.map((_, model) => model).filter((model) => groups.every(({ models }) => !models.includes(model)));

/** All ways to put one more model into one more group that are not in `seen`: groups that look alike stand for each other. */
function successors(groups: readonly Group[], table: PartTable, seen: Set<string>): readonly (readonly Group[])[] {
  const missing = missingIn(groups, table);
  const wanted = missing.length > 0 ? missing : table.models.map((_, model) => model);
  const found: (readonly Group[])[] = [];
  for (const [i, group] of groups.entries()) {
    for (const model of wanted) {
      if (!fits(model, group, table)) continue;
      const models = [...group.models, model].toSorted((a, b) => a - b);
      const next = groups.with(i, { slots: group.slots, models });
      const look = next.map(lookOf).toSorted().join("; ");
      if (seen.has(look)) continue;
      seen.add(look);
      const others = missing.filter((each) => each !== model);
      if (hasRoomFor(others, next, table)) found.push(next);
    }
  }
  return found;
}

const lookOf = ({ slots, models }: Group): string => `${slots[0]?.kindName} ${slots.length} ${models.join(" ")}`;

function lookAt(groups: readonly Group[], search: Search): Found {
  const { attainment, latencyMeanS } = scoreOf(groups, search.sample, search.table);
  const replicas = groups.reduce((sum, { models }) => sum + models.length, 0);
  const published = attainment - latencyMeanS / 10_000 + replicas / 1_000_000;
  return { groups, attainment, published, heldUp: search.objective === "alpa-serve" ? 0 : heldUp(groups, search) };
}

/**
 * Share of all work of the sample, each part's weighed with what it is less sensitive than the most sensitive part of its device. Work of a
 * model is shared equally by its replicas.
 */
function heldUp(groups: readonly Group[], { table, workS }: Search): number {
  const replicas = table.models.map((_, model) => groups.filter(({ models }) => models.includes(model)).length);
  let sum = 0;
  let wholeS = 0;
  for (const { slots, models } of groups) {
    const [first] = slots as readonly [Slot];
    const ofModel = workS.get(first.kindName) as readonly number[];
    const parts = models.map((model) => table.of(model, first, slots.length) as readonly Part[]);
    for (let stage = 0; stage < slots.length; stage++) {
      const most = Math.max(...parts.map((each) => (each[stage] as Part).sensitivity));
      for (const [i, model] of models.entries()) {
        const { share, sensitivity } = (parts[i] as readonly Part[])[stage] as Part;
        const partS = (share * (ofModel[model] as number)) / (replicas[model] as number);
        wholeS += partS;
        sum += partS * (most - sensitivity);
      }
    }
  }
  return sum / wholeS;
}

function workOf({ sample, table }: SearchOptions): ReadonlyMap<string, readonly number[]> {
  const sumsOf = (alone: Float64Array): readonly number[] => {
    const sums = table.models.map(() => 0);
    for (const [i, model] of sample.model.entries()) sums[model] = (sums[model] as number) + (alone[i] as number);
    return sums;
  };
  return new Map([...sample.aloneS].map(([kindName, alone]) => [kindName, sumsOf(alone)]));
}

function fits(model: number, { slots, models }: Group, table: PartTable): boolean {
  if (models.includes(model)) return false;
  const [first] = slots as readonly [Slot];
  const parts = table.of(model, first, slots.length);
  if (parts === undefined) return false;
  const used = models.map((each) => table.of(each, first, slots.length) as readonly Part[]);
  const room = roomB(first.kind);
  return parts.every(({ weightsB }, stage) => used.reduce((sum, each) => sum + (each[stage] as Part).weightsB, weightsB) <= room);
}

/** Do the models fit besides, by first fit decreasing? */
function hasRoomFor(models: readonly number[], groups: readonly Group[], table: PartTable): boolean {
  const weights = (model: number): number => (table.models[model] as ModelKindSpec).weights;
  const filled = [...groups];
  for (const model of models.toSorted((a, b) => weights(b) - weights(a) || a - b)) {
    const at = filled.findIndex((group) => fits(model, group, table));
    if (at < 0) return false;
    const group = filled[at] as Group;
    filled[at] = { slots: group.slots, models: [...group.models, model] };
  }
  return true;
}
