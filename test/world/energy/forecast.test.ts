import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { errorField } from "../../../src/world/energy/forecast/error-field.ts";
import { errorGrowth } from "../../../src/world/energy/forecast/noisy.ts";
import {
  type Forecast,
  type ForecastSpec,
  forecastSchema,
  forecasts,
  makeForecast,
  oracleForecast,
  type RowSignal,
  readForecastTable,
} from "../../../src/world/energy/index.ts";
import { tableSignal } from "../../../src/world/energy/row-signal.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Row h has the value 1000 + h, so that a value tells where it came from. */
const counting = (hours: number, fromS = 0): RowSignal =>
  tableSignal({ values: Float64Array.from({ length: hours }, (_, hour) => 1000 + hour), fromS, stepS: HOUR, repeat: false });

/** A made-up grid: mean 200, a daily swing of a third. */
const grid = (days: number): RowSignal =>
  tableSignal({
    values: Float64Array.from({ length: days * 24 }, (_, hour) => 200 + 67 * Math.sin((hour * Math.PI) / 12)),
    fromS: 0,
    stepS: HOUR,
    repeat: false,
  });

const forecastOf = (spec: unknown, signal: RowSignal, seed = 1): Forecast =>
  makeForecast(forecastSchema.parse(spec), { signal, rng: rootRng(seed).fork("carbon-west"), startEpochS: 0 });

describe("persistence", () => {
  it("says what the same hour of yesterday had, and further out that of the last day known", () => {
    const forecast = forecastOf({ kind: "persistence" }, counting(10 * 24));
    const now = 50 * HOUR;
    assert.equal(forecast.predict(now, now), 1050);
    assert.equal(forecast.predict(now, now + 59 * 60), 1050); // still the present row
    assert.equal(forecast.predict(now, 51 * HOUR), 1027);
    assert.equal(forecast.predict(now, 73 * HOUR), 1049);
    assert.equal(forecast.predict(now, 75 * HOUR), 1027); // two days on: 75 - 48
    assert.equal(forecast.predict(now, 40 * HOUR), 1040); // the past is known
  });

  it("says the present value on the first day, unless the table begins before the run", () => {
    assert.equal(forecastOf({ kind: "persistence" }, counting(72)).predict(5 * HOUR, 10 * HOUR), 1005);
    assert.equal(forecastOf({ kind: "persistence" }, counting(72, -DAY)).predict(5 * HOUR, 10 * HOUR), 1010); // row of -14 h
  });
});

describe("profile", () => {
  it("means the same hour of the last four weeks, as far as they go", () => {
    const forecast = forecastOf({ kind: "profile" }, counting(60 * 24));
    const now = 2 * WEEK + 5 * HOUR;
    assert.equal(forecast.predict(now, now + 2 * HOUR), 1000 + 7 + 84); // rows 7 and 175
    const late = 7 * WEEK;
    assert.equal(forecast.predict(late, late + HOUR), 1000 + 1 + 168 * 4.5); // weeks 3, 4, 5, 6
  });

  it("falls back on persistence in the first week", () => {
    assert.equal(forecastOf({ kind: "profile" }, counting(72)).predict(30 * HOUR, 40 * HOUR), 1016);
  });
});

