import { strict as assert } from "node:assert";
import { complaint } from "./bed.ts";

/** A sweep with one part replaced; the scenario stands in line 1, seeds in 2, vary from 3 on. */
function sweep({ vary = "{ kind: grid, workloads.etl.jobs: [1, 2] }", seeds = "1..3", more = "" }): string {
  return `scenario: base.yaml\nseeds: ${seeds}\nvary: ${vary}\n${more}`;
}
const compare = (metric: string, baseline: string) => `compare: { metric: ${metric}, baseline: ${baseline} }\n`;

const CASES: readonly (readonly [name: string, text: string, message: string])[] = [
  ["a missing scenario", "seeds: 1\nvary: { kind: grid, duration: [1 h] }\n", "sweep.yaml:1:1: scenario is missing."],
  [
    "a scenario that is not there",
    "scenario: no.yaml\nseeds: 1\nvary: { kind: grid, duration: [1 h] }\n",
    'no.yaml: the file "no.yaml" does not exist.',
  ],
  ["an unknown key", sweep({ more: "comapre: 1\n" }), 'sweep.yaml:4:1: unknown key "comapre". Did you mean "compare"?'],
  ["an unknown kind", sweep({ vary: "{ kind: gird }" }), 'sweep.yaml:3:15: unknown sweep kind "gird". Did you mean "grid"?'],
  ["seeds that count down", sweep({ seeds: "3..1" }), 'sweep.yaml:2:8: seeds: counts upwards, got "3..1". Hint: "1..20".'],
  ["a seed that comes twice", sweep({ seeds: "[1, 1]" }), "sweep.yaml:2:8: seeds: names a seed twice."],
  [
    "nothing to vary",
    sweep({ vary: "{ kind: zip }" }),
    'sweep.yaml:3:7: vary must name at least one path of the scenario. Hint: "workloads.web.replicas": [1, 2].',
  ],
  [
    "a value that is no list",
    sweep({ vary: "{ kind: grid, duration: 1 h }" }),
    'sweep.yaml:3:31: vary.duration must be a list, got "1 h".',
  ],
  [
    "an empty list",
    sweep({ vary: "{ kind: grid, duration: [] }" }),
    "sweep.yaml:3:31: vary.duration must be a list of at least 1 item, got an empty list.",
  ],
  [
    "seeds as a path",
    sweep({ vary: "{ kind: grid, seed: [1, 2] }" }),
    "sweep.yaml:3:27: vary.seed cannot be varied. `seeds` says which seeds every point runs with.",
  ],
  [
    "lists of other lengths in a zip",
    sweep({ vary: "{ kind: zip, workloads.etl.jobs: [1, 2], duration: [1 h] }" }),
    "sweep.yaml:3:58: vary.duration must have as many values as workloads.etl.jobs (2), got 1.",
  ],
  [
    "a grid that nobody could run",
    sweep({ vary: `{ kind: grid, a: [${"1,".repeat(200)}], b: [${"1,".repeat(200)}] }` }),
    "sweep.yaml:3:7: vary makes 40000 points, at most 10000.",
  ],
  [
    "the same value twice",
    sweep({ vary: "{ kind: grid, workloads.etl.jobs: [1, 2, 1] }" }),
    "sweep.yaml:3:7: vary makes points 1 and 3 the same (workloads.etl.jobs = 1).",
  ],
  [
    "a law that no path can have",
    sweep({ vary: "{ kind: sampled, count: 2, seed: 1, duration: { kind: unifrm, min: 1 h, max: 2 h } }" }),
    'sweep.yaml:3:61: unknown law kind "unifrm". Did you mean "uniform"? See `cybertwin list laws`.',
  ],
  [
    "a law of two dimensions",
    sweep({ vary: "{ kind: sampled, count: 2, seed: 1, duration: { kind: uniform, min: 1 h, max: 2 GiB } }" }),
    'sweep.yaml:3:85: vary.duration.max must be a duration above 0 s, got "2 GiB", which is memory. Hint: "5 ms".',
  ],
  [
    "a bad value, at the value, with the point",
    sweep({ vary: "{ kind: grid, workloads.etl.jobs: [1, 0], workloads.etl.cores: [4, 8] }" }),
    "sweep.yaml:3:45: workloads.etl.jobs must be at least 1, got 0 at point 3 (workloads.etl.jobs = 0, workloads.etl.cores = 4) and 1 more.",
  ],
  [
    "a value that does not fit the scenario",
    sweep({ vary: "{ kind: grid, workloads.etl.cores: [8, 9] }" }),
    "sweep.yaml:3:46: workloads.etl.cores makes a job larger than every server: it needs 9 cores and 8 GiB at point 2 (workloads.etl.cores = 9). The servers have 8 cores and 32 GiB.",
  ],
  [
    "a path that the scenario does not have, once for all points",
    sweep({ vary: "{ kind: grid, workloads.etl.jbos: [1, 2] }" }),
    'sweep.yaml:3:21: unknown key "jbos" in workloads.etl. Did you mean "jobs"?',
  ],
  [
    "a path through a value",
    sweep({ vary: "{ kind: grid, duration.hours: [1, 2] }" }),
    "sweep.yaml:3:21: duration is not a mapping, so it has no hours.",
  ],
  [
    "a baseline that is no point",
    sweep({ more: compare("energy.total_j", "{ workloads.etl.jobs: 3 }") }),
    "sweep.yaml:4:46: compare.baseline must be a point of the sweep, got workloads.etl.jobs = 3. Write values as they stand in vary.",
  ],
  [
    "a baseline of a path that is not varied",
    sweep({ more: compare("energy.total_j", "{ workloads.etl.job: 1 }") }),
    "sweep.yaml:4:67: compare.baseline.workloads.etl.job is not varied. There are: workloads.etl.jobs.",
  ],
  [
    "a comparison of one seed",
    sweep({ seeds: "4", more: compare("energy.total_j", "{ workloads.etl.jobs: 1 }") }),
    "sweep.yaml:4:10: compare needs at least two seeds: one pair of runs has no interval.",
  ],
  [
    "a comparison of what the scenario does not have",
    sweep({ more: compare("workloads.elt.jobs_completed", "{ workloads.etl.jobs: 1 }") }),
    'sweep.yaml:4:20: compare.metric names "elt", which is no workload of this scenario. Did you mean "etl"?',
  ],
  [
    "a comparison of a metric that there is not",
    sweep({ more: compare("workloads.etl.jobs_complete", "{ workloads.etl.jobs: 1 }") }),
    'sweep.yaml:4:20: compare.metric names "workloads.etl.jobs_complete", which is no metric of this scenario. Did you mean "workloads.etl.jobs_completed"?',
  ],
  [
    "a comparison of sampled points",
    sweep({ vary: "{ kind: sampled, count: 2, seed: 1, workloads.etl.jobs: [1, 2] }", more: compare("energy.total_j", "{}") }),
    "sweep.yaml:4:10: compare needs points that can be named, and sampled ones cannot. Use grid or zip.",
  ],
];

describe("a wrong sweep file", () => {
  for (const [name, text, message] of CASES) it(`names ${name}`, () => assert.equal(complaint(text), message));

  it("is told all problems of all points at once", () => {
    const vary = "{ kind: zip, workloads.etl.jobs: [0, 2, 3], workloads.web.replicas: [1, 2, 0] }";
    assert.equal(
      complaint(sweep({ vary })),
      "sweep.yaml:3:41: workloads.etl.jobs must be at least 1, got 0 at point 1 (workloads.etl.jobs = 0, workloads.web.replicas = 1).\n" +
        "sweep.yaml:3:82: workloads.web.replicas must be at least 1, got 0 at point 3 (workloads.etl.jobs = 3, workloads.web.replicas = 0).",
    );
  });

  it("is told a problem of the scenario itself once, without a point", () => {
    assert.equal(
      complaint(sweep({ vary: "{ kind: grid, warmup: [1 h, 2 h] }" }), { "base.yaml": "name: x\nduration: 0 s\n" }),
      'base.yaml:2:11: duration must be a duration above 0 s, got "0 s". Hint: "24 h".',
    );
  });
});
