/** The same networks in plain float64, one agent, loops as the formulas say: what TensorFlow.js and inference are held against. */
import type { GruArchitecture, SequentialArchitecture } from "../../../src/learn/nets/architecture.ts";
import { gruRuns, layoutsOf } from "../../../src/learn/nets/architecture.ts";

/** A batch: a row an observation. */
export type Matrix = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const average = (values: readonly number[]): number => sum(values) / values.length;

function affine(x: Matrix, kernel: Float64Array, bias: Float64Array): Matrix {
  return x.map((row) => [...bias].map((b, j) => b + sum(row.map((value, i) => value * (kernel[i * bias.length + j] as number)))));
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function softmax(row: readonly number[]): readonly number[] {
  const powers = row.map(Math.exp);
  return powers.map((value) => value / sum(powers));
}

const ACTIVATIONS: Readonly<Record<string, (row: readonly number[]) => readonly number[]>> = {
  linear: (row) => row,
  relu: (row) => row.map((x) => (x > 0 ? x : 0)),
  tanh: (row) => row.map(Math.tanh),
  sigmoid: (row) => row.map(sigmoid),
  softmax,
};

/** @param running means and variances of batch norm; those of the batch without */
export function sequentialForward(architecture: SequentialArchitecture, weights: Float64Array, x: Matrix, running?: Float64Array): Matrix {
  const layouts = layoutsOf(architecture);
  const blocks = layouts.weights.views(weights);
  const statistics = running && layouts.statistics.views(running);
  return architecture.layers.reduce<Matrix>((h, layer, i) => {
    const block = (name: string): Float64Array => blocks.get(`${i}.${name}`) as Float64Array;
    if (layer.kind === "dense") {
      return affine(h, block("kernel"), block("bias")).map(ACTIVATIONS[layer.activation] as (row: readonly number[]) => readonly number[]);
    }
    const [mean, variance] = statistics
      ? [statistics.get(`${i}.mean`) as Float64Array, statistics.get(`${i}.variance`) as Float64Array]
      : moments(h);
    const normal = (value: number, j: number): number => (value - (mean[j] as number)) / Math.sqrt((variance[j] as number) + 1e-5);
    return h.map((row) => row.map((value, j) => normal(value, j) * (block("scale")[j] as number) + (block("shift")[j] as number)));
  }, x);
}

/** Of each column; the variance divides by the number of rows. */
export function moments(x: Matrix): readonly [mean: Float64Array, variance: Float64Array] {
  const columns = (x[0] as readonly number[]).map((_, j) => x.map((row) => row[j] as number));
  const means = columns.map(average);
  const variances = columns.map((column, j) =>
    average(column.map((value) => (value - (means[j] as number)) * (value - (means[j] as number)))),
  );
  return [Float64Array.from(means), Float64Array.from(variances)];
}

/** One sequence. @returns outputs of the last layer by step, and the final states side by side */
export function gruForward(
  architecture: GruArchitecture,
  weights: Float64Array,
  steps: Matrix,
  start?: readonly number[],
): { outputs: Matrix; state: readonly number[] } {
  const blocks = layoutsOf(architecture).weights.views(weights);
  const { hidden } = architecture;
  const state: number[] = [];
  let sequence = steps;
  for (let layer = 0; layer < architecture.layers; layer++) {
    const sides = gruRuns(architecture)
      .filter((run) => run.layer === layer)
      .map(({ name, backward }) => {
        const block = (part: string): Float64Array => blocks.get(`${name}.${part}`) as Float64Array;
        let h: readonly number[] = start?.slice(state.length, state.length + hidden) ?? new Array(hidden).fill(0);
        const outputs = (backward ? sequence.toReversed() : sequence).map((x) => {
          const [a = []] = affine([x], block("kernel"), block("bias"));
          const [b = []] = affine([h], block("recurrent"), block("recurrent-bias"));
          h = h.map((value, i) => {
            const at = (row: readonly number[], gate: number): number => row[gate * hidden + i] as number;
            const reset = sigmoid(at(a, 0) + at(b, 0));
            const update = sigmoid(at(a, 1) + at(b, 1));
            return (1 - update) * Math.tanh(at(a, 2) + reset * at(b, 2)) + update * value;
          });
          return h;
        });
        state.push(...h);
        return backward ? outputs.toReversed() : outputs;
      });
    sequence = (sides[0] ?? []).map((_, t) => sides.flatMap((side) => side[t] as readonly number[]));
  }
  return { outputs: sequence, state };
}