describe("noisy", () => {
  const spec = { kind: "noisy", mape24h: 0.08, mape96h: 0.13, issueEvery: 3600 };

  it("solves its two constants from the two mean errors", () => {
    const { sigmaMax, decayH } = errorGrowth(0.08, 0.13);
    assert.ok(Math.abs(decayH - 45.3) < 0.1 && Math.abs(sigmaMax - 0.165) < 0.001, `${decayH} h, ${sigmaMax}`);
  });

  it("has the mean errors asked for, over four years of hourly issues", () => {
    // Errors stay alike for about 12 h, so 35,040 h hold some 2,900 independent ones, each |N| with a relative deviation of 0.756:
    // a standard error of 1.4 % of the mean. Five of them are 7 %.
    const days = 4 * 365;
    const signal = grid(days);
    const forecast = forecastOf(spec, signal);
    const mapeOver = (fromH: number, toH: number): number => {
      let sum = 0;
      let count = 0;
      for (let hour = 0; hour + toH < days * 24; hour += 3) {
        for (let lead = fromH; lead <= toH; lead++) {
          const truth = signal.at((hour + lead) * HOUR);
          sum += Math.abs(forecast.predict(hour * HOUR, (hour + lead) * HOUR) / truth - 1);
          count++;
        }
      }
      return sum / count;
    };
    const near = mapeOver(1, 24);
    const far = mapeOver(73, 96);
    assert.ok(Math.abs(near / 0.08 - 1) < 0.07, `1-24 h: ${near}`);
    assert.ok(Math.abs(far / 0.13 - 1) < 0.07, `73-96 h: ${far}`);
  });

  it("is right on average: its errors have mean one", () => {
    // Four days out sigma is near 0.165. Errors stay alike for about 12 h: 70,080 h hold some 5,800 independent ones, so the mean of
    // forecast over truth deviates by 0.165 / sqrt(5800) = 0.0022; five of them are 0.011. Without its correction the mean is off by
    // sigma^2 / 2 = 0.0136, with one of the wrong sign by twice that.
    const days = 8 * 365;
    const signal = grid(days);
    const forecast = forecastOf(spec, signal);
    let sum = 0;
    let count = 0;
    for (let hour = 0; hour + 96 < days * 24; hour++) {
      sum += forecast.predict(hour * HOUR, (hour + 96) * HOUR) / signal.at((hour + 96) * HOUR);
      count++;
    }
    assert.ok(Math.abs(sum / count - 1) < 0.011, `${sum / count}`);
  });

  it("makes neighbouring hours and successive issues resemble each other as e^(-1/12) and e^(-1/24)", () => {
    // 20,000 rows, alike for 12 h: some 1,700 independent pairs. Deviation of a correlation: (1 - r^2) / sqrt(1700); five of them: 0.019 at
    // r = 0.92, 0.010 at 0.96, 0.105 at 0.37.
    const field = errorField(rootRng(2).fork("field"));
    const correlation = (dTarget: number, dLead: number): number => {
      let product = 0;
      let square = 0;
      let otherSquare = 0;
      for (let target = 0; target < 20_000; target++) {
        const value = field.at(target, 30);
        const other = field.at(target + dTarget, 30 + dLead);
        product += value * other;
        square += value * value;
        otherSquare += other * other;
      }
      return product / Math.sqrt(square * otherSquare);
    };
    assert.ok(Math.abs(correlation(1, 0) - Math.exp(-1 / 12)) < 0.02, `targets ${correlation(1, 0)}`);
    assert.ok(Math.abs(correlation(0, 1) - Math.exp(-1 / 24)) < 0.01, `issues ${correlation(0, 1)}`);
    assert.ok(Math.abs(correlation(6, 12) - Math.exp(-1)) < 0.11, `both ${correlation(6, 12)}`);
  });

  it("gives the same answers whatever was asked before, and others for another stream", () => {
    const signal = grid(30);
    const forwards = forecastOf(spec, signal);
    const backwards = forecastOf(spec, signal);
    const questions = Array.from({ length: 200 }, (_, i) => ({ nowS: (i % 20) * HOUR, timeS: ((i * 7 + 1) % 600) * HOUR }));
    const ask = (forecast: Forecast, { nowS, timeS }: { nowS: number; timeS: number }): number => forecast.predict(nowS, timeS);
    const first = questions.map((question) => ask(forwards, question));
    const second = questions
      .toReversed()
      .map((question) => ask(backwards, question))
      .reverse();
    assert.deepEqual(first, second);
    assert.notEqual(forecastOf(spec, signal, 2).predict(0, 20 * HOUR), forwards.predict(0, 20 * HOUR));
  });

  it("knows the present step, and says the same until the next issue", () => {
    const forecast = forecastOf({ ...spec, issueEvery: 6 * HOUR }, grid(10));
    assert.equal(forecast.predict(7 * HOUR, 7.5 * HOUR), grid(10).at(7 * HOUR));
    assert.equal(forecast.predict(7 * HOUR, 20 * HOUR), forecast.predict(11 * HOUR, 20 * HOUR));
    assert.notEqual(forecast.predict(11 * HOUR, 20 * HOUR), forecast.predict(12 * HOUR, 20 * HOUR));
  });

  it("refuses errors that no growth can give", () => {
    const messageOf = (mape24h: number, mape96h: number): string =>
      forecastSchema.safeParse({ kind: "noisy", mape24h, mape96h }).error?.issues[0]?.message ?? "accepted";
    assert.match(messageOf(0.08, 0.08), /must be above mape24h and below 2.7 times it/);
    assert.match(messageOf(0.05, 0.2), /must be above mape24h and below 2.7 times it/);
    assert.equal(messageOf(0.08, 0.13), "accepted");
  });
});

