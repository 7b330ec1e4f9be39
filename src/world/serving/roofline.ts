/**
 * How long a model's steps take by its architecture and the GPU's peaks: arithmetic against reading of memory, operator by operator.
 * Williams et al., Roofline, CACM 52(4), 2009. Formulas and what they meet: docs/serving.md.
 */
import { type Convolutional, keyWidth, kvBytesOf, matricesOf, queryWidth, type Transformer } from "./architecture.ts";
import { bandwidthShare, clockRatio, type GpuKindSpec } from "./gpu-kind.ts";
import type { StepTime } from "./step-time.ts";

export type GpuRoofline = NonNullable<GpuKindSpec["roofline"]>;

/** One GPU, or each of several that share every matrix (tensor parallelism), at a clock. */
export interface RooflineGpu {
  readonly kind: GpuKindSpec;
  readonly clockHz: number;
  /** GPUs of a replica. */
  readonly parallel: number;
}

/** What a GPU does in a second, as a share of its peaks; seconds that do not go with the clock. */
export interface Rates {
  readonly gemmFlops: number;
  readonly attentionFlops: number;
  /** Bytes of weights, keys and values. */
  readonly readB: number;
  readonly elementwiseB: number;
  readonly layerS: number;
  readonly stepS: number;
  readonly sequenceS: number;
}

/** Arithmetic goes with the clock, memory with its bandwidth there. @throws {Error} for a kind without a roofline: refused before. */
export function ratesOf({ kind, clockHz }: RooflineGpu, bytesPerParameter: number): Rates {
  const { roofline, teraflops, bandwidth } = kind;
  if (roofline === undefined) throw new Error("a GPU kind without a roofline has no rates");
  const flops = 1e12 * (bytesPerParameter > 2 ? teraflops.fp32 : teraflops.fp16) * clockRatio(kind, clockHz);
  const memoryB = bandwidth * bandwidthShare(kind, clockHz);
  return {
    gemmFlops: flops * roofline.gemm,
    attentionFlops: flops * roofline.attention,
    readB: memoryB * roofline.memory,
    elementwiseB: memoryB * roofline.elementwise,
    ...{ layerS: roofline.layer, stepS: roofline.step, sequenceS: roofline.sequence },
  };
}

/**
 * Arithmetic and reading overlap, but not where they take equally long: the root of the sum of squares is above the greater by 41 % there
 * and by less elsewhere. On the GEMMs that Vidur measured it is closer than the greater alone.
 */
export const overlapped = (computeS: number, readS: number): number => Math.sqrt(computeS * computeS + readS * readS);

/** Seconds of a ring's all-reduce: each of n GPUs sends and receives 2 (n - 1) / n of the bytes. */
export function allReduceS({ kind, parallel }: RooflineGpu, bytes: number): number {
  if (parallel === 1) return 0;
  const link = kind.roofline?.link;
  if (link === undefined) throw new Error("a GPU kind without a link cannot share a model");
  return link.latency + ((2 * (parallel - 1)) / parallel) * (bytes / link.bandwidth);
}

/** Bytes that norms, residuals, rotation and activation of one token move in one layer, on each GPU: norms and residuals are not shared. */
export function elementwiseBytes(model: Transformer, parallel: number): number {
  const { hidden, intermediate, gated, bytesPerParameter } = model;
  const shared = 2 * (queryWidth(model) + keyWidth(model)) + (gated ? 3 : 2) * intermediate;
  return bytesPerParameter * (10 * hidden + shared / parallel);
}

/** Of a GPU's share of the heads: heads of keys that are fewer than the GPUs are kept more than once. */
export const keyShare = (model: Transformer, parallel: number): number => Math.min(parallel, model.kvHeads ?? model.heads);

/** Experts that a step reads: each token asks for its own as long as there are any. */
export const expertsRead = (count: number, active: number, tokens: number): number => Math.min(count, active * Math.max(1, tokens));

