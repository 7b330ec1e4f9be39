/** Everything twice as fast takes half the time: a power of two only moves the exponent, so a half is a half to the last bit. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, type Files, play, type Row, rowsOf } from "../run-yaml.ts";

const SEED = 4102;
/** A few units in the last place. */
const ULPS = 4 * Number.EPSILON;

const server = (speed: number): string => `kind: server
cores: 3
memory: 12 GiB
clocks: [1 GHz, 2 GHz]
speed: ${speed}
power: { kind: linear, idle: 31.7 W, peak: 133.3 W }
embodied: 700 kg
lifetime: 5 year
source: made up for tests
`;

/** `pace` 1, or 2: twice as fast in all. */
const scenario = (pace: number, discipline: string, clock = "2 GHz"): string => `name: pace
seed: 17
duration: ${4000 / pace} s
sites: { west: { carbon: 300 g/kWh, servers: { kind: ./own.yaml, count: 2, clock: ${clock} } } }
workloads:
  replay:
    kind: service
    replicas: 2
    discipline: ${discipline}
    concurrency: ${discipline === "ps" ? "unlimited" : 1}
    arrivals: { kind: trace, file: web.csv }
    resilience: { timeout: ${30 / pace} s, attempts: 3, backoff: ${1.5 / pace} s }
  drawn:
    kind: service
    discipline: ${discipline}
    work: { kind: lognormal, median: 300 ms, sigma: 1 }
    arrivals: { kind: poisson, rate: ${0.7 * pace} req/s }
  users: { kind: service, work: { kind: exponential, mean: 1 s }, arrivals: { kind: closed, users: 3, thinkTime: { kind: exponential, mean: ${7 / pace} s } } }
  etl: { kind: batch, jobs: 15, cores: 0.7, checkpointEvery: ${7 / pace} s, arrivals: { kind: trace, file: jobs.csv } }
faults:
  crash: { kind: server-crash, target: { site: west, count: 1 }, at: ${100.3 / pace} s, duration: ${33.1 / pace} s }
record: { requests: 1, jobs: true }
`;

const sizes = fc.array(
  fc.record({ gapS: fc.double({ min: 0.01, max: 9, noNaN: true }), workS: fc.double({ min: 0.01, max: 9, noNaN: true }) }),
  {
    minLength: 15,
    maxLength: 40,
  },
);
type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

function files(all: Sizes, pace: number, speed: number): Files {
  let atS = 0;
  const times = all.map(({ gapS, workS }) => {
    atS += gapS;
    return [atS / pace, workS] as const; // the shortest text of a double reads back as that double
  });
  return {
    "own.yaml": server(speed),
    "web.csv": csv("arrival_s,work_s", ...times),
    "jobs.csv": csv("arrival_s,work_s", ...times.slice(0, 15).map(([at, workS]) => [at, 10 * workS])),
  };
}

const half = (fast: number, slow: number, what: string): void =>
  assert.ok(
    Number.isNaN(fast) === Number.isNaN(slow) && !(Math.abs(2 * fast - slow) > ULPS * Math.abs(slow)),
    `${what}: ${fast}, not half of ${slow}`,
  );

function halves(fast: RunResult, slow: RunResult, table: string): void {
  const [quick, long] = [rowsOf(fast, table), rowsOf(slow, table)];
  assert.equal(quick.length, long.length);
  for (const [i, row] of long.entries()) {
    const other = quick[i] as Row;
    for (const name of ["id", "attempt", "workload", "outcome", "restarts", "replica", "server"]) assert.deepEqual(other[name], row[name]);
    const at = (each: Row, name: string): number => each[name] as number;
    for (const name of ["arrival_s", "start_s", "finish_s"]) half(at(other, name), at(row, name), `${table} ${row.id} ${name}`);
    half(at(other, "finish_s") - at(other, "arrival_s"), at(row, "finish_s") - at(row, "arrival_s"), `latency of ${table} ${row.id}`);
  }
}

describe(`twice as fast is half as long (fast-check seed ${SEED})`, () => {
  for (const discipline of ["fcfs", "ps"]) {
    it(`by a server of twice the speed, ${discipline}: every time and joule is half`, async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async (all) => {
          const slow = await play(scenario(1, discipline), files(all, 1, 0.7));
          const fast = await play(scenario(2, discipline), files(all, 2, 1.4));
          assert.ok(rowsOf(slow, "requests").length > 2000);
          for (const table of ["requests", "jobs"]) halves(fast, slow, table);
          for (const name of Object.keys(slow.metrics).filter((each) => /^energy\..*_j$|^carbon\..*_g$/.test(each)))
            half(fast.metrics[name] as number, slow.metrics[name] as number, name);
          assert.equal(fast.eventCount, slow.eventCount);
        }),
        { seed: SEED, numRuns: 5 },
      );
    });

    it(`by the clock of the same server, ${discipline}: every time is half`, async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async (all) => {
          const slow = await play(scenario(1, discipline, "1 GHz"), files(all, 1, 1));
          const fast = await play(scenario(2, discipline, "2 GHz"), files(all, 2, 1));
          for (const table of ["requests", "jobs"]) halves(fast, slow, table);
        }),
        { seed: SEED, numRuns: 5 },
      );
    });
  }
});
