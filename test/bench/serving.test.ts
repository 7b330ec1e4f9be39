/** The bare stepper of the benchmark against hand arithmetic and a count of its tokens, and ours against it, request by request. */
import { strict as assert } from "node:assert";
import { bareSteps, type Replay, type StepLaw } from "../../bench/bare-steps.ts";
import { play } from "../../bench/scenario.ts";
import { agree, faster, generated, scenarioOf, sumsOf } from "../../bench/serving.ts";
import { near, rowsOf } from "../world/run-yaml.ts";

const replayOf = (...rows: readonly (readonly [arrivalS: number, prompt: number, output: number])[]): Replay => ({
  arrivalS: Float64Array.from(rows, ([arrivalS]) => arrivalS),
  promptTokens: Float64Array.from(rows, ([, prompt]) => prompt),
  outputTokens: Float64Array.from(rows, ([, , output]) => output),
});
const LAW: StepLaw = { maxBatch: 4, chunk: 32, kvBlocks: Infinity, baseS: 1, tokenS: 0.25, contextTokenS: 0 };
const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

describe("the bare stepper", () => {
  it("gives tokens to those who write, then to prompts in pieces", () => {
    // 32 tokens a step. 0 s: 8 of a and 24 of b's 60: 9 s. 9 s: a writes, 31 of b: 9 s. 18 s: a writes and is done, the last 5 of b: 2.5 s. b writes: 1.25 s.
    const { firstS, finishS, steps, busyS } = bareSteps(replayOf([0, 8, 3], [0, 60, 2]), LAW);
    assert.deepEqual([...firstS, ...finishS, steps, busyS], [9, 20.5, 20.5, 21.75, 4, 21.75]);
  });

  it("looks back on more tokens each step, and waits for arrivals", () => {
    // Prompt of 4 tokens at 5 s: 2 s; then 1 + 0.25 + 0.5 x 4, and 0.5 more for each token from there on.
    const { finishS } = bareSteps(replayOf([5, 4, 4]), { ...LAW, contextTokenS: 0.5 });
    assert.deepEqual([...finishS], [5 + 2 + 3.25 + 3.75 + 4.25]);
  });

  it("lets the last admitted give way where blocks run out, and begin anew", () => {
    // Three blocks; prompts of 16 and 15, four tokens each, 31 tokens at once: 8.75 s. a takes the third block: 1.5 s. b needs one: a alone, 1.25 s twice.
    // b computes 17 tokens: 5.25 s, and writes its last: 1.25 s.
    const { finishS, preemptions } = bareSteps(replayOf([0, 16, 4], [0, 15, 4]), { ...LAW, kvBlocks: 3 });
    assert.deepEqual([...finishS, preemptions], [12.75, 19.25, 1]);
  });

  it("computes each token once", () => {
    // Tokens scheduled are prompts + answers - requests, and each takes its time in some step.
    const replay = generated(2000);
    const law = { ...LAW, maxBatch: 128, chunk: 512, baseS: 0.004, tokenS: 0.00004 };
    const { steps, busyS } = bareSteps(replay, law);
    near(busyS, steps * law.baseS + law.tokenS * (total(replay.promptTokens) + total(replay.outputTokens) - 2000), 1e-9);
  });
});

describe("a replayed trace", function () {
  this.timeout(60_000);
  const law: StepLaw = { maxBatch: 128, chunk: 512, kvBlocks: Infinity, baseS: 0.004, tokenS: 0.00004, contextTokenS: 0 };

  for (const [name, replay, wanted] of [
    ["without a limit", generated(4000), law],
    ["with batches that are full", faster(generated(4000), 3), law],
    ["with blocks that run out", faster(generated(2000), 3), { ...law, kvBlocks: 2000, contextTokenS: 1e-7 }],
  ] as const)
    it(`has the times of the bare stepper ${name}`, async () => {
      const expected = bareSteps(replay, wanted);
      const scenario = scenarioOf(replay, wanted, 5000);
      const { spec } = scenario;
      const result = await play({ ...scenario, spec: { ...spec, record: { ...spec.record, requests: 1 } } }, 1);
      const rows = rowsOf(result, "requests");
      assert.equal(rows.length, replay.arrivalS.length);
      for (const { id, first_token_s, finish_s } of rows) {
        near(first_token_s as number, expected.firstS[id as number] as number, 1e-9);
        near(finish_s as number, expected.finishS[id as number] as number, 1e-9);
      }
      assert.equal(result.metrics["workloads.chat.preemptions"], expected.preemptions);
      assert.equal(expected.preemptions > 0, wanted.kvBlocks < Infinity);
    });

  it("is no result where it says something else than the bare stepper", async () => {
    const replay = generated(50);
    const expected = sumsOf(replay, bareSteps(replay, law));
    const { metrics } = await play(scenarioOf(replay, law, 500), 1);
    agree("toy", expected, metrics);
    assert.throws(() => agree("toy", { ...expected, ttftMeanS: expected.ttftMeanS * 1.001 }, metrics), /^Error: toy: .*the bare stepper/);
  });
});
