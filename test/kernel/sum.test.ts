import { strict as assert } from "node:assert";
import fc from "fast-check";
import { power, powInt, Sum } from "../../src/kernel/index.ts";

function sumOf(terms: readonly number[]): number {
  const sum = new Sum();
  for (const term of terms) sum.add(term);
  return sum.value;
}

describe("Sum", () => {
  it("keeps what a plain sum loses", () => {
    assert.equal(sumOf([1, 1e100, 1, -1e100]), 2);
    assert.equal(sumOf([]), 0);
  });

  it("adds a tenth ten million times: one million, where a plain sum is off by 1.6e-4", () => {
    const sum = new Sum();
    for (let i = 0; i < 1e7; i++) sum.add(0.1);
    assert.equal(sum.value, 1e6);
  });

  it("is within one rounding of exact arithmetic, for values like joules", () => {
    const joules = fc.array(fc.integer({ min: 0, max: 1e15 }), { maxLength: 200 });
    fc.assert(
      fc.property(joules, (nanojoules) => {
        // Integers below 2^53 are exact, and so is their sum in BigInt.
        const exact = Number(nanojoules.reduce((sum, n) => sum + BigInt(n), 0n));
        assert.ok(Math.abs(sumOf(nanojoules) - exact) <= exact * Number.EPSILON);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe("powers", () => {
  it("multiply for whole exponents", () => assert.deepEqual([powInt(3, 0), powInt(3, 4), powInt(-2, 3), powInt(0, 0)], [1, 81, -8, 1]));

  it("take any exponent of a base that is not negative", () => {
    assert.deepEqual([power(0, 0), power(0, 2), power(1, 5)], [1, 0, 1]);
    const near = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) < 1e-14 * expected, `${value}`);
    near(power(2, 0.5), Math.SQRT2);
    near(power(9, 1.5), 27);
    near(power(4, -0.5), 0.5);
  });
});
