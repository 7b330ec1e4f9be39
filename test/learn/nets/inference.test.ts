/** A policy inside the simulator against the network that it was exported from. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { rootRng } from "../../../src/kernel/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import {
  type Activation,
  agentWeights,
  batchNorm,
  dense,
  GruInference,
  gru,
  SequentialInference,
  sequential,
  takeCheckpoint,
} from "../../../src/learn/nets/index.ts";
import { distance, matrix, rngsOf, uniformArray } from "./checked.ts";

const ACTIVATIONS: readonly Activation[] = ["linear", "relu", "tanh", "sigmoid", "softmax"];

describe("inference on exported weights", () => {
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("equals the network within 1e-6, whatever its layers and whichever the agent", async () => {
    const layer = fc.oneof(
      fc
        .record({ units: fc.integer({ min: 1, max: 40 }), activation: fc.constantFrom(...ACTIVATIONS) })
        .map((it) => dense(it.units, it.activation)),
      fc.constant(batchNorm()),
    );
    const networks = fc.record({
      inputs: fc.integer({ min: 1, max: 20 }),
      layers: fc.array(layer, { minLength: 1, maxLength: 4 }),
      agent: fc.integer({ min: 0, max: 1 }),
      seed: fc.nat(),
    });
    const property = fc.asyncProperty(networks, async ({ inputs, layers, agent, seed }) => {
      const rng = rootRng(seed);
      const network = sequential(inputs, layers, rngsOf(1, 2));
      const x = tf.tensor3d(uniformArray(rng, 2 * 8 * inputs), [2, 8, inputs]);
      tf.dispose(network.forward(x, "train")); // statistics of its own
      const expected = tf.tidy(() => network.forward(x).arraySync())[agent]?.[3] ?? [];
      const own = agentWeights(await takeCheckpoint({ actor: network }), { part: "actor", kind: "sequential", agent });
      const policy = new SequentialInference(own);
      const out = new Float32Array(policy.outputs);
      policy.forward(x.arraySync()[agent]?.[3] ?? [], out);
      network.dispose();
      x.dispose();
      // Batch norm of a feature that hardly varies multiplies rounding: 1e-6 of the greatest number.
      const greatest = Math.max(1, ...expected.map(Math.abs));
      assert.ok(distance(out, expected) < 1e-6 * greatest, `${distance(out, expected)}`);
    });
    await fc.assert(property, { numRuns: 60, seed: 1 });
  });

  it("steps a GRU as the network does", async () => {
    const network = gru({ inputs: 5, hidden: 7, layers: 2 }, rngsOf(1, 2));
    const rows = [3, 4].map((seed) => matrix(rootRng(seed), 20, 5));
    const states = tf.tidy(() => network.forward(tf.tensor4d(rows.map((row) => [row]))).state.arraySync());
    const checkpoint = await takeCheckpoint({ memory: network });
    for (const agent of [0, 1]) {
      const policy = new GruInference(agentWeights(checkpoint, { part: "memory", kind: "gru", agent }));
      const state = new Float64Array(policy.stateSize);
      for (const row of rows[agent] ?? []) policy.step(row, state);
      assert.ok(distance(state, states[agent]?.[0] ?? []) < 1e-6);
    }
  });

  it("refuses what does not fit", async () => {
    const checkpoint = await takeCheckpoint({
      actor: sequential(2, [dense(1)], rngsOf(1)),
      both: gru({ inputs: 1, hidden: 1, bidirectional: true }, rngsOf(1)),
    });
    assert.throws(() => agentWeights(checkpoint, { part: "critic", kind: "sequential" }), /no sequential network "critic"/);
    assert.throws(() => agentWeights(checkpoint, { part: "actor", kind: "gru" }), /no gru network "actor"/);
    assert.throws(() => agentWeights(checkpoint, { part: "actor", kind: "sequential", agent: 1 }), /1 agents, there is no agent 1/);
    assert.throws(() => new GruInference(agentWeights(checkpoint, { part: "both", kind: "gru" })), /both directions/);
    const policy = new SequentialInference(agentWeights(checkpoint, { part: "actor", kind: "sequential" }));
    assert.throws(() => policy.forward([1, 2, 3], new Float32Array(1)), /2 inputs got 3/);
  });
});
