/** Synthetic prompts: what they say of an answer's length, and the best that anybody can make of it. */
import { strict as assert } from "node:assert";
import { IdealPredictor } from "../../../src/claims/figures/length-predictor/ideal.ts";
import { drawExamples, type LengthTask } from "../../../src/experiment/length-predictor/examples.ts";
import { rootRng } from "../../../src/kernel/index.ts";
import { normalQuantile } from "../../../src/stats/index.ts";
import { makePrompts } from "../../../src/world/serving/prompts/index.ts";
import { CUE_RIGHT, INTENTS } from "../../../src/world/serving/prompts/synthetic.ts";
import { tokenScores } from "../../../src/world/serving/prompts/token-scores.ts";
import { quantileTable } from "../../../src/world/workload/index.ts";

/** Uniform from 0.5 to 100.5: each of 1 .. 100 tokens with one hundredth. */
const LENGTHS = quantileTable(["quantile,value", "0,0.5", "1,100.5"], "lengths.csv");
const task = (signal: number): LengthTask => ({ lengths: LENGTHS, signal, classesFrom: [0, 26, 51, 76] });
const COUNT = 40_000;

function assertNear(value: number, expected: number, deviation: number): void {
  assert.ok(Math.abs(value - expected) <= 5 * deviation, `${value} should be ${expected}, give or take ${5 * deviation}`);
}

describe("scores of lengths", () => {
  it("are normal quantiles of the shares of shorter answers and half of those as long", () => {
    const { leastTokens, shares, scores } = tokenScores(LENGTHS);
    assert.deepEqual([leastTokens, shares.length], [1, 100]);
    for (const share of shares) assert.ok(Math.abs(share - 0.01) < 1e-12);
    for (const tokens of [1, 30, 100]) assert.ok(Math.abs((scores[tokens - 1] as number) - normalQuantile((tokens - 0.5) / 100)) < 1e-9);
  });

  it("count what stands at one value, and nothing where nothing is", () => {
    // Half of the answers have 2 tokens; the rest is uniform over 4.5 .. 6.5, after a jump.
    const { leastTokens, shares } = tokenScores(quantileTable(["quantile,value", "0,2", "0.5,2", "0.5000001,4.5", "1,6.5"], "jump.csv"));
    assert.equal(leastTokens, 2);
    [0.5, 0, 0, 0.25, 0.25, 0].forEach((share, i) => {
      assert.ok(Math.abs((shares[i] ?? 0) - share) < 1e-6, `${i}: ${shares[i]}`);
    });
  });
});

describe("synthetic prompts", () => {
  it("of a signal of 1 hide the score behind the intent's angle: turned back by the right one it is there", () => {
    const { features, writer } = makePrompts({ kind: "synthetic", lengths: LENGTHS, signal: 1 });
    const write = writer(rootRng(1));
    const out = new Float64Array(features.slots.length);
    for (const tokens of [1, 40, 99]) {
      write(tokens, out);
      const [material, detail] = [out[5] as number, out[6] as number];
      const turned = INTENTS.map(({ angleRad }) => Math.cos(angleRad) * material + Math.sin(angleRad) * detail);
      const score = normalQuantile((tokens - 0.5) / 100);
      assert.ok(
        turned.some((t) => Math.abs(t - score) < 1e-9),
        `${turned} lack ${score}`,
      );
    }
  });

  it("name the intent nine times out of ten, long answers leaning to articles and short ones to summaries", () => {
    const { features, writer } = makePrompts({ kind: "synthetic", lengths: LENGTHS, signal: 1 });
    const write = writer(rootRng(2));
    const out = new Float64Array(features.slots.length);
    const score = normalQuantile(0.895); // of 90 tokens
    const counts = new Float64Array(INTENTS.length);
    for (let i = 0; i < COUNT; i++) {
      write(90, out);
      assert.equal(
        out.subarray(0, 5).reduce((a, b) => a + b),
        1,
      );
      const cue = out.indexOf(1);
      counts[cue] = (counts[cue] as number) + 1;
    }
    const leans = INTENTS.map(({ lean }) => Math.exp(lean * score));
    const sum = leans.reduce((a, b) => a + b);
    leans.forEach((weight, k) => {
      const share = weight / sum;
      const named = CUE_RIGHT * share + ((1 - CUE_RIGHT) / 4) * (1 - share);
      assertNear((counts[k] as number) / COUNT, named, Math.sqrt((named * (1 - named)) / COUNT));
    });
  });

  it("take longer and shorter answers for the ends of their table", () => {
    const { features, writer } = makePrompts({ kind: "synthetic", lengths: LENGTHS, signal: 0.5 });
    const of = (tokens: number): number[] => {
      const out = new Float64Array(features.slots.length);
      writer(rootRng(3))(tokens, out);
      return [...out];
    };
    assert.deepEqual(of(5000), of(100));
    assert.deepEqual(of(0), of(1));
    assert.notDeepEqual(of(99), of(100));
  });

  it("say nothing at a signal of 0: the ideal is right one time in four, whatever it sees", () => {
    assert.ok(Math.abs(new IdealPredictor(task(0)).accuracy() - 0.25) < 1e-6);
  });
});

describe("the ideal predictor of synthetic prompts", () => {
  it("is right as often as its integral says", () => {
    for (const signal of [0.3, 0.8]) {
      const ideal = new IdealPredictor(task(signal));
      const { features, width, labels } = drawExamples(task(signal), COUNT, rootRng(5));
      const right = labels.filter((label, i) => ideal.classOf(features.subarray(i * width, (i + 1) * width)) === label).length / COUNT;
      const accuracy = ideal.accuracy();
      assertNear(right, accuracy, Math.sqrt((accuracy * (1 - accuracy)) / COUNT));
    }
  });

  it("knows more by a clearer signal, and has no density where the signal is all", () => {
    const accuracies = [0, 0.2, 0.4, 0.6, 0.8, 0.95].map((signal) => new IdealPredictor(task(signal)).accuracy());
    assert.deepEqual(
      accuracies,
      accuracies.toSorted((a, b) => a - b),
    );
    assert.throws(() => new IdealPredictor(task(1)), /signal must be below 1, got 1/);
  });
});
