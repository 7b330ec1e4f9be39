/** Requests, summaries and rows of the SSJF figures. */
import { strict as assert } from "node:assert";
import { findDial } from "../../../src/claims/figures/ssjf/dial.ts";
import { type Arrivals, dialled, drawRequests, type Population, readPopulation, workS } from "../../../src/claims/figures/ssjf/requests.ts";
import { againstRerun } from "../../../src/claims/figures/ssjf/rows.ts";
import { runFcfs, runShortestFirst } from "../../../src/claims/figures/ssjf/scheduler.ts";
import {
  type Effect,
  everySecondPoint,
  JCT_REDUCTION,
  meanOfPoints,
  type Outcome,
  outcomeOf,
  requestsOf,
  summarize,
} from "../../../src/claims/figures/ssjf/study.ts";
import { CORRECTED, FAITHFUL } from "../../../src/claims/figures/ssjf/variant.ts";
import { rootRng } from "../../../src/kernel/index.ts";
import { mean, tInterval } from "../../../src/stats/index.ts";

const close = (value: number, expected: number, margin: number): void =>
  assert.ok(Math.abs(value - expected) <= margin, `${value}, expected ${expected} within ${margin}`);

describe("the requests of the SSJF study", () => {
  let population: Population;
  before(() => {
    population = readPopulation();
  });

  it("are the released predictions: 85,482 with a mean of 176.765 tokens, and what a class means", () => {
    assert.equal(population.tokens.length, 85_482);
    close(mean(population.tokens), 176.765, 5e-4);
    const [five, three] = [population.meanTokens["five-class"], population.meanTokens["three-class"]];
    for (const [i, expected] of [35.6375, 120.883, 228.191, 314.273, 342.112].entries()) close(five[i] as number, expected, 5e-4);
    for (const [i, expected] of [78.4753, 270.467, 354.891].entries()) close(three[i] as number, expected, 5e-4);
  });

  it("take 0.1 s and 0.02 s a token, to the hundredth", () => {
    assert.deepEqual([2, 7, 511].map(workS), [0.14, 0.24, 10.32]);
  });

  it("come in whole seconds, or with the shortest gaps first, where the released program has them so", () => {
    const draw = (arrivals: Arrivals, quirks: typeof FAITHFUL.quirks) => drawRequests(population, 50, arrivals, quirks, rootRng(5));
    const times = (arrivals: Arrivals, quirks: typeof FAITHFUL.quirks): readonly number[] =>
      draw(arrivals, quirks).jobs.map(({ arrivalS }) => arrivalS);
    const gapsOf = (values: readonly number[]): readonly number[] =>
      values.map((value, i) => value - (i === 0 ? 0 : (values[i - 1] as number)));
    const poisson: Arrivals = { kind: "poisson", ratePerS: 3, cv: 1 };
    assert.deepEqual(times(poisson, FAITHFUL.quirks), times(poisson, CORRECTED.quirks).map(Math.floor));
    const gamma: Arrivals = { kind: "gamma", ratePerS: 0.03, cv: 2 };
    const [sorted, plain] = [gapsOf(times(gamma, FAITHFUL.quirks)), gapsOf(times(gamma, CORRECTED.quirks))];
    for (const [i, gapS] of [...plain].sort((a, b) => a - b).entries()) close(sorted[i] as number, gapS, 1e-9);
    assert.deepEqual(draw(gamma, FAITHFUL.quirks).tokens, draw(gamma, CORRECTED.quirks).tokens);
  });

  it("are predicted by the class's number as released, by its mean length when repaired, and anywhere between truth and chance", () => {
    const arrivals: Arrivals = { kind: "poisson", ratePerS: 1, cv: 1 };
    const [released, repaired] = [FAITHFUL, CORRECTED].map(({ quirks }) => drawRequests(population, 50, arrivals, quirks, rootRng(6)));
    for (const [i, predictedS] of (released?.predictedS["five-class"] ?? new Float64Array()).entries()) {
      const predicted = Math.round((predictedS - 0.1) / 0.02);
      assert.equal(repaired?.predictedS["five-class"][i], workS(population.meanTokens["five-class"][predicted] as number));
    }
    const requests = released as NonNullable<typeof released>;
    for (const [i, predictedS] of dialled(requests, 0).entries()) close(predictedS, (requests.jobs[i] as { workS: number }).workS, 1e-9);
    for (const [i, predictedS] of dialled(requests, 1).entries())
      close(predictedS, 0.1 + 0.02 * (requests.randomTokens[i] as number), 1e-9);
  });
});

