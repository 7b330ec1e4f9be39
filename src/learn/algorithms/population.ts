/** Rows of numbers between environments, which have lanes, and networks, which have agents. */
import * as tf from "@tensorflow/tfjs-core";
import { randomNormal } from "d3-random";
import type { Rng } from "../../kernel/index.ts";

/** Row `i` of `rowCount`, a view. */
export function rowOf<A extends Float32Array | Float64Array | Uint8Array>(rows: A, i: number, rowCount: number): A {
  const width = rows.length / rowCount;
  return rows.subarray(i * width, (i + 1) * width) as A;
}

/** Each agent's rows, stacked: [agents, rowCount, numbers of a row]. */
export function stack(rows: readonly (Float32Array | Uint8Array)[], rowCount: number): tf.Tensor3D {
  const width = (rows[0] as Float32Array).length / rowCount;
  return tf.tensor3d(joined(rows), [rows.length, rowCount, width]);
}

/** Each agent's numbers, stacked: [agents, numbers]. */
export function stackFlat(rows: readonly Float32Array[]): tf.Tensor2D {
  return tf.tensor2d(joined(rows), [rows.length, (rows[0] as Float32Array).length]);
}

function joined(rows: readonly (Float32Array | Uint8Array)[]): Float32Array {
  const { length } = rows[0] as Float32Array;
  const all = new Float32Array(rows.length * length);
  rows.forEach((own, i) => {
    all.set(own, i * length);
  });
  return all;
}

export interface Minibatches {
  readonly epochs: number;
  readonly minibatchSize: number;
  /** Every row once an epoch, or each time any. */
  readonly drawing: "shuffle" | "with-replacement";
}

/**
 * Rows of every minibatch of every epoch, as `gatherRows` takes them. What an epoch has over whole minibatches is left out.
 * @param streams one an agent
 */
export function* minibatches(
  streams: readonly Rng[],
  rowCount: number,
  { epochs, minibatchSize, drawing }: Minibatches,
): Generator<Int32Array> {
  const size = Math.min(minibatchSize, rowCount);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const orders = streams.map((rng) => (drawing === "shuffle" ? shuffled(rowCount, rng) : drawn(rowCount, rng)));
    for (let start = 0; start + size <= rowCount; start += size) {
      const rows = new Int32Array(orders.length * size);
      orders.forEach((order, agent) => {
        for (let i = 0; i < size; i++) rows[agent * size + i] = agent * rowCount + (order[start + i] as number);
      });
      yield rows;
    }
  }
}

/** 0 .. count - 1 in an order drawn evenly. @see Fisher & Yates; Knuth, The Art of Computer Programming 2, algorithm P */
function shuffled(count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** `count` numbers below `count`, drawn with replacement. */
function drawn(count: number, rng: Rng): Int32Array {
  return Int32Array.from({ length: count }, () => rng.int(count));
}

/** Rows of every agent, [agents, size, ...]. @param rows places in all agents' rows one after the other, as many of each agent */
export function gatherRows<T extends tf.Tensor>(x: T, rows: Int32Array): T {
  const [agents, rowCount, ...width] = x.shape as [number, number, ...number[]];
  const flat = tf.reshape(x, [agents * rowCount, ...width]);
  return tf.reshape(tf.gather(flat, tf.tensor1d(rows, "int32")), [agents, rows.length / agents, ...width]) as T;
}

/** Each agent's numbers with mean 0 and deviation 1, [agents, numbers]. */
export function standardized(x: tf.Tensor2D): tf.Tensor2D {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const deviation = tf.sqrt(tf.mean(tf.square(centred), 1, true));
  return tf.div(centred, tf.add(deviation, 1e-8));
}

/** Standard normal numbers in the shape of `x`, each agent's from a stream of its own by the number of the draw. */
export function normalLike(x: tf.Tensor3D, streams: readonly Rng[], draw: number): tf.Tensor3D {
  const size = x.size / streams.length;
  const rows = streams.map((stream) => Float32Array.from({ length: size }, randomNormal.source(stream.fork(`${draw}`).uniform)()));
  return tf.tensor3d(joined(rows), x.shape);
}
