import { strict as assert } from "node:assert";
import { readExpression } from "../../../src/world/base/expression.ts";

const NAMES = ["a", "b", "slo_s"];

function value(text: string, ...values: number[]): number {
  const read = readExpression(text, NAMES);
  if (!read.ok) throw new Error(`${read.message} (${read.hint})`);
  return read.value.valueOf(values);
}

describe("a formula", () => {
  it("computes what it says", () => {
    assert.equal(value("0.7 * min(1, slo_s / a) + 0.3 * b", 0.1, 0.5, 0.05), 0.7 * 0.5 + 0.3 * 0.5);
    assert.equal(value("a <= slo_s ? 1 + b : 0.5", 0.1, 0.5, 0.05), 0.5);
    assert.equal(value("a <= slo_s ? 1 + b : 0.5", 0.04, 0.5, 0.05), 1.5);
    assert.equal(value("-(a - b)^2 + max(a, b, 3) - abs(-2)", 5, 1), -16 + 5 - 2);
    assert.equal(value("2^-1 + 4^0.5"), 0.5 + Math.exp(0.5 * Math.log(4)));
    assert.equal(value("not (a > 1 and b != 2) or a == 7", 2, 3), 0);
    assert.equal(value("sqrt(4) + exp(0) + log(1)"), 3);
  });

  it("gives what floats give where it makes no sense", () => {
    assert.equal(value("1 / a", 0), Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(value("a / a", 0)));
    assert.ok(Number.isNaN(value("(-2)^0.5")));
  });

  it("says which names it reads", () => {
    const read = readExpression("slo_s + a + slo_s", NAMES);
    assert.deepEqual(read.ok && read.value.names, ["slo_s", "a"]);
  });

  it("refuses anything else, and says what there is", () => {
    const refusal = (text: string): string => {
      const read = readExpression(text, NAMES);
      return read.ok ? "accepted" : `${read.message}; ${read.hint ?? ""}`;
    };
    assert.equal(refusal("1 + c"), 'has the name "c", which is not known here; a, b, slo_s');
    assert.match(refusal("sin(a)"), /^has sin\(1 value\), which is not known here; min, max, abs/);
    assert.match(refusal("sqrt(a, b)"), /^has sqrt\(2 values\)/);
    assert.match(refusal("min()"), /^has min\(0 values\)/);
    assert.match(refusal("a = 2"), /^has "a = 2", which is neither arithmetic nor a comparison/);
    assert.match(refusal("f(x) = x"), /neither arithmetic nor a comparison/);
    assert.match(refusal("a.constructor"), /neither arithmetic nor a comparison/);
    assert.match(refusal('"text"'), /^has "text", which is not a number/);
    assert.match(refusal("a % b"), /^has the operator "%"/);
    assert.match(refusal("constructor(a)"), /^has constructor\(1 value\)/);
    assert.match(refusal("1 +"), /^cannot be read as a formula: /);
  });
});
