/** The bundle that people run, around the real world: what the bundler could break. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { CliCase } from "./cli-case.ts";

const BIN = resolve("dist/cybertwin.js");
/** An M/M/1 at load 0.5 for two minutes: 12,000 requests. */
const SCENARIO = `name: tiny
duration: 2 min
sites:
  west: { servers: { kind: small-8c, count: 1 } }
workloads:
  web: { kind: service, work: { kind: exponential, mean: 5 ms }, arrivals: { kind: poisson, rate: 100 req/s } }
`;

describe("dist/cybertwin.js", function () {
  this.timeout(30_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
  });
  afterEach(() => cli.remove());

  function bin(...argv: readonly string[]) {
    return spawnSync(process.execPath, [BIN, ...argv], { cwd: cli.folder, encoding: "utf8" });
  }

  it("prints the same bytes at one worker and at two", () => {
    const file = cli.scenario(SCENARIO, "tiny.yaml");
    const runs = ["1", "2"].map((workers) => bin("run", file, "--seeds", "1..3", "--format", "json", "--workers", workers));
    for (const { status, stderr } of runs) assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(runs[0]?.stdout, runs[1]?.stdout);
    assert.deepEqual((JSON.parse(runs[0]?.stdout ?? "") as { seeds: number[] }).seeds, [1, 2, 3]);
  });

  it("adds runs until the mean is known well enough, the same ones at one worker and at two", () => {
    // At load 0.5 the mean latency is 10 ms. 12,000 requests leave a standard deviation of about 2 % of it, so 1 % needs about 20 runs.
    const precision = "seed: 1\nprecision: { metric: workloads.web.latency_mean_s, relative: 0.01, maxRuns: 100 }\n";
    const file = cli.scenario(SCENARIO + precision, "tiny.yaml");
    const runs = ["1", "2"].map((workers) => bin("run", file, "--format", "json", "--workers", workers));
    for (const { status, stderr } of runs) {
      assert.equal(status, 0);
      assert.match(stderr, /^Stopped after \d+ runs: ±0\.9\d* % of the mean of workloads\.web\.latency_mean_s\.\n$/);
    }
    assert.equal(runs[0]?.stdout, runs[1]?.stdout);
    const { seeds } = JSON.parse(runs[0]?.stdout ?? "") as { seeds: number[] };
    assert.ok(seeds.length > 10 && seeds.length < 100, `${seeds.length} runs`);
  });

  it("writes a folder, and makes its page again", () => {
    const file = cli.scenario(SCENARIO, "tiny.yaml");
    assert.equal(bin("run", file, "--seed", "1", "--out", "run").status, 0);
    const names = readdirSync(join(cli.folder, "run"));
    for (const name of ["summary.json", "meta.json", "report.html"]) assert.ok(names.includes(name), name);
    const page = readFileSync(join(cli.folder, "run/report.html"), "utf8");
    assert.equal(bin("report", "run", "--out", "again.html").status, 0);
    assert.equal(readFileSync(join(cli.folder, "again.html"), "utf8"), page);
  });

  it("does not replace a folder that holds no result, and says so before it runs", () => {
    const file = cli.scenario(SCENARIO, "tiny.yaml");
    const { status, stdout, stderr } = bin("run", file, "--seed", "1", "--out", ".", "--force");
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /holds files but no result/);
  });

  for (const name of Object.keys(COMMANDS)) {
    it(`loads ${name}`, () => assert.equal(bin(name, "--help").status, 0));
  }

  it("runs and checks scenarios without loading TensorFlow.js; to list algorithms needs it", () => {
    // It leaves its engine among the globals; the probe of `doctor` shows that this finds it.
    const preload = join(cli.folder, "preload.cjs");
    writeFileSync(preload, "process.on('exit', () => { if (globalThis._tfengine !== undefined) process.exitCode = 9; });");
    const status = (...argv: readonly string[]) => spawnSync(process.execPath, ["--require", preload, ...argv], { cwd: cli.folder }).status;
    const file = cli.scenario(SCENARIO, "tiny.yaml");
    assert.equal(status(BIN, "run", file, "--seed", "1"), 0);
    assert.equal(status(BIN, "validate", file), 0);
    assert.equal(status(BIN, "list"), 9);
    assert.equal(status(resolve("dist/backend-probe.js"), "cpu"), 9);
  });

  it("lists every kind and prints a schema", () => {
    const listed = bin("list");
    assert.deepEqual([listed.status, listed.stderr], [0, ""]);
    assert.match(listed.stdout, /^faults\n {2}server-crash /m);
    const tasks = bin("list", "tasks").stdout;
    assert.match(
      tasks,
      /^ {2}Pendulum-v1 +Swing a rod up .*\n +observes cos -1\.\.1, sin -1\.\.1, speedRadPerS -8\.\.8; acts by torqueNm -2\.\.2; at most 200 steps; heuristics: energy-pump$/m,
    );
    assert.match(tasks, /^ {2}TwoStepGame-v0 +.*\n +2 agents, all at once: first observes .*, acts by entry \(one of 2\); second /m);
    assert.equal(typeof JSON.parse(bin("schema").stdout), "object");
  });

  it("shows its help within 0.1 s of bare Node", () => {
    // The least of nine each: noise of a busy machine only ever adds.
    const leastMs = (...argv: readonly string[]): number => {
      const times = Array.from({ length: 9 }, () => {
        const start = performance.now();
        spawnSync(process.execPath, argv);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    const extraMs = leastMs(BIN, "--help") - leastMs("-e", "0");
    assert.ok(extraMs <= 100, `${extraMs} ms`);
  });
});
