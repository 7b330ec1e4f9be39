import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { adam, mlp, type Parameters, parameters } from "../../../src/learn/nets/index.ts";
import { disposeAll, distance, rngsOf } from "./checked.ts";

/** The loss whose gradient is `slopes` everywhere: [agents][numbers]. */
const slope = (network: Parameters, slopes: number[][]) => (): tf.Tensor1D => tf.sum(tf.mul(network.weights, tf.tensor2d(slopes)), 1);

describe("Adam", () => {
  before(() => openBackend("wasm"));

  it("takes the steps of the paper", () => {
    disposeAll(() => {
      // Rate 0.1, gradients 1, then -2, by hand:
      // 1: m = 0.1, v = 0.001; m / (1 - 0.9) = 1, v / (1 - 0.999) = 1; step 0.1 * 1 / (1 + 1e-8) = 0.1
      // 2: m = 0.09 - 0.2 = -0.11, v = 0.000999 + 0.004 = 0.004999; divided by 0.19 and by 0.001999:
      //    -0.578947, 2.500750; step 0.1 * -0.578947 / 1.581376 = -0.0366103
      const network = parameters(1, 5, 1);
      const optimizer = adam([network], { learningRate: 0.1 });
      optimizer.minimize(slope(network, [[1]]));
      assert.ok(distance(network.weights.dataSync(), [4.9]) < 1e-6);
      optimizer.minimize(slope(network, [[-2]]));
      assert.ok(distance(network.weights.dataSync(), [4.9366103]) < 1e-6);
    });
  });

  it("adds 1e-8 to the root, which a gradient of 1e-8 feels", () => {
    disposeAll(() => {
      // The first step is rate * g / (|g| + epsilon): half the rate where g = epsilon, 1/11 of it with TensorFlow's 1e-7.
      const network = parameters(1, 0, 1);
      adam([network], { learningRate: 0.1 }).minimize(slope(network, [[1e-8]]));
      assert.ok(distance(network.weights.dataSync(), [-0.05]) < 1e-6);
    });
  });

  it("clips the gradient of each agent by its own norm over all networks", () => {
    disposeAll(() => {
      // Agent 0 has gradients 3 and 4, norm 5, scaled to 0.6 and 0.8; agent 1 has 0.3 and 0.4, shorter than 1.
      const [a, b] = [parameters(1, 0, 2), parameters(1, 0, 2)];
      const optimizer = adam([a, b], { learningRate: 0.1, maxGradientNorm: 1 });
      optimizer.minimize(() => tf.add(slope(a, [[3], [0.3]])(), slope(b, [[4], [0.4]])()));
      // Means begin as a tenth of the gradient.
      assert.ok(distance(optimizer.variables["mean 0"]?.dataSync() ?? [], [0.06, 0.03]) < 1e-7);
      assert.ok(distance(optimizer.variables["mean 1"]?.dataSync() ?? [], [0.08, 0.04]) < 1e-7);
    });
  });

  it("returns each agent's loss before the step", () => {
    disposeAll(() => {
      const network = parameters(1, 2, 2);
      const losses = adam([network], { learningRate: 0.1 }).minimize(slope(network, [[1], [3]]));
      assert.deepEqual([...losses.dataSync()], [2, 6]);
    });
  });

  it("follows a schedule of its rate", () => {
    disposeAll(() => {
      const network = parameters(1, 0, 1);
      const optimizer = adam([network], { learningRate: 0.1 });
      optimizer.learningRate = 0.02;
      optimizer.minimize(slope(network, [[7]]));
      assert.ok(distance(network.weights.dataSync(), [-0.02]) < 1e-7);
    });
  });

  it("refuses a loss that leaves one of its networks out", () => {
    disposeAll(() => {
      const [used, unused] = [parameters(1, 0, 1), mlp({ inputs: 1, hidden: [], outputs: 1, activation: "relu" }, rngsOf(1))];
      const optimizer = adam([used, unused], { learningRate: 0.1 });
      assert.throws(() => optimizer.minimize(slope(used, [[1]])), /does not depend on network 1 of this optimizer/);
    });
  });
});
