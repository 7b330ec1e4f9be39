/**
 * Gated recurrent units in PyTorch's form, of one direction or both, over sequences with padding.
 *   r = sigmoid(W_r x + b_r + U_r h + c_r),  z = sigmoid(W_z x + b_z + U_z h + c_z)
 *   n = tanh(W_n x + b_n + r * (U_n h + c_n)),  h' = (1 - z) * n + z * h
 * @see Cho et al., EMNLP 2014; the reset gate after the product: Chung et al., arXiv 1412.3555, and cuDNN
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../kernel/index.ts";
import { type GruArchitecture, type GruRun, gruRuns, layoutsOf } from "./architecture.ts";
import { blocksOf, Network, newRows } from "./network.ts";

export interface GruOptions {
  readonly inputs: number;
  /** Width of the state of one layer and direction. */
  readonly hidden: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
}

/** All weights of agent p are uniform within 1 / sqrt(hidden), as in PyTorch, from a stream of `rngs[p]` for each layer and direction. */
export function gru({ inputs, hidden, layers = 1, bidirectional = false }: GruOptions, rngs: readonly Rng[]): Gru {
  const architecture: GruArchitecture = { kind: "gru", inputs, hidden, layers, bidirectional };
  const { weights: layout } = layoutsOf(architecture);
  const bound = 1 / Math.sqrt(hidden);
  const rows = newRows(architecture, rngs, (rng, weightRow) => {
    const blocks = layout.views(weightRow);
    for (const { name } of gruRuns(architecture)) {
      const draws = rng.fork(name);
      for (const block of ["kernel", "recurrent", "bias", "recurrent-bias"]) {
        const values = blocks.get(`${name}.${block}`) as Float32Array;
        for (let i = 0; i < values.length; i++) values[i] = (2 * draws.uniform() - 1) * bound;
      }
    }
  });
  return new Gru(architecture, rows);
}

export interface GruResult {
  /** States of the last layer at every step, forward beside backward, [agents, batch, steps, hidden or 2 hidden]; 0 where padded. */
  readonly outputs: tf.Tensor4D;
  /** Final states of all layers and directions side by side, [agents, batch, `stateSize`]. */
  readonly state: tf.Tensor3D;
}
export interface GruSequenceOptions {
  /** 1 where there is a step, 0 where there is padding, [agents, batch, steps]; padding leaves the state as it is. */
  readonly mask?: tf.Tensor3D;
  /** States to begin with, as `state` of a result; zeros without. */
  readonly state?: tf.Tensor3D;
  /** 1 where a step begins anew, from a state of zeros, [agents, batch, steps]: several episodes in one sequence. In one direction only. */
  readonly begins?: tf.Tensor3D;
}

/** Blocks of one run, each [agents, rows, columns]. */
interface Cell {
  readonly kernel: tf.Tensor3D;
  readonly recurrent: tf.Tensor3D;
  readonly bias: tf.Tensor3D;
  readonly recurrentBias: tf.Tensor3D;
}

/** How a sequence goes, [agents, batch, 1] for each step: where it is padded, where the state is kept; and the state at first. */
interface Course {
  readonly masks: readonly tf.Tensor3D[] | undefined;
  readonly kept: readonly tf.Tensor3D[] | undefined;
  readonly start: tf.Tensor3D | undefined;
}

export class Gru extends Network<GruArchitecture> {
  /** Width of the states of all layers and directions together. */
  get stateSize(): number {
    return gruRuns(this.architecture).length * this.architecture.hidden;
  }

