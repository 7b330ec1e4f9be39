/** Whether models fit on GPUs, whole or in stages, and whether they can be placed as the workload says. */
import { makeEngine } from "../world/serving/engines.ts";
import type { GpuKindSpec } from "../world/serving/gpu-kind.ts";
import { gpuName, type ModelKindSpec, modelProblem } from "../world/serving/model-kind.ts";
import { roomB } from "../world/serving/placement/plan.ts";
import { type Split, splitInto, splitOf, splitProblem } from "../world/serving/shards.ts";
import type { Findings } from "./findings.ts";
import { gib } from "./meaning-steps.ts";
import { boundsLatency, type GpuGroupSpec, type ServedModelSpec, type ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

/** GPUs of one server that the workload may use. */
export interface Offer {
  readonly group: GpuGroupSpec;
  readonly kind: GpuKindSpec;
}

/** Does a search choose how many replicas each model has, and over how many GPUs each spans? */
export const isSearched = ({ placement }: ServingSpec): boolean => placement === "alpa-serve" || placement === "mu-serve";

/** What placements need of the workload as a whole. */
export function checkPlacement(serving: ServingSpec, path: Path, findings: Findings): void {
  const { engine, placement, models, slo, arrivals } = serving;
  const at = [...path, "placement"];
  const said = JSON.stringify(placement);
  if (makeEngine(engine).kind === "steps") {
    const hint = "Hint: engine: { kind: continuous }.";
    if (placement !== "exclusive") findings.problem(at, `${said} is not supported yet with engine ${engine.kind}`, hint);
  }
  if (!isSearched(serving)) return;
  if (!boundsLatency(slo))
    findings.problem(
      at,
      `${said} chooses by the share of requests within an SLO on latency, and there is none`,
      "Hint: slo: { scale: 5 }.",
    );
  if (arrivals.kind === "closed")
    findings.problem(
      at,
      `${said} needs arrivals that come by themselves, got kind "closed"`,
      "Hint: placement: packed, or poisson arrivals.",
    );
  for (const [key, model] of Object.entries(models)) {
    for (const field of ["replicas", "parallel"] as const)
      if (model[field] > 1)
        findings.problem([...path, "models", key, field], `would be ignored: placement ${said} chooses it`, "Hint: leave it out.");
  }
}

/** The GPUs that a replica can have. */
export function fittingOffers(
  model: ServedModelSpec,
  kind: ModelKindSpec,
  { serving, offers, path }: { readonly serving: ServingSpec; readonly offers: readonly Offer[]; readonly path: Path },
  findings: Findings,
): readonly Offer[] {
  const trouble = modelProblem(kind);
  const at = [...path, "kind"];
  const known = Object.keys(kind.latency);
  const runs = offers.filter(({ group }) => kind.latency[gpuName(group.kind)] !== undefined);
  const flat = runs.find(({ group, kind: gpu }) => kind.latency[gpuName(group.kind)]?.kind === "roofline" && gpu.roofline === undefined);
  if (trouble !== undefined) findings.problem(at, `names a model that cannot be: ${trouble}`);
  else if (offers.length === 0)
    findings.problem(at, "needs a GPU, and no server that it may use has one", `Hint: gpus: { kind: ${known[0]} } on a group of servers.`);
  else if (runs.length === 0)
    findings.problem(
      at,
      `names the model ${JSON.stringify(model.kind)}, which has no latency on ${listOf(offers.map(({ group }) => gpuName(group.kind)))}`,
      `It runs on: ${known.join(", ")}.`,
    );
  else if (flat !== undefined)
    findings.problem(
      at,
      `names the model ${JSON.stringify(model.kind)}, whose latency on ${gpuName(flat.group.kind)} is a roofline, and that GPU kind has none`,
      "Hint: roofline in the GPU's file, as in catalogue/gpus, or a latency of kind step.",
    );
  else return withRoom(model, kind, { serving, offers: runs, path }, findings);
  return [];
}

/** How the workload's engine spreads a model over GPUs. */
const splitIn = ({ engine }: ServingSpec): Split => splitOf(makeEngine(engine));

/** Offers on which its parts fit; notes what is in the way where there is none. */
function withRoom(
  model: ServedModelSpec,
  kind: ModelKindSpec,
  { serving, offers, path }: { readonly serving: ServingSpec; readonly offers: readonly Offer[]; readonly path: Path },
  findings: Findings,
): readonly Offer[] {
  const stagesOf = ({ group }: Offer): readonly number[] =>
    isSearched(serving) ? Array.from({ length: group.count }, (_, i) => i + 1) : [model.parallel];
  const split = splitIn(serving);
  const fits = offers.filter((offer) => stagesOf(offer).some((count) => fitsIn(kind, offer, { split, count })));
  if (fits.length > 0) return fits;
  const { parallel } = model;
  const [first] = offers as readonly [Offer];
  const cut = offers
    .map((offer) => splitProblem(split, kind, { name: offer.group.kind, kind: offer.kind }, parallel))
    .find((each) => each !== undefined);
  const most = Math.max(...offers.map(({ group }) => group.count));
  if (cut !== undefined) findings.problem([...path, "parallel"], `${parallel} ${cut.message}`, `Hint: ${cut.hint}.`);
  else if (parallel > most)
    findings.problem(
      [...path, "parallel"],
      `needs ${parallel} GPUs in one server, and none that it may use has more than ${most}`,
      `Hint: gpus: { kind: ${gpuName(first.group.kind)}, count: ${parallel} }, or parallel: ${most}.`,
    );
  else tooLarge(model, kind, { serving, offers, path }, findings);
  return [];
}

function tooLarge(
  { parallel }: ServedModelSpec,
  kind: ModelKindSpec,
  { serving, offers, path }: { readonly serving: ServingSpec; readonly offers: readonly Offer[]; readonly path: Path },
  findings: Findings,
): void {
  const split = splitIn(serving);
  const largestB = Math.min(...offers.map((offer) => largestPartB(kind, offer.kind, { split, count: parallel })));
  const room = offers.map(({ group, kind: gpu }) => `${gpuName(group.kind)} ${gib(roomB(gpu))}`);
  const overheadB = Math.min(...offers.map(({ kind: gpu }) => gpu.overhead));
  const spread = split === "stages" ? `the weights of its largest stage of ${parallel}` : `its weights on each of ${parallel} GPUs`;
  const what = parallel > 1 ? spread : isSearched(serving) ? "its weights, cut or not" : "its weights";
  const enough = isSearched(serving) ? [] : offers.flatMap((offer) => enoughParts(kind, offer, split));
  const or = enough.length === 0 ? "" : `, or parallel: ${Math.min(...enough)}`;
  findings.problem(
    [...path, "kind"],
    `needs ${gib(largestB)} for ${what}, more than any GPU has for them: ${listOf(room)}`,
    `Hint: a GPU of at least ${gib(largestB + overheadB)}${or}.`,
  );
}

/** The fewest GPUs of one server that would do, as a list of none or one. */
function enoughParts(kind: ModelKindSpec, offer: Offer, split: Split): readonly number[] {
  for (let count = 2; count <= offer.group.count; count++) if (fitsIn(kind, offer, { split, count })) return [count];
  return [];
}

interface Spread {
  readonly split: Split;
  readonly count: number;
}

function fitsIn(kind: ModelKindSpec, { group, kind: gpu }: Offer, spread: Spread): boolean {
  const { split, count } = spread;
  const canSplit = splitProblem(split, kind, { name: group.kind, kind: gpu }, count) === undefined;
  return count <= group.count && canSplit && largestPartB(kind, gpu, spread) <= roomB(gpu);
}

const largestPartB = (kind: ModelKindSpec, gpu: GpuKindSpec, { split, count }: Spread): number =>
  Math.max(...splitInto(split, kind, gpu, count).map(({ weightsB }) => weightsB));

const listOf = (names: readonly string[]): string => [...new Set(names)].join(", ");
