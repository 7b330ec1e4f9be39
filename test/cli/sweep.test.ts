/** Sweeps through the bundle: what workers, kills, shards and interrupts may not change. */
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliCase } from "./cli-case.ts";

const BIN = resolve("dist/cybertwin.js");
const BASE = `name: base
duration: 4 min
warmup: 10 s
sites:
  west: { servers: { kind: small-8c, count: 1 } }
workloads:
  web: { kind: service, work: { kind: exponential, mean: 5 ms }, arrivals: { kind: poisson, rate: 100 req/s } }
`;
/** An M/M/1 at loads 0.2, 0.5 and 0.8. */
const SWEEP = `scenario: base.yaml
seeds: 1..4
vary: { kind: grid, workloads.web.arrivals.rate: [40 req/s, 100 req/s, 160 req/s] }
compare: { metric: workloads.web.latency_mean_s, baseline: { workloads.web.arrivals.rate: 40 req/s } }
`;
const RESULTS = ["sweep.json", "table.csv", "report.html"];

interface Document {
  readonly points: readonly { readonly summary: Readonly<Record<string, { readonly mean: number }>> }[];
  readonly compare: { readonly groups: readonly { readonly order: readonly (readonly number[])[] }[] };
}

/** The same bundle but for one byte of what its threads run. @returns its command */
function otherBuild(folder: string): string {
  mkdirSync(join(folder, "dist"), { recursive: true });
  for (const name of readdirSync("dist").filter((file) => file.endsWith(".js")))
    copyFileSync(join("dist", name), join(folder, "dist", name));
  appendFileSync(join(folder, "dist/worker.js"), "\n");
  copyFileSync("package.json", join(folder, "package.json"));
  for (const name of ["catalogue", "node_modules"]) symlinkSync(resolve(name), join(folder, name));
  return join(folder, "dist/cybertwin.js");
}

