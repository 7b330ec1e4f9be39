import { strict as assert } from "node:assert";
import { qTable } from "../../src/learn/algorithms/q-table.ts";
import { CheckpointError } from "../../src/learn/nets/manifest.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { Training, type TrainingSpec } from "../../src/learn/train.ts";
import { packTraining, unpackTraining } from "../../src/learn/training-file.ts";

const SPEC: TrainingSpec = {
  algorithm: qTable,
  options: { bins: 3 },
  makeEnv: () => makeEnv("ServerlessTable-v0"),
  seeds: [1],
  stepBudget: 400,
  evaluation: { everySteps: 100, seeds: [5] },
};

async function stored(): Promise<Uint8Array> {
  const training = await Training.begin(SPEC);
  await training.run(undefined, 250);
  return packTraining(SPEC, await training.save());
}

describe("a stored training", () => {
  it("goes on as if it had never been stored", async () => {
    const resumed = await Training.resume(SPEC, unpackTraining(SPEC, await stored()));
    const whole = await Training.begin(SPEC);
    await resumed.run();
    await whole.run();
    assert.deepEqual(await resumed.save(), await whole.save());
    assert.deepEqual(packTraining(SPEC, await resumed.save()), packTraining(SPEC, await whole.save()));
  });

  it("is the same bytes however its numbers are held, and its arrays shared", async () => {
    const state = unpackTraining(SPEC, await stored());
    const points = (value: number) => [
      { steps: 1, agents: [{ stochastic: [value, -0, 0.5], greedy: [], episodeCount: 1, trainingReturn: Number.NaN, measures: {} }] },
    ];
    const [row] = [{ value: 0.5 }, { value: 1.5 }].map((each) => ({ ...each, value: 3 })); // a field that was a double before
    const holey: number[] = new Array(3);
    holey.splice(0, 3, 1, 2, 3);
    const [seen, shared] = [Float32Array.of(1, 2, 3).subarray(1), Float32Array.of(2, 3)];
    const packed = (value: number, a: Float32Array, b: Float32Array, list = [1, 2, 3]): Uint8Array =>
      packTraining(SPEC, {
        ...state,
        learner: { ...state.learner, rest: { value, a, b, list } },
        curve: { points: points(value), gathered: [] },
      });
    const bytes = packed(3, shared, shared);
    assert.deepEqual(packed((row as { value: number }).value, seen, shared), bytes);
    assert.deepEqual(packed(Float64Array.of(3)[0] as number, shared, seen.slice(), holey), bytes);
    const { curve, learner } = unpackTraining(SPEC, bytes);
    assert.deepEqual(curve, { points: points(3), gathered: [] });
    assert.deepEqual(learner.rest, { value: 3, a: Float32Array.of(2, 3), b: Float32Array.of(2, 3), list: [1, 2, 3] });
    assert.deepEqual(packTraining(SPEC, unpackTraining(SPEC, bytes)), bytes);
  });

  it("is refused when a bit has turned, or when it is something else", async () => {
    const bytes = await stored();
    const turned = bytes.slice();
    turned[turned.length - 9] = (turned[turned.length - 9] as number) ^ 1;
    const refused = (wrong: Uint8Array, message: RegExp): void =>
      assert.throws(
        () => unpackTraining(SPEC, wrong),
        (error) => error instanceof CheckpointError && message.test(error.message),
      );
    refused(turned, /corrupted/);
    refused(bytes.subarray(0, bytes.length - 1), /corrupted/);
    refused(Buffer.from("PK\n"), /do not begin with a line of JSON/);
    refused(new Uint8Array(0), /do not begin with a line of JSON/);
    refused(Buffer.from('{"format":7}\n'), /has format 7, this version reads format 2/);
    refused(Buffer.from('{"format":2}\n'), /first line is broken: algorithm/);
  });

  it("is refused where it does not belong, with what differs", async () => {
    const bytes = await stored();
    const refused = (other: Partial<TrainingSpec>, message: RegExp): void =>
      assert.throws(() => unpackTraining({ ...SPEC, ...other } as TrainingSpec, bytes), message);
    refused({ seeds: [2] }, /has seeds \[1\], not \[2\]/);
    refused({ options: { bins: 4 } }, /has options \{.*"bins":3.*, not \{.*"bins":4/);
    refused({ stepBudget: 500 }, /has stepBudget 400, not 500/);
    refused({ makeEnv: () => makeEnv("Acrobot-v1") }, /has environment "ServerlessTable-v0", not "Acrobot-v1"/);
  });
});
