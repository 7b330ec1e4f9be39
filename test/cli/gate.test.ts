import { strict as assert } from "node:assert";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { SCALED } from "../agents/policies.ts";
import { GateCase, leaning, TASK_GATE } from "./gate-case.ts";

const SCENARIO_GATE = `scenario: scaled.yaml
agent: mine
policy: mine.json
heuristic: { kind: hpa, maxReplicas: 12 }
seeds: 3001..3010
baseline: baselines/scaled.json
`;

interface Document {
  readonly gates: readonly {
    readonly verdict: string;
    readonly differing: { readonly policy: readonly number[]; readonly heuristic: readonly number[] };
    readonly advantage: { readonly now: number };
    readonly now: { readonly policyMean: number; readonly heuristicMean: number };
  }[];
}

describe("cybertwin gate", function () {
  this.timeout(30_000);
  let cli: GateCase;
  beforeEach(() => {
    cli = new GateCase();
  });
  afterEach(() => cli.remove());

  const record = async (file = "pole.yaml"): Promise<void> => {
    const { code, err } = await cli.run("gate", file, "--update", "--reason", "first");
    assert.equal(code, 0, err);
  };
  /** Rewrites the stored baseline. */
  const tamper = (name: string, change: (baseline: Record<string, unknown> & { rewards: Record<string, number[]> }) => void): void => {
    const baseline = JSON.parse(cli.read(name));
    change(baseline);
    cli.scenario(baseline, name);
  };

  it("asks for a baseline first, and records it with its ledger", async () => {
    const missing = await cli.run("gate", "pole.yaml");
    assert.equal(missing.code, 2);
    assert.equal(
      missing.err,
      'pole.yaml:5:11: baseline "pole.baseline.json" does not exist. Record it: cybertwin gate pole.yaml --update --reason "...".\n',
    );
    const recorded = await cli.run("gate", "pole.yaml", "--update", "--reason", "first");
    assert.deepEqual([recorded.code, recorded.out], [0, "pole.baseline.json: policy 500, heuristic 500\n"]);
    const { reason, before, after, date, worldVersion } = JSON.parse(cli.read("pole.baseline.ledger.jsonl"));
    assert.deepEqual([reason, before, after], ["first", null, { policy: 500, heuristic: 500 }]);
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
    assert.equal(worldVersion, JSON.parse(cli.read("pole.baseline.json")).worldVersion);
    const judged = await cli.run("gate", "pole.yaml");
    assert.equal(judged.code, 0);
    assert.match(judged.out, /pole\.yaml {2}ok {7}500 {5}500 {8}0 {10}0 {16}10\n/);
    const again = await cli.run("gate", "pole.yaml", "--update", "--reason", "again");
    assert.equal(again.out, "pole.baseline.json: nothing changed\n");
    assert.equal(cli.read("pole.baseline.ledger.jsonl").split("\n").length, 2);
  });

  it("measures a scenario as `run` does", async () => {
    cli.scenario(SCENARIO_GATE, "day.yaml");
    await record("day.yaml");
    const { out, code } = await cli.run("gate", "day.yaml", "--format", "json");
    const [gate] = (JSON.parse(out) as Document).gates;
    assert.deepEqual([code, gate?.verdict], [0, "ok"]);
    const means = [];
    for (const policy of ["mine.json", "{ kind: hpa, maxReplicas: 12 }"]) {
      const ran = await cli.run(
        "run",
        "scaled.yaml",
        "--set",
        `controllers.mine.policy=${policy}`,
        "--seeds",
        "3001..3010",
        "--format",
        "json",
      );
      means.push(JSON.parse(ran.out).summary["controllers.mine.reward_mean"].mean as number);
    }
    assert.deepEqual([gate?.now.policyMean, gate?.now.heuristicMean], means);
    assert.ok(Math.abs((gate?.advantage.now as number) - ((means[0] as number) - (means[1] as number))) < 1e-12);
  });

  it("is `policy broken` by one bit of one seed in the same world", async () => {
    await record();
    tamper("pole.baseline.json", ({ rewards }) => {
      (rewards.policy as number[])[3] = 500.00000000000006;
    });
    const { code, out } = await cli.run("gate", "pole.yaml");
    assert.equal(code, 1);
    assert.match(out, /pole\.yaml {2}policy broken/);
    assert.match(out, /The world is the same, and the policy earns otherwise at 1 of 10 seeds, first at 3004\./);
  });

  it("lets the world move as long as the advantage stays", async () => {
    await record();
    tamper("pole.baseline.json", (baseline) => {
      baseline.worldVersion = "0".repeat(64);
      for (const who of ["policy", "heuristic"]) baseline.rewards[who] = (baseline.rewards[who] as number[]).map((reward) => reward - 40);
    });
    const moved = await cli.run("gate", "pole.yaml");
    assert.equal(moved.code, 0, moved.out);
    assert.match(
      moved.out,
      /Since the baseline the world moved: the advantage over the heuristic changed by 0, at least 0 with 95 % confidence; -9\.2 is allowed\./,
    );
    tamper("pole.baseline.json", ({ rewards }) => {
      rewards.heuristic = (rewards.heuristic as number[]).map((reward) => reward - 20);
    });
    const stale = await cli.run("gate", "pole.yaml", "--format", "json");
    const [gate] = (JSON.parse(stale.out) as Document).gates;
    assert.deepEqual([stale.code, gate?.verdict], [1, "world moved, policy stale"]);
    const table = await cli.run("gate", "pole.yaml");
    assert.match(table.out, /changed by -20, at least -20 with/);
    assert.match(
      table.out,
      /Train it again, then record it: cybertwin train pole\.yaml; cybertwin gate pole\.yaml --update --reason "\.\.\."/,
    );
  });

  it("takes another policy that is as good, and none that is worse", async () => {
    await record();
    cli.pole(leaning(0.6, 1, 10, 3));
    const good = await cli.run("gate", "pole.yaml");
    assert.equal(good.code, 0, good.out);
    assert.match(good.out, /Since the baseline the policy is another one: .* changed by 0/);
    cli.pole(leaning(0, 0, 1, 0));
    const bad = await cli.run("gate", "pole.yaml");
    assert.equal(bad.code, 1);
    assert.match(bad.out, /pole\.yaml {2}policy broken/);
  });

  it("writes JUnit, a case for each gate", async () => {
    cli.scenario(TASK_GATE.replace("pole.baseline", "other.baseline"), "other.yaml");
    await record();
    await record("other.yaml");
    tamper("other.baseline.json", ({ rewards }) => {
      (rewards.policy as number[])[0] = 1;
    });
    const { code, out } = await cli.run("gate", "pole.yaml", "other.yaml", "--format", "junit");
    assert.equal(code, 1);
    assert.match(out, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="2" failures="1">/);
    assert.match(
      out,
      /<testcase classname="cybertwin gate" name="pole\.yaml"><system-out>The world is the same, and all rewards are, to the bit\.<\/system-out><\/testcase>/,
    );
    assert.match(out, /<testcase classname="cybertwin gate" name="other\.yaml"><failure message="policy broken">The world is the same/);
  });

  it("refuses a baseline of something else, with what to do", async () => {
    cli.scenario(SCENARIO_GATE, "day.yaml");
    await record("day.yaml");
    const refused = async (part: RegExp): Promise<void> => {
      const { code, err, out } = await cli.run("gate", "day.yaml");
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /^day\.yaml:6:11: baseline "baselines\/scaled\.json" is of another scenario or gate: /);
      assert.match(err, part);
      assert.match(err, /If that is meant, record it anew: cybertwin gate day\.yaml --update --reason/);
    };
    cli.scenario(SCALED.replace("rate: 30 req/s", "rate: 31 req/s"), "scaled.yaml");
    await refused(/: scaled is not what it was then\./);
    cli.scenario(SCALED, "scaled.yaml");
    cli.scenario(SCENARIO_GATE.replace("maxReplicas: 12", "maxReplicas: 11"), "day.yaml");
    await refused(/its heuristic is \{"kind":"hpa","maxReplicas":12\}, here \{"kind":"hpa","maxReplicas":11\}/);
    cli.scenario(SCENARIO_GATE.replace("3010", "3011"), "day.yaml");
    await refused(/it has other seeds/);
    tamper("baselines/scaled.json", (baseline) => {
      baseline.version = 7;
    });
    const old = await cli.run("gate", "day.yaml");
    assert.match(
      old.err,
      /day\.yaml:6:11: baseline "baselines\/scaled\.json" is no baseline of this version: version: .* Restore it, or remove it and record it anew\./,
    );
  });

  it("updates for a reason only, never in CI", async () => {
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const { code, err } = await cli.run("gate", "pole.yaml", ...argv);
      assert.equal(code, 2);
      assert.ok(!existsSync(join(cli.folder, "pole.baseline.json")));
      return err;
    };
    assert.match(await refused("--update"), /^--update needs a reason\./);
    assert.match(await refused("--update", "--reason", " "), /^--update needs a reason\./);
    assert.match(await refused("--reason", "so"), /^--reason goes with --update\./);
    cli.inCi = true;
    assert.match(await refused("--update", "--reason", "so"), /^--update is refused in CI\. Run it where you work/);
  });

  it("moves no bar whose reason cannot be written down", async () => {
    mkdirSync(join(cli.folder, "pole.baseline.ledger.jsonl"));
    const { code, err } = await cli.run("gate", "pole.yaml", "--update", "--reason", "so");
    assert.equal(code, 2);
    assert.match(err, /pole\.baseline\.ledger\.jsonl is a folder\.\n$/);
    assert.ok(!existsSync(join(cli.folder, "pole.baseline.json")));
  });

  it("refuses seeds that the policy has seen, or that are for something else", async () => {
    const refused = async (seeds: string): Promise<string> => {
      cli.scenario(TASK_GATE.replace("3001..3010", seeds), "pole.yaml");
      const { code, err } = await cli.run("validate", "pole.yaml");
      assert.equal(code, 2);
      return err;
    };
    assert.match(
      await refused("1..10"),
      /^pole\.yaml:4:8: seeds: 7 is one that pole\.json was trained with, so it says nothing of how good it is\. Take others/,
    );
    assert.match(
      await refused("2001..2010"),
      /^pole\.yaml:4:8: seeds must be 3000\.\.3999, or your own below 1000, got 2001, which is for evaluation\./,
    );
    assert.match(await refused("3001..3009"), /^pole\.yaml:4:8: seeds must be at least 10: fewer show no advantage/);
  });

  it("refuses what does not fit together", async () => {
    const refused = async (from: string, to: string, gate = TASK_GATE): Promise<string> => {
      assert.ok(gate.includes(from), from);
      cli.scenario(gate.replace(from, to), "wrong.yaml");
      const { code, err } = await cli.run("gate", "wrong.yaml");
      assert.equal(code, 2);
      return err;
    };
    assert.match(
      await refused("CartPole-v1", "CartPole-v2"),
      /^wrong\.yaml:1:7: "CartPole-v2" is no task of one agent\. Did you mean "CartPole-v1"\?/,
    );
    assert.match(
      await refused("CartPole-v1", "Pendulum-v1"),
      /^wrong\.yaml:2:9: policy: .*pole\.json.*does not fit Pendulum-v1|does not fit Pendulum-v1/,
    );
    assert.match(
      await refused("state-feedback", "state-feedbak"),
      /^wrong\.yaml:3:\d+: unknown policy kind "state-feedbak"\. Did you mean "state-feedback"\?/,
    );
    assert.match(
      await refused("policy: pole.json", "policy: { kind: state-feedback }"),
      /^wrong\.yaml:2:9: policy must be a stored policy/,
    );
    assert.match(
      await refused("policy: pole.json", "policy: gone.json"),
      /^wrong\.yaml:2:9: policy\.file: the file "gone\.json" does not exist/,
    );
    assert.equal(
      await refused("baseline: pole.baseline.json", "baseline: pole.txt"),
      'wrong.yaml:5:11: baseline must be a .json file, got "pole.txt".\n',
    );
    assert.match(await refused("task: CartPole-v1\n", ""), /must have a task or a scenario, one of them/);
    assert.match(
      await refused("agent: mine", "agent: yours", SCENARIO_GATE),
      /^wrong\.yaml:2:8: scaled\.yaml has no "yours" among its controllers of kind "external"\. Name one as the agent: mine\./,
    );
    assert.match(
      await refused("agent: mine", "metric: energy.total_j", SCENARIO_GATE),
      /^wrong\.yaml:2:9: metric must be a reward, got "energy\.total_j"\. There are: controllers\.mine\.reward_mean\./,
    );
  });

  it("is checked by `validate`, which says that a baseline is still to come", async () => {
    const { code, out, err } = await cli.run("validate", "pole.yaml");
    assert.deepEqual([code, out, err], [0, "pole.yaml: valid\n", "pole.yaml: baseline pole.baseline.json does not exist yet.\n"]);
  });
});
