import { strict as assert } from "node:assert";
import { type SweepOutput, sweepOutput } from "../../../src/experiment/sweep/output.ts";
import { renderSweep } from "../../../src/report/sweep/page.ts";
import { sweepToCsv } from "../../../src/report/sweep/to-csv.ts";
import { sweepFromJson, sweepToJson } from "../../../src/report/sweep/to-json.ts";
import { sweepToTable } from "../../../src/report/sweep/to-table.ts";
import { tInterval } from "../../../src/stats/index.ts";

const LATENCY = "workloads.web.latency_mean_s";

const LATENCY_ONLY = { metric: LATENCY, unit: "s", groups: [] } as const;

/** Two rates by two policies, three seeds: latencies of each run in ms. */
const LATENCIES_MS: readonly (readonly [rate: string, law: unknown, runs: readonly number[]])[] = [
  ["40 req/s", "1 ms", [10, 20, 30]],
  ["40 req/s", { kind: "exponential", mean: "1 ms" }, [12, 22, 32]],
  ["80 req/s", "1 ms", [40, 50, 60]],
  ["80 req/s", { kind: "exponential", mean: "1 ms" }, [41, 49, 60]],
];

function sample(compared: boolean): SweepOutput {
  return sweepOutput({
    version: "1.2.3",
    name: "toy",
    sha256: "ab",
    kind: "grid",
    paths: ["workloads.web.arrivals.rate", "workloads.web.work"],
    seeds: [1, 2, 3],
    points: LATENCIES_MS.map(([rate, work, runs], i) => ({
      values: { "workloads.web.arrivals.rate": rate, "workloads.web.work": work },
      sha256: `point-${i}`,
      expect: [{ metric: LATENCY, max: 0.04 }],
      runs: runs.map((ms) => ({
        metrics: { [LATENCY]: ms / 1000, "energy.total_j": null },
        notes: {},
        identities: { energy: true },
        eventLogHash: String(ms),
      })),
    })),
    compare: compared ? { metric: LATENCY, baselineOf: [0, 0, 2, 2] } : undefined,
    interval: tInterval,
  });
}

describe("sweepToTable", () => {
  it("shows the compared metric, the differences and what can be told apart", () => {
    // Means 20, 22, 50, 50 ms; deviation 10 or 9.54, half-width 4.302653 * 10 / sqrt(3) = 24.84 ms. Differences 2, 2, 2 and 1, -1, 0.
    // Deviation 1: of two tests Holm asks t(0.9875, 2) / sqrt(3) = 3.58 ms; of one pair alone, 2.48 ms.
    assert.equal(
      sweepToTable(sample(true), []),
      `toy | 4 points x 3 seeds | cybertwin 1.2.3

workloads.web.latency_mean_s
  rate      work                                  mean   95 % interval
  40 req/s  1 ms                                  20 ms  [-4.84 to 44.8 ms]
  40 req/s  {"kind":"exponential","mean":"1 ms"}  22 ms  [-2.84 to 46.8 ms]
  80 req/s  1 ms                                  50 ms  [25.2 to 74.8 ms]
  80 req/s  {"kind":"exponential","mean":"1 ms"}  50 ms  [26.3 to 73.7 ms]

workloads.web.latency_mean_s against the baseline, seed by seed; all verdicts together hold at 95 %
  point                                           baseline        difference  interval
  40 req/s, {"kind":"exponential","mean":"1 ms"}  40 req/s, 1 ms  +2 ms                           unclear: the same difference in all 3 runs, too few to be sure that it is no chance
  80 req/s, {"kind":"exponential","mean":"1 ms"}  80 req/s, 1 ms  0 s         [-3.58 to 3.58 ms]  unclear
  from low to high, all pairs together at 95 %; = joins points of which not all are told apart:
    40 req/s, 1 ms = 40 req/s, {"kind":"exponential","mean":"1 ms"}
    80 req/s, 1 ms = 80 req/s, {"kind":"exponential","mean":"1 ms"}
  40 req/s, 1 ms and 40 req/s, {"kind":"exponential","mean":"1 ms"} are not told apart: the same difference in all 3 runs, too few to be sure that it is no chance.
  80 req/s, 1 ms and 80 req/s, {"kind":"exponential","mean":"1 ms"} are not told apart: the 95.00 % interval of their difference, -2.48 to 2.48 ms, holds 0.

2 of 4 expectations are met
`,
    );
  });

  it("names the first of many refusals, and points without a value", () => {
    // Eight points of equal values are 28 pairs of which none is told apart; the ninth was never measured.
    const output = sweepOutput({
      ...{ version: "1", name: "toy", sha256: "ab", kind: "grid", paths: ["n"], seeds: [1, 2], interval: tInterval },
      points: Array.from({ length: 9 }, (_, n) => ({
        values: { n },
        sha256: "ab",
        expect: [],
        runs: [1, 2].map((x) => ({ metrics: { x_s: n < 8 ? x : null }, notes: {}, identities: {}, eventLogHash: "" })),
      })),
      compare: { metric: "x_s", baselineOf: Array<number>(9).fill(0) },
    });
    const text = sweepToTable(output, []);
    assert.match(
      text,
      / {4}0 = 1 = 2 = 3 = 4 = 5 = 6 = 7\n {2}8 is in no order: no run has a value\.\n {2}0 and 1 are not told apart: equal in all 2 runs\.\n/,
    );
    assert.match(text, /\n {2}\.\.\. and 17 more; sweep\.json has all\.\n$/);
    assert.match(text, /\n {2}8 +0 +— +unclear: no pair of runs has both values\n/);
    const { compare } = JSON.parse(sweepToJson(output)) as { compare: { groups: { said: string[] }[] } };
    assert.deepEqual([compare.groups[0]?.said.length, compare.groups[0]?.said[0]], [29, "8 is in no order: no run has a value."]);
    assert.match(renderSweep(output), /<li>8 is in no order: no run has a value\.<\/li>/);
  });

  it("shows what was asked for instead", () => {
    const text = sweepToTable(sample(false), ["energy.total_j"]);
    assert.match(text, /\n\nenergy\.total_j\n {2}rate +work +mean +95 % interval\n {2}40 req\/s +1 ms +—\n/);
    assert.doesNotMatch(text, /latency/);
  });
});