describe("cybertwin sweep", function () {
  this.timeout(60_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
    cli.scenario(BASE, "base.yaml");
    cli.scenario(SWEEP, "load.yaml");
  });
  afterEach(() => cli.remove());

  const bin = (...argv: readonly string[]) => spawnSync(process.execPath, [BIN, ...argv], { cwd: cli.folder, encoding: "utf8" });
  const stored = (out: string): readonly string[] => {
    const folder = join(cli.folder, out, "tasks");
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  };
  const results = (out: string): readonly string[] => RESULTS.map((name) => readFileSync(join(cli.folder, out, name), "utf8"));

  /** Begins a sweep, waits for its first stored run, ends it by `signal`. */
  async function cutShort(out: string, signal: "SIGKILL" | "SIGINT"): Promise<{ code: number | null; err: string }> {
    cli.scenario(BASE.replace("4 min", "10 min"), "base.yaml");
    const child = spawn(process.execPath, [BIN, "sweep", "load.yaml", "--out", out, "--workers", "1"], { cwd: cli.folder });
    let err = "";
    child.stderr.on("data", (part: Buffer) => {
      err += part.toString();
    });
    const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
    while (stored(out).length === 0 && child.exitCode === null) await new Promise((turn) => setTimeout(turn, 5));
    child.kill(signal);
    return { code: await ended, err };
  }

  it("gives the same bytes at one worker and at two, and latency grows with load", () => {
    const one = bin("sweep", "load.yaml", "--out", "one", "--workers", "1", "--format", "json");
    const two = bin("sweep", "load.yaml", "--out", "two", "--workers", "2", "--format", "json");
    for (const { status, stderr } of [one, two]) assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(one.stdout, two.stdout);
    assert.deepEqual(results("one"), results("two"));
    const { points, compare } = JSON.parse(one.stdout) as Document;
    const means = points.map(({ summary }) => summary["workloads.web.latency_mean_s"]?.mean as number);
    // 5 ms / (1 - load): 6.25, 10 and 25 ms, which four runs of four minutes tell apart.
    assert.ok((means[0] as number) < (means[1] as number) && (means[1] as number) < (means[2] as number), String(means));
    assert.deepEqual(compare.groups[0]?.order, [[1], [2], [3]]);
    assert.ok(existsSync(join(cli.folder, "one/meta.json")));
  });

  it("goes on after kill -9 with nothing lost and the same bytes", async () => {
    await cutShort("killed", "SIGKILL");
    const kept = stored("killed");
    assert.ok(kept.length >= 1 && kept.length < 12, `${kept.length} of 12 runs were stored`);
    assert.ok(!existsSync(join(cli.folder, "killed/sweep.json")));
    const timeOf = (name: string): number => statSync(join(cli.folder, "killed/tasks", name)).mtimeMs;
    const before = kept.map(timeOf);
    assert.equal(bin("sweep", "load.yaml", "--out", "killed").status, 0);
    assert.deepEqual(kept.map(timeOf), before); // none ran again
    assert.equal(bin("sweep", "load.yaml", "--out", "whole").status, 0);
    assert.deepEqual(results("killed"), results("whole"));
  });

  it("keeps what is finished at an interrupt, says so and answers 130", async () => {
    const { code, err } = await cutShort("cut", "SIGINT");
    assert.equal(code, 130);
    assert.match(err, /Interrupted: \d+ of 12 runs are stored in cut; the same command goes on from there\.\n$/);
    assert.ok(stored("cut").length >= 1);
  });

  it("joins shards to the bytes of one run", () => {
    cli.scenario(BASE.replace("4 min", "5 s"), "base.yaml");
    for (const i of [1, 2, 3]) {
      const { status, stdout } = bin("sweep", "load.yaml", "--out", `part-${i}`, "--shard", `${i}/3`);
      const said = `Shard ${i}/3: its 4 runs are stored in part-${i}. Join the shards with --merge.\n`;
      assert.deepEqual([status, stdout], [0, said]);
    }
    const early = bin("sweep", "load.yaml", "--out", "joined", "--merge", "part-1", "--merge", "part-3");
    assert.deepEqual(
      [early.status, early.stdout, early.stderr],
      [
        2,
        "",
        "4 of 12 runs of this sweep are in none of part-1, part-3. Run the shards that are missing, or leave --merge out to run the rest here.\n",
      ],
    );
    assert.equal(bin("sweep", "load.yaml", "--out", "joined", "--merge", "part-1", "--merge", "part-2", "--merge", "part-3").status, 0);
    assert.equal(bin("sweep", "load.yaml", "--out", "whole").status, 0);
    assert.deepEqual(results("joined"), results("whole"));
  });

  it("does not mix runs of another build: not after a kill, not as a shard, not in a merge", () => {
    cli.scenario(BASE.replace("4 min", "5 s"), "base.yaml");
    const other = otherBuild(join(cli.folder, "build"));
    const byOther = (...argv: readonly string[]) =>
      spawnSync(process.execPath, [other, "sweep", "load.yaml", ...argv], { cwd: cli.folder, encoding: "utf8" });
    assert.equal(bin("sweep", "load.yaml", "--out", "part-1", "--shard", "1/2").status, 0);
    assert.equal(byOther("--out", "part-2", "--shard", "2/2").status, 0);
    const said = "holds results of another build of cybertwin, which do not mix with those of this one.";
    const goOn = "Go on with that build, name another folder with --out, or begin anew with --force.";
    for (const argv of [[], ["--shard", "1/2"]]) {
      const { status, stderr } = byOther("--out", "part-1", ...argv);
      assert.deepEqual([status, stderr], [2, `part-1 ${said} ${goOn}\n`]);
    }
    const merged = bin("sweep", "load.yaml", "--out", "joined", "--merge", "part-1", "--merge", "part-2");
    const mend = "Merge with the build that ran all shards, or run this shard again.";
    assert.deepEqual([merged.status, merged.stderr], [2, `part-2 ${said} ${mend}\n`]);
    assert.ok(!existsSync(join(cli.folder, "joined")));
    assert.equal(stored("part-1").length, 6);
    assert.equal(byOther("--out", "part-1", "--force").status, 0); // begins anew
    assert.equal(stored("part-1").length, 12);
  });

  it("makes its page again", () => {
    cli.scenario(BASE.replace("4 min", "5 s"), "base.yaml");
    cli.scenario(SWEEP.replace("1..4", "1..2"), "load.yaml");
    assert.equal(bin("sweep", "load.yaml", "--out", "run").status, 0);
    assert.equal(bin("report", "run", "--out", "again.html").status, 0);
    assert.equal(readFileSync(join(cli.folder, "again.html"), "utf8"), results("run")[2]);
  });
});

