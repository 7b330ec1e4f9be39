/** Learning from what others did. */
import { strict as assert } from "node:assert";
import { deserialize, serialize } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import { rootRng } from "../../../src/kernel/index.ts";
import { OFFLINE_ALGORITHMS, type OfflineAlgorithm } from "../../../src/learn/algorithms/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import type { Env } from "../../../src/learn/env.ts";
import type { Policy } from "../../../src/learn/policy.ts";
import { type Batch, makeBatch } from "../../../src/learn/replay.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { type OfflineSpec, Training, type TrainingState } from "../../../src/learn/train.ts";

const ROWS = 600;

/** A swing-up by hand: push with the swing until the rod is near the top, then hold it there. */
function torqueNm([cos, sin, speed]: Float32Array): number {
  const angle = Math.atan2(sin as number, cos as number);
  const push = Math.abs(angle) < 0.6 ? -8 * angle - 2 * (speed as number) : 2 * Math.sign((speed as number) || 1);
  return Math.min(Math.max(push, -2), 2);
}

/** What the swing-up by hand met, with now and then another torque. */
function recorded(seed: number): Batch {
  const env = makeEnv("Pendulum-v1");
  const rng = rootRng(seed).fork("data");
  const batch = makeBatch(ROWS, { observationSize: 3, actionSize: 1 });
  const [observation, action, mask] = [new Float32Array(3), new Float32Array(1), new Uint8Array(0)];
  env.reset(seed, observation, mask);
  for (let i = 0; i < ROWS; i++) {
    batch.observations.set(observation, 3 * i);
    action[0] = rng.uniform() < 0.1 ? 4 * rng.uniform() - 2 : torqueNm(observation);
    batch.actions[i] = action[0];
    const { reward, elapsedS, terminated, truncated } = env.step(action, observation, mask);
    batch.successors.set(observation, 3 * i);
    batch.rewards[i] = reward;
    batch.elapsedSteps[i] = elapsedS / env.stepS;
    batch.terminated[i] = terminated ? 1 : 0;
    if (terminated || truncated) env.reset(undefined, observation, mask);
  }
  return batch;
}

const specOf = (algorithm: OfflineAlgorithm, seeds: readonly number[]): OfflineSpec => ({
  algorithm,
  options: { hidden: [32], batchSize: 32, learningRate: 5e-3 },
  makeEnv: () => makeEnv("Pendulum-v1"),
  seeds,
  stepBudget: 400,
  data: seeds.map(recorded),
  evaluation: { everySteps: 200, seeds: [77] },
});

/** Mean square of what the policy's torque is off, at what was recorded. */
function errorNm2(policy: Policy, env: Env, { observations }: Batch): number {
  const [decision, action] = [new Float32Array(1), new Float32Array(1)];
  let sum = 0;
  for (let i = 0; i < ROWS; i++) {
    const observation = observations.subarray(3 * i, 3 * i + 3);
    policy.decide(observation, new Uint8Array(0), undefined, decision);
    policy.toAction(decision, action);
    assert.equal(action.length, env.actionSpace.slots.length);
    const off = (action[0] as number) - torqueNm(observation);
    sum += (off * off) / ROWS;
  }
  return sum;
}

describe("offline algorithms", function () {
  this.timeout(60_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  for (const algorithm of OFFLINE_ALGORITHMS) {
    it(`${algorithm.kind} comes nearer to what was done, alone as in a population, and goes on from a stored state`, async () => {
      const spec = specOf(algorithm, [5]);
      const whole = await Training.begin(spec);
      const errorOf = (): number =>
        errorNm2(algorithm.policy(spec.makeEnv(), whole.learner.policyData(0) as never), spec.makeEnv(), spec.data[0] as Batch);
      const before = errorOf();
      await whole.run(undefined, 130);
      const stored = serialize(await whole.save());
      await whole.run();
      assert.ok(errorOf() < 0.6 * before, `${before} to ${errorOf()}`);

      const resumed = await Training.resume(spec, deserialize(stored) as TrainingState);
      await resumed.run();
      assert.deepEqual(await resumed.save(), await whole.save());

      const together = await Training.begin(specOf(algorithm, [4, 5]));
      await together.run();
      assert.deepEqual(together.learner.policyData(1), whole.learner.policyData(0));
    });

    it(`${algorithm.kind} refuses data that do not fit`, async () => {
      const spec = specOf(algorithm, [5]);
      const [data] = spec.data as [Batch];
      await assert.rejects(Training.begin({ ...spec, data: [data, data] }), /2 sets of transitions for 1 agents/);
      await assert.rejects(
        Training.begin({ ...spec, data: [{ ...data, observations: data.actions }] }),
        /600 of these have 600 \+ 600 numbers/,
      );
      await assert.rejects(
        Training.begin({ ...spec, data: [{ ...data, actions: data.actions.map(() => 3) }] }),
        /transition 0: action torqueNm is 3/,
      );
    });
  }
});
