/** Who is who among equals that come at once changes labels, and nothing else. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, play, rowsOf } from "../run-yaml.ts";

const SEED = 4101;

/** A few instants; at each, several of one size, each with a label; `order` shuffles the labels within an instant. */
const groups = fc.array(
  fc
    .record({
      gapS: fc.constantFrom(0.3, 1, 2.7, 9),
      sizeS: fc.constantFrom(0.1, 1, 3.3, 8),
      labels: fc.array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 6 }),
    })
    .chain((group) =>
      fc
        .shuffledSubarray(group.labels, { minLength: group.labels.length, maxLength: group.labels.length })
        .map((shuffled) => ({ ...group, shuffled })),
    ),
  { minLength: 1, maxLength: 12 },
);
type Groups = typeof groups extends fc.Arbitrary<infer T> ? T : never;

function rows(all: Groups, key: "labels" | "shuffled"): { atS: number; sizeS: number; label: number }[] {
  let atS = 0;
  return all.flatMap((group) => {
    atS += group.gapS;
    return group[key].map((label) => ({ atS, sizeS: group.sizeS, label }));
  });
}

const finishes = (result: RunResult, table: string): number[] =>
  rowsOf(result, table)
    .map(({ finish_s }) => finish_s as number)
    .sort((a, b) => a - b);
const LABELLED = /^workloads\.\w+\.(c[012]\.|deadline|slack|late\b|tardi)/;
/** Joules, grams and every other number of the run that no label has a part in. */
const unlabelled = (result: RunResult): [string, number | null][] =>
  Object.entries(result.metrics).filter(([name]) => !LABELLED.test(name));

describe(`equals that come at once trade places (fast-check seed ${SEED})`, () => {
  it("requests of three classes at two replicas: same finishes, joules and means", async () => {
    const text = (discipline: string): string => `name: relabel
seed: 5
duration: 500 s
sites: { west: { carbon: 300 g/kWh, pue: 1.2, psu: platinum, servers: { kind: small-8c, count: 2 } } }
workloads:
  web:
    kind: service
    replicas: 2
    discipline: ${discipline}
    concurrency: ${discipline === "ps" ? "unlimited" : 2}
    classes: { c0: { share: 0.3 }, c1: { share: 0.3 }, c2: { share: 0.4 } }
    arrivals: { kind: trace, file: web.csv }
record: { requests: 1 }
`;
    const file = (all: Groups, key: "labels" | "shuffled"): { "web.csv": string } => ({
      "web.csv": csv("arrival_s,work_s,class", ...rows(all, key).map(({ atS, sizeS, label }) => [atS, sizeS, `c${label}`])),
    });
    await fc.assert(
      fc.asyncProperty(groups, fc.constantFrom("fcfs", "ps"), async (all, discipline) => {
        const before = await play(text(discipline), file(all, "labels"));
        const after = await play(text(discipline), file(all, "shuffled"));
        assert.deepEqual(finishes(after, "requests"), finishes(before, "requests"));
        assert.deepEqual(unlabelled(after), unlabelled(before));
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it("jobs of three deadlines, first come first served: same finishes, joules and means", async () => {
    const text = `name: relabel
seed: 5
duration: 500 s
sites: { west: { carbon: 300 g/kWh, servers: { kind: small-8c, count: 2 } } }
workloads: { etl: { kind: batch, jobs: JOBS, cores: 3, arrivals: { kind: trace, file: jobs.csv } } }
record: { jobs: true }
`;
    const file = (all: Groups, key: "labels" | "shuffled"): { "jobs.csv": string } => ({
      "jobs.csv": csv("arrival_s,work_s,deadline_s", ...rows(all, key).map(({ atS, sizeS, label }) => [atS, sizeS, atS + 10 + 20 * label])),
    });
    await fc.assert(
      fc.asyncProperty(groups, async (all) => {
        const sized = text.replace("JOBS", String(rows(all, "labels").length));
        const before = await play(sized, file(all, "labels"));
        const after = await play(sized, file(all, "shuffled"));
        assert.deepEqual(finishes(after, "jobs"), finishes(before, "jobs"));
        assert.deepEqual(unlabelled(after), unlabelled(before));
      }),
      { seed: SEED, numRuns: 30 },
    );
  });
});