describe("what runs come to", () => {
  it("is counted over the jobs that were run; early throughput ends with the first quarter", () => {
    const jobs = Array.from({ length: 6 }, () => ({ arrivalS: 0, workS: 1 }));
    // Five of six ran. A quarter of the way from the first to the fifth end is the second: one job ended before it, in 2 s.
    const outcome = outcomeOf(jobs, Float64Array.of(1, 2, 3, 4, 5, Number.NaN));
    assert.deepEqual(outcome, { jctS: 3, jctP99S: 5, throughputP25PerS: 1 / 2, throughputPerS: 1 });
  });

  it("is summed up point by point, or over every second point as published", () => {
    const [policy, fcfs] = [
      [[1], [9], [3]],
      [[2], [10], [4]],
    ];
    close(meanOfPoints(policy, fcfs, JCT_REDUCTION), (50 + 10 + 25) / 3, 1e-9);
    close(everySecondPoint(policy, fcfs, JCT_REDUCTION), 100 * (1 - (1 + 3) / (2 + 4)), 1e-9);
  });

  it("has the t interval where nothing is divided", () => {
    const values = [3, 5, 4, 7, 6];
    const outcome = (jctS: number): Outcome => ({ jctS, jctP99S: 0, throughputP25PerS: 0, throughputPerS: 0 });
    const point = values.map((jctS) => ({ fcfs: outcome(1), oracle: outcome(jctS) }));
    const itself: Effect = { of: ({ jctS }) => jctS, against: (policy) => policy };
    const [got, expected] = [summarize([point], "oracle", itself, meanOfPoints), tInterval(values, 0.99)];
    close(got.mean, 5, 1e-12);
    close(got.low, expected.low, 1e-9);
    close(got.high, expected.high, 1e-9);
  });

  it("passes by its mean, and says of a miss whether its interval holds the re-run", () => {
    const row = { id: "x", parameters: "", unit: "%", interval: { mean: 40, low: 37, high: 43, n: 20 } };
    assert.equal(againstRerun(row, 41.5, 1.5).verdict, "pass");
    assert.match(againstRerun(row, 42, 1.5).reason ?? "", /off by -2\.00, the band is 1\.5; .* and within the 99 %/);
    assert.match(againstRerun(row, 44, 1.5).reason ?? "", /not within the 99 %/);
    assert.equal(againstRerun(row, 44, 1.5).verdict, "miss");
  });
});

describe("the dial", () => {
  it("gives the reduction that was asked for", () => {
    const server = { batching: "whole", batchMax: 1 } as const;
    const arrivals: Arrivals = { kind: "poisson", ratePerS: 5, cv: 1 };
    const runs = requestsOf(readPopulation(), { name: "dial", arrivals }, FAITHFUL);
    const { dial, spearman } = findDial([runs], server, FAITHFUL, 25);
    const jctS = (schedule: (run: (typeof runs)[number]) => Float64Array): number =>
      mean(runs.map((run) => outcomeOf(run.jobs, schedule(run)).jctS));
    const fcfsS = jctS(({ jobs }) => runFcfs(jobs, server, FAITHFUL.quirks));
    const dialS = jctS((run) => runShortestFirst(run.jobs, server, FAITHFUL.quirks, dialled(run, dial)));
    close(100 * (1 - dialS / fcfsS), 25, 0.5); // the last step moves the dial by 1/128
    assert.ok(dial > 0.3 && dial < 0.9 && spearman > 0.2 && spearman < 0.95, `${dial} ${spearman}`);
  });
});
