/** That learning works at all; whole curves over seeds are in results/learning. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { algorithmOf } from "../../../src/learn/algorithms/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { Training } from "../../../src/learn/train.ts";

const EVALUATION_SEEDS = Array.from({ length: 20 }, (_, i) => 1_000_000 + i);

/** Mean return of the last stochastic policy. */
async function learned(kind: string, task: string, { steps, options = {} }: { steps: number; options?: object }): Promise<number> {
  const training = await Training.begin({
    algorithm: algorithmOf(kind),
    options,
    makeEnv: () => makeEnv(task),
    seeds: [1],
    stepBudget: steps,
    evaluation: { everySteps: steps, seeds: EVALUATION_SEEDS },
  });
  let mean = Number.NaN;
  await training.run(({ evaluations }) => {
    if (evaluations === undefined) return;
    const { stochastic } = evaluations[0] as { stochastic: readonly number[] };
    mean = stochastic.reduce((sum, value) => sum + value, 0) / stochastic.length;
  });
  training.dispose();
  return mean;
}

describe("learning", function () {
  this.timeout(120_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("PPO balances the pole: 195 of 500 and more, where chance has 22", async () => {
    const mean = await learned("ppo", "CartPole-v1", { steps: 25_600 });
    assert.ok(mean >= 195, `${mean}`);
  });

  it("DDPG swings the pendulum up: -400 and more, where chance has -1230", async () => {
    const mean = await learned("ddpg", "Pendulum-v1", { steps: 8_000 });
    assert.ok(mean >= -400, `${mean}`);
  });
});
