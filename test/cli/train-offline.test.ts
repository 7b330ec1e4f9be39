/** Trainings on what others did, through the bundle. */
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unpackPolicy } from "../../src/learn/policy-file.ts";
import { CliCase } from "./cli-case.ts";

const BIN = resolve("dist/cybertwin.js");
const CLONE = `task: CartPole-v1
algorithm: { kind: behaviour-cloning, hidden: [32] }
data: { policy: { kind: state-feedback }, seeds: 1..8 }
seeds: 7
updates: 900
evaluate: { every: 300, seeds: 11..14 }
`;
const RESULTS = ["policy-best.json", "policy-best.bin", "policy-last.json", "policy-last.bin", "curve.csv", "curve.json", "curve.svg"];

interface Document {
  readonly countedIn: string;
  readonly data: readonly { readonly policy: string; readonly transitionCount: number; readonly return: { readonly mean: number } }[];
  readonly agents: readonly { readonly last: Readonly<Record<"stochastic" | "greedy", { readonly mean: number }>> }[];
}

describe("cybertwin train, on what others did", function () {
  this.timeout(60_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
    cli.scenario(CLONE, "clone.yaml");
  });
  afterEach(() => cli.remove());

  const bin = (...argv: readonly string[]) => spawnSync(process.execPath, [BIN, ...argv], { cwd: cli.folder, encoding: "utf8" });
  const bytes = (...path: readonly string[]): Buffer => readFileSync(join(cli.folder, ...path));
  const results = (out: string): readonly string[] =>
    [...RESULTS, "training.json", "report.html"].map((name) => bytes(out, name).toString("latin1"));

  it("learns to do as the data did, says whose they were, and does the same again", () => {
    const { status, stdout, stderr } = bin("train", "clone.yaml", "--out", "mine");
    assert.deepEqual([status, stderr], [0, ""]);
    // The heuristic balances for 500 steps, whatever the start.
    assert.match(
      stdout,
      /^clone \| CartPole-v1 \| behaviour-cloning \| 900 of 900 updates \| .*\nlearned from state-feedback, 8 episodes of 4,000 transitions, mean return 500\n\n {2}seed {2}policy {2}updates /,
    );
    const again = bin("train", "clone.yaml", "--out", "again", "--format", "json");
    assert.deepEqual(results("again"), results("mine"));
    const { countedIn, data, agents } = JSON.parse(again.stdout) as Document;
    assert.equal(countedIn, "updates");
    assert.deepEqual([data[0]?.policy, data[0]?.transitionCount, data[0]?.return.mean], ["state-feedback", 4000, 500]);
    assert.ok((agents[0]?.last.greedy.mean as number) > 150, "a random policy gets 22");
    assert.match(
      bytes("mine/report.html").toString(),
      /Learned from<\/th><td class="text">state-feedback, 8 episodes of 4,000 transitions, mean return 500, seeds 1\.\.8</,
    );
    const { about } = unpackPolicy(bytes("mine/policy-last.json").toString(), bytes("mine/policy-last.bin"));
    assert.deepEqual(
      [about.trainingSeeds, about.tuningSeeds],
      [
        [7, 1, 2, 3, 4, 5, 6, 8],
        [11, 12, 13, 14],
      ],
    );
    const seen = bin("evaluate", "CartPole-v1", "--policy", "mine/policy-last.json", "--seeds", "3,20");
    assert.equal(seen.status, 2);
    assert.match(seen.stderr, /seeds: 3 is one that policy-last\.json was trained with/);
  });

  it("goes on after kill -9 bit by bit, its data played anew", async () => {
    const long = ["clone.yaml", "--set", "updates=6000"];
    const child = spawn(process.execPath, [BIN, "train", ...long, "--out", "cut"], { cwd: cli.folder });
    const ended = new Promise((done) => child.on("exit", done));
    while (!existsSync(join(cli.folder, "cut/checkpoint.bin")) && child.exitCode === null) await new Promise((turn) => setTimeout(turn, 5));
    child.kill("SIGKILL");
    await ended;
    assert.ok(!existsSync(join(cli.folder, "cut/training.json")), "it was killed before its end");
    assert.equal(bin("train", ...long, "--out", "cut", "--resume").status, 0);
    assert.equal(bin("train", ...long, "--out", "whole").status, 0);
    assert.deepEqual(results("cut"), results("whole"));
  });

  it("hears an interrupt in the middle of an evaluation, and goes on with the next episode", async () => {
    const text = CLONE.replace("CartPole-v1", "Pendulum-v1").replace("state-feedback", "energy-pump").replace("[32]", "[128, 128]");
    cli.scenario(text.replace("updates: 900", "updates: 2").replace("11..14", "11..210"), "long.yaml"); // 80,000 steps of evaluation
    const child = spawn(process.execPath, [BIN, "train", "long.yaml", "--out", "cut"], { cwd: cli.folder });
    const ended = new Promise((done) => child.on("exit", done));
    while (!existsSync(join(cli.folder, "cut/tensorboard")) && child.exitCode === null) await new Promise((turn) => setTimeout(turn, 5));
    await new Promise((turn) => setTimeout(turn, 400));
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    assert.deepEqual(JSON.parse(bytes("cut/curve.json").toString()).points, [], "it was not played to its end");
    assert.match(bytes("cut/report.html").toString(), /<strong>Interrupted<\/strong> after [012] of 2 updates/);
    assert.equal(bin("train", "long.yaml", "--out", "cut", "--resume").status, 0);
    assert.equal(bin("train", "long.yaml", "--out", "whole").status, 0);
    assert.deepEqual(results("cut"), results("whole"));
  });

  it("trains a population on the same data, each agent as it would alone; of a stored policy the seeds go along", () => {
    assert.equal(bin("train", "clone.yaml", "--out", "teacher").status, 0);
    cli.scenario(
      CLONE.replace("{ kind: state-feedback }, seeds: 1..8", "teacher/policy-best.json, seeds: [1, 2]").replace("7", "[8, 9]"),
      "pupils.yaml",
    );
    assert.equal(bin("train", "pupils.yaml", "--out", "two").status, 0);
    assert.equal(bin("train", "pupils.yaml", "--seed", "9", "--out", "alone").status, 0);
    const policy = (...path: readonly string[]) =>
      unpackPolicy(bytes(...path, "policy-last.json").toString(), bytes(...path, "policy-last.bin"));
    assert.deepEqual(policy("two/agents/seed-9").data, policy("alone").data);
    assert.deepEqual(policy("alone").about.trainingSeeds, [9, 1, 2, 7, 3, 4, 5, 6, 8]); // its own, the data's, the teacher's
    cli.scenario(readFileSync(join(cli.folder, "pupils.yaml"), "utf8").replace("11..14", "[3, 20]"), "flattered.yaml");
    const { status, stderr } = bin("validate", "flattered.yaml");
    assert.deepEqual(
      [status, stderr],
      [
        2,
        "flattered.yaml:3:17: data.policy was itself trained with 3, one of evaluate.seeds. Evaluate by other seeds: those of 2000..2999 are for that.\n",
      ],
    );
  });

  it("refuses an algorithm that cannot act there, and data that the agent could not make", () => {
    const unfit = bin("train", "clone.yaml", "--set", "algorithm={ kind: td3-bc }");
    assert.equal(unfit.status, 2);
    assert.match(
      unfit.stderr,
      /^--set .*: algorithm\.kind td3-bc cannot learn in CartPole-v1: .*\. These can with their defaults: behaviour-cloning\.\n$/,
    );
    const scenario = resolve("scenarios/training/autoscale-hours.yaml");
    cli.scenario(
      `extends: ${scenario}\ncontrollers: { scaler: { act: [{ kind: replicas, min: 6 }, limits.cpu] } }\nduration: 10 min\n`,
      "wide.yaml",
    );
    cli.scenario(
      "scenario: wide.yaml\nalgorithm: { kind: td3-bc }\ndata: { policy: { kind: hpa }, seeds: 1 }\nseeds: 1\nupdates: 5\nevaluate: { every: 5, seeds: 2 }\n",
      "outside.yaml",
    );
    const outside = bin("train", "outside.yaml");
    assert.equal(outside.status, 2);
    assert.match(
      outside.stderr,
      /^outside\.yaml: episode of seed 1, controllers\.scaler at \d+ s: hpa orders 5 for replicas, outside 6\.\.20; /,
    );
    assert.ok(!existsSync(join(cli.folder, "out/outside")));
  });
});

describe("scenarios/training/autoscaler-from-hpa.yaml", () => {
  it("trains through the command, on a short budget", function () {
    this.timeout(60_000);
    const cli = new CliCase();
    const file = resolve("scenarios/training/autoscaler-from-hpa.yaml");
    const less = ["--set", "data.seeds=1000..1004", "--set", "updates=1500", "--set", "evaluate={ every: 500, seeds: [2000, 2001] }"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, "train", file, ...less, "--out", "out", "--format", "json"], {
      ...{ cwd: cli.folder, encoding: "utf8" },
    });
    cli.remove();
    assert.deepEqual([status, stderr], [0, ""]);
    const { data, agents } = JSON.parse(stdout) as Document;
    assert.equal(data[0]?.transitionCount, 5 * 480); // two hours of 15 s each
    const [teacher, pupil] = [data[0]?.return.mean as number, agents[0]?.last.stochastic.mean as number];
    assert.ok(teacher > 330 && pupil > 50 && pupil < teacher, `${pupil} of ${teacher}`);
  });
});