  /** @param x [agents, batch, steps, inputs] */
  forward(x: tf.Tensor4D, { mask, state, begins }: GruSequenceOptions = {}): GruResult {
    if (begins !== undefined && this.architecture.bidirectional) throw new Error("a GRU of both directions cannot begin anew");
    return tf.tidy(() => {
      const block = blocksOf(this.weights, this.layouts.weights);
      const runs = gruRuns(this.architecture);
      const bySteps = (each: tf.Tensor3D): tf.Tensor3D[] => tf.unstack(tf.expandDims(each, 3), 2) as tf.Tensor3D[];
      const masks = mask && bySteps(mask);
      const kept = begins && bySteps(tf.sub(1, begins));
      const starts = state && tf.split(state, runs.length, 2);
      const ends: tf.Tensor3D[] = [];
      let sequence = x;
      for (let layer = 0; layer < this.architecture.layers; layer++) {
        const inputs = sequence;
        const sides = runs.flatMap((run, i) => {
          if (run.layer !== layer) return [];
          const result = this.#run(inputs, cellOf(run, block), run, { masks, kept, start: starts?.[i] as tf.Tensor3D | undefined });
          ends.push(result.end);
          return [result.outputs];
        });
        sequence = sides.length === 1 ? (sides[0] as tf.Tensor4D) : tf.concat(sides, 3);
      }
      return { outputs: sequence, state: tf.concat(ends, 2) };
    });
  }

  /**
   * One step of one direction, as a policy takes it.
   * @param x [agents, batch, inputs]
   * @returns the next states; the last `hidden` of them are the output
   */
  step(x: tf.Tensor3D, state: tf.Tensor3D): tf.Tensor3D {
    if (this.architecture.bidirectional) throw new Error("a GRU of both directions needs whole sequences");
    return tf.tidy(() => this.forward(tf.expandDims(x, 2), { state }).state);
  }

  #run(x: tf.Tensor4D, cell: Cell, { backward }: GruRun, { masks, kept, start }: Course): { outputs: tf.Tensor4D; end: tf.Tensor3D } {
    const [agents, batch, steps, inputs] = x.shape;
    const { hidden } = this.architecture;
    // The inputs' share of all steps in one product; only the states' share has to wait for the step before.
    const product = tf.add(tf.matMul(tf.reshape(x, [agents, batch * steps, inputs]) as tf.Tensor3D, cell.kernel), cell.bias);
    const gates = tf.unstack(tf.reshape(product, [agents, batch, steps, 3 * hidden]), 2) as tf.Tensor3D[];
    const outputs: tf.Tensor3D[] = new Array(steps);
    let h: tf.Tensor3D = start ?? tf.zeros([agents, batch, hidden]);
    for (let i = 0; i < steps; i++) {
      const t = backward ? steps - 1 - i : i;
      if (kept !== undefined) h = tf.mul(h, kept[t] as tf.Tensor3D);
      const next = nextState(gates[t] as tf.Tensor3D, h, cell, hidden);
      const mask = masks?.[t];
      h = mask === undefined ? next : tf.add(h, tf.mul(mask, tf.sub(next, h)));
      outputs[t] = mask === undefined ? h : tf.mul(mask, h);
    }
    return { outputs: tf.stack(outputs, 2) as tf.Tensor4D, end: h };
  }
}

function cellOf({ name }: GruRun, block: (name: string) => tf.Tensor3D): Cell {
  return {
    kernel: block(`${name}.kernel`),
    recurrent: block(`${name}.recurrent`),
    bias: block(`${name}.bias`),
    recurrentBias: block(`${name}.recurrent-bias`),
  };
}

function nextState(gates: tf.Tensor3D, h: tf.Tensor3D, { recurrent, recurrentBias }: Cell, hidden: number): tf.Tensor3D {
  const ofState: tf.Tensor3D = tf.add(tf.matMul(h, recurrent), recurrentBias);
  const [rz, n] = tf.split(gates, [2 * hidden, hidden], 2) as [tf.Tensor3D, tf.Tensor3D];
  const [rzState, nState] = tf.split(ofState, [2 * hidden, hidden], 2) as [tf.Tensor3D, tf.Tensor3D];
  const [reset, update] = tf.split(tf.sigmoid(tf.add(rz, rzState)), 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  const candidate = tf.tanh(tf.add(n, tf.mul(reset, nState)));
  return tf.add(candidate, tf.mul(update, tf.sub(h, candidate)));
}
