/** Adam over the weights of one network or of several, every agent by itself. */
import * as tf from "@tensorflow/tfjs-core";
import { power } from "../../kernel/index.ts";
import type { Saveable } from "./checkpoint.ts";
import type { Network } from "./network.ts";

export interface AdamOptions {
  readonly learningRate: number;
  /** Greatest Euclidean norm of an agent's gradient over all networks together; a longer one is scaled down to it. */
  readonly maxGradientNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  /** 1e-8 as in the paper and in PyTorch; TensorFlow has 1e-7, with which tiny gradients go other ways. */
  readonly epsilon?: number;
}

/** @see Kingma and Ba, ICLR 2015, algorithm 1; the clipping: Pascanu et al., ICML 2013 */
export function adam(networks: readonly Network[], options: AdamOptions): Adam {
  return new Adam(networks, options);
}

/** PyTorch divides by this much more than the norm. */
const NORM_EPSILON = 1e-6;

export class Adam implements Saveable {
  /** May be changed between updates, by a schedule. */
  learningRate: number;
  readonly counters = { updates: 0 };
  readonly #networks: readonly Network[];
  readonly #means: readonly tf.Variable[];
  readonly #squares: readonly tf.Variable[];
  readonly #maxGradientNorm: number | undefined;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  constructor(networks: readonly Network[], options: AdamOptions) {
    const { learningRate, maxGradientNorm, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
    const zeros = (): readonly tf.Variable[] => networks.map(({ weights }) => tf.tidy(() => tf.variable(tf.zerosLike(weights), false)));
    this.learningRate = learningRate;
    this.#networks = networks;
    this.#means = zeros();
    this.#squares = zeros();
    this.#maxGradientNorm = maxGradientNorm;
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
  }

  /**
   * One step down the gradient of each agent's loss, [agents]. What an agent loses must depend on its own weights only.
   * @returns the losses before the step; call it inside `tf.tidy`, or dispose of them
   */
  minimize(loss: () => tf.Tensor1D): tf.Tensor1D {
    return tf.tidy(() => {
      const weights = this.#networks.map((network) => network.weights);
      // The gradient of the sum of all agents' losses: each agent's part of it is that of its own loss.
      const { value, grads } = tf.engine().gradients(loss, weights, tf.ones([weights[0]?.shape[0] as number]) as tf.Tensor1D, true);
      this.#step(this.#clipped(grads.map((gradient, i) => present(gradient, i))));
      return value;
    });
  }

  #clipped(gradients: readonly tf.Tensor[]): readonly tf.Tensor[] {
    if (this.#maxGradientNorm === undefined) return gradients;
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient), 1, true));
    const norm = tf.sqrt(tf.addN(squares));
    const scale = tf.minimum(tf.div(this.#maxGradientNorm, tf.add(norm, NORM_EPSILON)), 1);
    return gradients.map((gradient) => tf.mul(gradient, scale));
  }

  #step(gradients: readonly tf.Tensor[]): void {
    const updates = ++this.counters.updates;
    const stepSize = this.learningRate / (1 - power(this.#beta1, updates));
    const rootScale = 1 / Math.sqrt(1 - power(this.#beta2, updates));
    gradients.forEach((gradient, i) => {
      const [mean, square, { weights }] = [this.#means[i], this.#squares[i], this.#networks[i]] as [tf.Variable, tf.Variable, Network];
      mean.assign(tf.add(tf.mul(mean, this.#beta1), tf.mul(gradient, 1 - this.#beta1)));
      square.assign(tf.add(tf.mul(square, this.#beta2), tf.mul(tf.square(gradient), 1 - this.#beta2)));
      const root = tf.add(tf.mul(tf.sqrt(square), rootScale), this.#epsilon);
      weights.assign(tf.sub(weights, tf.div(tf.mul(mean, stepSize), root)));
    });
  }

  get architecture(): object {
    return { kind: "adam", networks: this.#networks.map(({ architecture }) => architecture) };
  }

  get variables(): Readonly<Record<string, tf.Variable>> {
    const named = (prefix: string, variables: readonly tf.Variable[]) => variables.map((variable, i) => [`${prefix} ${i}`, variable]);
    return Object.fromEntries([...named("mean", this.#means), ...named("square", this.#squares)]);
  }

  /** Frees its memory, not that of the networks. */
  dispose(): void {
    tf.dispose([...this.#means, ...this.#squares]);
  }
}

/** TensorFlow.js leaves out, against its types, what the loss does not depend on. */
function present(gradient: tf.Tensor | undefined, index: number): tf.Tensor {
  if (gradient === undefined) throw new Error(`the loss does not depend on network ${index} of this optimizer`);
  return gradient;
}
