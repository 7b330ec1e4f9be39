import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { load, valuesOf } from "./bed.ts";

const HEAD = "scenario: base.yaml\nseeds: 1..3\n";

describe("points of a sweep", () => {
  it("are every combination of a grid, the last path turning fastest", () => {
    const sweep = load(`${HEAD}vary: { kind: grid, workloads.etl.jobs: [1, 2], workloads.etl.cores: [4, 8, 2] }\n`);
    assert.deepEqual(valuesOf(sweep), [
      [1, 4],
      [1, 8],
      [1, 2],
      [2, 4],
      [2, 8],
      [2, 2],
    ]);
    assert.deepEqual(sweep.paths, ["workloads.etl.jobs", "workloads.etl.cores"]);
    assert.deepEqual(sweep.seeds, [1, 2, 3]);
  });

  it("are the rows of a zip", () => {
    const sweep = load(`${HEAD}vary: { kind: zip, workloads.etl.jobs: [1, 2], workloads.etl.cores: [4, 8] }\n`);
    assert.deepEqual(valuesOf(sweep), [
      [1, 4],
      [2, 8],
    ]);
  });

  it("put their values into the scenario, maps included", () => {
    const sweep = load(`${HEAD}vary:
  kind: zip
  workloads.etl.work: [2 h, { kind: exponential, mean: 30 min }]
  workloads.etl.jobs: [5, 6]
`);
    const [first, second] = sweep.points.map(({ scenario }) => scenario.spec.workloads.etl);
    assert.deepEqual(first?.work, { kind: "deterministic", value: 7200 });
    assert.deepEqual(second?.work, { kind: "exponential", mean: 1800 });
    assert.deepEqual(
      [first, second].map((etl) => etl?.kind === "batch" && etl.jobs),
      [5, 6],
    );
  });

  it("take files relative to the sweep's own folder, and read each of them once", () => {
    const table = "quantile,value\n0,0.001\n1,0.002\n";
    const sweep = load(
      `${HEAD}vary: { kind: grid, workloads.web.work: [{ kind: table, file: sizes.csv }], workloads.web.replicas: [1, 2] }\n`,
      { "sizes.csv": table },
    );
    const [first, second] = sweep.points.map(({ scenario }) => scenario.spec.workloads.web?.work as unknown as { file: unknown });
    assert.equal(typeof first?.file, "object");
    assert.equal(first?.file, second?.file); // the same table, not an equal one
  });

  it("run the sweep's seeds, and one warning says so of a scenario with a precision", () => {
    const sweep = load(`${HEAD}vary: { kind: zip, precision.metric: [energy.total_j, workloads.web.latency_mean_s] }\n`);
    assert.deepEqual(
      sweep.warnings.filter((line) => line.includes("precision")),
      ["base.yaml: precision is ignored: the sweep's seeds say which runs there are."],
    );
  });

  const SAMPLED = `${HEAD}vary:
  kind: sampled
  count: 100
  seed: 5
  workloads.web.arrivals.rate: { kind: uniform, min: 50 req/s, max: 90 req/s }
`;

  it("are drawn from the stream of each path, in base units", () => {
    const sweep = load(SAMPLED);
    const uniform = rootRng(5).fork("sweep.workloads.web.arrivals.rate").uniform;
    const expected = Array.from({ length: 100 }, () => [50 + 40 * uniform()]);
    assert.deepEqual(valuesOf(sweep), expected);
    const spec = sweep.points[7]?.scenario.spec.workloads.web;
    assert.equal(spec?.arrivals?.rate, expected[7]?.[0]);
    // Mean of 100 uniform values on [50, 90]: 70 with deviation 40 / sqrt(12 * 100) = 1.15; five of them.
    const mean = valuesOf(sweep).reduce((sum, [rate]) => sum + (rate as number), 0) / 100;
    assert.ok(Math.abs(mean - 70) < 5.8, `${mean}`);
  });

  it("keep what was drawn for one path when another path is added", () => {
    const alone = load(SAMPLED);
    const both = load(`${SAMPLED}  workloads.web.replicas: [1, 2, 4]\n`);
    assert.deepEqual(
      valuesOf(both).map(([rate]) => [rate]),
      valuesOf(alone),
    );
    assert.deepEqual([...new Set(valuesOf(both).map(([, replicas]) => replicas as number))].sort(), [1, 2, 4]);
  });

  it("are log-uniform by a bounded Pareto law of a small shape, as docs/sweep.md says", () => {
    const text = SAMPLED.replace(
      "{ kind: uniform, min: 50 req/s, max: 90 req/s }",
      "{ kind: bounded-pareto, shape: 1e-6, min: 1 req/s, max: 100 req/s }",
    );
    const uniform = rootRng(5).fork("sweep.workloads.web.arrivals.rate").uniform;
    for (const [rate] of valuesOf(load(text))) {
      const expected = Math.exp(uniform() * Math.log(100));
      assert.ok(Math.abs((rate as number) / expected - 1) < 1e-5, `${rate} is not ${expected}`);
    }
  });

  for (const [text, seeds] of [
    ["7", [7]],
    ["[3, 1]", [3, 1]],
    ['"1..2,9"', [1, 2, 9]],
  ] as const) {
    it(`run with the seeds ${text}`, () => {
      assert.deepEqual(load(`scenario: base.yaml\nseeds: ${text}\nvary: { kind: grid, workloads.etl.jobs: [1] }\n`).seeds, seeds);
    });
  }

  it("have a digest that follows values, seeds and the scenario's content", () => {
    const text = `${HEAD}vary: { kind: grid, workloads.etl.jobs: [1, 2] }\n`;
    const digests = [
      load(text),
      load(text.replace("[1, 2]", "[1, 3]")),
      load(text.replace("1..3", "1..4")),
      load(text.replace("base.yaml", "other.yaml"), { "other.yaml": "extends: base.yaml\nduration: 2 h\n" }),
    ].map(({ sha256 }) => sha256);
    assert.equal(new Set(digests).size, 4);
    assert.equal(load(`${text}compare: { metric: energy.total_j, baseline: { workloads.etl.jobs: 1 } }\n`).sha256, digests[0]);
  });
});

describe("baselines of a sweep", () => {
  const grid = `${HEAD}vary: { kind: grid, workloads.etl.jobs: [1, 2], workloads.etl.cores: [4, 8] }\n`;
  const compared = (baseline: string) => load(`${grid}compare: { metric: energy.total_j, baseline: ${baseline} }\n`).compare?.baselineOf;

  it("are one point where the baseline names all values", () => {
    assert.deepEqual(compared("{ workloads.etl.cores: 4, workloads.etl.jobs: 2 }"), [2, 2, 2, 2]);
  });

  it("are the point with the same other values where it names some", () => {
    // Points: 0 (1, 4), 1 (1, 8), 2 (2, 4), 3 (2, 8).
    assert.deepEqual(compared("{ workloads.etl.cores: 8 }"), [1, 1, 3, 3]);
  });
});
