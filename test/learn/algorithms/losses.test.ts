/** The maths of each algorithm against values worked out by hand or by another formula. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { clippedGain, targetsOf } from "../../../src/learn/algorithms/clipped-objective.ts";
import { nextValues } from "../../../src/learn/algorithms/dqn.ts";
import { bootstrapped, Memory } from "../../../src/learn/algorithms/memory.ts";
import { gatherRows, minibatches, standardized } from "../../../src/learn/algorithms/population.ts";
import { ppo } from "../../../src/learn/algorithms/ppo.ts";
import { squashedDraw } from "../../../src/learn/algorithms/sac.ts";
import { smoothed } from "../../../src/learn/algorithms/td3.ts";
import { actorLoss } from "../../../src/learn/algorithms/td3-bc.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { Choices } from "../../../src/learn/nets/index.ts";
import { cellOf } from "../../../src/learn/table-policy.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { distance, rngsOf } from "../nets/checked.ts";

function close(got: tf.Tensor | ArrayLike<number>, expected: readonly number[], within = 1e-6): void {
  const numbers = got instanceof tf.Tensor ? got.dataSync() : got;
  assert.ok(distance(numbers, expected) <= within, `${Array.from(numbers)} and ${expected}`);
}

const settingOf = (task: string, ...seeds: number[]) => ({ spec: makeEnv(task), stepS: makeEnv(task).stepS, seeds });

describe("losses of the algorithms", () => {
  before(() => openBackend("wasm"));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("PPO: a ratio counts no more once it has moved too far in its own favour", () => {
    // Ratios 1.5, 1.5, 0.5, 0.5 with advantages 2, -2, 2, -2, clipped at 0.2:
    // min(3, 2.4), min(-3, -2.4), min(1, 1.6), min(-1, -1.6): 2.4 - 3 + 1 - 1.6 = -1.2, a quarter of that.
    const ratios = [1.5, 1.5, 0.5, 0.5];
    const old = tf.tensor2d([[-1, -2, -3, -4]]);
    const now = tf.tensor2d([ratios.map((ratio, i) => Math.log(ratio) - (i + 1))]);
    const advantages = tf.tensor2d([[2, -2, 2, -2]]);
    close(clippedGain(now, old, advantages, 0.2), [-0.3]);
    const slope = tf.grad((x) => tf.sum(clippedGain(x as tf.Tensor2D, old, advantages, 0.2)))(now);
    close(slope, [0, -0.75, 0.25, 0]); // ratio times advantage over 4 where it is not clipped
  });

  it("PPO: targets of two decisions, by GAE and without bootstrap", () => {
    const rollout = {
      laneCount: 1,
      rewards: [1, 2],
      elapsedSteps: [1, 1],
      values: [10, 20],
      nextValues: [20, 30],
    };
    const arrays = {
      ...rollout,
      rewards: Float64Array.from(rollout.rewards),
      elapsedSteps: Float64Array.from(rollout.elapsedSteps),
      values: Float64Array.from(rollout.values),
      nextValues: Float64Array.from(rollout.nextValues),
      terminated: new Uint8Array(2),
      truncated: new Uint8Array(2),
    };
    const options = (advantage: string) => ppo.schema.parse({ advantage, gamma: 0.5, lambda: 0.5 }) as Parameters<typeof targetsOf>[1];
    // Last: 2 + 15 - 20 = -3. First: 1 + 10 - 10 = 1, and 0.25 x -3. Returns are advantages plus values.
    close(targetsOf(arrays, options("gae")).advantages, [0.25, -3]);
    close(targetsOf(arrays, options("gae")).returns, [10.25, 17]);
    // Returns 2 and 1 + 0.5 x 2; the 30 that follows counts nothing.
    close(targetsOf(arrays, options("monte-carlo")).returns, [2, 2]);
    close(targetsOf(arrays, options("monte-carlo")).advantages, [-8, -18]);
  });

  it("several choices at once: probabilities multiply, entropies add", () => {
    const logits = tf.tensor3d([[[0, Math.log(3), Math.log(2), 0, 0]]]); // 1/4 3/4, and 1/2 1/4 1/4
    const policy = new Choices(logits, [2, 3]);
    close(policy.logProbability(tf.tensor3d([[[1, 2]]])), [Math.log((3 / 4) * (1 / 4))]);
    const entropy = (ps: readonly number[]): number => -ps.reduce((sum, p) => sum + p * Math.log(p), 0);
    close(policy.entropy(), [entropy([1 / 4, 3 / 4]) + entropy([1 / 2, 1 / 4, 1 / 4])]);
    const masked = new Choices(logits, [2, 3], tf.tensor3d([[[1, 1, 0, 1, 1]]]));
    close(masked.logProbability(tf.tensor3d([[[0, 1]]])), [Math.log((1 / 4) * (1 / 2))]);
  });

  it("targets of critics: nothing after an end, elapsed time otherwise", () => {
    const memory = Memory.holding(
      settingOf("Pendulum-v1", 1),
      [
        {
          observations: Float32Array.from([1, 2, 3]),
          actions: Float32Array.from([0.5]),
          rewards: Float32Array.from([7]),
          successors: Float32Array.from([4, 5, 6]),
          terminated: Float32Array.from([0]),
          elapsedSteps: Float32Array.from([2]),
        },
      ],
      { batchSize: 2, gamma: 0.5 },
    );
    const transitions = memory.sample(0);
    close(transitions.factors, [0.25, 0.25]);
    close(bootstrapped(transitions, tf.tensor2d([[8, 4]])), [9, 8]);
    close(transitions.successors, [4, 5, 6, 4, 5, 6]);
    close(bootstrapped({ ...transitions, factors: tf.tensor2d([[0, 0.25]]) }, tf.tensor2d([[8, 4]])), [7, 8]);
  });

  it("TD3: noise on target actions is clipped, and the action too", () => {
    const noisy = smoothed(tf.tensor3d([[[0], [0], [0.9]]]), tf.tensor3d([[[1], [-10], [2]]]), { targetNoise: 0.2, targetNoiseMax: 0.5 });
    close(noisy, [0.2, -0.5, 1]); // 0.9 + 0.4 is beyond 1
  });

  it("TD3-BC: squared distance to the data less the weighed value", () => {
    // (0.25 + 1) / 2 - 3 x (4 + 6) / 2
    const [own, data] = [tf.tensor3d([[[0.5], [1]]]), tf.tensor3d([[[0], [0]]])];
    close(actorLoss(tf.tensor2d([[4, 6]]), own, data, tf.tensor1d([3])), [0.625 - 15]);
  });

  it("SAC: the log-probability of a squashed draw is that of the density of tanh(u)", () => {
    const [mean, free, noise] = [0.3, -0.2, 0.7];
    const std = Math.exp(-5 + (7 * (Math.tanh(free) + 1)) / 2);
    const u = mean + std * noise;
    const { decisions, logProbabilities } = squashedDraw(tf.tensor3d([[[mean, free]]]), tf.tensor3d([[[noise]]]));
    close(decisions, [Math.tanh(u)]);
    // The distribution function of tanh(u) is Phi((atanh(y) - mean) / std): its slope, by differences in float64.
    const h = 1e-5;
    const y = Math.tanh(u);
    const slope = (normalCdf((Math.atanh(y + h) - mean) / std) - normalCdf((Math.atanh(y - h) - mean) / std)) / (2 * h);
    close(logProbabilities, [Math.log(slope)], 1e-4);
    const far = squashedDraw(tf.tensor3d([[[20, 0]]]), tf.tensor3d([[[0]]]));
    // 1 - tanh(20)^2 is 4 exp(-40) to 16 digits; deviation exp(-1.5).
    close(far.logProbabilities, [-0.5 * Math.log(2 * Math.PI) + 1.5 - (Math.log(4) - 40)], 1e-4);
  });

  it("DQN: one network picks the next choice, the other values it", () => {
    const [choosing, valued] = [tf.tensor3d([[[1, 5, 2]]]), tf.tensor3d([[[10, 20, 30]]])];
    close(nextValues(choosing, valued), [20]);
    close(nextValues(valued, valued), [30]);
    // 5 and 30 are forbidden: 2 is the greatest left of one, 20 of the other.
    close(nextValues(choosing, valued, tf.tensor3d([[[1, 0, 1]]])), [30]);
    close(nextValues(valued, valued, tf.tensor3d([[[1, 1, 0]]])), [20]);
  });

  it("the grid of tabular Q-learning: bins are counted row by row, and beyond the bounds lies the outermost", () => {
    const grid = { cells: [4, 3], low: [0, -3], high: [8, 3] };
    assert.equal(cellOf(grid, Float64Array.from([2, -1])), 1 * 3 + 1);
    assert.equal(cellOf(grid, Float64Array.from([7.9, 2.9])), 11);
    assert.equal(cellOf(grid, Float64Array.from([-5, 99])), 2);
  });

  it("minibatches: every row of every agent once an epoch, each agent's among its own", () => {
    const batches = [...minibatches(rngsOf(1, 2), 7, { epochs: 2, minibatchSize: 3, drawing: "shuffle" })];
    assert.equal(batches.length, 4);
    for (const epoch of [batches.slice(0, 2), batches.slice(2)]) {
      const [first, second] = [epoch.flatMap((rows) => [...rows.subarray(0, 3)]), epoch.flatMap((rows) => [...rows.subarray(3)])];
      assert.equal(new Set(first).size, 6);
      assert.equal(new Set(second).size, 6);
      assert.ok(first.every((row) => row >= 0 && row < 7) && second.every((row) => row >= 7 && row < 14));
    }
    close(
      gatherRows(
        tf.tensor3d([
          [[1], [2]],
          [[3], [4]],
        ]),
        Int32Array.from([1, 1, 2, 3]),
      ),
      [2, 2, 3, 4],
    );
    close(
      standardized(
        tf.tensor2d([
          [1, 3],
          [10, 10],
        ]),
      ),
      [-1, 1, 0, 0],
    );
  });
});

/** By the trapezoidal rule from -10. */
function normalCdf(x: number): number {
  const count = 200_000;
  const width = (x + 10) / count;
  const density = (t: number): number => Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
  let sum = (density(-10) + density(x)) / 2;
  for (let i = 1; i < count; i++) sum += density(-10 + i * width);
  return sum * width;
}
