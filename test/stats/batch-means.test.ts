import { strict as assert } from "node:assert";
import { randomNormal } from "d3-random";
import { rootRng } from "../../src/kernel/index.ts";
import { areIndependent, BatchMeans, batchMeans } from "../../src/stats/index.ts";

/** x(i) = phi x(i-1) + noise, started in its stationary law, mean 0. */
function autoregressive(count: number, phi: number, uniform: () => number): Float64Array {
  const normal = randomNormal.source(uniform)(0, 1);
  const values = new Float64Array(count);
  let x = normal() / Math.sqrt(1 - phi * phi);
  for (let i = 0; i < count; i++) {
    values[i] = x;
    x = phi * x + normal();
  }
  return values;
}

function coverage(trials: number, count: number, phi: number): number {
  const rng = rootRng(21);
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { mean, halfWidth } = batchMeans(autoregressive(count, phi, rng.fork(`trial-${trial}`).uniform), 0.95);
    if (Math.abs(mean) <= halfWidth) covered++;
  }
  return covered / trials;
}

describe("batch means", () => {
  it("by hand: forty values become twenty batches of two", () => {
    // 0..39 pairs up to 0.5, 2.5, ... 38.5, mean 19.5. They rise: squared steps 19 * 4 = 76, squared deviations 4 * 665 = 2660, so the
    // correlation is 1 - 76 / 5320 = 0.98571, taken as 0.9. Variance 2660 / 19 = 140 times (1.9 / 0.1), over 20 batches; 19 / 19 = 1 degree.
    const result = batchMeans(
      Array.from({ length: 40 }, (_, i) => i),
      0.95,
    );
    assert.deepEqual([result.mean, result.batchCount, result.batchSize, result.independent], [19.5, 20, 2, false]);
    const expected = 12.7062047 * Math.sqrt((19 * 140) / 20); // t(0.975, 1)
    assert.ok(Math.abs(result.halfWidth - expected) < 1e-5, `${result.halfWidth}, expected ${expected}`);
  });

  it("by hand: batches that alternate leave the word to larger ones", () => {
    // Twenty pairs: -1 and 1 in turn, the last four 1; mean 0.2. Squared deviations 8 * 1.44 + 12 * 0.64 = 19.2, squared steps 15 * 4 = 60:
    // no positive correlation. Five batches of four pairs have means 0, 0, 0, 0, 1 and variance 0.2.
    const values = Array.from({ length: 40 }, (_, i) => (i >= 32 || (i >> 1) % 2 === 1 ? 1 : -1));
    const pairs = 2.0930241 * Math.sqrt(19.2 / 19 / 20); // t(0.975, 19): 0.470
    const large = 2.7764451 * Math.sqrt(0.2 / 5); // t(0.975, 4): 0.555
    const { halfWidth } = batchMeans(values, 0.95);
    assert.ok(large > pairs && Math.abs(halfWidth - large) < 1e-6, `${halfWidth}, expected ${large}`);
  });

  it("keeps 20 to 39 full batches however long the series, and counts every sample in the mean", () => {
    const batches = new BatchMeans();
    const uniform = rootRng(5).uniform;
    let sum = 0;
    for (let i = 1; i <= 5000; i++) {
      const value = uniform();
      sum += value;
      batches.add(value);
      assert.ok(Math.abs(batches.mean - sum / i) < 1e-12);
      if (i < 40 || i % 500 !== 0) continue;
      const { batchCount, batchSize, n } = batches.interval(0.95);
      assert.ok(batchCount >= 10 && batchCount < 40);
      assert.ok(batchCount * batchSize <= n);
    }
  });

  it("of independent values agrees with the standard error", () => {
    // uniform: sigma / sqrt(n) = sqrt(1/12 / 40000) = 0.001443; from 20-39 batches the estimate scatters by some 15 %, so 5 sigma: 75 %
    const uniform = rootRng(6).uniform;
    const result = batchMeans(Float64Array.from({ length: 40_000 }, uniform), 0.95);
    const expected = 2.05 * Math.sqrt(1 / 12 / 40_000); // from five to nine batches it scatters by 30 %, and t is 2.8
    assert.ok(result.halfWidth > 0.25 * expected && result.halfWidth < 3 * expected, `${result.halfWidth} for ${expected}`);
  });

  it("covers the mean of a correlated series, where the naive interval would not", () => {
    // phi = 0.9: variance of the mean is (1 + phi)/(1 - phi) = 19 times the naive one, so a naive 95 % interval covers 35 %.
    // Batches of 200+ samples: coverage lies a little under the nominal 0.95 (known of batch means); 5 sigma of 600 trials is 0.045.
    const share = coverage(600, 8000, 0.9);
    assert.ok(share > 0.95 - 0.02 - 0.045 && share <= 1, `covered ${share}`);
  });

  it("says so when batches still follow each other", () => {
    // phi = 0.9999 keeps its mood for 1e4 samples: a series of 2000 is one mood.
    const flags = Array.from({ length: 20 }, (_, i) => batchMeans(autoregressive(2000, 0.9999, rootRng(30 + i).uniform), 0.95).independent);
    assert.ok(flags.filter((independent) => !independent).length >= 10, `${flags}`);
  });

  it("calls independent values independent about 95 times in 100", () => {
    const uniform = rootRng(8).uniform;
    let accepted = 0;
    for (let trial = 0; trial < 4000; trial++) if (areIndependent(Float64Array.from({ length: 25 }, uniform))) accepted++;
    assert.ok(Math.abs(accepted / 4000 - 0.95) < 0.02, `${accepted / 4000}`); // 5 sigma 0.017, and the normal approximation
    assert.ok(areIndependent(new Float64Array(20).fill(3)));
  });

  it("has no finite width from few samples, and no mean from none", () => {
    assert.equal(batchMeans([1, 2, 3], 0.95).halfWidth, Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(batchMeans([], 0.95).mean));
  });

  it("a constant series has width zero", () => {
    const result = batchMeans(new Float64Array(1000).fill(0.25), 0.95);
    assert.deepEqual([result.mean, result.halfWidth, result.independent], [0.25, 0, true]);
  });
});
