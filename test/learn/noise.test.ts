import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { GaussianNoise, type Noise, OrnsteinUhlenbeckNoise } from "../../src/learn/noise.ts";
import { constant, exponential, linear } from "../../src/learn/schedule.ts";

const SPEC = { mu: 0, thetaPerS: 0.15, sigma: 0.2, stepS: 1 };

function draws(noise: Noise, count: number, seed: number): Float64Array {
  noise.reset(rootRng(seed).fork("noise"));
  const out = new Float64Array(1);
  return Float64Array.from({ length: count }, () => {
    noise.sampleInto(out);
    return out[0] as number;
  });
}
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const covariance = (values: Float64Array, lag: number): number =>
  mean(values.subarray(lag).map((value, i) => value * (values[i] as number)));

describe("Gaussian noise", () => {
  it("has its mean and spread, and no memory", () => {
    const values = draws(new GaussianNoise(0.2), 100_000, 1);
    // Standard errors: 0.2/316 = 0.00063 of the mean, 0.04 sqrt(2)/316 = 0.00018 of the variance; five of them.
    assert.ok(Math.abs(mean(values)) < 0.0032);
    assert.ok(Math.abs(covariance(values, 0) - 0.04) < 9e-4);
    assert.ok(Math.abs(covariance(values, 1)) < 7e-4);
  });
});

describe("Ornstein-Uhlenbeck noise", () => {
  it("has the long-run variance and the memory of its recursion", () => {
    // x' = 0.85 x + 0.2 N: variance 0.04 / (1 - 0.85^2) = 0.14414, neighbours correlate by 0.85, those ten apart by 0.197.
    const values = draws(new OrnsteinUhlenbeckNoise(1, SPEC), 400_000, 1).subarray(1000);
    const variance = covariance(values, 0);
    // About 400,000 x 0.15/1.85 independent squares: relative error sqrt(2/32,000) = 0.8 %; four of them.
    assert.ok(Math.abs(variance / 0.14414 - 1) < 0.032, `${variance}`);
    assert.ok(Math.abs(covariance(values, 1) / variance - 0.85) < 0.01);
    assert.ok(Math.abs(covariance(values, 10) / variance - 0.197) < 0.04);
  });

  it("tends to sigma^2 / 2 theta as the step shrinks, with a memory of as many seconds", () => {
    const values = draws(new OrnsteinUhlenbeckNoise(1, { ...SPEC, thetaPerS: 15, stepS: 0.01 }), 400_000, 2).subarray(1000);
    // The same theta dt, so the same correlations; variance 0.04 x 0.01 / (1 - 0.85^2).
    assert.ok(Math.abs(covariance(values, 0) / 0.0014414 - 1) < 0.032);
    assert.ok(Math.abs(covariance(values, 1) / covariance(values, 0) - 0.85) < 0.01);
  });

  it("takes the steps of its equation", () => {
    const normals = draws(new GaussianNoise(1), 3, 5); // the same stream gives the same normals
    const noise = new OrnsteinUhlenbeckNoise(1, { mu: 2, thetaPerS: 0.5, sigma: 3, stepS: 0.25 });
    let x = 2;
    draws(noise, 3, 5).forEach((value, i) => {
      x += 0.5 * (2 - x) * 0.25 + 3 * 0.5 * (normals[i] as number);
      assert.ok(Math.abs(value - x) < 1e-12);
    });
  });

  it("forgets at an episode's begin", () => {
    const noise = new OrnsteinUhlenbeckNoise(1, SPEC);
    draws(noise, 50, 1);
    assert.deepEqual(draws(noise, 10, 2), draws(new OrnsteinUhlenbeckNoise(1, SPEC), 10, 2));
  });

  it("refuses a step that would blow it up, and a draw before its begin", () => {
    assert.throws(() => new OrnsteinUhlenbeckNoise(1, { ...SPEC, stepS: 14 }), /thetaPerS times stepS must be between 0 and 2, got 2\.1/);
    assert.throws(() => new OrnsteinUhlenbeckNoise(1, SPEC).sampleInto(new Float64Array(1)), /noise needs reset/);
  });
});

describe("schedules", () => {
  it("go by the fraction of training", () => {
    const epsilon = linear({ from: 1, to: 0.05, until: 0.5 });
    for (const [fraction, value] of [
      [0, 1],
      [0.25, 0.525],
      [0.5, 0.05],
      [1, 0.05],
    ] as const) {
      assert.ok(Math.abs(epsilon(fraction) - value) < 1e-15);
    }
    const rate = exponential({ from: 1, to: 0.01 });
    assert.ok(Math.abs(rate(0.5) - 0.1) < 1e-15);
    assert.deepEqual([rate(0), rate(1)], [1, 0.01]);
    assert.equal(constant(3)(0.7), 3);
  });

  it("refuse what never arrives", () => {
    assert.throws(() => linear({ from: 1, to: 0, until: 0 }), /until must be a fraction of training in \(0, 1\], got 0/);
    assert.throws(() => linear({ from: 1, to: 0, until: 1.5 }), /got 1\.5/);
    assert.throws(() => exponential({ from: 1, to: 0 }), /needs ends above 0, got 1 and 0/);
  });
});
