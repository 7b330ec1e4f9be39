import { strict as assert } from "node:assert";
import {
  binomialAtLeast,
  chiSquareQuantile,
  chiSquareTail,
  gammaQuantile,
  lowerGamma,
  normalCdf,
  normalQuantile,
  upperGamma,
} from "../../src/stats/index.ts";

const close = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected} within ${relative}`);

describe("incomplete gamma", () => {
  it("is a Poisson sum at whole shapes", () => {
    // Q(k, x) = P(fewer than k events of mean x) = sum over j < k of e^-x x^j / j!
    for (const x of [0.1, 1, 4.5, 20, 90]) {
      let term = Math.exp(-x);
      let sum = 0;
      for (let k = 1; k <= 40; k++) {
        sum += term;
        term *= x / k;
        close(upperGamma(k, x), sum, 1e-11);
        assert.ok(Math.abs(lowerGamma(k, x) + upperGamma(k, x) - 1) < 1e-13);
      }
    }
  });

  it("reaches its ends, also for large shapes, and refuses what lies outside", () => {
    assert.equal(lowerGamma(3, 0), 0);
    assert.equal(upperGamma(3, 0), 1);
    assert.equal(upperGamma(3, Number.POSITIVE_INFINITY), 0);
    // A gamma law of shape a has median a - 1/3 + 8/(405 a) + ... (Choi 1994).
    close(lowerGamma(1e6, 1e6 - 1 / 3), 0.5, 1e-9);
    assert.throws(() => lowerGamma(0, 1), RangeError);
    assert.throws(() => upperGamma(1, -1), RangeError);
  });
});

describe("normal law", () => {
  it("has the values of SciPy 1.17 stats.norm.cdf", () => {
    close(normalCdf(-8), 6.22096057427174e-16, 1e-12);
    close(normalCdf(-3), 0.0013498980316300933, 1e-12);
    close(normalCdf(-1), 0.15865525393145707, 1e-13);
    close(normalCdf(0.5), 0.6914624612740131, 1e-14);
    close(normalCdf(2), 0.9772498680518208, 1e-14);
  });

  it("has the quantiles of printed tables and is undone by its distribution function", () => {
    close(normalQuantile(0.975), 1.959963984540054, 1e-12);
    close(normalQuantile(0.995), 2.575829303548901, 1e-12);
    close(normalQuantile(0.95), 1.6448536269514722, 1e-12);
    assert.equal(normalQuantile(0.5), 0);
    for (const p of [1e-200, 1e-9, 0.01, 0.49]) close(normalCdf(normalQuantile(p)), p, 1e-10);
    assert.throws(() => normalQuantile(1), RangeError);
  });

  it("is the integral of its density", () => {
    // Simpson's rule on [-1.3, 0.7] with 200 steps: error about (b - a) h^4 / 180 * 3 < 1e-9.
    const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    let sum = density(-1.3) + density(0.7);
    for (let i = 1; i < 200; i++) sum += (i % 2 === 1 ? 4 : 2) * density(-1.3 + i * 0.01);
    assert.ok(Math.abs((sum * 0.01) / 3 - (normalCdf(0.7) - normalCdf(-1.3))) < 1e-9);
  });
});

describe("chi-square law", () => {
  it("has the 95 % and 99 % points of printed tables (NIST/SEMATECH e-Handbook 1.3.6.7.4)", () => {
    const printed: readonly [degrees: number, p95: number, p99: number][] = [
      [1, 3.841, 6.635],
      [2, 5.991, 9.21],
      [5, 11.07, 15.086],
      [10, 18.307, 23.209],
      [30, 43.773, 50.892],
      [100, 124.342, 135.807],
    ];
    for (const [degrees, p95, p99] of printed) {
      assert.ok(Math.abs(chiSquareQuantile(0.95, degrees) - p95) <= 0.00051);
      assert.ok(Math.abs(chiSquareQuantile(0.99, degrees) - p99) <= 0.00051);
    }
    assert.throws(() => chiSquareQuantile(0.5, 0), RangeError);
  });

  it("is exponential at two degrees, a squared normal at one, and SciPy's elsewhere", () => {
    close(chiSquareTail(3, 2), Math.exp(-1.5), 1e-13);
    close(chiSquareQuantile(0.9, 2), 2 * Math.log(10), 1e-12);
    close(chiSquareTail(2.25, 1), 2 * normalCdf(-1.5), 1e-13);
    close(chiSquareTail(20, 10), 0.029252688076961124, 1e-12);
    close(chiSquareTail(150, 100), 0.0009039320423540184, 1e-11);
  });
});

describe("gamma law", () => {
  it("has the quantiles of an exponential law at shape 1, those of chi-square at halves, and turns lowerGamma round", () => {
    for (const p of [1e-9, 0.001, 0.2, 0.5, 0.9, 1 - 1e-9]) close(gammaQuantile(p, 1), -Math.log1p(-p), 1e-8); // 1 - 1e-9 is rounded
    for (const degrees of [1, 3, 20]) close(2 * gammaQuantile(0.95, degrees / 2), chiSquareQuantile(0.95, degrees), 1e-9);
    for (const shape of [0.1, 0.3, 2.5, 40, 900])
      for (const p of [1e-9, 0.01, 0.5, 0.999]) close(lowerGamma(shape, gammaQuantile(p, shape)), p, 1e-7);
    assert.equal(gammaQuantile(1e-9, 0.02), 0); // 1e-450
    assert.throws(() => gammaQuantile(1, 2), RangeError);
    assert.throws(() => gammaQuantile(0.5, 0), RangeError);
  });
});

describe("binomial law", () => {
  it("equals the sum of its terms", () => {
    const [n, p] = [17, 0.3];
    let term = 1; // C(n, k) p^k (1 - p)^(n - k), from k = n down
    for (let i = 0; i < n; i++) term *= p;
    let sum = 0;
    for (let k = n; k >= 0; k--) {
      sum += term;
      close(binomialAtLeast(k, n, p), sum, 1e-11);
      term *= (k / (n - k + 1)) * ((1 - p) / p);
    }
    assert.equal(binomialAtLeast(n + 1, n, p), 0);
  });
});
