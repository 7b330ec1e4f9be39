/** In which order requests are served once more than their lengths matter. `llm` takes 1 s + 0.5 s a token. */
import { strict as assert } from "node:assert";
import { ENCODER } from "./kinds.ts";
import { tell, times } from "./tell.ts";

describe("story: what a continuous batch sends back", () => {
  it("orders what is left of a request by what is left, not by what it was", async () => {
    // a (11 s) and b (10 s) run until 10 s; then a has 1 s left, and c and d (9 s each, since 1 s) wait: a and c, until a is done.
    const requests = [
      [0, 20],
      [0, 18],
      [1, 16],
      [1, 16],
    ] as const;
    for (const queue of ["kind: sjf, oracle: [work]", "kind: ssjf, predictor: { kind: oracle }"]) {
      const result = await tell({ engine: "{ kind: continuous, maxBatch: 2 }", requests, queue });
      // At 11 s c has 8 s left, and d joins; at 19 s d has 1 s left.
      assert.deepEqual(times(result), [
        [0, 11],
        [0, 10],
        [10, 19],
        [11, 20],
      ]);
    }
  });

  it("takes off a prediction the tokens that were written, and nothing that a predictor cannot know", async () => {
    // Said: 0 tokens below 10, else 10. a (22 tokens, 12 s) and b (10, 6 s) run until 6 s: a has written 11 of the 10 said, so 0 are left.
    // c (8 tokens, 5 s) waits since 1 s, said to have 0 too: a came first, then c; d (12 tokens, 7 s), said to have 10, waits until 11 s.
    const result = await tell(
      {
        engine: "{ kind: continuous, maxBatch: 2 }",
        requests: [
          [0, 22],
          [0, 10],
          [1, 8],
          [1, 12],
        ],
        queue: "kind: ssjf, predictor: { kind: confusion-matrix, file: m.csv }",
      },
      { "m.csv": "tokens_from,predicted_0,predicted_1\n0,1,0\n10,0,1\n" },
    );
    assert.deepEqual(times(result), [
      [0, 12],
      [0, 6],
      [6, 11],
      [11, 18],
    ]);
  });

  it("does not take for waiting the time that the first was served", async () => {
    // a (16 s) and b (4 s) run until 4 s: a has not waited at all, so c and d (2 s each, since 3 s) go before its 12 s.
    const result = await tell({
      engine: "{ kind: continuous, maxBatch: 2 }",
      requests: [
        [0, 30],
        [0, 6],
        [3, 2],
        [3, 2],
      ],
      queue: "kind: ssjf, predictor: { kind: oracle }, aging: 3 s",
    });
    assert.deepEqual(times(result), [
      [0, 18],
      [0, 4],
      [4, 6],
      [4, 6],
    ]);
  });
});

describe("story: an encoder under a rule with a predictor", () => {
  it("waits for no word: its answer has no length", async () => {
    // 4 s each, in order of arrival; the predictor would take 500 ms.
    const result = await tell(
      {
        engine: "{ kind: none }",
        requests: [
          [0, 9],
          [1, 2],
        ],
        queue: "kind: ssjf, predictor: { kind: oracle, latency: 500 ms }",
      },
      { "llm.yaml": ENCODER },
    );
    assert.deepEqual(times(result), [
      [0, 4],
      [4, 8],
    ]);
  });
});
