/** Whole runs against textbook recursions and brute force, request by request. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { rootRng } from "../../../src/kernel/index.ts";
import { csv, play, rowsOf } from "../run-yaml.ts";
import { type BruteContainer, bruteSharing, bruteSlots, type Visit } from "./brute-queues.ts";

const HORIZON_S = 1e6;
/** 64 cores, so that slots bind and not the server. */
const BIG = `kind: server
cores: 64
memory: 32 GiB
clocks: [1 GHz]
power: { kind: linear, idle: 100 W, peak: 200 W }
embodied: 1000 kg
lifetime: 4 year
source: made up for tests
`;

const visitsCsv = (visits: readonly Visit[]): string =>
  csv("arrival_s,work_s,class", ...visits.map(({ arrivalS, workS, priority }) => [arrivalS, workS, `c${priority}`]));

const scenario = (service: string, rule = ""): string => `name: oracle
seed: 1
duration: ${HORIZON_S} s
sites: { west: { servers: { kind: ./big.yaml } } }
workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv }, ${service} } }
${rule === "" ? "" : `controllers: { order: { ${rule}, target: { workload: web } } }`}
record: { requests: true }
`;

/** Finish times in order of arrival. */
async function finishesOf(text: string, visits: readonly Visit[]): Promise<number[]> {
  const result = await play(text, { "big.yaml": BIG, "web.csv": visitsCsv(visits) });
  const finishes = new Array<number>(visits.length).fill(Number.NaN);
  for (const { id, outcome, finish_s } of rowsOf(result, "requests")) {
    assert.equal(outcome, "finished");
    finishes[id as number] = finish_s as number;
  }
  return finishes;
}

const ulp = (value: number): number => {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0) - value;
};

function assertClose(actual: readonly number[], expected: readonly number[], visits: readonly Visit[], relative = 1e-9): void {
  expected.forEach((expectedS, i) => {
    const latencyS = expectedS - (visits[i] as Visit).arrivalS;
    const tolerance = Math.max(relative * latencyS, 16 * ulp(expectedS));
    const missS = Math.abs((actual[i] as number) - expectedS);
    assert.ok(missS <= tolerance, `request ${i} ends at ${actual[i]}, should at ${expectedS}: ${missS} > ${tolerance}`);
  });
}

/** Kiefer and Wolfowitz 1955: the slot that is free first takes the next customer. */
function kieferWolfowitz(visits: readonly Visit[], slots: number): number[] {
  const freeS = new Array<number>(slots).fill(0);
  return visits.map(({ arrivalS, workS }) => {
    const soonest = freeS.indexOf(Math.min(...freeS));
    const endS = Math.max(arrivalS, freeS[soonest] as number) + workS;
    freeS[soonest] = endS;
    return endS;
  });
}

/** Poisson arrivals at 90 % of `slots` slots, exponential work of mean 1 s. */
function mmc(count: number, slots: number, seed: number): Visit[] {
  const rng = rootRng(seed).fork("visits");
  let arrivalS = 0;
  return Array.from({ length: count }, () => {
    arrivalS -= Math.log1p(-rng.uniform()) / (0.9 * slots);
    return { arrivalS, workS: -Math.log1p(-rng.uniform()), priority: 0 };
  });
}

const visitsOf = (most: number, priorities: number): fc.Arbitrary<Visit[]> =>
  fc
    .array(
      fc.record({
        gapS: fc.oneof(fc.constantFrom(0, 1, 2.5), fc.double({ min: 0, max: 5, noNaN: true })),
        workS: fc.oneof(fc.constantFrom(0, 1, 2, 4), fc.double({ min: 1e-3, max: 12, noNaN: true })),
        priority: fc.integer({ min: 0, max: priorities - 1 }),
      }),
      { minLength: 1, maxLength: most },
    )
    .map((visits) => {
      let arrivalS = 0;
      return visits.map(({ gapS, workS, priority }) => {
        arrivalS += gapS;
        return { arrivalS, workS, priority };
      });
    });

const CLASSES = "classes: { c0: { share: 0.4, priority: 0 }, c1: { share: 0.3, priority: 1 }, c2: { share: 0.3, priority: 2 } }";

describe("oracle: first come, first served", () => {
  for (const slots of [1, 3]) {
    it(`on ${slots} slots ends each of 20000 requests where the recursion of Kiefer and Wolfowitz does`, async () => {
      const visits = mmc(20_000, slots, 300 + slots);
      assertClose(await finishesOf(scenario(`concurrency: ${slots}`), visits), kieferWolfowitz(visits, slots), visits);
    });
  }
});

describe("oracle: orders of service by brute force", () => {
  const check = async (rule: string, slots: number, order: Parameters<typeof bruteSlots>[1]): Promise<void> => {
    const text = scenario(`concurrency: ${slots}, ${CLASSES}`, rule);
    await fc.assert(
      fc.asyncProperty(visitsOf(40, 3), async (visits) =>
        assertClose(await finishesOf(text, visits), bruteSlots(visits, order, slots), visits),
      ),
      { seed: 4711, numRuns: 40 },
    );
  };

  for (const slots of [1, 2]) {
    it(`preemptive priority on ${slots}`, () =>
      check("kind: priority, preemptive: true", slots, { key: (visit) => -visit.priority, preempts: true }));
    it(`priority without preemption on ${slots}`, () =>
      check("kind: priority", slots, { key: (visit) => -visit.priority, preempts: false }));
    it(`shortest remaining work on ${slots}`, () =>
      check("kind: srpt, oracle: [work]", slots, { key: (_, leftS) => leftS, preempts: true }));
    it(`shortest job on ${slots}`, () => check("kind: sjf, oracle: [work]", slots, { key: ({ workS }) => workS, preempts: false }));
  }
});

describe("oracle: processor sharing by brute force", () => {
  it("with weights and caps, three services on one server", async () => {
    const service = fc.record({
      weight: fc.constantFrom(1, 3, 1024, 2.5),
      capCores: fc.constantFrom(1, 2.5, 4, 64),
      visits: visitsOf(25, 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(service, { minLength: 1, maxLength: 3 }), fc.constantFrom(2, 4, 7), async (services, cores) => {
        const workloads = services.map(
          ({ weight, capCores }, i) =>
            `  w${i}: { kind: service, discipline: ps, weight: ${weight}, limits: { cpu: ${capCores} }, requests: { cpu: 0.5 }, arrivals: { kind: trace, file: w${i}.csv } }`,
        );
        const files = Object.fromEntries(services.map(({ visits }, i) => [`w${i}.csv`, visitsCsv(visits)]));
        const result = await play(
          `name: oracle\nseed: 1\nduration: ${HORIZON_S} s\nsites: { west: { servers: { kind: ./big.yaml } } }\nworkloads:\n${workloads.join("\n")}\nrecord: { requests: true }\n`,
          { ...files, "big.yaml": BIG.replace("cores: 64", `cores: ${cores}`) },
        );
        const containers = services.map(
          ({ weight, capCores, visits }): BruteContainer => ({ weight, capCores: Math.min(capCores, cores), visits }),
        );
        const expected = bruteSharing(containers, cores);
        const rows = rowsOf(result, "requests");
        services.forEach(({ visits }, i) => {
          const actual = new Array<number>(visits.length).fill(Number.NaN);
          for (const { workload, id, finish_s } of rows) if (workload === `w${i}`) actual[id as number] = finish_s as number;
          assertClose(actual, expected[i] as number[], visits);
        });
      }),
      { seed: 4712, numRuns: 60 },
    );
  });
});
