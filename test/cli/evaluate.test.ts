import { strict as assert } from "node:assert";
import { SCALED } from "../agents/policies.ts";
import { GateCase, leaning } from "./gate-case.ts";

interface Document {
  readonly metric: string;
  readonly policies: readonly {
    readonly name: string;
    readonly mode?: string;
    readonly mean: number;
    readonly values: readonly number[];
  }[];
  readonly comparisons: readonly {
    readonly policy: number;
    readonly against: number;
    readonly difference: number;
    readonly verdict: string;
    readonly ciLow: number;
  }[];
}

describe("cybertwin evaluate", function () {
  this.timeout(30_000);
  let cli: GateCase;
  beforeEach(() => {
    cli = new GateCase();
  });
  afterEach(() => cli.remove());

  const document = async (...argv: readonly string[]): Promise<Document> => {
    const { code, out, err } = await cli.run("evaluate", ...argv, "--format", "json");
    assert.equal(code, 0, err);
    return JSON.parse(out) as Document;
  };

  it("measures a stored policy as `run` does, by its mean action and by drawn ones, against a heuristic on the same seeds", async () => {
    const { policies, comparisons, metric } = await document(
      "scaled.yaml",
      "--policy",
      "mine.json",
      "--against",
      "hpa",
      "--seeds",
      "2101..2104",
    );
    assert.equal(metric, "controllers.mine.reward_mean");
    assert.deepEqual(
      policies.map(({ name, mode }) => [name, mode]),
      [
        ["mine.json", "stochastic"],
        ["mine.json", "greedy"],
        ["hpa", undefined],
      ],
    );
    for (const [i, policy] of ["{ kind: stored, file: mine.json, mode: stochastic }", "mine.json", "{ kind: hpa }"].entries()) {
      const ran = await cli.run(
        "run",
        "scaled.yaml",
        "--set",
        `controllers.mine.policy=${policy}`,
        "--seeds",
        "2101..2104",
        "--format",
        "json",
      );
      const values = JSON.parse(ran.out).runs.map(({ metrics }: { metrics: Record<string, number> }) => metrics[metric]);
      assert.deepEqual(policies[i]?.values, values);
    }
    assert.deepEqual(
      comparisons.map(({ policy, against }) => [policy, against]),
      [
        [0, 2],
        [1, 2],
      ],
    );
    for (const { policy, difference } of comparisons) {
      const by = (i: number): readonly number[] => policies[i]?.values as readonly number[];
      const mean = by(policy).reduce((sum, value, k) => sum + value - (by(2)[k] as number), 0) / 4;
      assert.ok(Math.abs(difference - mean) < 1e-12);
    }
  });

  it("takes any metric of the scenario, and a heuristic as the policy", async () => {
    const { policies } = await document(
      "scaled.yaml",
      "--policy",
      "{ kind: hpa, maxReplicas: 3 }",
      "--seeds",
      "1..2",
      "--metric",
      "workloads.web.latency_p99_s",
    );
    const ran = await cli.run(
      "run",
      "scaled.yaml",
      "--set",
      "controllers.mine.policy={ kind: hpa, maxReplicas: 3 }",
      "--seeds",
      "1..2",
      "--format",
      "json",
    );
    const values = JSON.parse(ran.out).runs.map(
      ({ metrics }: { metrics: Record<string, number> }) => metrics["workloads.web.latency_p99_s"],
    );
    assert.deepEqual(policies[0]?.values, values);
    const wrong = await cli.run("evaluate", "scaled.yaml", "--policy", "hpa", "--seeds", "1", "--metric", "workloads.web.latency_p98_s");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.err,
      /^--metric workloads\.web\.latency_p98_s: names "workloads\.web\.latency_p98_s", which is no metric of this scenario\. Did you mean/,
    );
  });

  it("ranks what is told apart and nothing else", async () => {
    cli.pole(leaning(0, 0, 1, 0)); // falls after some forty steps
    const { policies, comparisons } = await document(
      "CartPole-v1",
      "--policy",
      "pole.json",
      "--against",
      "state-feedback",
      "--seeds",
      "2101..2110",
    );
    assert.deepEqual(policies.at(-1)?.values, new Array(10).fill(500));
    assert.deepEqual(
      comparisons.map(({ verdict }) => verdict),
      ["lower", "lower"],
    );
    cli.pole(leaning(0.5, 1, 10, 3));
    const { out } = await cli.run(
      "evaluate",
      "CartPole-v1",
      "--policy",
      "{ kind: stored, file: pole.json, mode: greedy }",
      "--against",
      "state-feedback",
      "--seeds",
      "2101..2110",
    );
    assert.match(out, /^CartPole-v1 \| return \| 10 seeds \| cybertwin /);
    assert.match(out, /pole\.json, greedy {2}state-feedback {2}0 {21}unclear: equal in all 10 runs\n/);
  });

  it("has no interval for one seed, and says so", async () => {
    const { out } = await cli.run("evaluate", "CartPole-v1", "--policy", "state-feedback", "--against", "pole.json", "--seeds", "1");
    assert.match(out, /unclear: only one pair of runs has both values/);
  });

  it("tells two settings of one heuristic apart", async () => {
    const { policies } = await document(
      "scaled.yaml",
      ...["--policy", "hpa", "--against", "{ kind: hpa, cpuUtilization: 0.6, maxReplicas: 6 }", "--seeds", "2101..2102"],
    );
    assert.deepEqual(
      policies.map(({ name }) => name),
      ["hpa", "hpa { cpuUtilization: 0.6, maxReplicas: 6 }"],
    );
  });

  it("names controller, time and field where a policy sees no number", async () => {
    const [from, to] = ["log(1 + latency_p99_s)", "log(arrival_rate_per_s - 20)"];
    cli.scaled(SCALED.replace(from, to));
    cli.scenario(SCALED.replace(from, to).replace("30 req/s", "3 req/s"), "scaled.yaml");
    const where =
      /^scaled, seed 5: mine at 30 s: observation log\(arrival_rate_per_s - 20\) is NaN; use a formula that is always a number\.\n$/;
    const run = await cli.run("run", "scaled.yaml", "--set", "controllers.mine.policy=mine.json", "--seed", "5");
    assert.deepEqual([run.code, run.out], [2, ""]);
    assert.match(run.err, where);
    const evaluated = await cli.run("evaluate", "scaled.yaml", "--policy", "mine.json", "--seeds", "5..6");
    assert.equal(evaluated.code, 2);
    assert.match(evaluated.err, where);
  });

  it("refuses seeds that a policy has seen, policies that do not fit, and words that name nothing", async () => {
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const { code, err, out } = await cli.run("evaluate", ...argv);
      assert.deepEqual([code, out], [2, ""]);
      return err;
    };
    const seeds = ["--seeds", "2101..2102"];
    assert.match(
      await refused("CartPole-v1", "--policy", "pole.json", "--seeds", "5..9"),
      /^--policy pole\.json: seeds: 7 is one that pole\.json was trained with/,
    );
    assert.match(
      await refused("scaled.yaml", "--policy", "hpa", "--against", "mine.json", "--seeds", "1..3,2000..2005"),
      /^--against mine\.json: seeds: 2000 is one that mine\.json was chosen by/,
    );
    for (const [text, use] of [
      ["1,1999", "1999, which is for training"],
      ["2999..3001", "3000, which is for gates"],
      ["4001", "4001, which is for figures"],
      ["5000", "5000"],
    ] as const) {
      const rule = "--seeds must be 2000..2999, or your own below 1000";
      assert.equal(await refused("CartPole-v1", "--policy", "state-feedback", "--seeds", text), `${rule}, got ${use}.\n`);
    }
    assert.match(await refused("scaled.yaml", "--policy", "pole.json", ...seeds), /does not fit mine/);
    assert.match(await refused("scaled.yaml", "--policy", "hpaa", ...seeds), /unknown policy kind "hpaa"\. Did you mean "hpa"\?/);
    assert.match(
      await refused("CartPole-v1", "--policy", "hpa", ...seeds),
      /unknown policy kind "hpa"\. There are: stored, state-feedback\.\n$/,
    );
    assert.match(
      await refused("CartPol-v1", "--policy", "hpa", ...seeds),
      /^CartPol-v1: "CartPol-v1" is no task of one agent\. Did you mean "CartPole-v1"\?/,
    );
    assert.match(await refused("gone.yaml", "--policy", "hpa", ...seeds), /gone\.yaml: the file "gone\.yaml" does not exist/);
    assert.match(await refused("scaled.yaml", "--policy", "hpa"), /^--seeds is missing\. Hint: --seeds 2101\.\.2110\./);
    assert.match(await refused("scaled.yaml", ...seeds), /^--policy is missing\./);
    assert.match(
      await refused("CartPole-v1", "--agent", "mine", "--policy", "state-feedback", ...seeds),
      /^--agent mine: a task has one agent/,
    );
  });
});
