/** Counts of an interval: exact laws, and what a trace says. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../../../src/kernel/index.ts";
import { chiSquareTail } from "../../../../src/stats/index.ts";
import { DrawnArrivals, poisson, TracedArrivals } from "../../../../src/world/cluster/fluid/fluid-arrivals.ts";
import { WorkSample, workLaw } from "../../../../src/world/cluster/fluid/work-law.ts";
import { makeLaw } from "../../../../src/world/workload/index.ts";

describe("counts of an interval", () => {
  for (const mean of [0.5, 9, 10, 47.3, 2000]) {
    it(`are Poisson, of mean ${mean}`, () => {
      const rng = rootRng(3).fork(`${mean}`);
      const draws = 40_000;
      const seen = new Map<number, number>();
      for (let i = 0; i < draws; i++) {
        const count = poisson(mean, rng);
        seen.set(count, (seen.get(count) ?? 0) + 1);
      }
      // Chi-square over counts that are expected at least ten times, the rest in one.
      let statistic = 0;
      let cells = 0;
      let chanceLeft = 1;
      let seenLeft = draws;
      let logChance = -mean;
      for (let count = 0; count < 3 * mean + 30; count++) {
        const expected = draws * Math.exp(logChance);
        if (expected >= 10) {
          const here = seen.get(count) ?? 0;
          statistic += ((here - expected) * (here - expected)) / expected;
          cells++;
          chanceLeft -= expected / draws;
          seenLeft -= here;
        }
        logChance += Math.log(mean / (count + 1));
      }
      const rest = Math.max(1e-9, draws * chanceLeft);
      statistic += ((seenLeft - rest) * (seenLeft - rest)) / Math.max(rest, 10);
      assert.ok(chiSquareTail(statistic, cells) > 1e-3, `${statistic} of ${cells} cells`);
    });
  }

  it("of a renewal process vary by its cv, and so does the work that they bring", () => {
    const work = workLaw(makeLaw({ kind: "exponential", mean: 2 }), true);
    const made = new DrawnArrivals({ gapCv2: 4, expectedBy: (timeS) => 30 * timeS }, work, rootRng(5));
    const counts: number[] = [];
    const surprises: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      made.next(10 * (i + 1));
      counts.push(made.count);
      surprises.push(made.surprise);
      assert.ok(Math.abs(made.expected - 300) < 1e-6);
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = (values: readonly number[]): number => mean(values.map((value) => value * value)) - mean(values) * mean(values);
    assert.ok(Math.abs(mean(counts) - 300) < 1);
    assert.ok(Math.abs(variance(counts) / 1200 - 1) < 0.05); // 4 x 300
    assert.ok(Math.abs(mean(surprises)) < 1);
    assert.ok(Math.abs(variance(surprises) / 1500 - 1) < 0.05); // and 1 x 300 for the work
  });

  it("of a trace are its rows, with their work", () => {
    const timesS = [0, 1, 10, 25];
    const worksS = [1, 2, 3, 6];
    const sample = new WorkSample();
    for (const workS of worksS) sample.add(workS);
    const work = sample.law();
    assert.equal(work.meanS, 3);
    assert.equal(work.cv2, 50 / 4 / 9 - 1);
    let row = -1;
    const process = {
      get row() {
        return row;
      },
      nextS: () => timesS[++row] ?? Infinity,
    };
    const made = new TracedArrivals({ process, workS: (at) => worksS[at] as number }, work, rootRng(1));
    const told: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.next(10 * (i + 1));
      told.push(`${made.count} of ${made.requestWork}: ${made.expected}`);
    }
    assert.deepEqual(told, ["2 of 0.5: 1", "1 of 1: 1", "1 of 2: 2"]);
  });
});
