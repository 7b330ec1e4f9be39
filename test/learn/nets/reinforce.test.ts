/** A whole algorithm on these networks, as short as it can be: REINFORCE (Williams, Machine Learning 8, 1992) with a baseline. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { rootRng } from "../../../src/kernel/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import {
  adam,
  agentWeights,
  Categorical,
  meanPerAgent,
  meanSquaredError,
  mlp,
  orthogonal,
  SequentialInference,
  takeCheckpoint,
} from "../../../src/learn/nets/index.ts";

/** One step of an episode: the observation has a 1 at one of these places, and the choice of that place pays 1. */
const CHOICES = 4;
const BATCH = 32;
const UPDATES = 150;

async function reinforce(seeds: readonly number[]) {
  const rngs = seeds.map(rootRng);
  const stream = (name: string) => rngs.map((rng) => rng.fork(name));
  const hidden = { inputs: CHOICES, hidden: [16], activation: "tanh", init: orthogonal() } as const;
  const actor = mlp({ ...hidden, outputs: CHOICES, outputInit: orthogonal(0.01) }, stream("actor"));
  const critic = mlp({ ...hidden, outputs: 1, outputInit: orthogonal(1) }, stream("critic"));
  const optimizer = adam([actor, critic], { learningRate: 0.02, maxGradientNorm: 0.5 });
  const [worlds, draws] = [stream("world"), stream("choices")];

  for (let update = 0; update < UPDATES; update++) {
    // Act: every agent in a batch of worlds of its own.
    const places = worlds.map((world) => Array.from({ length: BATCH }, () => world.int(CHOICES)));
    const observations = tf.tidy(() => tf.oneHot(tf.tensor2d(places, undefined, "int32"), CHOICES)) as tf.Tensor3D;
    const probabilities = tf.tidy(() => tf.softmax(actor.forward(observations)).arraySync());
    const choices = probabilities.map((rows, agent) => rows.map((row) => sample(row, draws[agent]?.uniform() as number)));
    const rewards = choices.map((row, agent) => row.map((choice, i) => (choice === places[agent]?.[i] ? 1 : 0)));

    // Learn.
    tf.tidy(() => {
      const returns = tf.tensor3d(rewards.map((row) => row.map((reward) => [reward])));
      const advantages = tf.squeeze(tf.sub(returns, critic.forward(observations)), [2]); // outside the loss: no gradient
      optimizer.minimize(() => {
        const policy = new Categorical(actor.forward(observations));
        const gain = meanPerAgent(tf.mul(policy.logProbability(tf.tensor2d(choices)), advantages));
        return tf.sub(meanSquaredError(critic.forward(observations), returns), gain);
      });
    });
    observations.dispose();
  }
  return takeCheckpoint({ actor });
}

/** The choice at the point `uniform` of [0, 1). */
function sample(probabilities: readonly number[], uniform: number): number {
  let rest = uniform;
  const at = probabilities.findIndex((p) => {
    rest -= p;
    return rest < 0;
  });
  return at < 0 ? probabilities.length - 1 : at;
}

describe("REINFORCE", () => {
  it("learns two agents at once to choose what pays", async function () {
    this.timeout(30_000);
    await openBackend("wasm");
    const { numTensors } = tf.memory();
    const checkpoint = await reinforce([1, 2]);
    tf.disposeVariables();
    assert.equal(tf.memory().numTensors, numTensors);
    for (const agent of [0, 1]) {
      const policy = new SequentialInference(agentWeights(checkpoint, { part: "actor", kind: "sequential", agent }));
      for (let place = 0; place < CHOICES; place++) {
        const logits = new Float32Array(CHOICES);
        policy.forward(
          Array.from({ length: CHOICES }, (_, i) => (i === place ? 1 : 0)),
          logits,
        );
        assert.equal(logits.indexOf(Math.max(...logits)), place, `agent ${agent} at ${place}`);
      }
    }
  });
});
