import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { confusionTable } from "../../../src/world/serving/predictors/confusion-matrix.ts";
import { type AnswerPredictor, makePredictor, type PredictorSpec, predictors } from "../../../src/world/serving/predictors/index.ts";

const DRAWS = 20_000;
const OTHER = 1000;
const predictorOf = (spec: PredictorSpec, seed = 3): AnswerPredictor =>
  makePredictor(spec)({ rng: rootRng(seed), otherTokens: () => () => OTHER }) as AnswerPredictor;
const parsed = (spec: object): PredictorSpec => predictors.get((spec as { kind: string }).kind)?.schema.parse(spec) as PredictorSpec;

/** A share of draws, within five deviations. */
function assertShare(hits: number, share: number): void {
  assert.ok(Math.abs(hits / DRAWS - share) <= 5 * Math.sqrt((share * (1 - share)) / DRAWS), `${hits / DRAWS} should be ${share}`);
}

describe("a length predictor", () => {
  const lines = ["tokens_from,predicted_0,predicted_1,predicted_2", "0,0.7,0.2,0.1", "40,0.1,0.6,0.3", "200,0,0.5,0.5"];
  const matrix = { ...parsed({ kind: "confusion-matrix", file: "m.csv" }), file: confusionTable(lines, "m.csv") } as PredictorSpec;

  it("by a confusion matrix draws each row's shares, and says the least tokens of the class", () => {
    const { predict } = predictorOf(matrix);
    for (const [tokens, shares] of [
      [39, [0.7, 0.2, 0.1]],
      [40, [0.1, 0.6, 0.3]],
      [5000, [0, 0.5, 0.5]],
    ] as const) {
      const counts = new Map<number, number>();
      for (let i = 0; i < DRAWS; i++) {
        const said = predict(tokens);
        counts.set(said, (counts.get(said) ?? 0) + 1);
      }
      [0, 40, 200].forEach((from, k) => void assertShare(counts.get(from) ?? 0, shares[k] as number));
    }
  });

  it("on the noise dial is wrong as often as it says", () => {
    for (const noise of [0, 0.3, 1]) {
      const { predict } = predictorOf(parsed({ kind: "noise-dial", noise }));
      let wrong = 0;
      for (let i = 0; i < DRAWS; i++) if (predict(7) === OTHER) wrong++;
      assertShare(wrong, noise);
    }
  });

  it("says the same for the same seed, and takes the time that its law says", () => {
    for (const spec of [matrix, parsed({ kind: "noise-dial", noise: 0.5 }), parsed({ kind: "oracle" }), parsed({ kind: "none" })]) {
      const words = (predictor: AnswerPredictor): number[] => Array.from({ length: 50 }, (_, i) => predictor.predict(i * 9));
      assert.deepEqual(words(predictorOf(spec)), words(predictorOf(spec)));
      assert.equal(predictorOf(spec).latencyS(), 0);
    }
    assert.equal(predictorOf(parsed({ kind: "oracle", latency: "8 ms" })).latencyS(), 0.008);
  });

  it("needs classes that begin at 0 tokens and rise", () => {
    const row = (from: string): string[] => ["tokens_from,predicted_0", from];
    assert.throws(() => confusionTable(row("3,1"), "m.csv"), /m\.csv|first class must begin at 0/);
    assert.throws(() => confusionTable(["tokens_from,predicted_0,predicted_1", "0,1,0", "0,0,1"], "m.csv"));
    assert.throws(() => confusionTable(["tokens_from,predicted_0", "0,1", "9,1"], "m.csv"), /predicted_1/);
  });
});
