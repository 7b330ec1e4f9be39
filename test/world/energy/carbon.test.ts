import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import {
  type CarbonSpec,
  carbonProblem,
  gramsPerJoule,
  makeCarbon,
  type RowSignal,
  readCarbonTable,
} from "../../../src/world/energy/index.ts";
import { tableSignal } from "../../../src/world/energy/row-signal.ts";

const HOUR = 3600;
const START = 1_625_097_600; // 2021-07-01T00:00:00Z
const span = { startEpochS: START, endS: 2 * HOUR };

function traceOf(lines: readonly string[], more: { signal?: "average" | "marginal"; repeat?: boolean } = {}): CarbonSpec {
  const { signal = "average", repeat = false } = more;
  return { kind: "trace", file: readCarbonTable(lines, "ci.csv"), signal, repeat, forecast: { kind: "persistence" } };
}
const signalOf = (spec: CarbonSpec, startEpochS: number | undefined = START): RowSignal =>
  makeCarbon(spec, { startEpochS, rng: rootRng(1) }).signal;

const threeHours = [
  "utc,average_g_per_kwh,marginal_g_per_kwh",
  "2021-07-01T00:00:00Z,100,400",
  "2021-07-01T01:00:00Z,300,500",
  "2021-07-01T02:00:00Z,200,450",
];

/** Grams of constant watts from `fromS` to `toS`, walking from change to change as a meter does. */
function gramsBetween(signal: RowSignal, powerW: number, range: { fromS: number; toS: number }): number {
  let grams = 0;
  for (let timeS = range.fromS; timeS < range.toS; ) {
    const nextS = Math.min(signal.nextChangeS(timeS), range.toS);
    grams += powerW * (nextS - timeS) * gramsPerJoule(signal.at(timeS));
    timeS = nextS;
  }
  return grams;
}

describe("carbon intensity", () => {
  it("splits energy at the hour: 1 kW from 0:30 to 1:15 is 0.5 kWh at 100 and 0.25 kWh at 300", () => {
    // 50 g + 75 g
    assert.equal(gramsBetween(signalOf(traceOf(threeHours)), 1000, { fromS: 0.5 * HOUR, toS: 1.25 * HOUR }), 125);
  });

  it("changes at the start of a row, and not after the last", () => {
    const signal = signalOf(traceOf(threeHours));
    assert.equal(signal.at(HOUR - 1), 100);
    assert.equal(signal.at(HOUR), 300);
    assert.equal(signal.nextChangeS(0), HOUR);
    assert.equal(signal.nextChangeS(HOUR), 2 * HOUR);
    assert.equal(signal.nextChangeS(2 * HOUR), Number.POSITIVE_INFINITY);
    assert.equal(signal.at(3 * HOUR), 200); // a run may end with the table
    assert.throws(() => signal.at(3 * HOUR + 1), RangeError);
    assert.throws(() => signal.at(-1), RangeError);
  });

  it("is aligned by the scenario's start", () => {
    const signal = signalOf(traceOf(threeHours), START + 1.5 * HOUR);
    assert.equal(signal.at(0), 300);
    assert.equal(signal.nextChangeS(0), 0.5 * HOUR);
    assert.equal(signal.fromS, -1.5 * HOUR);
  });

  it("reads hours from start, and the marginal column when asked", () => {
    const hours = signalOf(traceOf(["hour,average_g_per_kwh", "0,10", "0.333333,20", "0.666667,30", "1,40"]), undefined);
    assert.deepEqual(
      [0, 1199, 1201, 2401, 3601].map((timeS) => hours.at(timeS)),
      [10, 10, 20, 30, 40],
    );
    assert.equal(signalOf(traceOf(threeHours, { signal: "marginal" })).at(HOUR), 500);
  });

  it("moves on at each change, whatever the step", () => {
    // 7 rows in 100 h: a step of 14.2857 h is no whole number of seconds.
    const lines = ["hour,average_g_per_kwh", ...Array.from({ length: 8 }, (_, i) => `${(i * 100) / 7},${i}`)];
    const signal = signalOf(traceOf(lines, { repeat: true }), undefined);
    let timeS = 0;
    for (let change = 1; change <= 1000; change++) {
      timeS = signal.nextChangeS(timeS);
      assert.equal(signal.at(timeS), change % 8);
    }
  });

  it("gives the instant before a boundary to the row before, also where the quotient rounds up to the boundary", () => {
    // Steps of 0.7 s: the float just below 3 x 0.7 s, divided by 0.7 s, rounds to 3; of 100 boundaries a fair share do.
    const signal = tableSignal({ values: Float64Array.from({ length: 101 }, (_, row) => row), fromS: 0, stepS: 0.7, repeat: false });
    let roundedUp = 0;
    for (let row = 1; row <= 100; row++) {
      const beforeS = row * 0.7 * (1 - Number.EPSILON / 2);
      assert.ok(beforeS < row * 0.7);
      if (Math.floor(beforeS / 0.7) === row) roundedUp++;
      assert.deepEqual([signal.row(beforeS), signal.row(row * 0.7)], [row - 1, row]);
    }
    assert.ok(roundedUp > 0);
  });

  it("knows the night when clocks go back: +02:00 and then +01:00 are an hour apart", () => {
    const night = [
      "utc,average_g_per_kwh",
      "2021-10-31T01:00:00+02:00,1",
      "2021-10-31T02:00:00+02:00,2",
      "2021-10-31T02:00:00+01:00,3",
      "2021-10-31T03:00:00+01:00,4",
    ];
    const signal = signalOf(traceOf(night), 1_635_638_400 /* 2021-10-31T00:00:00Z */);
    assert.deepEqual([signal.at(0), signal.at(HOUR), signal.at(2 * HOUR)], [2, 3, 4]);
  });

  it("repeats only when asked, both ways", () => {
    const signal = signalOf(traceOf(threeHours, { repeat: true }));
    assert.equal(signal.at(3 * HOUR), 100);
    assert.equal(signal.at(-1), 200);
    assert.equal(signal.nextChangeS(2.5 * HOUR), 3 * HOUR);
    assert.equal(signal.nextChangeS(3 * HOUR), 4 * HOUR);
  });

  it("may be one number", () => {
    const { signal, forecast } = makeCarbon(300, { startEpochS: undefined, rng: rootRng(1) });
    assert.equal(signal.at(1e9), 300);
    assert.equal(signal.nextChangeS(0), Number.POSITIVE_INFINITY);
    assert.equal(forecast.predict(0, 1e6), 300);
    assert.equal(carbonProblem(300, { startEpochS: undefined, endS: 1e9 }), undefined);
  });
});

