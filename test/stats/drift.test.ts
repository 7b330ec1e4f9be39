import { strict as assert } from "node:assert";
import {
  Cusum,
  chiSquareQuantile,
  cusumRunLength,
  cusumThreshold,
  distanceTail,
  KsDrift,
  MahalanobisDetector,
  mean,
  PageHinkley,
  siegmundRunLength,
  tCdf,
  upperRunLength,
  variance,
} from "../../src/stats/index.ts";

const close = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected} within ${relative}`);

/** Values without pattern, about -1..1. */
const wobble = (i: number): number => Math.sin(i * i * 0.7 + 3 * i);

describe("CUSUM", () => {
  it("by hand: mean 10, deviation 2, slack 0.5, threshold 2", () => {
    // z = 1, 2, -1, 3: sums 0.5, 2, 0.5, 3; mirrored 0, 0, 0.5, 0.
    const cusum = new Cusum({ mean: 10, deviation: 2, slack: 0.5, threshold: 2 });
    assert.deepEqual(
      [12, 14, 8, 16].map((value) => cusum.add(value)),
      [undefined, undefined, undefined, "up"],
    );
    cusum.reset();
    // z = -2, -2: mirrored 1.5, 3.
    assert.deepEqual(
      [6, 6].map((value) => cusum.add(value)),
      [undefined, "down"],
    );
    assert.throws(() => new Cusum({ mean: 0, deviation: 0, slack: 0.5, threshold: 5 }), RangeError);
  });

  it("has the run lengths of Montgomery, Introduction to Statistical Quality Control (tabular CUSUM)", () => {
    const printed: readonly [shift: number, h4: number, h5: number][] = [
      [0, 168, 465],
      [0.25, 74.2, 139],
      [0.5, 26.6, 38],
      [0.75, 13.3, 17],
      [1, 8.38, 10.4],
      [1.5, 4.75, 5.75],
      [2, 3.34, 4.01],
      [2.5, 2.62, 3.11],
      [3, 2.19, 2.57],
      [4, 1.71, 2.01],
    ];
    for (const [shift, h4, h5] of printed) {
      close(cusumRunLength({ slack: 0.5, threshold: 4, shift }), h4, 0.005);
      close(cusumRunLength({ slack: 0.5, threshold: 5, shift }), h5, 0.005);
    }
  });

  it("Markov chain and Siegmund's closed form agree within 2 % up to a shift of 1", () => {
    for (const threshold of [3, 4, 5, 6])
      for (const shift of [0, 0.25, 0.5, 0.75, 1]) {
        const design = { slack: 0.5, threshold, shift };
        close(siegmundRunLength(design), upperRunLength(design), 0.02);
      }
  });

  it("solves Page's integral equation", () => {
    // L(0) = 1 + L(0) Phi(k) + integral over 0..h of L(y) phi(y + k) dy;
    // iterated on 201 points (Simpson's rule) for h = 2, k = 0.5.
    const [slack, threshold, points] = [0.5, 2, 201];
    const step = threshold / (points - 1);
    const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const weight = (i: number): number => ((i === 0 || i === points - 1 ? 1 : i % 2 === 1 ? 4 : 2) * step) / 3;
    const below = (z: number): number => {
      let sum = 0; // Phi(z) by the midpoint rule from -8
      const width = (z + 8) / 20_000;
      for (let i = 0; i < 20_000; i++) sum += density(-8 + (i + 0.5) * width) * width;
      return sum;
    };
    const toZero = Array.from({ length: points }, (_, i) => below(slack - i * step));
    const kernel = Array.from({ length: points }, (_, i) =>
      Array.from({ length: points }, (_value, j) => weight(j) * density((j - i) * step + slack)),
    );
    let lengths = Array.from({ length: points }, () => 1);
    for (let round = 0; round < 600; round++) {
      const old = lengths;
      lengths = kernel.map((row, i) =>
        row.reduce((sum, chance, j) => sum + chance * (old[j] as number), 1 + (toZero[i] as number) * (old[0] as number)),
      );
    }
    close(upperRunLength({ slack, threshold, shift: 0 }), lengths[0] as number, 2e-7);
  });

  it("finds the threshold from the rate of false alarms", () => {
    const threshold = cusumThreshold(1000, 0.5);
    close(cusumRunLength({ slack: 0.5, threshold, shift: 0 }), 1000, 1e-9);
    close(cusumThreshold(465.44, 0.5), 5, 1e-4);
  });
});

describe("Page-Hinkley", () => {
  it("is its definition: the sum of x - mean - slack above its lowest point, both ways", () => {
    const [slack, threshold] = [0.1, 2];
    const test = new PageHinkley({ slack, threshold, learnCount: 0 });
    const values = Array.from({ length: 120 }, (_, i) => wobble(i) + (i < 60 ? 0 : i < 90 ? 0.8 : -2));
    const sums = { up: [0], down: [0] };
    const seen = new Set<string | undefined>();
    values.forEach((value, i) => {
      const center = mean(values.slice(0, i + 1));
      sums.up.push((sums.up[i] as number) + value - center - slack);
      sums.down.push((sums.down[i] as number) + center - value - slack);
      const height = (path: readonly number[]): number => (path.at(-1) as number) - Math.min(...path);
      const expected = height(sums.up) > threshold ? "up" : height(sums.down) > threshold ? "down" : undefined;
      assert.equal(test.add(value), expected, `sample ${i}`);
      seen.add(expected);
    });
    assert.deepEqual([...seen].sort(), ["down", "up", undefined]);
  });

  it("says nothing while it learns, and forgets on reset", () => {
    const test = new PageHinkley({ slack: 0, threshold: 1, learnCount: 2 });
    // The mean of 0, 0 and 10 is 3.33: 6.67 above.
    assert.deepEqual(
      [0, 0, 10].map((value) => test.add(value)),
      [undefined, undefined, "up"],
    );
    test.reset();
    assert.equal(test.add(0), undefined);
    assert.equal(test.add(10), undefined); // 5 above the mean, but still learning
    test.reset();
    assert.deepEqual(
      [10, 10, 10].map((value) => test.add(value)),
      [undefined, undefined, undefined],
    );
    assert.throws(() => new PageHinkley({ slack: 0, threshold: 0, learnCount: 2 }), RangeError);
  });
});

describe("KS windows", () => {
  it("by hand: windows of four, a test every two", () => {
    // Reference 1..4. Windows: 1.5 2.5 3.5 4.5 (distance 1/4), then 3.5 4.5 9 9 (none up to 3: distance 3/4), then 9 9 9 9.
    const detector = new KsDrift({ windowCount: 4, everyCount: 2, alpha: 0.05 });
    const alarms: number[] = [];
    [1, 2, 3, 4, 1.5, 2.5, 3.5, 4.5, 9, 9, 9, 9].forEach((value, i) => {
      if (detector.add(value)) alarms.push(i);
    });
    // All apart: 2 of C(8, 4) = 70 ways, p = 0.0286; the window before has distance 3/4, p = 0.2286.
    assert.deepEqual(alarms, [11]);
    assert.ok(Math.abs(detector.pValue - 2 / 70) < 1e-15);
    detector.reset();
    assert.equal(detector.pValue, 1);
    assert.throws(() => new KsDrift({ windowCount: 4, everyCount: 0, alpha: 0.05 }), RangeError);
  });

  it("waits for a full window before its first test", () => {
    const detector = new KsDrift({ windowCount: 4, everyCount: 1, alpha: 0.5 });
    for (const value of [1, 2, 3, 4, 9, 9, 9]) assert.equal(detector.add(value), false);
    assert.equal(detector.pValue, 1);
    assert.equal(detector.add(9), true);
  });

  it("notices a change of spread that leaves the mean", () => {
    const detector = new KsDrift({ windowCount: 50, everyCount: 50, alpha: 0.001 });
    const alarms = Array.from({ length: 150 }, (_, i) => detector.add(i < 100 ? wobble(i) : 10 * wobble(i)));
    assert.deepEqual([alarms[99], alarms[149]], [false, true]);
  });
});

describe("Mahalanobis distance", () => {
  it("by hand: learnt from a square, with covariance 4/3 and no correlation", () => {
    const detector = new MahalanobisDetector({ size: 2, learnCount: 4, alpha: 1e-9 });
    for (const corner of [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ])
      assert.equal(detector.add(corner), false);
    assert.ok(Number.isNaN(detector.distanceSquared));
    detector.add([3, 4]);
    close(detector.distanceSquared, 25 * 0.75, 1e-12);
  });

  it("in one dimension is the t test of a new value", () => {
    const values = [3, 5, 4, 8, 6];
    const detector = new MahalanobisDetector({ size: 1, learnCount: 5, alpha: 0.01 });
    for (const value of values) detector.add([value]);
    detector.add([11]);
    const t = (11 - mean(values)) / Math.sqrt(variance(values) * (1 + 1 / 5));
    close(detector.pValue, 2 * tCdf(-Math.abs(t), 4), 1e-10);
  });

  it("notices two quantities that part, each within its range, and does not learn from it", () => {
    const detector = new MahalanobisDetector({ size: 2, learnCount: 30, alpha: 1e-4 });
    for (let i = 0; i < 30; i++) detector.add([wobble(i), wobble(i) + 0.1 * wobble(i + 1000)]);
    assert.equal(detector.add([0.5, 0.5]), false);
    assert.equal(detector.add([0.5, -0.5]), true);
    const first = detector.distanceSquared;
    assert.equal(detector.add([0.5, -0.5]), true);
    assert.equal(detector.distanceSquared, first);
  });

  it("its law becomes chi-square, and has it at two quantities in closed form", () => {
    close(distanceTail(chiSquareQuantile(0.99, 4), 4, 1e6), 0.01, 1e-4);
    assert.ok(distanceTail(chiSquareQuantile(0.99, 4), 4, 50) > 0.025);
    // F(2, m) has P(F > f) = (1 + 2 f / m)^(-m / 2); here n = 12, m = 10, d^2 = 6: 2 f / m = 6 * 12 / (13 * 11).
    const ratio = 1 + 72 / 143;
    close(distanceTail(6, 2, 12), 1 / (ratio * ratio * ratio * ratio * ratio), 1e-12);
  });

  it("refuses vectors of another size and quantities that depend on each other", () => {
    const detector = new MahalanobisDetector({ size: 2, learnCount: 3, alpha: 0.01 });
    assert.throws(() => detector.add([1]), RangeError);
    for (const x of [1, 2, 4]) detector.add([x, 2 * x]);
    assert.throws(() => detector.add([1, 1]), RangeError);
    assert.throws(() => new MahalanobisDetector({ size: 2, learnCount: 2, alpha: 0.01 }), RangeError);
  });
});
