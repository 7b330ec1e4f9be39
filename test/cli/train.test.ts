/** Trainings through the bundle: what kills, interrupts, flags and populations may not change, and what is refused. */
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { worldVersion } from "../../src/cli/world-version.ts";
import { evaluate } from "../../src/learn/evaluate.ts";
import { type PolicyFile, policyFor, unpackPolicy } from "../../src/learn/policy-file.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { CliCase } from "./cli-case.ts";

const BIN = resolve("dist/cybertwin.js");
const SMALL = `task: CartPole-v1
algorithm: { kind: ppo, hidden: [16], lanes: 4, rolloutSteps: 32 }
seeds: 7
steps: 3000
evaluate: { every: 1000, seeds: 11..14 }
`;
/** Long enough to be cut short. */
const LONG = SMALL.replace("steps: 3000", "steps: 12000");
const RESULTS = [
  "policy-best.json",
  "policy-best.bin",
  "policy-last.json",
  "policy-last.bin",
  "curve.csv",
  "curve.json",
  "curve.svg",
  "training.json",
  "report.html",
  "checkpoint.bin",
];

describe("cybertwin train", function () {
  this.timeout(60_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
    cli.scenario(SMALL, "small.yaml");
    cli.scenario(LONG, "long.yaml");
  });
  afterEach(() => cli.remove());

  const bin = (...argv: readonly string[]) => spawnSync(process.execPath, [BIN, "train", ...argv], { cwd: cli.folder, encoding: "utf8" });
  const bytes = (...path: readonly string[]): Buffer => readFileSync(join(cli.folder, ...path));
  const results = (out: string): readonly string[] => RESULTS.map((name) => bytes(out, name).toString("latin1"));
  const policy = (...path: readonly string[]): PolicyFile => {
    const name = join(...path);
    return unpackPolicy(bytes(`${name}.json`).toString(), bytes(`${name}.bin`));
  };

  /** Begins the long training, waits for its first checkpoint, ends it by `signal`. */
  async function cutShort(signal: "SIGKILL" | "SIGINT", ...argv: readonly string[]): Promise<{ code: number | null; err: string }> {
    const child = spawn(process.execPath, [BIN, "train", "long.yaml", "--out", "cut", ...argv], { cwd: cli.folder });
    let err = "";
    child.stderr.on("data", (part: Buffer) => {
      err += part.toString();
    });
    const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
    while (!existsSync(join(cli.folder, "cut/checkpoint.bin")) && child.exitCode === null) await new Promise((turn) => setTimeout(turn, 5));
    child.kill(signal);
    return { code: await ended, err };
  }

  it("writes policies that play as its curve says, and says so itself", () => {
    const { status, stdout, stderr } = bin("small.yaml", "--out", "mine");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(
      stdout,
      /^small \| CartPole-v1 \| ppo \| 3,000 of 3,000 steps \| cybertwin .*\n\n {2}seed {2}policy .*\n {2}7 +best .*\n {2}7 +last /,
    );
    const file = policy("mine", "policy-last");
    const { about } = file;
    assert.deepEqual([about.environment, about.trainingSeeds, about.tuningSeeds], ["CartPole-v1", [7], [11, 12, 13, 14]]);
    assert.deepEqual([about.command, about.algorithm.options.lanes], ["cybertwin train small.yaml", 4]);
    assert.equal(about.worldVersion, worldVersion(undefined)); // a task's
    const { stochastic, greedy } = evaluate(policyFor(makeEnv("CartPole-v1"), file), () => makeEnv("CartPole-v1"), [11, 12, 13, 14]);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [head, ...rows] = bytes("mine/curve.csv").toString().trim().split("\n");
    assert.match(head as string, /^seed,steps,episodes,training_return,stochastic_return,greedy_return,/);
    assert.equal(rows.length, 3);
    assert.deepEqual(rows.at(-1)?.split(",").slice(4, 6).map(Number), [mean(stochastic), mean(greedy)]);
    assert.equal(about.meanReturn, mean(stochastic));
    assert.equal(policy("mine", "policy-best").about.meanReturn, Math.max(...rows.map((row) => Number(row.split(",")[4]))));
    const [run] = readdirSync(join(cli.folder, "mine/tensorboard/seed-7"));
    assert.match(run as string, /^events\.out\.tfevents\.\d+\.\d+$/);
    assert.equal(
      bytes("mine/tensorboard/seed-7", run as string)
        .toString("latin1")
        .split("return/stochastic").length,
      4,
    ); // three points
    const meta = JSON.parse(bytes("mine/meta.json").toString());
    assert.match(meta.device, /WebAssembly/);
    assert.deepEqual(meta.seeds, [7]);
    const again = bin("small.yaml", "--out", "again", "--format", "json", "--workers", "2");
    assert.deepEqual(results("again"), results("mine"));
    assert.equal(again.stdout, bytes("mine/training.json").toString());
    const page = spawnSync(process.execPath, [BIN, "report", "mine", "--out", "page.html"], { cwd: cli.folder, encoding: "utf8" });
    assert.deepEqual([page.status, page.stderr], [0, ""]);
    assert.deepEqual(bytes("page.html"), bytes("mine/report.html"));
    assert.ok(bytes("page.html").includes(`<code class="hash">${JSON.parse(bytes("mine/policy-best.json").toString()).sha256}</code>`));
  });

  it("goes on after kill -9 bit by bit", async () => {
    await cutShort("SIGKILL");
    assert.ok(!existsSync(join(cli.folder, "cut/training.json")), "it was killed before its end");
    const page = spawnSync(process.execPath, [BIN, "report", "cut"], { cwd: cli.folder, encoding: "utf8" });
    assert.equal(page.status, 2);
    assert.match(page.stderr, /cut holds a training but no training\.json: end it with cybertwin train --resume/);
    const { status, stderr } = bin("long.yaml", "--out", "cut", "--resume");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(bin("long.yaml", "--out", "whole").status, 0);
    assert.deepEqual(results("cut"), results("whole"));
    const known = results("cut");
    assert.equal(bin("long.yaml", "--out", "cut", "--resume").status, 0); // nothing is left to do
    assert.deepEqual(results("cut"), known);
  });

  it("stores what it has at an interrupt, says so, answers 130, and goes on from there", async () => {
    const { code, err } = await cutShort("SIGINT");
    assert.equal(code, 130);
    assert.match(
      err,
      /Interrupted: storing the training\.[\s\S]*stored in cut after \d+ of 12000 steps; add --resume to go on from there\.\n$/,
    );
    assert.match(bytes("cut/report.html").toString(), /<strong>Interrupted<\/strong> after [\d,]+ of 12,000 steps/);
    assert.equal(bin("long.yaml", "--out", "cut", "--resume").status, 0);
    assert.equal(bin("long.yaml", "--out", "whole").status, 0);
    assert.deepEqual(results("cut"), results("whole"));
  });

  it("trains a population, each agent as it would alone; the best one's policies lie on top", () => {
    assert.equal(bin("small.yaml", "--seed", "7..9", "--out", "three").status, 0);
    assert.equal(bin("small.yaml", "--seed", "8", "--out", "alone").status, 0);
    assert.deepEqual(policy("three/agents/seed-8/policy-last").data, policy("alone/policy-last").data);
    assert.equal(policy("three/agents/seed-8/policy-last").about.command, "cybertwin train small.yaml --seed 7..9");
    const best = [7, 8, 9].map((seed) => policy(`three/agents/seed-${seed}/policy-best`).about.meanReturn as number);
    assert.equal(policy("three/policy-best").about.meanReturn, Math.max(...best));
    assert.deepEqual(readdirSync(join(cli.folder, "three/tensorboard")).sort(), ["seed-7", "seed-8", "seed-9"]);
  });

  it("ends early when the goal is reached", () => {
    const { status, stdout } = bin("long.yaml", "--set", "stop.reward=1", "--out", "early", "--format", "json");
    assert.equal(status, 0);
    const { ended, steps } = JSON.parse(stdout) as { ended: string; steps: number };
    assert.equal(ended, "goal");
    assert.ok(steps >= 1000 && steps < 1000 + 4, `${steps}: the first evaluation's`);
    assert.equal(policy("early/policy-best").about.command, "cybertwin train long.yaml --set stop.reward=1");
  });

  it("counts its budget in whole steps of all lanes", () => {
    const { status, stdout } = bin("small.yaml", "--set", "algorithm.lanes=7", "--set", "steps=250", "--out", "seven");
    assert.deepEqual([status, stdout.split("\n")[0]?.split(" | ")[3]], [0, "252 of 252 steps"]);
  });

  const toy = (reward: string): string => `name: toy
duration: 2 min
warmup: 10 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, slo: { latency: 100 ms }, work: { kind: exponential, mean: 20 ms }, arrivals: { kind: poisson, rate: 20 req/s } }
controllers:
  mine:
    kind: external
    target: { workload: web }
    period: 10 s
    observe: [arrival_rate_per_s, replicas]
    act: [{ kind: replicas, min: 1, max: 3 }]
    reward: "${reward}"
`;
  const IN_TOY = `scenario: toy.yaml
agent: mine
algorithm: { kind: ppo, lanes: 2, rolloutSteps: 12 }
seeds: 1
episodes: 4
evaluate: { every: 2, seeds: [2] }
`;

  it("trains in a scenario, by episodes of known length", () => {
    cli.scenario(toy("slo_attainment - 0.1 * replicas"), "toy.yaml");
    const { status, stdout, stderr } = bin(cli.scenario(IN_TOY, "in-toy.yaml"), "--out", "toy", "--format", "json");
    assert.deepEqual([status, stderr], [0, ""]);
    const { environment, steps } = JSON.parse(stdout) as { environment: string; steps: number };
    assert.deepEqual([environment, steps], ["toy/mine", 4 * 12]); // decisions at 10, 20, ..., 120 s of 130 s
    assert.notEqual(policy("toy/policy-best").about.worldVersion, worldVersion(undefined));
  });

  it("names seed, lane, agent and step of a reward that is no number", () => {
    cli.scenario(toy("log(3 - replicas)"), "toy.yaml"); // of three replicas there is none
    const remedy = /is -Infinity, which is no finite number; use a formula in controllers\.mine that is always a number\.\n$/;
    for (const workers of ["0", "2"]) {
      const { status, stderr } = bin(cli.scenario(IN_TOY, "in-toy.yaml"), "--seed", "7..9", "--out", "toy", "--workers", workers);
      assert.equal(status, 2);
      assert.match(stderr, /^in-toy\.yaml: seed [789], lane [01], toy\/mine, step \d+: the reward /);
      assert.match(stderr, remedy);
    }
  });

  it("does not write over a training, nor go on with another", () => {
    assert.equal(bin("small.yaml", "--out", "mine").status, 0);
    const refused = (message: string, ...argv: readonly string[]): void => {
      const { status, stdout, stderr } = bin(...argv);
      assert.deepEqual([status, stdout, stderr], [2, "", message]);
    };
    const goOn = "Go on with --resume, begin anew with --force, or name another folder with --out.\n";
    refused(`mine holds this training. ${goOn}`, "small.yaml", "--out", "mine");
    refused(
      "mine holds another training, or this one before its files changed. Name another folder with --out, or begin anew with --force.\n",
      ...["small.yaml", "--out", "mine", "--resume", "--seed", "8"],
    );
    refused(
      "new holds no training (no plan.json). Leave --resume out, or name its folder with --out.\n",
      "small.yaml",
      "--out",
      "new",
      "--resume",
    );
    refused(". holds files but no training (no plan.json). Name another folder with --out.\n", "small.yaml", "--out", ".");
    refused("--resume and --force exclude each other.\n", "small.yaml", "--resume", "--force");
    const before = results("mine");
    assert.equal(bin("small.yaml", "--out", "mine", "--force").status, 0);
    assert.deepEqual(results("mine"), before);
    const diverging = ["--set", "algorithm.learningRate=1e30", "--out", "tried"];
    assert.match(bin("small.yaml", ...diverging).stderr, /the training diverged/);
    assert.ok(!existsSync(join(cli.folder, "tried/checkpoint.bin")) && existsSync(join(cli.folder, "tried/tensorboard")));
    assert.match(bin("small.yaml", ...diverging).stderr, /the training diverged/);
    refused(
      "tried holds another training, or this one before its files changed. Name another folder with --out, or begin anew with --force.\n",
      ...["small.yaml", "--out", "tried", "--resume"],
    );
    assert.equal(bin("small.yaml", "--out", "tried").status, 0);
    assert.deepEqual(results("tried"), before);
    const stored = bytes("mine/checkpoint.bin");
    stored[stored.length - 9] = (stored[stored.length - 9] as number) ^ 1;
    writeFileSync(join(cli.folder, "mine/checkpoint.bin"), stored);
    refused(
      "mine/checkpoint.bin: the training is corrupted: its checksum is not the one it was stored with. Restore it, or begin anew with --force.\n",
      ...["small.yaml", "--out", "mine", "--resume"],
    );
  });

  it("is checked with other values by validate --set, as train takes them", () => {
    const checked = (...argv: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, "validate", ...argv], { cwd: cli.folder, encoding: "utf8" });
      return [status, stdout, stderr];
    };
    assert.deepEqual(checked("small.yaml", "--set", "steps=128", "--set", "seeds=8"), [0, "small.yaml: valid\n", ""]);
    const text = "--set seeds=2999: seeds must be 1000..1999, or your own below 1000, got 2999, which is for evaluation.\n";
    assert.deepEqual(checked("small.yaml", "--set", "seeds=2999"), [2, "", text]);
    assert.deepEqual(bin("small.yaml", "--set", "seeds=2999").stderr, text);
    cli.scenario(toy("slo_attainment"), "toy.yaml");
    const scenario = '--set workloads.wbe.work=1 ms: unknown name "wbe" in workloads. Did you mean "web"?\n';
    assert.deepEqual(checked("toy.yaml", "--set", "workloads.web.work=1 ms"), [0, "toy.yaml: valid\n", ""]);
    assert.deepEqual(checked("toy.yaml", "--set", "workloads.wbe.work=1 ms"), [2, "", scenario]);
    cli.scenario("scenario: toy.yaml\nseeds: 1\nvary: { kind: grid, values: { warmup: [1 s] } }\n", "sweep.yaml");
    assert.deepEqual(checked("sweep.yaml", "--set", "warmup=1 s"), [
      ...[2, "", "--set changes scenarios and trainings, and sweep.yaml is a sweep file. Leave --set out, or change the file.\n"],
    ]);
  });

  it("refuses what cannot work, and says what would", () => {
    const refused = (message: RegExp, ...argv: readonly string[]): void => {
      const { status, stdout, stderr } = bin(...argv);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, message);
    };
    refused(
      /^--seed 2999: seeds must be 1000\.\.1999, or your own below 1000, got 2999, which is for evaluation\.\n$/,
      "small.yaml",
      "--seed",
      "2999",
    );
    refused(/^--episodes 5: episodes have no length of their own in CartPole-v1.* Say steps instead\.\n$/, "small.yaml", "--episodes", "5");
    assert.equal(bin("small.yaml", "--out", "gpu").status, 0);
    const before = results("gpu");
    refused(
      /^@tensorflow\/tfjs-node-gpu is not installed\. .*npm install/,
      ...["small.yaml", "--backend", "tensorflow", "--out", "gpu", "--force"],
    );
    assert.deepEqual(results("gpu"), before); // what is there is given up for a training that begins, not for one that cannot
    cli.scenario(SMALL.replace("ppo, hidden: [16], lanes: 4, rolloutSteps: 32", "ddpg"), "unfit.yaml");
    refused(
      /^unfit\.yaml:2:20: algorithm\.kind ddpg cannot learn in CartPole-v1: .*cannot act in a discrete space\. These can/,
      "unfit.yaml",
    );
    refused(/^--set steps=99: steps must be at least 128, got 99: ppo learns /, "small.yaml", "--set", "steps=99");
    refused(
      /^small\.yaml: .* the training diverged; lower the learning rate/,
      "small.yaml",
      "--set",
      "algorithm.learningRate=1e30",
      "--out",
      "far",
    );
  });
});

describe("scenarios/training/cartpole.yaml", () => {
  it("trains through the command, on a short budget", function () {
    this.timeout(60_000);
    const cli = new CliCase();
    const argv = [
      "train",
      resolve("scenarios/training/cartpole.yaml"),
      "--set",
      "steps=10000",
      "--out",
      join(cli.folder, "out"),
      "--format",
      "json",
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    const { agents } = JSON.parse(stdout) as { agents: readonly { best: { stochastic: { mean: number } } }[] };
    // A random policy balances for 22 steps; any that learned anything in 10,000 steps does for twice that.
    assert.ok((agents[0]?.best.stochastic.mean as number) > 44, `${agents[0]?.best.stochastic.mean}`);
    cli.remove();
  });
});