describe("cybertwin sweep, at its edges", function () {
  this.timeout(60_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
    cli.scenario(BASE.replace("4 min", "5 s"), "base.yaml");
    cli.scenario(SWEEP, "load.yaml");
  });
  afterEach(() => cli.remove());
  const bin = (...argv: readonly string[]) => spawnSync(process.execPath, [BIN, ...argv], { cwd: cli.folder, encoding: "utf8" });

  it("stores in out/<name of the file> unless told otherwise, and refuses another sweep there without --force", () => {
    assert.equal(bin("sweep", "load.yaml").status, 0);
    const before = readFileSync(join(cli.folder, "out/load/sweep.json"), "utf8");
    cli.scenario(SWEEP.replace("1..4", "1..2"), "load.yaml");
    const { status, stderr } = bin("sweep", "load.yaml");
    assert.deepEqual(
      [status, stderr],
      [
        2,
        `${join("out", "load")} holds another sweep, or this one before its files changed. Name another folder with --out, or begin anew with --force.\n`,
      ],
    );
    assert.equal(readFileSync(join(cli.folder, "out/load/sweep.json"), "utf8"), before);
    assert.equal(bin("sweep", "load.yaml", "--force").status, 0);
    assert.equal(readdirSync(join(cli.folder, "out/load/tasks")).length, 6);
  });

  const WRONG: readonly (readonly [argv: readonly string[], message: string])[] = [
    [["--shard", "3/2"], '--shard must be i/n with i from 1 to n, got "3/2". Hint: --shard 1/4.\n'],
    [["--shard", "half"], '--shard must be i/n with i from 1 to n, got "half". Hint: --shard 1/4.\n'],
    [["--merge", "nowhere"], "nowhere holds no sweep (no plan.json). Name the --out of each shard.\n"],
    [["--shard", "1/2", "--merge", "x"], "--shard and --merge exclude each other.\n"],
    [["--out", "."], ". holds files but no sweep (no plan.json). Name another folder with --out.\n"],
    [["--metric", "energy.totl_j"], '--metric names "energy.totl_j", which the runs do not measure. Did you mean "energy.total_j"?\n'],
  ];
  for (const [argv, message] of WRONG) {
    it(`answers 2 to ${argv.join(" ")}`, () => {
      const { status, stdout, stderr } = bin("sweep", "load.yaml", ...argv);
      assert.deepEqual([status, stdout, stderr], [2, "", message]);
    });
  }

  it("answers 1 if a point misses what the scenario expects, and names the point", () => {
    cli.scenario(`${BASE.replace("4 min", "5 s")}expect: [{ metric: workloads.web.latency_mean_s, max: 1 ms }]\n`, "base.yaml");
    cli.scenario(SWEEP.replace("1..4", "1..2").replace("[40 req/s, 100 req/s, 160 req/s]", "[40 req/s]"), "load.yaml");
    const { status, stdout, stderr } = bin("sweep", "load.yaml");
    assert.equal(status, 1);
    assert.match(stderr, /^At point 1: Expected workloads\.web\.latency_mean_s to be at most 0\.001, got 0\.00\d+\.\n$/);
    assert.match(stdout, /0 of 1 expectations are met\n$/);
  });

  it("is checked by validate, and shown by schema", () => {
    const good = bin("validate", "load.yaml", "base.yaml");
    assert.deepEqual([good.status, good.stdout, good.stderr], [0, "load.yaml: valid\nbase.yaml: valid\n", ""]);
    assert.equal(bin("validate", resolve("scenarios/sweep-load.yaml")).status, 0);
    cli.scenario(SWEEP.replace("160 req/s", "160 ms"), "load.yaml");
    const bad = bin("validate", "load.yaml");
    assert.deepEqual(
      [bad.status, bad.stderr],
      [
        2,
        'load.yaml:3:72: workloads.web.arrivals.rate must be a rate above 0 per second, got "160 ms", which is a duration at point 3 (workloads.web.arrivals.rate = 160 ms). Hint: "400 req/s".\n',
      ],
    );
    assert.equal((JSON.parse(bin("schema", "sweep").stdout) as { title: string }).title, "Cybertwin sweep");
  });
});
