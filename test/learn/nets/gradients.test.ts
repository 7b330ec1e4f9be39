/**
 * Gradients against central differences of the same function in float64. A gradient has thousands of numbers: what is compared is its
 * product with random directions, as large as the gradient itself, relative to the norms of both.
 */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { rootRng } from "../../../src/kernel/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import {
  type Activation,
  batchNorm,
  Categorical,
  dense,
  Gaussian,
  gru,
  meanPerAgent,
  meanSquaredError,
  sequential,
} from "../../../src/learn/nets/index.ts";
import { disposeAll, matrix, rngsOf, uniformArray } from "./checked.ts";
import { average, gruForward, type Matrix, sequentialForward, softmax } from "./reference.ts";

const BATCH = 7;
const INPUTS = 5;
const STEP = 1e-6;
const RELATIVE = 1e-4;

/** A scalar function of numbers: in float32 with a gradient, and in float64. */
interface Checked {
  /** Where: the tensor that `value` reads. */
  readonly point: tf.Tensor;
  value(): tf.Tensor1D;
  reference(at: Float64Array): number;
}

function assertGradient({ point, value, reference }: Checked): void {
  const rng = rootRng(11);
  const at = point.dataSync() as Float32Array;
  const [gradient] = tf.engine().gradients(value, [point], tf.ones([1]) as tf.Tensor1D).grads;
  const slopes = (gradient as tf.Tensor).dataSync() as Float32Array;
  const norm = Math.sqrt(slopes.reduce((total, slope) => total + slope * slope, 0));
  assert.ok(norm > 1e-3, "the gradient vanishes");
  for (let i = 0; i < 5; i++) {
    // Half along the gradient, or most directions would be nearly level.
    const direction = Float64Array.from(
      uniformArray(rng, at.length),
      (noise, j) => noise / Math.sqrt(at.length / 3) + (slopes[j] as number) / norm,
    );
    const expected = (reference(moved(at, direction, STEP)) - reference(moved(at, direction, -STEP))) / (2 * STEP);
    const got = direction.reduce((total, d, j) => total + d * (slopes[j] as number), 0);
    const length = Math.sqrt(direction.reduce((total, d) => total + d * d, 0));
    assert.ok(Math.abs(got - expected) < RELATIVE * norm * length, `${got}, by differences ${expected}`);
  }
}

const moved = (at: Float32Array, direction: Float64Array, step: number): Float64Array =>
  Float64Array.from(at, (value, i) => value + step * (direction[i] as number));

const squares = (rows: Matrix, targets: Matrix): number =>
  average(rows.flatMap((row, i) => row.map((value, j) => (value - (targets[i]?.[j] as number)) * (value - (targets[i]?.[j] as number)))));

