import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { readPiece } from "../../../src/scenario/stored-bytes.ts";
import {
  type ArrivalFactory,
  type ArrivalProcess,
  type ArrivalsSpec,
  arrivals,
  arrivalsSchema,
  makeArrivals,
  type OpenArrivals,
  profileTable,
  type TraceArrivals,
} from "../../../src/world/workload/index.ts";
import { traceFrom } from "./held-trace.ts";

const DAY_S = 86_400;
const HOURLY = profileTable(["hour,factor", "0,1", "1,0", "2,4", "3,3"], "p.csv"); // mean 2, period 4 h
const TRACE = traceFrom("arrival_s,work_s\n0,1\n0,2\n3.5,3\n10,4");

/** Every process, plain and with a profile. A new one must be named here. */
const CASES: Readonly<Record<string, readonly ArrivalsSpec[]>> = {
  poisson: [
    { kind: "poisson", rate: 4 },
    { kind: "poisson", rate: 4, profile: { kind: "diurnal", peakHour: 20, ratio: 3 } },
    { kind: "poisson", rate: 2, profile: { kind: "table", file: HOURLY } },
  ],
  gamma: [
    { kind: "gamma", rate: 4, cv: 0.5 },
    { kind: "gamma", rate: 4, cv: 3 },
    { kind: "gamma", rate: 4, cv: 2, profile: { kind: "diurnal", peakHour: 4, ratio: 2 } },
  ],
  renewal: [
    { kind: "renewal", gap: { kind: "deterministic", value: 0.25 } },
    { kind: "renewal", gap: { kind: "uniform", min: 0, max: 0.5 }, profile: { kind: "table", file: HOURLY } },
  ],
  mmpp: [
    { kind: "mmpp", rates: [8, 0], holding: [5, 5] },
    { kind: "mmpp", rates: [2, 6, 1], holding: [20, 10, 10], profile: { kind: "diurnal", peakHour: 12, ratio: 2 } },
  ],
  uniform: [
    { kind: "uniform", over: DAY_S },
    { kind: "uniform", over: DAY_S / 2, profile: { kind: "diurnal", peakHour: 6, ratio: 5 } },
  ],
  trace: [{ kind: "trace", file: TRACE, scale: 1 }],
  closed: [], // no times of its own: the service drives the users
};

function timed(spec: ArrivalsSpec): OpenArrivals | TraceArrivals {
  const factory: ArrivalFactory = makeArrivals(spec);
  if (factory.kind === "closed") throw new Error("closed arrivals have no times");
  return factory;
}

function open(spec: ArrivalsSpec): OpenArrivals {
  const made = timed(spec);
  if (made.kind !== "open") throw new Error("a trace is replayed");
  return made;
}

function processOf(spec: ArrivalsSpec, stream = "arrivals", dayOffsetS = 0): ArrivalProcess {
  const made = timed(spec);
  return made.kind === "trace" ? made.replay(readPiece) : made.create({ rng: rootRng(3).fork(stream), dayOffsetS, jobs: 50_000 });
}

/** Arrivals before `endS`. */
function timesOf(process: ArrivalProcess, endS: number): number[] {
  const times: number[] = [];
  for (let timeS = process.nextS(); timeS < endS; timeS = process.nextS()) times.push(timeS);
  return times;
}

/** Arrivals in each of `count` equal windows up to `endS`. */
function countsOf(times: readonly number[], endS: number, count: number): number[] {
  const counts = Array<number>(count).fill(0);
  for (const timeS of times) {
    const window = Math.floor((timeS / endS) * count);
    counts[window] = (counts[window] as number) + 1;
  }
  return counts;
}

