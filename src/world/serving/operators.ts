/**
 * A model's operators in the order in which they run, and how long each takes: where a model can be cut, and how much of it goes with
 * the clock. Their sum is the step of roofline.ts.
 */
import { type Architecture, type Convolutional, keyWidth, matricesOf, queryWidth, type Transformer } from "./architecture.ts";
import { type GpuKindSpec, nominalGpuClockHz } from "./gpu-kind.ts";
import { activityOf, type ModelKindSpec, slowdown } from "./model-kind.ts";
import {
  allReduceS,
  blockOf,
  elementwiseBytes,
  expertsRead,
  keyShare,
  overlapped,
  type Rates,
  type RooflineGpu,
  ratesOf,
} from "./roofline.ts";
import { pairsOf } from "./step-time.ts";

export type OperatorKind = "embedding" | "gemm" | "attention" | "elementwise" | "communication" | "overhead";

export interface Operator {
  /** `<layer>.qkv`, `<layer>.attention`, ..., `embedding`, `head`, `step`. */
  readonly name: string;
  readonly kind: OperatorKind;
  /** Of the layer, from 0; -1 before the first, `layers` after the last. */
  readonly layer: number;
  /** Weights that it needs, on each of the GPUs that share it. */
  readonly weightsB: number;
  readonly greatestS: number;
  readonly clockS: number;
}

/** What a step computes; see `StepTime.stepS`. */
export interface Pass {
  readonly promptTokens: number;
  readonly promptPairs: number;
  readonly writers: number;
  readonly contextTokens: number;
}

/** Tokens that a lone answer looks back on, where only the mix of operators counts: half of a mean answer (LMSYS-Chat-1M). */
const LONE_CONTEXT = 88;

/**
 * The pass whose time a `linear` law speaks of: one token of one answer; or the batch of an encoder, each token of which looks at all
 * of its sequence; or images.
 */
export function lonePass({ architecture, autoregressive }: ModelKindSpec): Pass {
  if (autoregressive) return { promptTokens: 0, promptPairs: 0, writers: 1, contextTokens: LONE_CONTEXT };
  if (architecture?.kind !== "transformer") return { promptTokens: 0, promptPairs: 0, writers: 0, contextTokens: 0 };
  const { sequences, sequenceTokens } = architecture;
  return {
    promptTokens: sequences * sequenceTokens,
    promptPairs: sequences * sequenceTokens * sequenceTokens,
    writers: 0,
    contextTokens: 0,
  };
}

/** Some prompts of equal length, computed whole. */
export function promptPass(prompts: number, tokens: number): Pass {
  return { promptTokens: prompts * tokens, promptPairs: prompts * pairsOf(0, tokens), writers: 0, contextTokens: 0 };
}

/** A token of each of `writers`, which look back on `context` tokens each. */
export function decodePass(writers: number, context: number): Pass {
  return { promptTokens: 0, promptPairs: 0, writers, contextTokens: writers * context };
}

type Timed = Omit<Operator, "greatestS" | "clockS"> & { readonly seconds: number };

export interface OperatorOptions {
  /** Absent: the greatest. */
  readonly clockHz?: number;
  /** GPUs that share every matrix. */
  readonly parallel?: number;
}

/**
 * The operators of one pass in order: the embedding, each layer (`overhead` is the launching of its kernels), the head, and what a step
 * takes besides. A cut between two layers moves tokens x hidden x bytesPerParameter bytes.
 * @throws {Error} for a model without an architecture, or a GPU without a roofline
 */
export function operatorsOf(
  { architecture, autoregressive }: ModelKindSpec,
  kind: GpuKindSpec,
  pass: Pass,
  { clockHz = nominalGpuClockHz(kind), parallel = 1 }: OperatorOptions = {},
): readonly Operator[] {
  if (architecture === undefined) throw new Error("a model without an architecture has no known operators");
  const at = (hz: number): readonly Timed[] => timed(architecture, { kind, clockHz: hz, parallel }, pass, autoregressive);
  const atClock = at(clockHz);
  return at(nominalGpuClockHz(kind)).map(({ seconds, ...rest }, i) => ({
    ...rest,
    greatestS: seconds,
    clockS: (atClock[i] as Timed).seconds,
  }));
}

function timed(architecture: Architecture, gpu: RooflineGpu, pass: Pass, hasHead: boolean): readonly Timed[] {
  const rates = ratesOf(gpu, architecture.bytesPerParameter);
  return architecture.kind === "transformer"
    ? transformerOperators(architecture, gpu, rates, { ...pass, hasHead })
    : convolutionalOperators(architecture, rates);
}

interface Work extends Pass {
  readonly hasHead: boolean;
}

