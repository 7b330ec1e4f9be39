/**
 * Networks of a whole population at once. Every tensor leads with the agents: inputs are [agents, batch, inputs], and all trained numbers
 * of a network lie in one matrix, [agents, weights], a row an agent. So one update of the matrix updates everybody, a copy is one
 * assignment, and row p is what agent p alone would have.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Architecture, type Layout, type Layouts, layoutsOf } from "./architecture.ts";
import type { Saveable } from "./checkpoint.ts";

/** What a network begins with, a row an agent. */
export interface Rows {
  readonly weights: tf.Tensor2D;
  readonly statistics: tf.Tensor2D | undefined;
}

export abstract class Network<A extends Architecture = Architecture> implements Saveable {
  readonly architecture: A;
  readonly layouts: Layouts;
  readonly population: number;
  /** All that is trained, [agents, weights]. */
  readonly weights: tf.Variable<tf.Rank.R2>;
  /** What follows the data instead, [agents, numbers]: means and variances of batch norm, where there is one. */
  readonly statistics: tf.Variable<tf.Rank.R2> | undefined;

  /** Takes both tensors over. */
  constructor(architecture: A, { weights, statistics }: Rows) {
    this.architecture = architecture;
    this.layouts = layoutsOf(architecture);
    this.population = weights.shape[0];
    this.weights = tf.variable(weights);
    this.statistics = statistics && tf.variable(statistics, false);
    tf.dispose({ weights, statistics });
  }

  get variables(): Readonly<Record<string, tf.Variable>> {
    return { weights: this.weights, ...(this.statistics && { statistics: this.statistics }) };
  }

  /** Frees its memory. */
  dispose(): void {
    tf.dispose(this.variables);
  }
}

/** The blocks of every agent's row, each [agents, rows, columns], by name. */
export function blocksOf(flat: tf.Tensor2D, layout: Layout): (name: string) => tf.Tensor3D {
  const population = flat.shape[0];
  const parts = tf.split(flat, [...layout.sizes], 1);
  const byName = new Map(
    layout.blocks.map(({ name, rows, columns }, i) => [
      name,
      tf.reshape(parts[i] as tf.Tensor, [population, rows, columns]) as tf.Tensor3D,
    ]),
  );
  return (name) => {
    const block = byName.get(name);
    if (block === undefined) throw new Error(`no block "${name}"`);
    return block;
  };
}

/** Weights and statistics of a new network: `fill` writes one agent's rows, which hold zeros before. */
export function newRows<Agent>(
  architecture: Architecture,
  agents: readonly Agent[],
  fill: (agent: Agent, weights: Float32Array, statistics: Float32Array) => void,
): Rows {
  if (agents.length === 0) throw new RangeError("a network needs at least one agent");
  const { weights, statistics } = layoutsOf(architecture);
  const weightRows = new Float32Array(agents.length * weights.size);
  const statisticRows = new Float32Array(agents.length * statistics.size);
  const rowOf = (rows: Float32Array, { size }: Layout, i: number): Float32Array => rows.subarray(i * size, (i + 1) * size);
  agents.forEach((agent, i) => {
    fill(agent, rowOf(weightRows, weights, i), rowOf(statisticRows, statistics, i));
  });
  return {
    weights: tf.tensor2d(weightRows, [agents.length, weights.size]),
    statistics: statistics.size === 0 ? undefined : tf.tensor2d(statisticRows, [agents.length, statistics.size]),
  };
}

/** Makes `target` equal to `source`. */
export function copyInto(target: Network, source: Network): void {
  eachPair(target, source, (to, from) => void to.assign(from));
}

/** Moves `target` by the share `tau` towards `source`, statistics of batch norm included. @see Lillicrap et al., ICLR 2016, algorithm 1 */
export function softUpdate(target: Network, source: Network, tau: number): void {
  eachPair(target, source, (to, from) => tf.tidy(() => void to.assign(tf.add(tf.mul(to, 1 - tau), tf.mul(from, tau)))));
}

function eachPair(target: Network, source: Network, visit: (to: tf.Variable, from: tf.Variable) => void): void {
  for (const [name, to] of Object.entries(target.variables)) {
    const from = source.variables[name];
    if (from === undefined) throw new Error(`the source has no ${name}`);
    visit(to, from);
  }
}
