import { strict as assert } from "node:assert";
import { type Baseline, BaselineError, baselineText, readBaseline, subjectDifferences } from "../../../src/experiment/gate/baseline.ts";

const baseline: Baseline = {
  subject: { name: "day", sha256: "a", agent: "scaler", heuristic: { kind: "hpa", cpu: 0.6 }, metric: "m", seeds: [1, 2] },
  worldVersion: "w",
  policySha256: "p",
  rewards: { policy: [0.1 + 0.2, 1 / 3], heuristic: [-1e-300, 2 ** 53 + 2] },
};

describe("the baseline of a gate", () => {
  it("comes back to the bit", () => assert.deepEqual(readBaseline(baselineText(baseline)), baseline));

  it("is refused where it is none, with the field", () => {
    const changed = (change: (document: Record<string, unknown>) => void): string => {
      const document = JSON.parse(baselineText(baseline)) as Record<string, unknown>;
      change(document);
      return JSON.stringify(document);
    };
    const refused = (text: string, message: RegExp): void =>
      assert.throws(
        () => readBaseline(text),
        (error) => error instanceof BaselineError && message.test(error.message),
      );
    refused("{", /^is not JSON$/);
    refused(
      changed((document) => {
        document.version = 2;
      }),
      /^is no baseline of this version: version: /,
    );
    refused(
      changed((document) => {
        document.rewards = { policy: [1, 2, 3], heuristic: [1, 2] };
      }),
      /^is damaged: it has 2 seeds and 3 rewards of the policy$/,
    );
  });

  it("says what it is of that the gate is not", () => {
    const { subject } = baseline;
    const differences = (changed: Partial<Baseline["subject"]>): readonly string[] =>
      subjectDifferences(subject, { ...subject, ...changed });
    assert.deepEqual(differences({}), []);
    assert.deepEqual(differences({ name: "night", sha256: "b" }), [
      "it is of day, controllers.scaler, this gate of night, controllers.scaler",
    ]);
    assert.deepEqual(differences({ sha256: "b" }), ["day is not what it was then"]);
    assert.deepEqual(differences({ heuristic: { kind: "hpa" } }), ['its heuristic is {"kind":"hpa","cpu":0.6}, here {"kind":"hpa"}']);
    assert.deepEqual(differences({ metric: "n", seeds: [1, 3] }), ["its metric is m, here n", "it has other seeds"]);
  });
});
