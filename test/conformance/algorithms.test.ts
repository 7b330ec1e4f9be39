/** What every algorithm has to keep, over the registry. */
import { strict as assert } from "node:assert";
import { deserialize, serialize } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import { rootRng } from "../../src/kernel/index.ts";
import { ALGORITHMS, type Algorithm, algorithmOf, type OnlineLearner } from "../../src/learn/algorithms/index.ts";
import { openBackend } from "../../src/learn/backends/index.ts";
import { type Env, maskLength } from "../../src/learn/env.ts";
import type { Policy } from "../../src/learn/policy.ts";
import { packPolicy, policyFor, spacesOf, unpackPolicy } from "../../src/learn/policy-file.ts";
import { firstOutside } from "../../src/learn/spaces.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { Training, type TrainingSpec, type TrainingState } from "../../src/learn/train.ts";
import { packTraining } from "../../src/learn/training-file.ts";

/** Small enough to be quick, and with updates in plenty. */
const SMALL: Readonly<Record<string, unknown>> = {
  hidden: [8],
  memory: 8,
  minibatchLanes: 1,
  lanes: 2,
  rolloutSteps: 32,
  minibatchSize: 16,
  epochs: 2,
  batchSize: 8,
  startSteps: 100,
  replayCapacity: 150, // so that the ring goes round
  stepsPerRound: 8,
  updatesPerRound: 3,
  copyEveryUpdates: 5,
  epsilonEnd: 0.2, // so that policies draw
  bounds: { speedMPerS: [-3, 3], speedRadPerS: [-4, 4] },
};
const STEPS = 500;
/** Inside a rollout, and inside an episode of Pendulum. */
const PAUSE = 290;

function smallOptions({ schema }: Algorithm): object {
  const known = Object.keys((schema as unknown as { shape: object }).shape);
  return Object.fromEntries(Object.entries(SMALL).filter(([name]) => known.includes(name)));
}

