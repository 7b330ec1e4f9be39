/** Losses and log-likelihoods, written for a population: everything keeps the axis of the agents apart. */
import * as tf from "@tensorflow/tfjs-core";

/** Mean over all axes but the first: what an optimizer minimizes. [agents, ...] to [agents]. */
export function meanPerAgent(x: tf.Tensor): tf.Tensor1D {
  const others = x.shape.map((_, axis) => axis).slice(1);
  return tf.mean(x, others);
}

export function meanSquaredError(predictions: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  return meanPerAgent(tf.square(tf.sub(predictions, targets)));
}

/** A choice among the last axis of [agents, batch, choices]. */
export class Categorical {
  /** Logarithms of the probabilities, [agents, batch, choices]. */
  readonly logProbabilities: tf.Tensor3D;

  /** @param mask 1 where a choice is allowed, 0 where not; at least one must be */
  constructor(logits: tf.Tensor3D, mask?: tf.Tensor3D) {
    // Far below every logit, and finite: its probability is 0, and 0 times it is 0 in the entropy.
    this.logProbabilities = tf.logSoftmax(
      mask === undefined ? logits : tf.where(tf.cast(mask, "bool"), logits, tf.fill(logits.shape, -1e8)),
    );
  }

  /** @param choices [agents, batch], whole numbers @returns [agents, batch] */
  logProbability(choices: tf.Tensor2D): tf.Tensor2D {
    return pick(this.logProbabilities, choices);
  }

  /** Nats, [agents, batch]. */
  entropy(): tf.Tensor2D {
    return tf.neg(tf.sum(tf.mul(tf.exp(this.logProbabilities), this.logProbabilities), 2));
  }
}

/** Several independent choices, whose logits lie one after the other along the last axis. */
export class Choices {
  readonly #parts: readonly Categorical[];

  /** @param counts values of each choice @param mask as of `Categorical`, one after the other too */
  constructor(logits: tf.Tensor3D, counts: readonly number[], mask?: tf.Tensor3D) {
    const split = (x: tf.Tensor3D): tf.Tensor3D[] => (counts.length === 1 ? [x] : tf.split(x, [...counts], 2));
    const masks = mask && split(mask);
    this.#parts = split(logits).map((part, i) => new Categorical(part, masks?.[i]));
  }

  /** Of all choices together, [agents, batch]. @param choices [agents, batch, choices], whole numbers */
  logProbability(choices: tf.Tensor3D): tf.Tensor2D {
    return sum(tf.unstack(choices, 2).map((own, i) => (this.#parts[i] as Categorical).logProbability(own as tf.Tensor2D)));
  }

  /** Nats, of all choices together, [agents, batch]. */
  entropy(): tf.Tensor2D {
    return sum(this.#parts.map((part) => part.entropy()));
  }
}

function sum(parts: readonly tf.Tensor2D[]): tf.Tensor2D {
  return parts.length === 1 ? (parts[0] as tf.Tensor2D) : tf.addN([...parts]);
}

/** One value of the last axis each: by a product, since `gather` has no gradient on `wasm`. @param choices [agents, batch], whole numbers */
export function pick(values: tf.Tensor3D, choices: tf.Tensor2D): tf.Tensor2D {
  return tf.sum(tf.mul(values, tf.oneHot(tf.cast(choices, "int32"), values.shape[2])), 2);
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Independent normal numbers along the last axis. */
export class Gaussian {
  readonly mean: tf.Tensor3D;
  readonly logStd: tf.Tensor3D;

  /** @param logStd broadcasts to `mean`, [agents, batch, numbers] */
  constructor(mean: tf.Tensor3D, logStd: tf.Tensor3D) {
    this.mean = mean;
    this.logStd = tf.add(logStd, tf.zerosLike(mean));
  }

  /** Of all numbers together, [agents, batch]. */
  logProbability(values: tf.Tensor3D): tf.Tensor2D {
    const z = tf.mul(tf.sub(values, this.mean), tf.exp(tf.neg(this.logStd)));
    return tf.neg(tf.sum(tf.add(tf.add(tf.mul(tf.square(z), 0.5), this.logStd), HALF_LOG_TWO_PI), 2));
  }

  /** Nats, of all numbers together, [agents, batch]. */
  entropy(): tf.Tensor2D {
    return tf.sum(tf.add(this.logStd, 0.5 + HALF_LOG_TWO_PI), 2);
  }
}
