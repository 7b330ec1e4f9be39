import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { agentRngs, ddpg } from "../../../bench/nets-updates.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import {
  type Checkpoint,
  CheckpointError,
  checkpointBytes,
  dense,
  mlp,
  readCheckpoint,
  restoreCheckpoint,
  sequential,
  takeCheckpoint,
} from "../../../src/learn/nets/index.ts";
import { rngsOf } from "./checked.ts";

const SIZES = { batch: 8, hidden: 8, batchNorm: true };

/** Through the form in which it is stored. */
function stored(checkpoint: Checkpoint): { manifest: Record<string, unknown>; bytes: Uint8Array } {
  return { manifest: JSON.parse(JSON.stringify(checkpoint.manifest)), bytes: new Uint8Array(Buffer.from(checkpointBytes(checkpoint))) };
}

const isCheckpointError = (message: RegExp) => (error: unknown) => error instanceof CheckpointError && message.test(error.message);

describe("a checkpoint", () => {
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("goes on bit by bit as the training that it was taken from", async () => {
    const original = ddpg(agentRngs([1, 2]), SIZES);
    for (let i = 0; i < 5; i++) original.update();
    const { manifest, bytes } = stored(await takeCheckpoint(original.parts));
    for (let i = 0; i < 5; i++) original.update();

    const resumed = ddpg(agentRngs([1, 2]), SIZES);
    restoreCheckpoint(resumed.parts, readCheckpoint(manifest, bytes));
    for (let i = 0; i < 5; i++) resumed.update();
    const [expected, got] = [await takeCheckpoint(original.parts), await takeCheckpoint(resumed.parts)];
    assert.deepEqual(got, expected);
    assert.equal(got.manifest.parts.actorOptimizer?.counters.updates, 10);
  });

  it("lies in a pool of bytes as well as alone", async () => {
    const { manifest, bytes } = stored(await takeCheckpoint({ actor: sequential(1, [dense(1)], rngsOf(1)) }));
    const pool = Buffer.concat([Buffer.from([1, 2, 3]), bytes]).subarray(3); // floats at no multiple of four
    assert.deepEqual(readCheckpoint(manifest, pool), readCheckpoint(manifest, bytes));
  });

  it("is refused where it is damaged, or of another format", async () => {
    const { manifest, bytes } = stored(await takeCheckpoint({ actor: sequential(1, [dense(1)], rngsOf(1)) }));
    const flipped = bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
    assert.throws(() => readCheckpoint(manifest, flipped), isCheckpointError(/corrupted: their checksum/));
    assert.throws(() => readCheckpoint(manifest, bytes.subarray(4)), isCheckpointError(/have 4 bytes, the manifest says 8/));
    assert.throws(() => readCheckpoint({ ...manifest, format: 2 }, bytes), isCheckpointError(/format 2, this version reads format 1/));
    assert.throws(() => readCheckpoint(null, bytes), isCheckpointError(/format undefined/));
    assert.throws(
      () => readCheckpoint({ ...manifest, parts: { actor: {} } }, bytes),
      isCheckpointError(/manifest is broken: parts\.actor/),
    );
    const beyond = { actor: { architecture: {}, counters: {}, variables: { weights: { shape: [1, 3], offset: 0 } } } };
    assert.throws(() => readCheckpoint({ ...manifest, parts: beyond }, bytes), isCheckpointError(/"actor" ends beyond its weights/));
  });

  it("is refused by another architecture or population, before anything is overwritten", async () => {
    const shape = { inputs: 2, outputs: 1, activation: "relu" } as const;
    const actor = mlp({ ...shape, hidden: [3] }, rngsOf(1));
    const checkpoint = await takeCheckpoint({ actor });
    const critic = mlp({ ...shape, hidden: [3] }, rngsOf(2));
    const before = critic.weights.dataSync();
    assert.throws(() => restoreCheckpoint({ actor: critic, critic }, checkpoint), isCheckpointError(/no part "critic"/));
    assert.deepEqual(critic.weights.dataSync(), before);
    const wider = mlp({ ...shape, hidden: [4] }, rngsOf(1));
    assert.throws(
      () => restoreCheckpoint({ actor: wider }, checkpoint),
      isCheckpointError(/part "actor" is .*"units":3.*, not .*"units":4/),
    );
    const two = mlp({ ...shape, hidden: [3] }, rngsOf(1, 2));
    assert.throws(() => restoreCheckpoint({ actor: two }, checkpoint), isCheckpointError(/has shape \[1,13\], not \[2,13\]/));
  });
});
