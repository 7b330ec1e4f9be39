import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import {
  chiSquareTest,
  equalChanceCounts,
  kolmogorovTail,
  ksTest,
  ksTwoSampleTest,
  normalCdf,
  normalQuantile,
  twoSamplePValue,
} from "../../src/stats/index.ts";

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`);

/** P(D >= k / n) for two samples of n each, by reflection. @see Gnedenko & Korolyuk 1951. */
function reflected(k: number, n: number): number {
  let sum = 0;
  for (let j = 1; j * k <= n; j++) {
    let ratio = 1; // C(2n, n - jk) / C(2n, n)
    for (let i = 0; i < j * k; i++) ratio *= (n - i) / (n + i + 1);
    sum += (j % 2 === 1 ? 2 : -2) * ratio;
  }
  return sum;
}

describe("Kolmogorov-Smirnov, one sample", () => {
  it("by hand, and near the exact p-value of SciPy 1.17 stats.kstest", () => {
    // The 7th of 7 lies at 0.7: 1 - 0.7 = 0.3 above the uniform law; no other distance is as large.
    const { statistic, pValue } = ksTest([0.7, 0.1, 0.32, 0.15, 0.58, 0.4, 0.44], (x) => x);
    close(statistic, 0.3, 1e-15);
    close(pValue, 0.46626387699002947, 0.03);
    assert.equal(ksTest([0.9], (x) => x).statistic, 0.9); // nothing below 0.9, where the law has 0.9
    assert.throws(() => ksTest([], (x) => x), RangeError);
  });

  it("has the printed points of the limit law and of finite samples", () => {
    close(kolmogorovTail(1.2238), 0.1, 1e-4); // Smirnov 1948
    close(kolmogorovTail(1.3581), 0.05, 1e-4);
    close(kolmogorovTail(1.6276), 0.01, 1e-5);
    assert.equal(kolmogorovTail(0.1), 1);
    // The 5 % points for n = 5, 10, 20, 35 (Miller, JASA 51(273), 1956), three decimals: p within 0.002.
    for (const [n, point] of [
      [5, 0.563],
      [10, 0.409],
      [20, 0.294],
      [35, 0.224],
    ] as const) {
      const values = Array.from({ length: n }, (_, i) => Math.max(0, (i + 1) / n - point)); // exactly that distance below
      close(ksTest(values, (x) => x).pValue, 0.05, 0.002);
    }
  });

  it("agrees with the other form of the limit law, sqrt(2 pi) / x sum of exp(-(2j - 1)^2 pi^2 / 8 x^2)", () => {
    for (const x of [0.25, 0.4, 0.7, 1, 1.5]) {
      let sum = 0;
      for (let j = 1; j <= 20; j++) sum += Math.exp((-(2 * j - 1) * (2 * j - 1) * Math.PI * Math.PI) / (8 * x * x));
      close(kolmogorovTail(x), 1 - (Math.sqrt(2 * Math.PI) / x) * sum, 1e-12);
    }
  });
});

describe("Kolmogorov-Smirnov, two samples", () => {
  it("by hand, and as SciPy 1.17 stats.ks_2samp says", () => {
    // At 5: five of five against two of six.
    const { statistic, pValue } = ksTwoSampleTest([1, 2, 3, 4, 5], [2.5, 3.5, 6, 7, 8, 9]);
    close(statistic, 2 / 3, 1e-15);
    close(pValue, 0.10822510822510821, 1e-14);
    assert.deepEqual(ksTwoSampleTest([1, 1, 2], [1, 1, 2]), { statistic: 0, pValue: 1 });
    assert.throws(() => ksTwoSampleTest([], [1]), RangeError);
  });

  it("is exact: all ways to merge four and three values", () => {
    const counts = new Map<number, number>();
    let ways = 0;
    for (let code = 0; code < 128; code++) {
      const bits = [...Array(7).keys()].map((i) => (code >> i) & 1);
      if (bits.reduce((sum, bit) => sum + bit, 0) !== 4) continue;
      const a = bits.flatMap((bit, i) => (bit === 1 ? [i] : []));
      const b = bits.flatMap((bit, i) => (bit === 0 ? [i] : []));
      const twelfths = Math.round(ksTwoSampleTest(a, b).statistic * 12);
      counts.set(twelfths, (counts.get(twelfths) ?? 0) + 1);
      ways++;
    }
    assert.equal(ways, 35);
    for (const twelfths of counts.keys()) {
      const atLeast = [...counts].reduce((sum, [other, count]) => sum + (other >= twelfths ? count : 0), 0);
      close(twoSamplePValue(twelfths / 12, 4, 3), atLeast / 35, 1e-14);
    }
  });

  it("is what reflection gives for equal sizes; beyond 1000 a side the limit is within 6 %", () => {
    for (const n of [5, 40, 100])
      for (const share of [0.2, 0.4, 0.6]) close(twoSamplePValue(share, n, n), reflected(Math.round(share * n), n), 1e-12);
    for (const k of [40, 60, 73]) close(twoSamplePValue(k / 1001, 1001, 1001) / reflected(k, 1001), 1, 0.06);
  });
});

describe("chi-square goodness of fit", () => {
  it("by hand: a die thrown 60 times", () => {
    // (4 + 1 + 0 + 1 + 0 + 4) / 10 = 1
    const { statistic, pValue } = chiSquareTest([8, 9, 10, 11, 10, 12], [10, 10, 10, 10, 10, 10], 0);
    assert.equal(statistic, 1);
    // Five degrees (Abramowitz & Stegun 26.4.4): 2 (1 - Phi(x)) + 2 phi(x) (x + x^3 / 3) at x = sqrt(1).
    const density = Math.exp(-0.5) / Math.sqrt(2 * Math.PI);
    close(pValue, 2 * normalCdf(-1) + 2 * density * (1 + 1 / 3), 1e-12);
  });

  it("finds normal draws normal and uniform ones not", () => {
    const rng = rootRng(12);
    const normals = Array.from({ length: 2000 }, () => normalQuantile(Math.max(1e-12, rng.uniform())));
    const expected = new Float64Array(20).fill(100);
    assert.ok(chiSquareTest(equalChanceCounts(normals, normalCdf, 20), expected, 0).pValue > 1e-6);
    const uniforms = Array.from({ length: 2000 }, () => (rng.uniform() - 0.5) * Math.sqrt(12)); // mean 0, deviation 1
    assert.ok(chiSquareTest(equalChanceCounts(uniforms, normalCdf, 20), expected, 0).pValue < 1e-6);
  });

  it("puts the top of the law in the last bin", () => {
    assert.deepEqual([...equalChanceCounts([0, 0.5, 1], (x) => x, 4)], [1, 0, 1, 1]);
  });

  it("refuses what leaves nothing to test", () => {
    assert.throws(() => chiSquareTest([1, 2], [1, 2], 1), RangeError);
    assert.throws(() => chiSquareTest([1, 2, 3], [1, 2], 0), RangeError);
    assert.throws(() => chiSquareTest([1, 2], [3, 0], 0), RangeError);
  });
});
