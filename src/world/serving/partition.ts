/**
 * A model cut into stages of consecutive layers, each for a GPU of its own: how much of the work, of the weights and of the sensitivity
 * to the clock each has, and what goes over the link between them.
 */
import type { Architecture } from "./architecture.ts";
import { type GpuKindSpec, gpuClocksHz, nominalGpuClockHz } from "./gpu-kind.ts";
import type { Tokens } from "./latency.ts";
import type { ModelKindSpec } from "./model-kind.ts";
import { lonePass, type Operator, operatorsOf, passS, remembered, slowdownsOf } from "./operators.ts";

/** One stage of a model, or the whole of it. */
export interface Part {
  /** Of the time that a request alone takes at the greatest clock; those of all stages sum to 1. */
  readonly share: number;
  /** Memory that its weights take. */
  readonly weightsB: number;
  /** How many times as long it takes at a clock as at the greatest. */
  readonly slowdownAt: (clockHz: number) => number;
  /**
   * How much of its time goes with the clock: c in slowdown = 1 - c + c / u, at the clock u that is closest to the kink of the voltage,
   * where a piece of arithmetic costs least; 1 for pure arithmetic, 0 for what any clock does as fast.
   */
  readonly sensitivity: number;
}

/** What goes from one stage to the next for a request: so many messages, one after another, and bytes in all of them. */
export interface Transfer {
  readonly messages: number;
  readonly bytes: number;
}

export interface Link {
  readonly bandwidth: number;
  readonly latency: number;
}

function wholeOf(model: ModelKindSpec, kind: GpuKindSpec): Part {
  const slowdownAt = slowdownsOf(model, kind);
  return { share: 1, weightsB: model.weights, slowdownAt, sensitivity: sensitivityOf(slowdownAt, kind) };
}

/** Of what is slowed down so by the clock. */
export function sensitivityOf(slowdownAt: Part["slowdownAt"], kind: GpuKindSpec): number {
  const nominalHz = nominalGpuClockHz(kind);
  const kinkHz = kind.power.kink * nominalHz;
  const below = gpuClocksHz(kind).filter((hz) => hz < nominalHz);
  if (below.length === 0) return 0;
  const hz = below.reduce((best, each) => (Math.abs(each - kinkHz) < Math.abs(best - kinkHz) ? each : best));
  return (slowdownAt(hz) - 1) / (nominalHz / hz - 1);
}

/** Why a model cannot be cut into so many stages, and what would help, or undefined. */
export function cutProblem(
  { architecture }: ModelKindSpec,
  kind: GpuKindSpec,
  stages: number,
): { readonly message: string; readonly hint: string } | undefined {
  if (stages === 1) return undefined;
  if (architecture === undefined)
    return { message: "needs the model's architecture, which says where it can be cut", hint: "architecture in the model's file" };
  if (kind.roofline?.link === undefined)
    return { message: "needs a GPU kind with a roofline and a link between its GPUs", hint: "roofline: { link } in the GPU's file" };
  if (architecture.layers < stages)
    return { message: `needs as many layers, and the model has ${architecture.layers}`, hint: `at most ${architecture.layers}` };
  return undefined;
}

/**
 * The model in so many stages of consecutive layers, cut so that the longest takes least at the greatest clock. The embedding goes with the
 * first layer, the head with the last; where both are one matrix, the first stage has a copy.
 * @throws {Error} where `cutProblem` has something to say: refused before
 */
export function partsOf(model: ModelKindSpec, kind: GpuKindSpec, stages: number): readonly Part[] {
  const ofModel = known.get(model) ?? new WeakMap<GpuKindSpec, Map<number, readonly Part[]>>();
  known.set(model, ofModel);
  const byCount = ofModel.get(kind) ?? new Map<number, readonly Part[]>();
  ofModel.set(kind, byCount);
  const parts = byCount.get(stages) ?? cutInto(model, kind, stages);
  byCount.set(stages, parts);
  return parts;
}

/** Many replicas and many tries of a placement ask for the same. */
const known = new WeakMap<ModelKindSpec, WeakMap<GpuKindSpec, Map<number, readonly Part[]>>>();

