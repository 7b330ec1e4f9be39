/** Where a run ends, and where measuring begins, is the reader's affair: it changes nothing of what happens. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { FUZZ_FILES, scenarios } from "../fuzz/arbitrary-scenario.ts";
import { csv, type Files, play, type Row, rowsOf } from "../run-yaml.ts";

const SEED = 4105;
const RUN_COUNT = 12;

/** The scenario with another warm-up and duration, seconds. */
const timed = (text: string, warmupS: number, durationS: number): string =>
  JSON.stringify({ ...JSON.parse(text), warmup: `${warmupS} s`, duration: `${durationS} s` });

const rowsBefore = (result: RunResult, table: string, column: string, endS: number): Row[] =>
  rowsOf(result, table).filter((row) => (row[column] as number) < endS); // open jobs have NaN

/** Joules are summed in other pieces where the series look at other instants: the same to rounding. Everything else is the same to the bit. */
function same(long: unknown, short: unknown, name: string): void {
  if (!/_(j|g)$/.test(name)) assert.deepEqual(long, short, name);
  else
    assert.ok(
      !(Math.abs((long as number) - (short as number)) > 1e-11 + 1e-12 * Math.abs(short as number)),
      `${name} is ${long}, not ${short}`,
    );
}

function sameRows(long: readonly Row[], short: readonly Row[]): void {
  assert.equal(long.length, short.length);
  for (const [i, row] of short.entries()) for (const [name, value] of Object.entries(row)) same(long[i]?.[name], value, name);
}

const eventsBefore = (result: RunResult, endS: number): Row[] =>
  (result.eventLines ?? []).map((line) => JSON.parse(line) as Row).filter(({ time_s }) => (time_s as number) < endS);

const columnsBefore = (result: RunResult, endS: number): Row[][] => [
  rowsBefore(result, "requests", "finish_s", endS),
  rowsBefore(result, "jobs", "finish_s", endS),
  rowsBefore(result, "power", "time_s", endS),
];

/** Any instant between the two, in seconds: evenly, where `fc.double` draws early ones most, and with as many digits as a clock has. */
const anyInstant = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 2_147_483_647 }).map((part) => min + ((max - min) * part) / 2_147_483_647);

/** Instants such that each of the 96 stretches of the series, and of those of a run twice as long, is a whole number of eighths. */
const eighthInstants = fc.integer({ min: 12, max: 40 }).map((stretchEighths) => (96 * stretchEighths) / 8);
const eighths = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 64 }), work: fc.integer({ min: 1, max: 48 }) }), {
  minLength: 20,
  maxLength: 60,
});
type Eighths = typeof eighths extends fc.Arbitrary<infer T> ? T : never;

function tables(trace: Eighths): Files {
  let eighth = 0;
  const rows = trace.map(({ gap, work }) => {
    eighth += gap;
    return [eighth / 8, work / 8] as const;
  });
  return {
    "web.csv": csv("arrival_s,work_s", ...rows),
    "jobs.csv": csv("arrival_s,work_s", ...rows.slice(0, 12).map(([atS, workS]) => [atS, 8 * workS])),
  };
}

/** Sums of eighths, of cores shared by 1, 2 or 4, and of 12.5 W a core lose no bit however they are split. */
const exact = (discipline: string, durationS: number): string => `name: eighths
seed: 8
duration: ${durationS} s
sites: { west: { servers: { kind: small-8c, count: 2 } } }
workloads:
  web: { kind: service, replicas: 2, discipline: ${discipline}, concurrency: ${discipline === "ps" ? "unlimited" : 2}, resilience: { timeout: 20 s }, ${discipline === "ps" ? "limits: { cpu: 8 }, " : ""}arrivals: { kind: trace, file: web.csv } }
  users: { kind: service, concurrency: 2, work: 1.5 s, arrivals: { kind: closed, users: 4, thinkTime: 3 s } }
  etl: { kind: batch, jobs: 12, cores: 2, checkpointEvery: 8 s, arrivals: { kind: trace, file: jobs.csv } }
faults: { crash: { kind: server-crash, target: { site: west, count: 1 }, at: 40.125 s, duration: 16 s } }
record: { requests: 1, jobs: true, power: true, events: true }
`;

