/** What every length predictor must keep, whatever it goes by. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { rootRng } from "../../src/kernel/index.ts";
import { unpackPolicy } from "../../src/learn/policy-file.ts";
import { confusionTable } from "../../src/world/serving/predictors/confusion-matrix.ts";
import { type LengthPredictor, makePredictor, type PredictorSpec, predictors } from "../../src/world/serving/predictors/index.ts";
import { makePrompts } from "../../src/world/serving/prompts/index.ts";
import { quantileTable } from "../../src/world/workload/index.ts";

const ROOT = new URL("../../../", import.meta.url); // from dist/test/conformance
const POLICY = "results/policies/length-predictor";

/** A spec of each kind, its files read. A new kind has its line here. */
const SPECS: Readonly<Record<string, object>> = {
  none: {},
  oracle: { latency: "8 ms" },
  "confusion-matrix": {
    file: confusionTable(["tokens_from,predicted_0,predicted_1", "0,0.7,0.3", "100,0.2,0.8"], "m.csv"),
  },
  "noise-dial": { noise: 0.5, latency: { kind: "exponential", mean: "8 ms" } },
  trained: {
    file: {
      file: POLICY,
      ...unpackPolicy(readFileSync(new URL(`${POLICY}.json`, ROOT), "utf8"), readFileSync(new URL(`${POLICY}.bin`, ROOT))),
    },
  },
};
const LENGTHS = quantileTable(["quantile,value", "0,1", "1,500"], "lengths.csv");

function specOf(kind: string): PredictorSpec {
  const { file, ...rest } = SPECS[kind] as { readonly file?: unknown };
  const parsed = predictors.get(kind)?.schema.parse({ kind, ...(file === undefined ? {} : { file: "named" }), ...rest });
  return { ...parsed, ...(file === undefined ? {} : { file }) } as PredictorSpec;
}

/** What it says of a hundred requests, one after the other, and how long each word takes. */
function wordsOf(predictor: LengthPredictor): (readonly [number, number])[] {
  const { features, writer } = makePrompts({ kind: "synthetic", lengths: LENGTHS, signal: 0.8 });
  const write = writer(rootRng(9));
  const seen = new Float32Array(features.slots.length);
  return Array.from({ length: 100 }, (_, i) => {
    const tokens = 1 + 5 * i;
    write(tokens, seen);
    return [predictor.sees === "answer" ? predictor.predict(tokens) : predictor.predict(seen), predictor.latencyS()] as const;
  });
}

describe("every length predictor", () => {
  it("is tried here", () => assert.deepEqual(Object.keys(SPECS), [...predictors.keys()]));

  for (const kind of predictors.keys()) {
    const made = (seed: number): LengthPredictor =>
      makePredictor(specOf(kind))({ rng: rootRng(seed), otherTokens: (rng) => () => 1 + rng.int(500) });

    it(`says tokens, in a time that passes: ${kind}`, () => {
      for (const [tokens, latencyS] of wordsOf(made(1))) {
        assert.ok(Number.isFinite(tokens) && tokens >= 0, `${tokens}`);
        assert.ok(Number.isFinite(latencyS) && latencyS >= 0, `${latencyS}`);
      }
    });

    it(`says the same for the same seed: ${kind}`, () => assert.deepEqual(wordsOf(made(2)), wordsOf(made(2))));
  }
});