describe("sweepToCsv", () => {
  it("gives a row a point, quotes where it must, and leaves empty what is not there", () => {
    const [header, first, second] = sweepToCsv(sample(false)).split("\n");
    const metric = (name: string) => `${name}.mean,${name}.ci_low,${name}.ci_high`;
    assert.equal(header, `point,workloads.web.arrivals.rate,workloads.web.work,${metric("energy.total_j")},${metric(LATENCY)}`);
    assert.match(first ?? "", /^1,40 req\/s,1 ms,,,,0\.02,-0\.00484\d+,0\.0448\d+$/);
    assert.match(second ?? "", /^2,40 req\/s,"\{""kind"":""exponential"",""mean"":""1 ms""\}",,,,0\.022\d*,/);
  });
});

describe("sweepToJson", () => {
  it("counts points from 1 and is read back whole", () => {
    const output = sample(true);
    const text = sweepToJson(output);
    const document = JSON.parse(text) as { points: { point: number }[]; compare: { groups: { baseline: number; order: number[][] }[] } };
    assert.deepEqual(
      document.points.map(({ point }) => point),
      [1, 2, 3, 4],
    );
    assert.deepEqual(
      document.compare.groups.map(({ baseline, order }) => [baseline, order]),
      [
        [1, [[1, 2]]],
        [3, [[3, 4]]],
      ],
    );
    assert.deepEqual(sweepFromJson(text), output);
    assert.throws(() => sweepFromJson(text.slice(0, 100)), /sweep\.json is damaged/);
    assert.throws(() => sweepFromJson(text.replace('"format": 2', '"format": 9')), /has format 9, this version reads 2/);
  });
});

describe("renderSweep", () => {
  it("draws each metric with a line for each other value, and loads nothing", () => {
    const page = renderSweep(sample(true));
    assert.match(page, /<figure id="sweep-0"><h3>workloads\.web\.latency_mean_s<\/h3>/);
    assert.match(page, /against rate, req\/s, with 95 % intervals over seeds\. 1 ms, 40: 20.ms;/);
    assert.equal(page.match(/<circle /g)?.length, 2 * (4 + 2)); // for a screen and a phone: four points, two legend dots
    assert.doesNotMatch(page, /(?:src|href)="http/);
    assert.equal(renderSweep(sample(true)), page);
  });

  it("takes round ticks where values are so near that their labels would meet", () => {
    const { points, ...rest } = sample(false);
    const of = (counts: readonly number[]) =>
      renderSweep({
        ...rest,
        paths: ["n"],
        points: points.map((point, i) => ({ ...point, values: { n: counts[i] } })),
        compare: LATENCY_ONLY,
      });
    const labels = (page: string) => [...page.matchAll(/<text [^>]*>(1\.\d+)</g)].map(([, label]) => label);
    assert.ok(labels(of([1.1, 1.2, 1.37, 1.4])).includes("1.37"));
    assert.ok(!labels(of([1.1, 1.2, 1.39, 1.4])).includes("1.39")); // 0.01 of 0.3, less than a twentieth
  });

  it("puts points in a row where nothing varied is a number", () => {
    const { points, ...rest } = sample(false);
    const words = points.map((point, i) => ({ ...point, values: { policy: ["a", "b", "c", "<d>"][i] } }));
    const page = renderSweep({ ...rest, paths: ["policy"], points: words, compare: LATENCY_ONLY });
    assert.match(page, /against policy, with 95 % intervals over seeds\. a: 20.ms;/);
    assert.doesNotMatch(page, /<d>/);
  });
});