/** Matrices of all layers of one size, as rates of one GPU. */
interface Gemm {
  readonly layers: number;
  readonly count: number;
  readonly active: number;
  /** Seconds of arithmetic for one token, and of reading one of `count`. */
  readonly tokenS: number;
  readonly readS: number;
}

/** By the roofline: the sum of the operators of operators.ts, with all that does not depend on the step worked out before. */
export class RooflineStepTime implements StepTime {
  readonly contextTokenS: number;
  readonly #gemms: readonly Gemm[];
  readonly #head: Gemm;
  readonly #pairS: number;
  readonly #tokenS: number;
  readonly #sequenceS: number;
  readonly #fixedS: number;

  constructor(model: Transformer, gpu: RooflineGpu) {
    const { layers, hidden, vocabulary, bytesPerParameter } = model;
    const { parallel } = gpu;
    const rates = ratesOf(gpu, bytesPerParameter);
    const gemm = (parameters: number): Pick<Gemm, "tokenS" | "readS"> => ({
      tokenS: (2 * parameters) / (parallel * rates.gemmFlops),
      readS: (parameters * bytesPerParameter) / (parallel * rates.readB),
    });
    this.#gemms = gathered(model).map(({ parameters, ...rest }) => ({ ...rest, ...gemm(parameters) }));
    this.#head = { layers: 1, count: 1, active: 1, ...gemm(hidden * vocabulary) };
    this.#pairS = (layers * 4 * queryWidth(model)) / (parallel * rates.attentionFlops);
    this.contextTokenS = kvBytesOf(model) / (keyShare(model, parallel) * rates.readB);
    const emptyS = 2 * layers * allReduceS(gpu, 0);
    const messageS = 2 * layers * allReduceS(gpu, hidden * bytesPerParameter) - emptyS;
    const embeddingS = (2 * hidden * bytesPerParameter) / rates.elementwiseB;
    this.#tokenS = embeddingS + (layers * elementwiseBytes(model, parallel)) / rates.elementwiseB + messageS;
    this.#sequenceS = rates.sequenceS;
    this.#fixedS = layers * rates.layerS + rates.stepS + emptyS;
  }

  stepS(promptTokens: number, promptPairs: number, writers: number, contextTokens: number): number {
    const tokens = promptTokens + writers;
    const answers = writers + (promptTokens > 0 ? 1 : 0);
    let sumS = this.#fixedS + this.#tokenS * tokens + this.#sequenceS * answers + gemmS(this.#head, answers);
    for (const gemm of this.#gemms) sumS += gemm.layers * gemmS(gemm, tokens);
    return sumS + this.#pairS * promptPairs + this.contextTokenS * contextTokens;
  }

  isPrompt(promptTokens: number, stepS: number): boolean {
    if (promptTokens === 0) return false;
    // Whose tokens need more arithmetic than reading, in a step that prompts fill for the most part.
    let computeS = 0;
    for (const { layers, active, tokenS } of this.#gemms) computeS += layers * active * tokenS * promptTokens;
    return 2 * computeS > stepS;
  }
}

function gemmS({ count, active, tokenS, readS }: Gemm, tokens: number): number {
  return overlapped(active * tokenS * tokens, expertsRead(count, active, tokens) * readS);
}

/** Matrices of equal size and use, with the number of layers that have them. */
function gathered(model: Transformer): readonly { layers: number; count: number; active: number; parameters: number }[] {
  const found = new Map<string, { layers: number; count: number; active: number; parameters: number }>();
  for (let layer = 0; layer < model.layers; layer++) {
    for (const { name, parameters, count, active } of matricesOf(model, layer)) {
      const key = `${name} ${count}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { layers: 1, count, active, parameters });
      else known.layers++;
    }
  }
  return [...found.values()];
}

/** Of a block of convolutions. @returns operations, parameters, and bytes of activations that are moved */
export function blockOf({ layers, operations, parameters, activations }: Convolutional): {
  readonly operations: number;
  readonly parameters: number;
  readonly movedB: number;
} {
  return { operations: operations / layers, parameters: parameters / layers, movedB: (2 * activations) / layers };
}