function within(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`);
}

/** Variance over mean of counts, in the long run, or more: cv^2 of renewal gaps; of the MMPPs here 1 + 2 * 4^2 * 2.5 / 4 = 21 and less. */
function dispersionOf(spec: ArrivalsSpec): number {
  return spec.kind === "mmpp" ? 21 : spec.kind === "gamma" ? spec.cv * spec.cv : 1;
}

describe("arrivals", () => {
  it("each has a case here", () => {
    assert.deepEqual([...arrivals.keys()].sort(), Object.keys(CASES).sort());
    for (const [kind, plugin] of arrivals) assert.equal(plugin.kind, kind);
  });

  for (const spec of Object.values(CASES).flat()) {
    describe(
      JSON.stringify(spec, (key, value: unknown) => (key === "file" ? (value as { readonly file: string }).file : value)),
      () => {
        it("times never decrease, and start no earlier than 0", () => {
          const process = processOf(spec, "arrivals", 5 * 3600);
          let lastS = 0;
          for (let i = 0; i < 50_000; i++) {
            const timeS = process.nextS();
            assert.ok(timeS >= lastS, `${timeS} after ${lastS}`);
            lastS = timeS;
          }
        });

        it("same seed, same times; another stream does not disturb it", () => {
          const alone = processOf(spec);
          const other = processOf(spec, "other");
          const mine = processOf(spec);
          for (let i = 0; i < 500; i++) {
            for (let k = 0; k < i % 3; k++) other.nextS();
            assert.equal(mine.nextS(), alone.nextS());
          }
        });

        const { meanRatePerS, peakRatePerS } = timed(spec);
        if (Number.isNaN(peakRatePerS)) return;
        it("arrives at its mean rate over two days, and never above its peak rate over four hours (5 standard errors)", () => {
          const windows = countsOf(timesOf(processOf(spec), 2 * DAY_S), 2 * DAY_S, 12);
          const margin = (expected: number): number => 5 * Math.sqrt(dispersionOf(spec) * expected);
          const expected = meanRatePerS * 2 * DAY_S;
          within(
            windows.reduce((a, b) => a + b),
            expected,
            margin(expected),
          );
          const most = peakRatePerS * (DAY_S / 6);
          for (const count of windows) assert.ok(count <= most + margin(most), `${count} in four hours, at most ${most} expected`);
        });
      },
    );
  }
});

describe("rates and shapes", () => {
  it("says the mean and the peak rate", () => {
    const rates = (spec: ArrivalsSpec): number[] => [timed(spec).meanRatePerS, timed(spec).peakRatePerS];
    assert.deepEqual(rates({ kind: "poisson", rate: 20 }), [20, 20]);
    // ratio 3: amplitude (3 - 1)/(3 + 1) = 0.5
    assert.deepEqual(rates({ kind: "poisson", rate: 20, profile: { kind: "diurnal", peakHour: 20, ratio: 3 } }), [20, 30]);
    assert.deepEqual(rates({ kind: "poisson", rate: 10, profile: { kind: "table", file: HOURLY } }), [20, 40]);
    // (10 * 20 + 30 * 10 + 5 * 10) / 40 = 13.75
    assert.deepEqual(rates({ kind: "mmpp", rates: [10, 30, 5], holding: [20, 10, 10] }), [13.75, 30]);
    assert.deepEqual(rates({ kind: "renewal", gap: { kind: "uniform", min: 0, max: 0.5 } }), [4, 4]);
    assert.deepEqual(rates({ kind: "trace", file: TRACE, scale: 2 }), [0.8, Number.NaN]); // 4 rows over 5 s
    assert.deepEqual(rates({ kind: "uniform", over: 10 }), [Number.NaN, Number.NaN]);
  });

  it("poisson: counts have variance equal to their mean, gaps have no memory", () => {
    const counts = countsOf(timesOf(processOf({ kind: "poisson", rate: 5 }), 20_000), 20_000, 20_000);
    const mean = counts.reduce((a, b) => a + b) / 20_000;
    const variance = counts.reduce((sum, count) => sum + (count - mean) * (count - mean), 0) / 20_000;
    within(variance / mean, 1, 5 * Math.sqrt(2 / 20_000));
  });

  it("gamma: gaps have the coefficient of variation asked for", () => {
    const times = timesOf(processOf({ kind: "gamma", rate: 10, cv: 2 }), 10_000);
    const gaps = times.slice(1).map((timeS, i) => timeS - (times[i] as number));
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) * (gap - mean), 0) / gaps.length;
    within(Math.sqrt(variance) / mean, 2, 0.1); // standard error of the cv of 1e5 such gaps is about 0.016
  });

  it("deterministic gaps arrive on the beat", () => {
    const process = processOf({ kind: "renewal", gap: { kind: "deterministic", value: 0.25 } });
    assert.deepEqual([process.nextS(), process.nextS(), process.nextS()], [0.25, 0.5, 0.75]);
  });

  it("mmpp: silent states are silent, states last as long as they say", () => {
    // rate 100 for 10 s on average, then nothing for 30 s: gaps over 1 s are silences (a gap in a burst passes 1 s once in e^100)
    const times = timesOf(processOf({ kind: "mmpp", rates: [100, 0], holding: [10, 30] }), 40_000);
    const silences = times
      .slice(1)
      .map((timeS, i) => timeS - (times[i] as number))
      .filter((gapS) => gapS > 1);
    // about 1000 silences, those under 1 s (3 %) unseen: memoryless, so the rest have mean 31 s
    within(silences.length, 970, 5 * Math.sqrt(970));
    within(silences.reduce((a, b) => a + b) / silences.length, 31, (5 * 30) / Math.sqrt(970));
    within(times.length, 40_000 * 25, 5 * 100 * Math.sqrt(1000 * (10 * 10 + 10 * 10)));
  });

  it("mmpp starts in its long-run mixture: three starts in four are silent", () => {
    let silent = 0;
    for (let i = 0; i < 2000; i++)
      if (processOf({ kind: "mmpp", rates: [1e6, 0], holding: [10, 30] }, `start-${i}`).nextS() > 0.001) silent++;
    within(silent / 2000, 0.75, 5 * Math.sqrt((0.75 * 0.25) / 2000));
  });

  it("uniform: exactly `jobs` arrivals, spread evenly, none after the interval", () => {
    const factory = open({ kind: "uniform", over: 1000 });
    const times = timesOf(factory.create({ rng: rootRng(5), dayOffsetS: 0, jobs: 20_000 }), Number.POSITIVE_INFINITY);
    assert.equal(times.length, 20_000);
    assert.ok((times.at(-1) as number) <= 1000);
    // Kolmogorov-Smirnov against time / 1000; 2.5 is exceeded once in 1e5
    const distance = Math.max(...times.map((timeS, i) => Math.abs(timeS / 1000 - i / 20_000)));
    assert.ok(distance * Math.sqrt(20_000) < 2.5);
    assert.throws(() => factory.create({ rng: rootRng(5), dayOffsetS: 0 }), /need `jobs`/);
  });

  it("trace: rows in order, arrivals at one instant kept, then none", () => {
    const process = processOf({ kind: "trace", file: TRACE, scale: 2 });
    const seen = Array.from({ length: 5 }, () => [process.nextS(), process.row]);
    assert.deepEqual(seen, [
      [0, 0],
      [0, 1],
      [1.75, 2],
      [5, 3],
      [Number.POSITIVE_INFINITY, 3],
    ]);
  });

  it("closed: users and their think time", () => {
    const factory = makeArrivals({ kind: "closed", users: 200, thinkTime: { kind: "exponential", mean: 2 } });
    assert.ok(factory.kind === "closed");
    assert.deepEqual([factory.users, factory.thinkTime.mean, factory.thinkTime.secondMoment], [200, 2, 8]);
  });
});

describe("profiles", () => {
  it("diurnal: hourly counts follow the cosine, by the clock of the day", () => {
    const ratio = 3;
    for (const dayOffsetS of [0, 15 * 3600]) {
      const process = processOf({ kind: "poisson", rate: 5, profile: { kind: "diurnal", peakHour: 20, ratio } }, "arrivals", dayOffsetS);
      const counts = countsOf(timesOf(process, 2 * DAY_S), 2 * DAY_S, 48);
      counts.forEach((count, hour) => {
        // mean factor of [h, h + 1): 1 + 0.5 * (sin(w(h + 1 - 20)) - sin(w(h - 20))) / w, w = 2 pi / 24
        const clockHour = hour + dayOffsetS / 3600 - 20;
        const w = Math.PI / 12;
        const factor = 1 + (0.5 * (Math.sin(w * (clockHour + 1)) - Math.sin(w * clockHour))) / w;
        within(count, 18_000 * factor, 5 * Math.sqrt(18_000 * factor));
      });
    }
  });

  it("diurnal: an even beat is bent exactly: beat n comes when the integral of the factor is n gaps", () => {
    for (const ratio of [1, 2, 50, 1e6]) {
      const process = processOf({
        kind: "renewal",
        gap: { kind: "deterministic", value: 50 },
        profile: { kind: "diurnal", peakHour: 20, ratio },
      });
      const amplitude = (ratio - 1) / (ratio + 1);
      const w = (2 * Math.PI) / DAY_S;
      const peakS = 20 * 3600;
      for (let beat = 1; beat <= 10_000; beat++) {
        const timeS = process.nextS();
        const integral = timeS + (amplitude / w) * (Math.sin(w * (timeS - peakS)) + Math.sin(w * peakS));
        within(integral, beat * 50, 1e-8);
      }
    }
  });

  it("table: no arrivals in a step of factor 0, counts in proportion elsewhere, and again after the period", () => {
    const process = processOf({ kind: "poisson", rate: 10, profile: { kind: "table", file: HOURLY } }, "arrivals", 7 * 3600);
    const counts = countsOf(timesOf(process, 8 * 3600), 8 * 3600, 8);
    const expected = [1, 0, 4, 3, 1, 0, 4, 3].map((factor) => 36_000 * factor);
    for (const [hour, count] of counts.entries()) within(count, expected[hour] as number, 5 * Math.sqrt(expected[hour] as number));
  });

  it("table: an even beat by hand", () => {
    // factors 2 for 10 s, 0 for 10 s, 1 for 10 s, a period of 30 s with integral 30. A beat of 8: integrals 8, 16, 24, 32
    // lie at 4 s, 8 s, 20 + (24 - 20) = 24 s, and 30 + 2/2 = 31 s.
    const file = profileTable(["time_s,factor", "0,2", "10,0", "20,1"], "p.csv");
    const process = processOf({ kind: "renewal", gap: { kind: "deterministic", value: 8 }, profile: { kind: "table", file } });
    assert.deepEqual([process.nextS(), process.nextS(), process.nextS(), process.nextS()], [4, 8, 24, 31]);
  });

  it("uniform with a profile: all jobs in the interval, more of them where the factor is greater", () => {
    const file = profileTable(["time_s,factor", "0,3", "50,1"], "p.csv");
    const factory = open({ kind: "uniform", over: 100, profile: { kind: "table", file } });
    const times = timesOf(factory.create({ rng: rootRng(9), dayOffsetS: 0, jobs: 8000 }), Number.POSITIVE_INFINITY);
    assert.equal(times.length, 8000);
    assert.ok((times.at(-1) as number) <= 100);
    within(times.filter((timeS) => timeS < 50).length, 6000, 5 * Math.sqrt(8000 * 0.75 * 0.25));
  });
});

describe("arrivals schema", () => {
  const schema = arrivalsSchema("rate");
  const refuses = (spec: unknown, message: RegExp): void => {
    const result = schema.safeParse(spec);
    assert.equal(result.success, false, JSON.stringify(spec));
    assert.match(JSON.stringify(result.error?.issues), message);
  };

  it("takes the vocabulary", () => {
    assert.deepEqual(schema.parse({ kind: "trace", file: "a.csv" }), { kind: "trace", file: "a.csv", scale: 1 });
    assert.deepEqual(schema.parse({ kind: "closed", users: 3, thinkTime: 1 }), {
      kind: "closed",
      users: 3,
      thinkTime: { kind: "deterministic", value: 1 },
    });
    for (const spec of Object.values(CASES)
      .flat()
      .filter(({ kind }) => kind !== "trace")) {
      const plain = JSON.parse(JSON.stringify(spec, (key, value: unknown) => (key === "file" ? "f.csv" : value)));
      assert.deepEqual(schema.parse(plain), plain);
    }
  });

  it("refuses what has no meaning", () => {
    refuses({ kind: "renewal", gap: 0 }, /mean above 0/);
    refuses({ kind: "renewal", gap: { kind: "trace" } }, /not a trace/);
    refuses({ kind: "closed", users: 2, thinkTime: { kind: "trace" } }, /not a trace/);
    refuses({ kind: "closed", users: 0, thinkTime: 1 }, /users/);
    refuses({ kind: "mmpp", rates: [1, 2], holding: [1, 2, 3] }, /equal length/);
    refuses({ kind: "mmpp", rates: [0, 0], holding: [1, 2] }, /above 0/);
    refuses({ kind: "mmpp", rates: [1], holding: [1] }, /rates/);
    refuses({ kind: "trace", file: "a.csv", profile: { kind: "diurnal", peakHour: 1, ratio: 2 } }, /profile/);
    refuses({ kind: "poisson", rate: 1, profile: { kind: "diurnal", peakHour: 25, ratio: 2 } }, /peakHour/);
    refuses({ kind: "poisson", rate: 1, profile: { kind: "diurnal", peakHour: 1, ratio: 0.5 } }, /ratio/);
  });
});
