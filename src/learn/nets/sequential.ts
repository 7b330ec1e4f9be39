/** Layers one after the other: dense ones and batch norm. */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../kernel/index.ts";
import { type Activation, BATCH_NORM_EPSILON, type LayerSpec, layoutsOf, type SequentialArchitecture } from "./architecture.ts";
import { fanIn, type Init } from "./init.ts";
import { blocksOf, Network, newRows } from "./network.ts";

/** A layer as an algorithm writes it down: what it is, and its first weights. */
export interface Layer {
  readonly spec: LayerSpec;
  readonly init: Init | undefined;
}

export function dense(units: number, activation: Activation = "linear", init: Init = fanIn): Layer {
  return { spec: { kind: "dense", units, activation }, init };
}

/**
 * Each feature is scaled to mean 0 and variance 1 over the batch, then by a trained scale and shift. Evaluation uses running values.
 * @see Ioffe and Szegedy, ICML 2015
 */
export function batchNorm(): Layer {
  return { spec: { kind: "batch-norm" }, init: undefined };
}

/** The weights of agent p are drawn from `rngs[p]`, a stream of its own for each layer. */
export function sequential(inputs: number, layers: readonly Layer[], rngs: readonly Rng[]): Sequential {
  const architecture: SequentialArchitecture = { kind: "sequential", inputs, layers: layers.map(({ spec }) => spec) };
  const layouts = layoutsOf(architecture);
  const rows = newRows(architecture, rngs, (rng, weightRow, statisticRow) => {
    const weights = layouts.weights.views(weightRow);
    const statistics = layouts.statistics.views(statisticRow);
    let width = inputs;
    layers.forEach(({ spec, init }, i) => {
      if (spec.kind === "dense") {
        const [kernel, bias] = [weights.get(`${i}.kernel`), weights.get(`${i}.bias`)] as [Float32Array, Float32Array];
        init?.({ inputs: width, units: spec.units, kernel, bias }, rng.fork(`layer ${i}`));
        width = spec.units;
      } else {
        weights.get(`${i}.scale`)?.fill(1);
        statistics.get(`${i}.variance`)?.fill(1);
      }
    });
  });
  return new Sequential(architecture, rows);
}

export interface MlpOptions {
  readonly inputs: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** Of the hidden layers. */
  readonly activation: Activation;
  readonly init?: Init;
  /** Of the last layer; linear without. */
  readonly outputActivation?: Activation;
  /** Of the last layer; as the others without. */
  readonly outputInit?: Init;
}

/** Dense layers, the last with an activation and first weights of its own. */
export function mlp(options: MlpOptions, rngs: readonly Rng[]): Sequential {
  const { inputs, hidden, outputs, activation, init = fanIn, outputActivation = "linear", outputInit = init } = options;
  const layers = hidden.map((units) => dense(units, activation, init));
  return sequential(inputs, [...layers, dense(outputs, outputActivation, outputInit)], rngs);
}

/** Batch norm uses the batch, or the running values. */
export type Mode = "train" | "evaluate";

/** Share by which a batch moves the running values, as PyTorch has it. */
const BATCH_NORM_MOMENTUM = 0.1;

export class Sequential extends Network<SequentialArchitecture> {
  /**
   * @param x [agents, batch, inputs]
   * @param mode what batch norm uses; "train" moves the running values, too
   * @returns [agents, batch, outputs]
   */
  forward(x: tf.Tensor3D, mode: Mode = "evaluate"): tf.Tensor3D {
    const { layers, inputs } = this.architecture;
    if (x.shape[0] !== this.population || x.shape[2] !== inputs) {
      throw new RangeError(`a network of ${this.population} agents and ${inputs} inputs got [${x.shape}]`);
    }
    return tf.tidy(() => {
      const weight = blocksOf(this.weights, this.layouts.weights);
      const running = this.statistics && blocksOf(this.statistics, this.layouts.statistics);
      const seen: tf.Tensor3D[] = [];
      const outputs = layers.reduce((h, layer, i) => {
        if (layer.kind === "dense") return activate(tf.add(tf.matMul(h, weight(`${i}.kernel`)), weight(`${i}.bias`)), layer.activation);
        const moments = mode === "train" ? batchMoments(h) : undefined;
        if (moments !== undefined) seen.push(moments.mean, unbiased(moments.variance, h.shape[1]));
        const { mean, variance } = moments ?? { mean: running?.(`${i}.mean`), variance: running?.(`${i}.variance`) };
        const normal = tf.mul(tf.sub(h, mean as tf.Tensor3D), tf.rsqrt(tf.add(variance as tf.Tensor3D, BATCH_NORM_EPSILON)));
        return tf.add(tf.mul(normal, weight(`${i}.scale`)), weight(`${i}.shift`));
      }, x);
      if (this.statistics !== undefined && seen.length > 0) this.#follow(this.statistics, seen);
      return outputs;
    });
  }

  /** The same numbers in a network of its own, as target networks begin. */
  clone(): Sequential {
    return new Sequential(this.architecture, { weights: this.weights.clone(), statistics: this.statistics?.clone() });
  }

  #follow(statistics: tf.Variable, seen: readonly tf.Tensor3D[]): void {
    const flat = tf.concat(
      seen.map((moment) => tf.reshape(moment, [this.population, -1])),
      1,
    );
    statistics.assign(tf.add(tf.mul(statistics, 1 - BATCH_NORM_MOMENTUM), tf.mul(flat, BATCH_NORM_MOMENTUM)));
  }
}

/** Over the batch, [agents, 1, features]. */
function batchMoments(x: tf.Tensor3D): { mean: tf.Tensor3D; variance: tf.Tensor3D } {
  if (x.shape[1] < 2) throw new RangeError("batch norm cannot train on a batch of one");
  const mean: tf.Tensor3D = tf.mean(x, 1, true);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), 1, true) };
}

/** The running value estimates the variance of all data, not of this batch. */
function unbiased(variance: tf.Tensor3D, batch: number): tf.Tensor3D {
  return tf.mul(variance, batch / (batch - 1));
}

function activate(x: tf.Tensor3D, activation: Activation): tf.Tensor3D {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "tanh":
      return tf.tanh(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "softmax":
      return tf.softmax(x);
  }
}