function transformerOperators(model: Transformer, gpu: RooflineGpu, rates: Rates, work: Work): readonly Timed[] {
  const { layers, hidden, vocabulary, tied, bytesPerParameter: bytes } = model;
  const { promptTokens, writers, hasHead } = work;
  const tokens = promptTokens + writers;
  const answers = writers + (promptTokens > 0 ? 1 : 0);
  const tableB = (hidden * vocabulary * bytes) / gpu.parallel;
  const after = { layer: layers, weightsB: 0 };
  const headS = overlapped((2 * hidden * vocabulary * answers) / (gpu.parallel * rates.gemmFlops), tableB / rates.readB);
  return [
    // One row is read and written for each token. A table that is the head's too is counted there.
    {
      ...{ name: "embedding", kind: "embedding", layer: -1, weightsB: tied && hasHead ? 0 : tableB },
      seconds: (2 * hidden * bytes * tokens) / rates.elementwiseB,
    },
    ...Array.from({ length: layers }, (_, layer) => layerOperators(model, gpu, rates, { ...work, layer })).flat(),
    ...(hasHead ? ([{ ...after, name: "head", kind: "gemm", weightsB: tableB, seconds: headS }] as const) : []),
    { ...after, name: "step", kind: "overhead", seconds: rates.stepS + rates.sequenceS * answers },
  ];
}

function layerOperators(model: Transformer, gpu: RooflineGpu, rates: Rates, work: Work & { readonly layer: number }): readonly Timed[] {
  const { parallel } = gpu;
  const { hidden, bytesPerParameter: bytes } = model;
  const { layer, promptTokens, promptPairs, writers, contextTokens } = work;
  const tokens = promptTokens + writers;
  const gemm = (index: number): Timed => {
    const { name, parameters, count, active } = matricesOf(model, layer)[index] as ReturnType<typeof matricesOf>[number];
    const readB = (expertsRead(count, active, tokens) * parameters * bytes) / parallel;
    const seconds = overlapped((2 * active * parameters * tokens) / (parallel * rates.gemmFlops), readB / rates.readB);
    return { name: `${layer}.${name}`, kind: "gemm", layer, weightsB: (count * parameters * bytes) / parallel, seconds };
  };
  const plain = (name: string, kind: OperatorKind, seconds: number): Timed => ({
    name: `${layer}.${name}`,
    kind,
    layer,
    weightsB: 0,
    seconds,
  });
  const lookS = (4 * queryWidth(model) * promptPairs) / (parallel * rates.attentionFlops);
  const readS = (2 * keyWidth(model) * bytes * contextTokens) / (keyShare(model, parallel) * rates.readB);
  const reduce = (name: string): readonly Timed[] =>
    parallel === 1 ? [] : [plain(name, "communication", allReduceS(gpu, tokens * hidden * bytes))];
  return [
    plain("overhead", "overhead", rates.layerS),
    plain("elementwise", "elementwise", (elementwiseBytes(model, parallel) * tokens) / rates.elementwiseB),
    gemm(0),
    plain("attention", "attention", lookS + readS),
    gemm(1),
    ...reduce("all-reduce-attention"),
    gemm(2),
    gemm(3),
    ...reduce("all-reduce-mlp"),
  ];
}

function convolutionalOperators(model: Convolutional, rates: Rates): readonly Timed[] {
  const { layers, images, bytesPerParameter } = model;
  const { operations, parameters, movedB } = blockOf(model);
  const weightsB = parameters * bytesPerParameter;
  return Array.from({ length: layers }, (_, layer): readonly Timed[] => [
    { name: `${layer}.overhead`, kind: "overhead", layer, weightsB: 0, seconds: rates.layerS },
    {
      ...{ name: `${layer}.convolution`, kind: "gemm", layer, weightsB },
      seconds: overlapped((operations * images) / rates.gemmFlops, weightsB / rates.readB),
    },
    { name: `${layer}.elementwise`, kind: "elementwise", layer, weightsB: 0, seconds: (movedB * images) / rates.elementwiseB },
  ]).flat();
}

/** Seconds of all operators at the clock. */
export function passS(operators: readonly Operator[]): number {
  return operators.reduce((sum, { clockS }) => sum + clockS, 0);
}

/**
 * How many times as long a model's work takes at a clock as at the greatest: by the mix of its operators where its architecture and the
 * GPU's roofline are known, else by its class alone. Each clock is worked out once.
 */
export function slowdownsOf(model: ModelKindSpec, kind: GpuKindSpec, parallel = 1): (clockHz: number) => number {
  const { architecture } = model;
  if (architecture === undefined || kind.roofline === undefined) return (clockHz) => slowdown(kind, clockHz, activityOf(model));
  const pass = lonePass(model);
  const greatestS = passS(operatorsOf(model, kind, pass, { parallel }));
  return remembered((clockHz) => passS(operatorsOf(model, kind, pass, { clockHz, parallel })) / greatestS);
}

/** The same function, which works out each value once. */
export function remembered(of: (clockHz: number) => number): (clockHz: number) => number {
  const known = new Map<number, number>();
  return (clockHz) => {
    const found = known.get(clockHz) ?? of(clockHz);
    known.set(clockHz, found);
    return found;
  };
}
