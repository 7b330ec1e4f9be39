/** Joules are linear in watts, grams in joules and in the grid's intensity, the facility in PUE - 1; and none of them moves an event. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, metric, near, play } from "../run-yaml.ts";

const SEED = 4104;
const SPEC_W = [31.7, 40, 47.1, 55, 61, 70.3, 77, 85.9, 96, 110, 133.3];

const law = fc.constantFrom(
  (k: number) => `{ kind: constant, watts: ${70.3 * k} W }`,
  (k: number) => `{ kind: linear, idle: ${31.7 * k} W, peak: ${133.3 * k} W }`,
  (k: number) => `{ kind: square, idle: ${31.7 * k} W, peak: ${133.3 * k} W }`,
  (k: number) => `{ kind: cubic, idle: ${31.7 * k} W, peak: ${133.3 * k} W }`,
  (k: number) => `{ kind: sqrt, idle: ${31.7 * k} W, peak: ${133.3 * k} W }`,
  (k: number) => `{ kind: spec, watts: [${SPEC_W.map((watts) => `${watts * k} W`).join(", ")}] }`,
);
const cases = fc.record({
  law,
  pue: fc.constantFrom("1", "1.37", "{ kind: table, file: pue.csv }"),
  psu: fc.constantFrom("", "psu: platinum,"),
});

interface Parts {
  readonly power: string;
  readonly k?: number;
  readonly pue?: string;
  readonly psu?: string;
  readonly grid?: number;
}

const GRID = [300, 111.1, 402, 57.3];

/** Services and jobs, crashes (so boots), on a grid that changes by the quarter of an hour; watts times k, intensity times grid. */
const run = ({ power, k = 1, pue = "1", psu = "", grid = 1 }: Parts): Promise<RunResult> =>
  play(
    `name: linear
seed: 3
duration: 1 h
sites:
  west: { pue: ${pue}, ${psu} carbon: { kind: trace, file: carbon.csv }, servers: { kind: ./own.yaml, count: 3 } }
workloads:
  web: { kind: service, replicas: 2, work: { kind: exponential, mean: 3 s }, arrivals: { kind: poisson, rate: 0.3 req/s } }
  etl: { kind: batch, jobs: 20, cores: 1.3, work: { kind: exponential, mean: 200 s }, arrivals: { kind: uniform, over: 50 min } }
faults: { crash: { kind: server-crash, target: { site: west }, mtbf: { kind: exponential, mean: 900 s }, mttr: 60 s } }
`,
    {
      "own.yaml": `kind: server
cores: 3
memory: 12 GiB
clocks: [1 GHz, 2 GHz]
speed: 0.7
power: ${power}
boot: { time: 50 s, power: ${120.1 * k} W }
embodied: 700 kg
lifetime: 5 year
source: made up for tests
`,
      "pue.csv": csv("load,pue", [0, 1.9], [0.4, 1.37], [0.8, 1.13]),
      "carbon.csv": csv("hour,average_g_per_kwh", ...[0, 0.25, 0.5, 0.75, 1].map((hour, i) => [hour, (GRID[i % 4] as number) * grid])),
    },
  );

/** The meters: joules and grams of the run's accounts and of its sites; the embodied grams and what contains them left out. */
const METERS = /^energy\.\w+_j$|^carbon\.(?!total|embodied)\w+_g$|^sites\.\w+\.(energy_j|carbon_g)$/;
/** What is handed on from the meters to requests and jobs. */
const SHARES = /^workloads\..*\.(energy|carbon)_/;
const named = (result: RunResult, names: RegExp): string[] => Object.keys(result.metrics).filter((name) => names.test(name));

function scaled(result: RunResult, base: RunResult, names: readonly string[], k: number, relative: number): void {
  assert.ok(names.length >= 4, names.join());
  for (const name of names) {
    if (base.metrics[name] === null) assert.equal(result.metrics[name], null, name);
    else if (relative === 0) assert.equal(metric(result, name), k * metric(base, name), name);
    else near(metric(result, name), k * metric(base, name), relative);
  }
  assert.equal(result.eventLogHash, base.eventLogHash);
  assert.equal(result.metrics["carbon.embodied_g"], base.metrics["carbon.embodied_g"]);
}

describe(`watts, grid and PUE scale what they should (fast-check seed ${SEED})`, () => {
  it("all watts times k: every account of joules and grams times k, 2 to the bit and 3 within 1e-12", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ law: power, pue, psu }) => {
        const of = (k: number): Promise<RunResult> => run({ power: power(k), k, pue, psu });
        const base = await of(1);
        const [twice, thrice] = [await of(2), await of(3)];
        scaled(twice, base, named(base, METERS), 2, 0);
        scaled(thrice, base, named(base, METERS), 3, 1e-12);
        // A server counts its joules a core from 0 again beyond 4096 J, at other times where watts are twice as many: so shares round.
        scaled(twice, base, named(base, SHARES), 2, 1e-12);
        scaled(thrice, base, named(base, SHARES), 3, 1e-12);
      }),
      { seed: SEED, numRuns: 15 },
    );
  });

  it("the grid twice as dirty: operational grams twice, to the bit, and the same joules", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ law: power, pue, psu }) => {
        const base = await run({ power: power(1), pue, psu });
        const dirty = await run({ power: power(1), pue, psu, grid: 2 });
        for (const names of [METERS, SHARES]) {
          const [joules, grams] = [/energy/, /carbon/].map((unit) => named(base, names).filter((name) => unit.test(name)));
          scaled(dirty, base, joules as string[], 1, 0);
          scaled(dirty, base, grams as string[], 2, 0);
        }
      }),
      { seed: SEED, numRuns: 15 },
    );
  });

  it("PUE p: the facility draws p - 1 times the servers, whose joules stay", async () => {
    await fc.assert(
      fc.asyncProperty(law, fc.double({ min: 1, max: 3, noNaN: true }), async (power, pue) => {
        const base = await run({ power: power(1) });
        const result = await run({ power: power(1), pue: String(pue) });
        assert.equal(metric(base, "energy.facility_j"), 0);
        near(metric(result, "energy.it_j"), metric(base, "energy.it_j"));
        assert.ok(metric(base, "energy.idle_j") > 0 && metric(base, "energy.reserved_idle_j") > 0);
        near(metric(result, "energy.facility_j"), (pue - 1) * metric(base, "energy.it_j"));
        near(metric(result, "carbon.operational_g"), pue * metric(base, "carbon.operational_g"));
        for (const account of ["request", "job", "idle", "reserved_idle"])
          near(metric(result, `energy.${account}_j`), metric(base, `energy.${account}_j`));
        assert.equal(result.eventLogHash, base.eventLogHash);
      }),
      { seed: SEED, numRuns: 15 },
    );
  });
});