function cutInto(model: ModelKindSpec, kind: GpuKindSpec, stages: number): readonly Part[] {
  if (stages === 1) return [wholeOf(model, kind)];
  const trouble = cutProblem(model, kind, stages);
  if (trouble !== undefined) throw new Error(`${stages} stages: ${trouble.message}`);
  const { layers } = model.architecture as Architecture;
  const pass = lonePass(model);
  const at = (clockHz: number) => operatorsOf(model, kind, pass, { clockHz });
  const greatest = at(nominalGpuClockHz(kind));
  const layerOf = ({ layer }: Operator): number => Math.min(Math.max(layer, 0), layers - 1);
  const layersS = new Array<number>(layers).fill(0);
  for (const operator of greatest) layersS[layerOf(operator)] = (layersS[layerOf(operator)] as number) + operator.clockS;
  const ends = balancedEnds(layersS, stages);
  const sumB = greatest.reduce((sum, { weightsB }) => sum + weightsB, 0);
  const copyB = tiedB(model, greatest);
  return ends.map((end, stage): Part => {
    const start = stage === 0 ? 0 : (ends[stage - 1] as number);
    const within = (operators: readonly Operator[]) => operators.filter((each) => layerOf(each) >= start && layerOf(each) < end);
    const own = within(greatest);
    const ownS = passS(own);
    const weightsB = own.reduce((sum, each) => sum + each.weightsB, stage === 0 ? copyB : 0);
    const slowdownAt = remembered((clockHz) => passS(within(at(clockHz))) / ownS);
    return {
      share: ownS / passS(greatest),
      weightsB: (model.weights * weightsB) / sumB, // published weights are of other size than those counted, by some percent
      slowdownAt,
      sensitivity: sensitivityOf(slowdownAt, kind),
    };
  });
}

/** The embedding that is the head's matrix too, of which the first stage needs a copy. */
function tiedB({ architecture }: ModelKindSpec, operators: readonly Operator[]): number {
  if (architecture?.kind !== "transformer" || !architecture.tied) return 0;
  return operators.find(({ name }) => name === "head")?.weightsB ?? 0;
}

/** Ends of `count` runs of consecutive values of which the greatest sum is least; of equal cuts the one with the latest first cuts. */
export function balancedEnds(values: readonly number[], count: number): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) as number) + value);
  const sumOf = (from: number, to: number): number => (sums[to] as number) - (sums[from] as number);
  // least[n]: the least greatest sum of the first n values in as many runs as rounds so far, and where the last of these begins.
  let least = values.map((_, i) => sumOf(0, i + 1));
  least.unshift(0);
  const cuts: number[][] = [];
  for (let run = 2; run <= count; run++) {
    const next = new Array<number>(values.length + 1).fill(Infinity);
    const cut = new Array<number>(values.length + 1).fill(0);
    for (let end = run; end <= values.length; end++) {
      for (let begin = run - 1; begin < end; begin++) {
        const worst = Math.max(least[begin] as number, sumOf(begin, end));
        if (worst > (next[end] as number)) continue;
        next[end] = worst;
        cut[end] = begin;
      }
    }
    least = next;
    cuts.push(cut);
  }
  const ends = [values.length];
  for (const cut of cuts.toReversed()) ends.unshift(cut[ends[0] as number] as number);
  return ends;
}

/**
 * What a request sends over each cut: a model that writes tokens sends one after another, its prompt with the first; others all that they
 * work on at once.
 */
export function transferOf({ architecture, autoregressive }: ModelKindSpec, { prompt, output }: Tokens): Transfer {
  if (architecture === undefined) throw new Error("a model without an architecture is never cut");
  const { bytesPerParameter } = architecture;
  if (architecture.kind === "convolutional")
    return { messages: 1, bytes: (architecture.images * architecture.activations) / architecture.layers };
  const { hidden, sequences, sequenceTokens } = architecture;
  const tokens = autoregressive ? prompt + output : sequences * sequenceTokens;
  return { messages: autoregressive ? Math.max(1, output) : 1, bytes: tokens * hidden * bytesPerParameter };
}