/** The first task in whose spaces it can act. */
async function taskOf(algorithm: Algorithm): Promise<string> {
  for (const task of ["CartPole-v1", "Pendulum-v1"]) {
    try {
      (
        await Training.begin({ algorithm, options: smallOptions(algorithm), makeEnv: () => makeEnv(task), seeds: [1], stepBudget: 1 })
      ).dispose();
      return task;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new Error(`${algorithm.kind} acts in none of the tasks`);
}

async function specOf(algorithm: Algorithm, seeds: readonly number[] = [1]): Promise<TrainingSpec> {
  const task = await taskOf(algorithm);
  const evaluation = { everySteps: 200, seeds: [77] };
  return { algorithm, options: smallOptions(algorithm), makeEnv: () => makeEnv(task), seeds, stepBudget: STEPS, evaluation };
}

async function ended(training: Training): Promise<TrainingState> {
  await training.run();
  const state = await training.save();
  training.dispose();
  return state;
}

/** What a policy does in fifty steps of drawn actions. */
function actions(policy: Policy, env: Env): readonly number[] {
  const [observation, mask] = [new Float32Array(env.observationSpace.slots.length), new Uint8Array(maskLength(env))];
  const [decision, action] = [new Float32Array(policy.decisionSize), new Float32Array(env.actionSpace.slots.length)];
  const memory = new Float64Array(policy.memorySize);
  const rng = rootRng(5);
  const taken: number[] = [];
  env.reset(5, observation, mask);
  for (let i = 0; i < 50; i++) {
    policy.decide(observation, mask, rng, decision, memory);
    policy.toAction(decision, action);
    taken.push(...action);
    const { terminated, truncated } = env.step(action, observation, mask);
    if (!terminated && !truncated) continue;
    env.reset(undefined, observation, mask);
    memory.fill(0);
  }
  return taken;
}

describe("every algorithm", function () {
  this.timeout(60_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  for (const algorithm of ALGORITHMS) {
    it(`${algorithm.kind} goes on from a stored state as if it had never stopped`, async () => {
      const spec = await specOf(algorithm);
      const whole = await ended(await Training.begin(spec));

      const first = await Training.begin(spec);
      await first.run(undefined, PAUSE);
      const stored = serialize(await first.save());
      await first.run(undefined, PAUSE + 60); // what is stored does not move with the training
      first.dispose();
      const second = await Training.resume(spec, deserialize(stored) as TrainingState);
      assert.equal(second.steps, PAUSE);
      const resumed = await ended(second);
      assert.deepEqual(resumed, whole);
      assert.deepEqual(packTraining(spec, resumed), packTraining(spec, whole));
      assert.ok(whole.best[0] !== undefined);
    });

    it(`${algorithm.kind} trains an agent of a population as it trains it alone`, async () => {
      const together = await Training.begin(await specOf(algorithm, [1, 2, 3]));
      const alone = await Training.begin(await specOf(algorithm, [2]));
      await together.run();
      await alone.run();
      assert.deepEqual(together.learner.policyData(1), alone.learner.policyData(0));
      assert.notDeepEqual(together.learner.policyData(1), together.learner.policyData(0));
      assert.deepEqual(together.best[1], alone.best[0]);
    });

    it(`${algorithm.kind} learns for the first time when it says so`, async () => {
      const spec = await specOf(algorithm);
      const training = await Training.begin(spec);
      const data = (): unknown => structuredClone(training.learner.policyData(0));
      const { steps } = algorithm.firstUpdate(algorithm.schema.parse(spec.options ?? {}));
      const lanes = (training.learner as OnlineLearner).laneCount;
      assert.equal((spec.options as { lanes: number }).lanes, lanes);
      const untrained = data();
      await training.run(undefined, steps - lanes);
      assert.deepEqual([training.steps, data()], [steps - lanes, untrained]);
      await training.run(undefined, steps);
      assert.equal(training.steps, steps);
      assert.notDeepEqual(data(), untrained);
      training.dispose();
    });

    it(`${algorithm.kind} frees what it uses`, async () => {
      const spec = await specOf(algorithm);
      const { numTensors } = tf.memory();
      const training = await Training.begin(spec);
      await training.run(undefined, 200);
      const during = tf.memory();
      await training.run();
      assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [during.numTensors, during.numBytes]);
      training.dispose();
      assert.equal(tf.memory().numTensors, numTensors);
    });

    it(`${algorithm.kind} gives policies that act inside the space, and refuses options that it does not have`, async () => {
      const spec = await specOf(algorithm);
      const training = await Training.begin(spec);
      const env = spec.makeEnv();
      const [observation, action] = [new Float32Array(env.observationSpace.slots.length), new Float32Array(env.actionSpace.slots.length)];
      const mask = new Uint8Array(maskLength(env));
      env.reset(1, observation, mask);
      const policy = algorithm.policy(env, training.learner.policyData(0) as never);
      const decision = new Float32Array(policy.decisionSize);
      policy.decide(observation, mask, undefined, decision, new Float64Array(policy.memorySize));
      policy.toAction(decision, action);
      assert.equal(firstOutside(env.actionSpace, action), -1);
      await assert.rejects(Training.begin({ ...spec, options: { learningRat: 1 } }), /learningRat/);
      for (const [name, field] of Object.entries((algorithm.schema as unknown as { shape: Record<string, object> }).shape)) {
        assert.ok("defaultValue" in (field as { def: object }).def, `${name} has a default`);
      }
    });
  }

  for (const algorithm of ALGORITHMS) {
    it(`${algorithm.kind}'s policies are stored bit for bit, and act the same`, async () => {
      const spec = await specOf(algorithm);
      const training = await Training.begin(spec);
      await training.run(undefined, PAUSE);
      const data = training.learner.policyData(0);
      training.dispose();
      const env = spec.makeEnv();
      const about = {
        ...{
          algorithm: { kind: algorithm.kind, options: spec.options as Record<string, unknown> },
          environment: env.name,
          ...spacesOf(env),
        },
        ...{ trainingSeeds: [1], tuningSeeds: [77], steps: PAUSE, meanReturn: null, command: "cybertwin train it.yaml", cybertwin: "1" },
      };
      const { manifest, weights } = packPolicy(about, data);
      const file = unpackPolicy(manifest, Buffer.from(weights));
      assert.deepEqual(file.about, about);
      assert.deepEqual(serialize(file.data), serialize(data)); // down to the order of keys and the sign of zeros
      const stored = actions(policyFor(env, file), env);
      assert.deepEqual(stored, actions(algorithm.policy(env, data as never), env));
      assert.ok(new Set(stored).size > 1);
    });
  }

  it("does only what masks allow, in training as in evaluation, if it chooses", async () => {
    const makeMasked = (): Env => makeEnv("ServerlessTableMasked-v0"); // guarded: it refuses what its mask forbids
    const choosing: string[] = [];
    for (const algorithm of ALGORITHMS) {
      const options = algorithm.schema.parse({ ...smallOptions(algorithm), ...(algorithm.kind === "q-table" && { bins: 2, bounds: {} }) });
      try {
        algorithm.check(makeMasked(), options);
      } catch (error) {
        assert.match((error as RangeError).message, /cannot act in a discrete space/);
        continue;
      }
      const evaluation = { everySteps: 200, seeds: [77] };
      const spec = { algorithm, options: options as object, makeEnv: makeMasked, seeds: [1, 2], stepBudget: STEPS, evaluation };
      const training = await Training.begin(spec);
      await training.run();
      assert.equal(training.curve.length, 3);
      training.dispose();
      choosing.push(algorithm.kind);
    }
    assert.deepEqual(choosing, ["ppo", "recurrent-ppo", "dqn", "q-table", "reinforce"]);
  });

  it("has a kind of its own, and is found by it", () => {
    assert.equal(new Set(ALGORITHMS.map(({ kind }) => kind)).size, ALGORITHMS.length);
    assert.equal(algorithmOf("ppo").kind, "ppo");
    assert.throws(() => algorithmOf("pop"), /no algorithm "pop"; there are: ppo, recurrent-ppo, ddpg/);
  });
});
