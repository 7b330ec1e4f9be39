import { strict as assert } from "node:assert";
import type { BatchSeries, RunSeries, ServiceSeries } from "../../src/experiment/result.ts";
import { mergedFaults } from "../../src/report/charts/bands.ts";
import { type ChartSize, PHONE, WIDE } from "../../src/report/charts/frame.ts";
import { cellsOf, DOWN, partlyDown, rowsOf } from "../../src/report/charts/heat-cells.ts";
import { hiddenBars, jobBars } from "../../src/report/charts/jobs.ts";
import { latencyDistribution } from "../../src/report/charts/latency-distribution.ts";
import { latencyOverTime } from "../../src/report/charts/latency-over-time.ts";
import { legend } from "../../src/report/charts/legend.ts";
import { powerOverTime } from "../../src/report/charts/power.ts";
import { layersOf, stackTop } from "../../src/report/charts/stack.ts";
import { timeTicks } from "../../src/report/charts/time-axis.ts";
import { utilizationMap } from "../../src/report/charts/utilization.ts";
import { sampleOutput } from "./sample.ts";

const HOUR = 3600;

function sampleSeries(): RunSeries {
  const [run] = sampleOutput().runs;
  assert(run);
  return run.series;
}
function sampleService(): ServiceSeries {
  const [service] = sampleSeries().services;
  assert(service);
  return service;
}
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);