/** Draws of every kind, of which no two fall on one instant. */
const drawn = (durationS: number): string => `name: drawn
seed: 8
duration: ${durationS} s
sites: { west: { carbon: 300 g/kWh, psu: platinum, servers: { kind: small-8c, count: 3 } } }
workloads:
  web: { kind: service, replicas: 3, work: { kind: lognormal, median: 1 s, sigma: 1 }, resilience: { timeout: 9 s, attempts: 2, backoff: 1 s }, arrivals: { kind: poisson, rate: 1 req/s } }
  shared: { kind: service, discipline: ps, concurrency: unlimited, work: { kind: exponential, mean: 1 s }, arrivals: { kind: gamma, rate: 0.5 req/s, cv: 2 } }
  etl: { kind: batch, cores: 1.5, work: { kind: exponential, mean: 30 s }, arrivals: { kind: poisson, rate: 4 jobs/min } }
controllers: { route: { kind: power-of-d, target: { workload: web } } }
faults: { crash: { kind: server-crash, target: { site: west }, mtbf: { kind: exponential, mean: 200 s }, mttr: { kind: exponential, mean: 20 s } } }
record: { requests: 1, jobs: true, power: true, events: true }
`;

describe(`a run split in time (fast-check seed ${SEED})`, () => {
  it("for T and for 2T, all times in eighths: the same requests, jobs, watts and events before T, to the bit", async () => {
    await fc.assert(
      fc.asyncProperty(eighths, fc.constantFrom("fcfs", "ps"), eighthInstants, async (trace, discipline, endS) => {
        const of = (durationS: number): Promise<RunResult> => play(exact(discipline, durationS), tables(trace));
        const [short, long] = [await of(endS), await of(2 * endS)];
        const tablesOf = (result: RunResult): Row[][] => [...columnsBefore(result, endS), eventsBefore(result, endS)];
        for (const rows of tablesOf(short)) assert.ok(rows.length > 0);
        assert.deepEqual(tablesOf(long), tablesOf(short));
      }),
      { seed: SEED, numRuns: RUN_COUNT },
    );
  });

  it("for T and for 2T, all times drawn: the same to the bit, joules to rounding", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 999 }), anyInstant(300, 450), async (seed, endS) => {
        const [short, long] = [await play(drawn(endS), {}, seed), await play(drawn(2 * endS), {}, seed)];
        const [before, after] = [columnsBefore(short, endS), columnsBefore(long, endS)];
        for (const [i, rows] of before.entries()) sameRows(after[i] as Row[], rows);
        sameRows(eventsBefore(long, endS), eventsBefore(short, endS));
        assert.ok((before[0] as Row[]).length > 100);
      }),
      { seed: SEED, numRuns: RUN_COUNT },
    );
  });

  it("for T and for 2T, any scenario: the same requests and jobs, at the same instants to the bit", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, anyInstant(1, 350), async ({ text, seed }, endS) => {
        const of = (durationS: number): Promise<RunResult> => play(timed(text, 0, durationS), FUZZ_FILES, seed);
        const [short, long] = [columnsBefore(await of(endS), endS), columnsBefore(await of(2 * endS), endS)];
        for (const [i, rows] of short.entries()) sameRows(long[i] as Row[], rows);
      }),
      { seed: SEED, numRuns: 2 * RUN_COUNT },
    );
  });

  it("a moment after a long job began: what it did is known to the rounding of its size, and that breaks no identity", async () => {
    // 160 ns of 200 s: the difference of two numbers of 200 has an error of 3e-14, 2e-7 of what was done. `play` refuses broken identities.
    const job = "{ kind: batch, jobs: 1, work: 200 s }";
    const crash = "{ kind: server-crash, target: { site: west }, at: 0 s, duration: 1 s }";
    const site = "{ west: { servers: { kind: ./odd.yaml, count: 1 } } }";
    for (const afterS of [1.6e-7, 1e-9, 1e-5]) {
      const text = `{ name: moment, seed: 1, duration: ${1 + afterS} s, sites: ${site}, workloads: { etl: ${job} }, faults: { crash: ${crash} } }`;
      assert.equal((await play(text, FUZZ_FILES, 1)).metrics["workloads.etl.jobs_completed"], 0);
    }
  });

  it("warm-up w and duration d, or no warm-up and w + d: the same events, rows and joules", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, anyInstant(0.001, 310), async ({ text, seed }, warmupS) => {
        const warmed = await play(timed(text, warmupS, 256), FUZZ_FILES, seed);
        const whole = await play(timed(text, 0, warmupS + 256), FUZZ_FILES, seed);
        assert.equal(warmed.eventLogHash, whole.eventLogHash);
        assert.equal(warmed.eventCount, whole.eventCount);
        assert.deepEqual(warmed.tables, whole.tables);
        assert.deepEqual(warmed.eventLines, whole.eventLines);
        assert.equal(warmed.metrics["energy.total_j"], whole.metrics["energy.total_j"]);
      }),
      { seed: SEED, numRuns: RUN_COUNT },
    );
  });
});
