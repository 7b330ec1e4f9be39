/** First weights of a dense layer. All are drawn from the simulator's own streams, so they are the same on every backend. */
import { randomNormal } from "d3-random";
import type { Rng } from "../../kernel/index.ts";

/** A layer's weights, to be filled in: `kernel` is [inputs, units] in row-major order. */
export interface DenseWeights {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}
export type Init = (weights: DenseWeights, rng: Rng) => void;

function fillUniform(values: Float32Array, bound: number, rng: Rng): void {
  for (let i = 0; i < values.length; i++) values[i] = (2 * rng.uniform() - 1) * bound;
}

/** Uniform within 1 / sqrt(inputs), kernel and bias: PyTorch's default. */
export const fanIn: Init = ({ inputs, kernel, bias }, rng) => {
  fillUniform(kernel, 1 / Math.sqrt(inputs), rng);
  fillUniform(bias, 1 / Math.sqrt(inputs), rng);
};

/**
 * The kernel uniform within 1 / sqrt(units), the bias by `fanIn`. Public DDPG code, FIRM's among it, takes the first axis of PyTorch's
 * transposed weight for the number of inputs.
 */
export const fanOut: Init = ({ inputs, units, kernel, bias }, rng) => {
  fillUniform(kernel, 1 / Math.sqrt(units), rng);
  fillUniform(bias, 1 / Math.sqrt(inputs), rng);
};

/** Kernel and bias within `bound`: a small one (0.003) makes the first actions nearly zero. @see Lillicrap et al., ICLR 2016, section 7 */
export function uniform(bound: number): Init {
  return ({ kernel, bias }, rng) => {
    fillUniform(kernel, bound, rng);
    fillUniform(bias, bound, rng);
  };
}

/** The kernel uniform within gain * sqrt(6 / (inputs + units)), the bias 0. @see Glorot and Bengio, AISTATS 2010, eq. 16 */
export function xavier(gain = 1): Init {
  return ({ inputs, units, kernel, bias }, rng) => {
    fillUniform(kernel, gain * Math.sqrt(6 / (inputs + units)), rng);
    bias.fill(0);
  };
}

/** Rows or columns, whichever are fewer, orthogonal and of length `gain`; the bias 0. @see Saxe et al., ICLR 2014 */
export function orthogonal(gain = Math.SQRT2): Init {
  return ({ inputs, units, kernel, bias }, rng) => {
    const [count, length] = inputs < units ? [inputs, units] : [units, inputs];
    const vectors = orthonormal(count, length, rng);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < units; j++) {
        kernel[i * units + j] = gain * ((inputs < units ? vectors[i]?.[j] : vectors[j]?.[i]) as number);
      }
    }
    bias.fill(0);
  };
}

/** `count` vectors of a direction drawn evenly, each made orthogonal to those before (Gram and Schmidt, twice: rounding). */
function orthonormal(count: number, length: number, rng: Rng): readonly Float64Array[] {
  const normal = randomNormal.source(rng.uniform)(0, 1);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, normal);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        const share = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i] = (vector[i] as number) - share * (other[i] as number);
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
