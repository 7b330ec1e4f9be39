/** Options that change what an algorithm keeps or computes: each resumes exactly and trains populations as loners, too. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { algorithmOf } from "../../../src/learn/algorithms/index.ts";
import { MONTE_CARLO } from "../../../src/learn/algorithms/ppo.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import type { TableData } from "../../../src/learn/table-policy.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { Training, type TrainingSpec } from "../../../src/learn/train.ts";

const SMALL = { hidden: [8] };
const ROLLOUT = { ...SMALL, lanes: 2, rolloutSteps: 20 };
const REPLAY = { ...SMALL, batchSize: 8, startSteps: 60 };
const ROUNDS = { stepsPerRound: 4, updatesPerRound: 3, copyEveryUpdates: 5 };

const VARIANTS: Readonly<Record<string, readonly [kind: string, task: string, options: object]>> = {
  "PPO with a Gaussian policy and normalised observations": ["ppo", "Pendulum-v1", { ...ROLLOUT, normalizeObservations: true }],
  "PPO under masks, as the papers' code has it": ["ppo", "ServerlessTableMasked-v0", { ...MONTE_CARLO, ...ROLLOUT }],
  "DDPG with batch norm and Gaussian noise": ["ddpg", "Pendulum-v1", { ...REPLAY, batchNorm: true, noise: "gaussian", init: "fan-out" }],
  "TD3 with Ornstein-Uhlenbeck noise in two lanes": ["td3", "Pendulum-v1", { ...REPLAY, lanes: 2, noise: "ornstein-uhlenbeck" }],
  "plain DQN": ["dqn", "CartPole-v1", { ...REPLAY, ...ROUNDS, double: false }],
  "DQN under masks in two lanes": ["dqn", "ServerlessTableMasked-v0", { ...REPLAY, ...ROUNDS, lanes: 2 }],
  "tabular Q-learning under masks in two lanes": ["q-table", "ServerlessTableMasked-v0", { bins: 3, lanes: 2 }],
  "REINFORCE without a baseline, under masks": ["reinforce", "ServerlessTableMasked-v0", { ...ROLLOUT, baseline: false }],
};

describe("variants of algorithms", function () {
  this.timeout(30_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  for (const [name, [kind, task, options]] of Object.entries(VARIANTS)) {
    it(`${name}: resumes exactly, alone as in a population`, async () => {
      const spec: TrainingSpec = { algorithm: algorithmOf(kind), options, makeEnv: () => makeEnv(task), seeds: [3], stepBudget: 240 };
      const whole = await Training.begin(spec);
      await whole.run(undefined, 130);
      const resumed = await Training.resume(spec, await whole.save());
      const together = await Training.begin({ ...spec, seeds: [2, 3] });
      for (const training of [whole, resumed, together]) await training.run();
      assert.deepEqual(await resumed.save(), await whole.save());
      assert.deepEqual(together.learner.policyData(1), whole.learner.policyData(0));
    });
  }

  for (const kind of ["ppo", "recurrent-ppo"]) {
    it(`${kind} learns from a rollout at the rate of its beginning`, async () => {
      const specOf = (learningRate: number, learningRateEnd: number): TrainingSpec => ({
        algorithm: algorithmOf(kind),
        options: { lanes: 2, rolloutSteps: 8, epochs: 1, learningRate, learningRateEnd },
        ...{ makeEnv: () => makeEnv("CartPole-v1"), seeds: [1], stepBudget: 32 },
      });
      const falling = await Training.begin(specOf(0.01, 0));
      await falling.run();
      const first = await Training.begin(specOf(0.01, 0.01));
      await first.run(undefined, 16);
      const second = await Training.resume(specOf(0.005, 0.005), await first.save()); // half of the budget is used up
      await second.run();
      assert.deepEqual(falling.learner.policyData(0), second.learner.policyData(0));
    });
  }

  it("a table needs bounds that end", async () => {
    const begin = (bounds: object) =>
      Training.begin({
        algorithm: algorithmOf("q-table"),
        options: { bounds },
        makeEnv: () => makeEnv("CartPole-v1"),
        seeds: [1],
        stepBudget: 1,
      });
    await assert.rejects(
      begin({}),
      /bounds must give finite bounds of speedMPerS, which has -Infinity\.\.Infinity: \{ speedMPerS: \[low, high\] \}/,
    );
    await assert.rejects(
      begin({ speed: [0, 1] }),
      /bounds names "speed", which CartPole-v1 does not show; it shows: positionM, speedMPerS/,
    );
  });

  it("a table has as many cells of each observed real as its name has, or else all have", async () => {
    const begin = (binsOf: object) =>
      Training.begin({
        algorithm: algorithmOf("q-table"),
        options: { bins: 2, binsOf, bounds: { speedMPerS: [-3, 3], speedRadPerS: [-4, 4] } },
        makeEnv: () => makeEnv("CartPole-v1"),
        seeds: [1],
        stepBudget: 1,
      });
    const { grid, values } = (await begin({ angleRad: 7, positionM: 1 })).learner.policyData(0) as TableData;
    assert.deepEqual(grid.cells, [1, 2, 7, 2]);
    assert.equal(values.length, 1 * 2 * 7 * 2 * 2);
    await assert.rejects(begin({ angle: 7 }), /binsOf names "angle", which CartPole-v1 does not show; it shows: positionM, speedMPerS/);
  });

  it("training ends when the caller has seen enough", async () => {
    const algorithm = algorithmOf("reinforce");
    const training = await Training.begin({
      algorithm,
      options: ROLLOUT,
      makeEnv: () => makeEnv("CartPole-v1"),
      seeds: [1],
      stepBudget: 400,
    });
    const seen: number[] = [];
    await training.run(({ steps, stepBudget, measures }) => {
      seen.push(steps);
      assert.equal(stepBudget, 400);
      assert.ok(Number.isFinite(measures?.loss?.[0]));
      return steps === 80 ? "stop" : undefined;
    });
    assert.deepEqual(seen, [40, 80]);
    assert.equal(training.steps, 80);
  });
});
