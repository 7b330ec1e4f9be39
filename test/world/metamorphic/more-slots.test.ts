/** One more server for the same queue, first come first served: nobody waits longer (G/G/c is monotone in c, path by path). */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, play, rowsOf } from "../run-yaml.ts";

const SEED = 4103;

const traces = fc.array(fc.tuple(fc.double({ min: 0, max: 4, noNaN: true }), fc.double({ min: 0.01, max: 9, noNaN: true })), {
  minLength: 2,
  maxLength: 60,
});

function file(trace: readonly (readonly [number, number])[]): string {
  let atS = 0;
  return csv(
    "arrival_s,work_s",
    ...trace.map(([gapS, workS]) => {
      atS += gapS;
      return [atS, workS];
    }),
  );
}

/** Start of each, by id; everyone has one. */
function starts(result: RunResult, table: string, count: number): number[] {
  const byId = rowsOf(result, table).sort((a, b) => (a.id as number) - (b.id as number));
  assert.equal(byId.length, count);
  return byId.map(({ start_s, outcome }) => {
    assert.equal(outcome, "finished");
    return start_s as number;
  });
}

function nobodyLater(fewer: readonly number[], more: readonly number[]): void {
  for (const [i, startS] of more.entries()) assert.ok(startS <= (fewer[i] as number), `${i} starts at ${startS}, before at ${fewer[i]}`);
}

describe(`one more server never makes anyone wait longer (fast-check seed ${SEED})`, () => {
  it("requests: slots of a service, 1 to 8", async () => {
    const text = (slots: number): string => `name: slots
seed: 1
duration: 2000 s
sites: { west: { servers: { kind: small-8c } } }
workloads: { web: { kind: service, concurrency: ${slots}, arrivals: { kind: trace, file: web.csv } } }
record: { requests: 1 }
`;
    await fc.assert(
      fc.asyncProperty(traces, async (trace) => {
        const files = { "web.csv": file(trace) };
        let before: number[] | undefined;
        for (let slots = 1; slots <= 8; slots++) {
          const now = starts(await play(text(slots), files), "requests", trace.length);
          if (before !== undefined) nobodyLater(before, now);
          before = now;
        }
      }),
      { seed: SEED, numRuns: 10 },
    );
  });

  it("jobs that fill a server each: servers of a site, 1 to 5", async () => {
    const text = (servers: number, jobs: number): string => `name: servers
seed: 1
duration: 2000 s
sites: { west: { servers: { kind: small-8c, count: ${servers} } } }
workloads: { etl: { kind: batch, jobs: ${jobs}, cores: 8, arrivals: { kind: trace, file: jobs.csv } } }
record: { jobs: true }
`;
    await fc.assert(
      fc.asyncProperty(traces, async (trace) => {
        const files = { "jobs.csv": file(trace) };
        let before: number[] | undefined;
        for (let servers = 1; servers <= 5; servers++) {
          const now = starts(await play(text(servers, trace.length), files), "jobs", trace.length);
          if (before !== undefined) nobodyLater(before, now);
          before = now;
        }
      }),
      { seed: SEED, numRuns: 10 },
    );
  });
});