describe("a carbon table", () => {
  const read =
    (...rows: string[]) =>
    () =>
      readCarbonTable(["utc,average_g_per_kwh", ...rows], "ci.csv");
  const [zero, one, two, three] = ["00", "01", "02", "03"].map((hour) => `2021-07-01T${hour}:00:00Z,100`) as [
    string,
    string,
    string,
    string,
  ];

  it("is refused with the line of a gap, a repeat, an unsorted row, a bad cell", () => {
    assert.throws(read(zero, one, three), { line: 4, message: "leaves a gap: expected 2021-07-01T02:00:00Z, got 2021-07-01T03:00:00Z" });
    assert.throws(read(zero, two, three), { line: 3, message: "leaves a gap: expected 2021-07-01T01:00:00Z, got 2021-07-01T02:00:00Z" });
    assert.throws(read(zero, one, one), { line: 4, message: "repeats 2021-07-01T01:00:00Z of the row before" });
    assert.throws(read(zero, two, one), { line: 4, message: "is not sorted: 2021-07-01T01:00:00Z comes after 2021-07-01T02:00:00Z" });
    assert.throws(read(zero, "2021-07-01T01:00:00,100"), { line: 3, message: /no time zone/ });
    assert.throws(read(zero, "2021-07-01T01:00:00Z,many"), { line: 3, message: 'column "average_g_per_kwh" must be a number, got "many"' });
    assert.throws(read(zero, "2021-07-01T01:00:00Z,-5"), { line: 3, message: 'column "average_g_per_kwh" must be at least 0, got -5' });
    assert.throws(read(zero, "2021-07-01T01:00:00Z"), { line: 3, message: "has 1 cells, the header has 2" });
    assert.throws(read(zero), { line: 2, message: /two or more, to tell their step/ });
    assert.throws(() => readCarbonTable([], "ci.csv"), { line: 1, message: /is empty/ });
    assert.throws(() => readCarbonTable(["time,average_g_per_kwh", "0,1", "1,1"], "ci.csv"), {
      line: 1,
      message: /one time column, utc or hour/,
    });
    assert.throws(() => readCarbonTable(["hour,average_g_per_kwh", "0,1", "1,1", "3,1"], "ci.csv"), {
      line: 4,
      message: "leaves a gap: expected hour 2, got hour 3",
    });
  });

  it("needs no column that nobody asks for, and checks each that is there", () => {
    const marginal = ["hour,marginal_g_per_kwh", "0,7", "1,8"];
    assert.equal(carbonProblem(traceOf(marginal, { signal: "marginal" }), span), undefined);
    assert.throws(() => readCarbonTable([...marginal, "2,-1"], "ci.csv"), {
      line: 4,
      message: 'column "marginal_g_per_kwh" must be at least 0, got -1',
    });
  });

  it("must cover the run, have the column, and be told the start", () => {
    assert.equal(carbonProblem(traceOf(threeHours), span), undefined);
    assert.equal(carbonProblem(traceOf(threeHours), { ...span, endS: 3 * HOUR }), undefined);
    assert.equal(
      carbonProblem(traceOf(threeHours), { ...span, endS: 4 * HOUR }),
      "ci.csv covers 2021-07-01T00:00:00Z to 2021-07-01T03:00:00Z, but the run goes from 2021-07-01T00:00:00Z to 2021-07-01T04:00:00Z. Hint: another start, a shorter duration, or repeat: true",
    );
    assert.equal(carbonProblem(traceOf(threeHours, { repeat: true }), { ...span, endS: 400 * HOUR }), undefined);
    assert.match(carbonProblem(traceOf(threeHours), { startEpochS: START - 1, endS: HOUR }) ?? "", /covers .* but the run goes from/);
    assert.match(carbonProblem(traceOf(threeHours), { startEpochS: undefined, endS: HOUR }) ?? "", /needs a start/);
    assert.match(
      carbonProblem(traceOf(["hour,average_g_per_kwh", "0,1", "1,1"], { signal: "marginal" }), span) ?? "",
      /no column of numbers named marginal_g_per_kwh/,
    );
  });
});