describe("the time axis", () => {
  it("shows the clock when the start is known, whole hours whatever the start, and dates at midnight", () => {
    // From 21:30 on, ticks every 3 h stand at 00:00, 03:00, 06:00, which are 2.5, 5.5 and 8.5 h after the start.
    const { ticks, text, label } = timeTicks({ totalS: 9 * HOUR, startUtc: "2021-06-30T21:30:00Z" }, 4);
    assert.deepEqual(ticks, [2.5 * HOUR, 5.5 * HOUR, 8.5 * HOUR]);
    assert.deepEqual(ticks.map(text), ["1 Jul", "03:00", "06:00"]);
    assert.equal(label, "time of day, UTC");
  });

  it("counts in the largest unit that keeps ticks whole when the start is unknown", () => {
    const labels = [240, 2 * HOUR, 24 * HOUR, 30 * 24 * HOUR].map((totalS) => timeTicks({ totalS, startUtc: null }, 12).label);
    assert.deepEqual(
      labels,
      ["seconds", "minutes", "hours", "days"].map((unit) => `${unit} since the start`),
    );
    const day = timeTicks({ totalS: 24 * HOUR, startUtc: null }, 12);
    assert.deepEqual(day.ticks.map(day.text), ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24"]);
  });

  it("refuses a start that is no time", () => {
    assert.throws(() => timeTicks({ totalS: 600, startUtc: "noon" }, 5), /"noon" is not a time/);
  });
});

describe("bands of faults", () => {
  const stretch = (fault: string, server: string, startS: number, endS: number) => ({ fault, kind: "server-crash", server, startS, endS });

  it("join the servers that one fault holds without a gap", () => {
    // rack: 10 to 20 on a, 10 to 25 on b, then 25 to 30 on c touches; 40 to 50 on a is a second band. slow overlaps, but is another fault.
    const faults = [
      ...[stretch("rack", "a", 10, 20), stretch("rack", "b", 10, 25), stretch("slow", "a", 12, 14), stretch("rack", "c", 25, 30)],
      stretch("rack", "a", 40, 50),
    ];
    assert.deepEqual(
      mergedFaults(faults).map(({ fault, struck, startS, endS }) => [fault, [...struck].join(""), startS, endS]),
      [
        ["rack", "abc", 10, 30],
        ["slow", "a", 12, 14],
        ["rack", "a", 40, 50],
      ],
    );
  });

  it("are drawn once for a rack that fails", () => {
    const faults = Array.from({ length: 40 }, (_, i) => stretch("outage", `s${i}`, 3 * HOUR, 5 * HOUR));
    const [site] = sampleSeries().sites;
    assert(site);
    const options = { id: "x", span: { totalS: 24.5 * HOUR, startUtc: null }, size: WIDE };
    const picture = (some: typeof faults) => powerOverTime(site, { ...sampleSeries(), faults: some }, options);
    const boxes = (text: string) => text.match(/<rect /g)?.length;
    const svg = picture(faults);
    assert.equal(boxes(svg), boxes(picture(faults.slice(0, 1))));
    assert.deepEqual(
      textsOf(svg).filter((text) => text?.startsWith("outage")),
      ["outage: 40 servers"],
    );
  });
});

describe("the utilization map", () => {
  const series = (names: readonly string[], racks: readonly string[], utilization: readonly number[]): RunSeries => ({
    ...sampleSeries(),
    bucketCount: utilization.length / names.length,
    servers: { names, racks, utilization: Float32Array.from(utilization) },
  });

  it("averages buckets, leaves out those that were down, and hatches only what was down throughout", () => {
    // Server a: (0.5 + 1) / 2 = 0.75 is level 6 of 0..7; then down. Server b: 0.25 beside a bucket that was down is level 2; then 1 is level 7.
    const two = series(["a", "b"], ["r", "r"], [0.5, 1, Number.NaN, Number.NaN, 0.25, Number.NaN, 1, 1]);
    assert.deepEqual(cellsOf(two, rowsOf(two.servers), 2), [
      [6, DOWN],
      [2, 7],
    ]);
  });

  it("marks lightly what was down in part only", () => {
    // Columns of one bucket. A row of a and b: both up, b down, both down.
    const two = series(["a", "b"], ["r", "r"], [0.5, 0.5, Number.NaN, 0.5, Number.NaN, Number.NaN]);
    const rows = [{ label: "r", servers: [0, 1] }];
    assert.deepEqual(partlyDown(two, rows, 3), [[false, true, false]]);
    const span = { totalS: 900, startUtc: null };
    assert.match(utilizationMap({ ...two, bucketS: 300, warmupS: 0, faults: [] }, { id: "x", span, size: WIDE }), /down<\/text>/);
    const map = (utilization: readonly number[]) =>
      utilizationMap(
        series(
          Array.from({ length: 65 }, (_, i) => `s${i}`),
          Array.from({ length: 65 }, () => "r"),
          utilization,
        ),
        { id: "x", span, size: WIDE },
      );
    const up = new Array<number>(130).fill(0.5);
    assert.doesNotMatch(map(up), />partly down</);
    assert.match(map(up.with(0, Number.NaN)), />partly down</); // two servers a row, one of them down
  });

  it("shows servers up to 64, then racks, then groups of neighbours", () => {
    const named = (count: number, perRack: number) => {
      const names = Array.from({ length: count }, (_, i) => `s${i}`);
      const racks = names.map((_, i) => `r${Math.floor(i / perRack)}`);
      return rowsOf({ names, racks, utilization: new Float32Array(count) });
    };
    assert.equal(named(64, 8).length, 64);
    assert.deepEqual(
      named(160, 20).map((row) => row.label),
      ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"],
    );
    const groups = named(10_000, 5_000); // ceil(10,000 / 64) = 157 servers a row, so 64 rows, the last with 109
    assert.equal(groups.length, 64);
    assert.deepEqual([groups[1]?.label, groups[0]?.servers.length, groups[63]?.servers.length], ["s157", 157, 109]);
  });
});

describe("pictures of latency", () => {
  const options = (size: ChartSize) => ({ id: "x", span: { totalS: 24.5 * HOUR, startUtc: null }, size });

  it("turn to a log axis when the worst moment would flatten all others", () => {
    const service = sampleService();
    const calm = textsOf(latencyOverTime(service, sampleSeries(), options(WIDE)));
    assert(calm.includes("latency, ms") && calm.includes("40"));
    const spiked = { ...service, latencyP99S: service.latencyP99S.map((value, b) => (b === 100 ? 40 : value)) };
    const stormy = textsOf(latencyOverTime(spiked, sampleSeries(), options(WIDE)));
    assert(stormy.includes("10 ms") && stormy.includes("10 s"));
  });

  it("name an SLO that is far above instead of drawing it", () => {
    const texts = textsOf(latencyOverTime({ ...sampleService(), sloLatencyS: 10 }, sampleSeries(), options(PHONE)));
    assert(texts.includes("SLO 10\u00a0s (far above)"));
  });

  it("leave gaps where there was no request, and never write NaN", () => {
    const service = sampleService();
    const gap = (values: Float64Array) => values.map((value, b) => (b > 40 && b < 60 ? Number.NaN : value));
    const gappy = {
      ...service,
      latencyMeanS: gap(service.latencyMeanS),
      latencyP50S: gap(service.latencyP50S),
      latencyP99S: gap(service.latencyP99S),
    };
    assert.doesNotMatch(latencyOverTime(gappy, sampleSeries(), options(WIDE)), /NaN/);
  });

  it("draw a distribution whose first bin starts at zero and whose last never ends", () => {
    const open = {
      ...sampleService(),
      histogramEdgesS: Float64Array.of(0, 0.01, 0.02, Number.POSITIVE_INFINITY),
      histogramCounts: Float64Array.of(1, 2, 1),
    };
    const svg = latencyDistribution(open, [{ label: "median", latencyS: 0.015 }], { id: "x", size: WIDE });
    assert.doesNotMatch(svg, /NaN|Infinity/);
    assert.equal([...svg.matchAll(/<rect [^>]*height="(?!12)[0-9.]+"/g)].length, 3);
  });
});

describe("pictures of jobs and power", () => {
  it("show the 200 longest of many stretches and say how many are hidden", () => {
    const segments: BatchSeries["segments"] = Array.from({ length: 250 }, (_, job) => ({
      job,
      server: "cpu-01",
      startS: job * 300,
      endS: job * 300 + 10 + job,
      outcome: "finished",
    }));
    const batch: BatchSeries = {
      name: "etl",
      queued: new Float64Array(294),
      running: new Float64Array(294),
      segments,
      truncatedCount: 1000,
    };
    const svg = jobBars(batch, sampleSeries(), { id: "x", span: { totalS: 24.5 * HOUR, startUtc: null }, size: WIDE });
    assert.equal([...svg.matchAll(/>job \d+ on/g)].length, 200);
    assert(!svg.includes(">job 49 on") && svg.includes(">job 50 on")); // the 50 shortest are jobs 0 to 49
    assert.equal(hiddenBars(batch), 1050);
  });

  it("name lanes only where names do not overlap", () => {
    // The first 20 servers ran one job each, the last forty side by side: rows are low, lanes of very different height.
    const names = Array.from({ length: 21 }, (_, i) => `srv-${i}`);
    const segment = (job: number, server: string) => ({ job, server, startS: job, endS: 5000, outcome: "finished" }) as const;
    const segments = [
      ...names.slice(0, 20).map((server, i) => segment(i, server)),
      ...Array.from({ length: 130 }, (_, i) => segment(20 + i, "srv-20")),
    ];
    const batch = { name: "etl", queued: new Float64Array(294), running: new Float64Array(294), segments, truncatedCount: 0 };
    const servers = { names, racks: names, utilization: new Float32Array(0) };
    const svg = jobBars(batch, { ...sampleSeries(), servers }, { id: "x", span: { totalS: 24.5 * HOUR, startUtc: null }, size: WIDE });
    const heights = [...svg.matchAll(/transform="translate\([\d.]+,([\d.]+)\)"[^>]*>srv-/g)].map((match) => Number(match[1]));
    assert.ok(heights.length > 2);
    for (const [i, height] of heights.slice(1).entries()) assert.ok(height - (heights[i] as number) >= 13);
  });

  it("stack accounts to the sum of the meter", () => {
    // 300 J and 600 J in 300 s are 1 W and 2 W; the second bucket adds 3 W and 4 W.
    const layers = layersOf({ job: Float64Array.of(300, 900), request: Float64Array.of(600, 1200), idle: Float64Array.of(0, 0) }, 1 / 300);
    assert.deepEqual(
      layers.map((layer) => layer.account),
      ["request", "job"],
    );
    assert.equal(stackTop(layers, 2), 7);
  });

  it("wrap a legend that is wider than the picture", () => {
    const items = Array.from({ length: 6 }, (_, i) => ({ label: `account number ${i}`, mark: "square", fill: "red" }) as const);
    assert(legend(items, 300).height > legend(items, 2000).height);
    assert.equal(legend([], 300).height, 0);
  });
});