describe("white", () => {
  it("adds one independent draw of sd x mean to each row, the same at every issue", () => {
    // 8,760 draws: deviation of the sample deviation 1 / sqrt(2 n) = 0.76 %, of the lag-1 correlation 1 / sqrt(n) = 1.1 %; five of each.
    const signal = grid(365);
    const forecast = forecastOf({ kind: "white", sd: 0.05 }, signal);
    const errors = Array.from({ length: 8760 }, (_, hour) => forecast.predict(0, hour * HOUR) - signal.at(hour * HOUR));
    const squares = errors.reduce((sum, error) => sum + error * error, 0);
    const lagged = errors.reduce((sum, error, i) => sum + error * (errors[i + 1] ?? 0), 0);
    assert.ok(Math.abs(Math.sqrt(squares / 8760) / (0.05 * signal.mean) - 1) < 0.038, `${Math.sqrt(squares / 8760)}`);
    assert.ok(Math.abs(lagged / squares) < 0.054, `${lagged / squares}`);
    assert.equal(forecast.predict(0, 50 * HOUR), forecast.predict(40 * HOUR, 50 * HOUR));
    assert.equal(forecast.predict(51 * HOUR, 50 * HOUR), signal.at(50 * HOUR)); // the past is known
    assert.equal(forecast.predict(50 * HOUR, 50 * HOUR), forecast.predict(0, 50 * HOUR)); // the present is not
  });
});

describe("bias", () => {
  it("multiplies what lies ahead and leaves the present alone", () => {
    const forecast = forecastOf({ kind: "bias", factor: 1.2 }, counting(48));
    assert.equal(forecast.predict(HOUR, HOUR), 1001);
    assert.equal(forecast.predict(HOUR, 5 * HOUR), 1.2 * 1005);
  });
});

describe("a forecast trace", () => {
  const lines = [
    "issued_utc,utc,average_g_per_kwh",
    "1970-01-01T00:00:00Z,1970-01-01T01:00:00Z,11",
    "1970-01-01T00:00:00Z,1970-01-01T02:00:00Z,12",
    "1970-01-01T00:00:00Z,1970-01-01T03:00:00Z,13",
    "1970-01-01T02:00:00Z,1970-01-01T03:00:00Z,23",
    "1970-01-01T02:00:00Z,1970-01-01T04:00:00Z,24",
  ];

  it("answers from the latest issue that is out and covers the hour, else by persistence", () => {
    const spec: ForecastSpec = { kind: "trace", file: readForecastTable(lines, "fc.csv") };
    const forecast = makeForecast(spec, { signal: counting(48), rng: rootRng(1), startEpochS: 0 });
    assert.equal(forecast.predict(0, 0), 1000); // the present is known
    assert.equal(forecast.predict(0, 2.5 * HOUR), 12);
    assert.equal(forecast.predict(HOUR, 3 * HOUR), 13);
    assert.equal(forecast.predict(2 * HOUR, 3 * HOUR), 23); // out just now
    assert.equal(forecast.predict(HOUR, 4 * HOUR), 1001); // its issue is not out yet
  });

  it("is refused with the line of a fault", () => {
    assert.throws(() => readForecastTable([...lines, "1970-01-01T01:00:00Z,1970-01-01T02:00:00Z,5"], "fc.csv"), {
      line: 7,
      message: "is not sorted by issued_utc",
    });
    assert.throws(() => readForecastTable(lines.slice(0, 2), "fc.csv"), { line: 2, message: /is the only row of its issue/ });
    assert.throws(() => readForecastTable([...lines, "1970-01-01T02:00:00Z,1970-01-01T06:00:00Z,5"], "fc.csv"), {
      line: 7,
      message: /leaves a gap/,
    });
  });
});

describe("the truth", () => {
  it("is told by the oracle alone, and beyond the table is that of its last day", () => {
    const oracle = oracleForecast(counting(48));
    assert.equal(oracle.predict(0, 30 * HOUR), 1030);
    assert.equal(oracle.predict(0, 48 * HOUR), 1024);
    assert.equal(oracle.predict(0, 80 * HOUR), 1032); // 80 - 48
    assert.deepEqual([...forecasts.keys()], ["persistence", "profile", "noisy", "white", "bias", "trace"]);
  });

  it("cannot be reached through a forecast: it has one method and no other property", () => {
    for (const kind of ["persistence", "profile", "noisy", "bias"]) {
      const forecast = forecastOf(kind === "bias" ? { kind, factor: 1.1 } : { kind }, counting(48));
      assert.deepEqual(Object.keys(forecast), ["predict"]);
    }
  });
});
