/** That learning works at all; whole curves over seeds are in results/learning. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { algorithmOf } from "../../../src/learn/algorithms/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { Training } from "../../../src/learn/train.ts";

const EVALUATION_SEEDS = Array.from({ length: 20 }, (_, i) => 1_000_000 + i);

/** Mean return of the last stochastic policy. */
async function learned(kind: string, task: string, { steps }: { steps: number }): Promise<number> {
  const training = await Training.begin({
    algorithm: algorithmOf(kind),
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
  this.timeout(240_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("PPO balances the pole: 195 of 500 and more, where chance has 22", async () => {
    const mean = await learned("ppo", "CartPole-v1", { steps: 40_960 });
    assert.ok(mean >= 195, `${mean}`);
  });

  it("DDPG swings the pendulum up: -400 and more, where chance has -1230", async () => {
    const mean = await learned("ddpg", "Pendulum-v1", { steps: 12_000 });
    assert.ok(mean >= -400, `${mean}`);
  });

  it("PPO with a memory says the sign it was shown nine steps before: right more often than three times in four, where chance has half", async () => {
    const mean = await learned("recurrent-ppo", "MemoryLength-v0", { steps: 12_288 });
    assert.ok(mean > 0.5, `${mean}`);
  });
});
