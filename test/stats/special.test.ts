import { strict as assert } from "node:assert";
import { incompleteBeta, logGamma } from "../../src/stats/index.ts";

const close = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected} within ${relative}`);

describe("special functions", () => {
  it("logGamma gives factorials and half-integers", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      close(Math.exp(logGamma(n)), factorial, 1e-12); // gamma(n) = (n - 1)!
      factorial *= n;
    }
    close(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI), 1e-13);
    close(Math.exp(logGamma(2.5)), 0.75 * Math.sqrt(Math.PI), 1e-13);
    close(Math.exp(logGamma(0.25)), 3.625609908221908, 1e-13);
  });

  it("incompleteBeta agrees with closed forms", () => {
    for (const x of [0.01, 0.3, 0.5, 0.77, 0.999]) {
      close(incompleteBeta(x, 1, 1), x, 1e-13); // uniform
      close(incompleteBeta(x, 2, 2), x * x * (3 - 2 * x), 1e-12); // density 6 x (1 - x)
      close(incompleteBeta(x, 0.5, 0.5), (2 / Math.PI) * Math.asin(Math.sqrt(x)), 1e-12); // arcsine law
    }
    assert.equal(incompleteBeta(0, 2, 3), 0);
    assert.equal(incompleteBeta(1, 2, 3), 1);
  });
});
