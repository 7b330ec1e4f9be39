/** Forward passes against float64, and what a network does besides learning. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { rootRng } from "../../../src/kernel/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import {
  batchNorm,
  Categorical,
  copyInto,
  dense,
  gru,
  mlp,
  parameters,
  pick,
  sequential,
  softUpdate,
} from "../../../src/learn/nets/index.ts";
import { disposeAll, distance, matrix, rngsOf } from "./checked.ts";
import { gruForward, moments, sequentialForward } from "./reference.ts";

const float64 = (tensor: tf.Tensor): Float64Array => Float64Array.from(tensor.dataSync());

describe("networks", () => {
  before(() => openBackend("wasm"));

  it("give each agent of a population what float64 gives its row", () => {
    disposeAll(() => {
      const network = sequential(3, [dense(5, "relu"), dense(4, "sigmoid"), dense(2, "softmax")], rngsOf(1, 2));
      const inputs = [matrix(rootRng(3), 6, 3), matrix(rootRng(4), 6, 3)];
      const got = network.forward(tf.tensor3d(inputs)).arraySync();
      inputs.forEach((rows, agent) => {
        const expected = sequentialForward(network.architecture, float64(tf.slice(network.weights, [agent, 0], [1, -1])), rows);
        assert.ok(distance(got[agent]?.flat() ?? [], expected.flat()) < 1e-6);
      });
    });
  });

  it("refuse inputs of other sizes", () => {
    disposeAll(() => {
      const network = mlp({ inputs: 3, hidden: [4], outputs: 1, activation: "tanh" }, rngsOf(1));
      assert.throws(() => network.forward(tf.zeros([1, 2, 4])), /a network of 1 agents and 3 inputs got \[1,2,4\]/);
      assert.throws(() => network.forward(tf.zeros([2, 2, 3])), RangeError);
      assert.throws(() => mlp({ inputs: 3, hidden: [], outputs: 1, activation: "tanh" }, []), /at least one agent/);
    });
  });

  it("copy, and follow each other by a share", () => {
    disposeAll(() => {
      // From 0 to 8 by a quarter: 2, then 3.5.
      const [target, source] = [parameters(2, 0, 1), parameters(2, 8, 1)];
      softUpdate(target, source, 0.25);
      softUpdate(target, source, 0.25);
      assert.deepEqual([...target.weights.dataSync()], [3.5, 3.5]);
      copyInto(target, source);
      assert.deepEqual([...target.weights.dataSync()], [8, 8]);
    });
  });

  it("clone with weights and statistics of their own", () => {
    disposeAll(() => {
      const network = sequential(2, [batchNorm(), dense(1)], rngsOf(1));
      const clone = network.clone();
      network.forward(tf.tensor3d([matrix(rootRng(2), 4, 2)]), "train");
      assert.deepEqual([...clone.weights.dataSync()], [...network.weights.dataSync()]);
      assert.deepEqual([...(clone.statistics?.dataSync() ?? [])], [0, 0, 1, 1]);
      assert.notDeepEqual([...(network.statistics?.dataSync() ?? [])], [0, 0, 1, 1]);
      softUpdate(clone, network, 1);
      assert.deepEqual(clone.statistics?.dataSync(), network.statistics?.dataSync());
    });
  });
});

describe("batch norm", () => {
  before(() => openBackend("wasm"));

  it("gives a batch mean 0 and variance 1 in training, and follows it by a tenth", () => {
    disposeAll(() => {
      const network = sequential(2, [batchNorm()], rngsOf(1));
      // Columns 1, 3 and 10, 30: means 2 and 20, variances 1 and 100, or 2 and 200 as estimates of all data.
      const [[low = [], high = []] = []] = network.forward(tf.tensor3d([[[1, 10], [3, 30]]]), "train").arraySync(); // biome-ignore format: a row a line
      assert.ok(distance([...low, ...high], [-1, -1, 1, 1]) < 1e-5);
      // Running means 0.2 and 2; variances 0.9 + 0.1 * 2 = 1.1 and 0.9 + 0.1 * 200 = 20.9.
      assert.ok(distance(network.statistics?.dataSync() ?? [], [0.2, 2, 1.1, 20.9]) < 1e-5);
    });
  });

  it("uses the running values in evaluation, and leaves them", () => {
    disposeAll(() => {
      const network = sequential(3, [batchNorm(), dense(4, "relu"), batchNorm(), dense(2)], rngsOf(1));
      const rows = matrix(rootRng(2), 8, 3);
      const x = tf.tensor3d([rows]);
      for (let i = 0; i < 3; i++) network.forward(x, "train");
      const statistics = float64(network.statistics as tf.Tensor);
      const expected = sequentialForward(network.architecture, float64(network.weights), rows, statistics);
      assert.ok(distance(network.forward(x).dataSync(), expected.flat()) < 1e-5);
      assert.deepEqual(float64(network.statistics as tf.Tensor), statistics);
    });
  });

  it("cannot train on one row", () => {
    disposeAll(() => {
      const network = sequential(1, [batchNorm()], rngsOf(1));
      assert.throws(() => network.forward(tf.zeros([1, 1, 1]), "train"), /cannot train on a batch of one/);
    });
  });

  it("has moments that a test can trust", () => {
    const [means, variances] = moments([[1], [3]]);
    assert.deepEqual([[...means], [...variances]], [[2], [1]]);
  });
});

describe("GRU", () => {
  before(() => openBackend("wasm"));

  for (const bidirectional of [false, true]) {
    it(`gives what float64 gives, ${bidirectional ? "both directions" : "one direction"}, however much padding follows`, () => {
      disposeAll(() => {
        const network = gru({ inputs: 3, hidden: 4, layers: 2, bidirectional }, rngsOf(1, 2));
        const width = bidirectional ? 8 : 4;
        const lengths = [5, 2, 0];
        const inputs = [3, 4].map((seed) => lengths.map(() => matrix(rootRng(seed), 5, 3)));
        const mask = inputs.map(() => lengths.map((length) => [0, 1, 2, 3, 4].map((t) => (t < length ? 1 : 0))));
        const { outputs, state } = network.forward(tf.tensor4d(inputs), { mask: tf.tensor3d(mask) });
        inputs.forEach((sequences, agent) => {
          const weights = float64(tf.slice(network.weights, [agent, 0], [1, -1]));
          sequences.forEach((steps, i) => {
            const expected = gruForward(network.architecture, weights, steps.slice(0, lengths[i]));
            const padding = new Array((5 - (lengths[i] as number)) * width).fill(0);
            assert.ok(
              distance(tf.slice(outputs, [agent, i, 0, 0], [1, 1, 5, width]).dataSync(), [...expected.outputs.flat(), ...padding]) < 1e-6,
            );
            assert.ok(distance(tf.slice(state, [agent, i, 0], [1, 1, -1]).dataSync(), expected.state) < 1e-6);
          });
        });
      });
    });
  }

  it("goes on from a state, in one piece or step by step", () => {
    disposeAll(() => {
      const network = gru({ inputs: 2, hidden: 3, layers: 2 }, rngsOf(1));
      const x = tf.tensor4d([[matrix(rootRng(2), 6, 2)]]);
      const whole = network.forward(x);
      const half = network.forward(tf.slice(x, [0, 0, 0, 0], [1, 1, 3, 2]));
      const rest = network.forward(tf.slice(x, [0, 0, 3, 0], [1, 1, 3, 2]), { state: half.state });
      assert.ok(distance(rest.state.dataSync(), whole.state.dataSync()) < 1e-7);
      let state: tf.Tensor3D = tf.zeros([1, 1, network.stateSize]);
      for (let t = 0; t < 6; t++) state = network.step(tf.squeeze(tf.slice(x, [0, 0, t, 0], [1, 1, 1, 2]), [2]), state);
      assert.ok(distance(state.dataSync(), whole.state.dataSync()) < 1e-7);
      // The output is the last layer's state.
      assert.ok(distance(state.dataSync().slice(3), tf.slice(whole.outputs, [0, 0, 5, 0]).dataSync()) < 1e-7);
    });
  });

  it("begins anew inside a sequence as if the sequence began there", () => {
    disposeAll(() => {
      const network = gru({ inputs: 2, hidden: 3, layers: 2 }, rngsOf(1));
      const x = tf.tensor4d([[matrix(rootRng(2), 5, 2)]]);
      const state = tf.tensor3d([[new Array(network.stateSize).fill(0.5)]]);
      const whole = network.forward(x, { state, begins: tf.tensor3d([[[0, 0, 1, 0, 0]]]) });
      const before = network.forward(tf.slice(x, [0, 0, 0, 0], [1, 1, 2, 2]), { state });
      const after = network.forward(tf.slice(x, [0, 0, 2, 0], [1, 1, 3, 2]));
      assert.ok(distance(whole.outputs.dataSync(), [...before.outputs.dataSync(), ...after.outputs.dataSync()]) < 1e-7);
      const both = gru({ inputs: 2, hidden: 3, bidirectional: true }, rngsOf(1));
      assert.throws(() => both.forward(x, { begins: tf.zeros([1, 1, 5]) }), /both directions cannot begin anew/);
    });
  });

  it("of both directions takes no single steps", () => {
    disposeAll(() => {
      const network = gru({ inputs: 2, hidden: 3, bidirectional: true }, rngsOf(1));
      assert.throws(() => network.step(tf.zeros([1, 1, 2]), tf.zeros([1, 1, 6])), /needs whole sequences/);
    });
  });
});

describe("choices", () => {
  before(() => openBackend("wasm"));

  it("that are not allowed have no probability, and take no part in the entropy", () => {
    disposeAll(() => {
      // Two of three are allowed, with equal logits: entropy ln 2.
      const policy = new Categorical(tf.tensor3d([[[1, 50, 1]]]), tf.tensor3d([[[1, 0, 1]]]));
      assert.ok(distance(tf.exp(policy.logProbabilities).dataSync(), [0.5, 0, 0.5]) < 1e-6);
      assert.ok(distance(policy.entropy().dataSync(), [Math.LN2]) < 1e-6);
    });
  });

  it("are picked out of the last axis", () => {
    disposeAll(() => {
      const values = tf.tensor3d([[[1, 2, 3], [4, 5, 6]]]); // biome-ignore format: a row a line
      assert.deepEqual([...pick(values, tf.tensor2d([[2, 0]])).dataSync()], [3, 4]);
    });
  });
});