for (const backend of ["cpu", "wasm"]) {
  describe(`gradients on ${backend}`, () => {
    before(() => openBackend(backend));

    const activations: readonly Activation[] = ["linear", "relu", "tanh", "sigmoid", "softmax"];
    for (const activation of activations) {
      it(`of dense layers, ${activation}`, () => {
        disposeAll(() => {
          const rng = rootRng(1);
          const [x, y] = [matrix(rng, BATCH, INPUTS), matrix(rng, BATCH, 3)];
          const network = sequential(INPUTS, [dense(6, activation), dense(3, activation)], rngsOf(2));
          assertGradient({
            point: network.weights,
            value: () => meanSquaredError(network.forward(tf.tensor3d([x])), tf.tensor3d([y])),
            reference: (at) => squares(sequentialForward(network.architecture, at, x), y),
          });
        });
      });
    }

    it("of batch norm, through the moments of the batch", () => {
      disposeAll(() => {
        const rng = rootRng(3);
        const [x, y] = [matrix(rng, BATCH, INPUTS), matrix(rng, BATCH, 2)];
        const network = sequential(INPUTS, [batchNorm(), dense(4, "tanh"), batchNorm(), dense(2)], rngsOf(4));
        assertGradient({
          point: network.weights,
          value: () => meanSquaredError(network.forward(tf.tensor3d([x]), "train"), tf.tensor3d([y])),
          reference: (at) => squares(sequentialForward(network.architecture, at, x), y),
        });
      });
    });

    it("of a network's inputs, which an actor learns by", () => {
      disposeAll(() => {
        const y = matrix(rootRng(5), BATCH, 2);
        const x = tf.tensor3d(uniformArray(rootRng(7), BATCH * INPUTS), [1, BATCH, INPUTS]);
        const network = sequential(INPUTS, [batchNorm(), dense(4, "relu"), dense(2, "tanh")], rngsOf(6));
        const rows = (at: Float64Array): Matrix => Array.from({ length: BATCH }, (_, i) => [...at.subarray(i * INPUTS, (i + 1) * INPUTS)]);
        assertGradient({
          point: x,
          value: () => meanSquaredError(network.forward(x, "train"), tf.tensor3d([y])),
          reference: (at) => squares(sequentialForward(network.architecture, Float64Array.from(network.weights.dataSync()), rows(at)), y),
        });
      });
    });

    for (const bidirectional of [false, true]) {
      it(`of a GRU of two layers, ${bidirectional ? "both directions" : "one direction"}, with padding`, () => {
        disposeAll(() => {
          const rng = rootRng(8);
          const lengths = [4, 2, 1];
          const sequences = lengths.map(() => matrix(rng, 4, 3));
          const masks = lengths.map((length) => [0, 1, 2, 3].map((t) => (t < length ? 1 : 0)));
          const network = gru({ inputs: 3, hidden: 4, layers: 2, bidirectional }, rngsOf(9));
          const outputs = bidirectional ? 8 : 4;
          assertGradient({
            point: network.weights,
            value: () => {
              const result = network.forward(tf.tensor4d([sequences]), { mask: tf.tensor3d([masks]) });
              return tf.add(meanPerAgent(tf.square(result.outputs)), meanPerAgent(result.state));
            },
            reference: (at) => {
              const results = sequences.map((steps, i) => gruForward(network.architecture, at, steps.slice(0, lengths[i])));
              const ofOutputs = results
                .flatMap(({ outputs: rows }) => rows.flat().map((value) => value * value))
                .reduce((a, b) => a + b, 0);
              return ofOutputs / (lengths.length * 4 * outputs) + average(results.flatMap(({ state }) => state));
            },
          });
        });
      });
    }

    const losses: readonly (readonly [name: string, loss: (x: tf.Tensor3D) => tf.Tensor1D, reference: (rows: Matrix) => number])[] = [
      [
        "the squared error",
        (x) => meanSquaredError(tf.mul(x, 3), tf.zerosLike(x)),
        (rows) => average(rows.flat().map((value) => 9 * value * value)),
      ],
      [
        "the log-likelihood of choices",
        (x) => meanPerAgent(new Categorical(x).logProbability(tf.tensor2d([CHOICES]))),
        (rows) => average(rows.map((row, i) => Math.log(softmax(row)[CHOICES[i] as number] as number))),
      ],
      [
        "the log-likelihood of choices among the allowed",
        (x) => meanPerAgent(new Categorical(x, tf.tensor3d([MASK])).logProbability(tf.tensor2d([CHOICES]))),
        (rows) =>
          average(
            rows.map((row, i) => {
              const allowed = row.map((value, j) => (MASK[i]?.[j] === 1 ? Math.exp(value) : 0));
              return (row[CHOICES[i] as number] as number) - Math.log(allowed.reduce((a, b) => a + b, 0));
            }),
          ),
      ],
      [
        "the entropy of choices",
        (x) => meanPerAgent(new Categorical(x).entropy()),
        (rows) => average(rows.map((row) => -softmax(row).reduce((total, p) => total + p * Math.log(p), 0))),
      ],
      [
        "the log-density of a Gaussian",
        (x) => meanPerAgent(gaussianOf(x).logProbability(tf.fill([1, BATCH, 2], 0.3))),
        (rows) => average(rows.map(([a = 0, b = 0, c = 0, d = 0]) => logNormal(0.3, a, Math.exp(c)) + logNormal(0.3, b, Math.exp(d)))),
      ],
      [
        "the entropy of a Gaussian",
        (x) => meanPerAgent(gaussianOf(x).entropy()),
        (rows) => average(rows.map(([, , c = 0, d = 0]) => c + d + Math.log(2 * Math.PI * Math.E))),
      ],
    ];
    for (const [name, loss, reference] of losses) {
      it(`of ${name}, and its value`, () => {
        disposeAll(() => {
          const x = tf.tensor3d(uniformArray(rootRng(10), BATCH * 4), [1, BATCH, 4]);
          const rows = (flat: ArrayLike<number>): Matrix =>
            Array.from({ length: BATCH }, (_, i) => [0, 1, 2, 3].map((j) => flat[i * 4 + j] as number));
          const value = (): tf.Tensor1D => loss(x);
          const [got = Number.NaN] = value().dataSync();
          assert.ok(Math.abs(got - reference(rows(x.dataSync()))) < 1e-6);
          assertGradient({ point: x, value, reference: (flat) => reference(rows(flat)) });
        });
      });
    }
  });
}

const CHOICES = [0, 3, 1, 2, 2, 0, 3];
/** Every row allows its choice. */
const MASK = CHOICES.map((choice, i) => [0, 1, 2, 3].map((j) => (j === choice || (i + j) % 3 === 0 ? 1 : 0)));

function gaussianOf(x: tf.Tensor3D): Gaussian {
  const [mean, logStd] = tf.split(x, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  return new Gaussian(mean, logStd);
}

const logNormal = (x: number, mean: number, std: number): number =>
  -((x - mean) * (x - mean)) / (2 * std * std) - Math.log(std * Math.sqrt(2 * Math.PI));
