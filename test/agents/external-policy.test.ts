/** Policies of an external controller inside the loop. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ScenarioEnv } from "../../src/agents/env.ts";
import { runSeed } from "../../src/experiment/run.ts";
import { rootRng, Sum } from "../../src/kernel/index.ts";
import { NO_MASK } from "../../src/learn/env.ts";
import { packPolicy, policyFor, unpackPolicy } from "../../src/learn/policy-file.ts";
import { externalsOf } from "../../src/scenario/externals.ts";
import { type BuiltWorld, buildWorld, type LoadedScenario, loadScenario, type ScenarioSpec, SpecError } from "../../src/scenario/index.ts";
import { csv, loadYaml, metric, play } from "../world/run-yaml.ts";
import { about, packed, SCALED } from "./policies.ts";

const CATALOGUE = fileURLToPath(new URL("../../../catalogue", import.meta.url));
const SEED = 7;
/** Of the scenario: decisions are due every 15 s, so the last of them is 10 s before. */
const END_S = 310;
const { manifest, weights } = packed(loadYaml(SCALED).spec);

/** The scenario with a policy, and what lies beside it. */
function withPolicy(
  policy: string,
  files: Readonly<Record<string, string | Uint8Array>> = { "p.json": manifest, "p.bin": weights },
  from = SCALED,
): LoadedScenario {
  const all = { ...files, "scenario.yaml": `${from}    policy: ${policy}\n` };
  const get = (file: string): string | Uint8Array => all[file as keyof typeof all] ?? readFileSync(file);
  return loadScenario("scenario.yaml", {
    cwd: ".",
    catalogue: { dir: CATALOGUE },
    read: (file) => Buffer.from(get(file)).toString(),
    readBytes: (file) => Buffer.from(get(file)),
  });
}

const complaint = (work: () => unknown): string => {
  try {
    work();
    return "accepted";
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
};

/** The environment's episode under the policy: its rewards, and the hash of all that happened. */
function rollout(spec: ScenarioSpec, mode: "greedy" | "stochastic"): { readonly rewards: readonly number[]; readonly eventHash: string } {
  let built: BuiltWorld | undefined;
  const build = (seed: number): BuiltWorld => {
    built = buildWorld(spec, { seed, warmupS: 20, outside: ["mine"] });
    return built;
  };
  const env = new ScenarioEnv({ name: spec.name, controllers: externalsOf(spec), startS: 20, endS: END_S, build });
  const policy = policyFor(env, unpackPolicy(manifest, weights));
  const rng = mode === "greedy" ? undefined : rootRng(SEED).fork("controllers").fork("mine");
  const [observation, decision, action] = [new Float32Array(3), new Float32Array(2), new Float32Array(2)];
  const rewards: number[] = [];
  env.reset(SEED, observation);
  for (let ended = false; !ended; ) {
    policy.decide(observation, NO_MASK, rng, decision);
    policy.toAction(decision, action);
    const { reward, truncated } = env.step(action, observation);
    rewards.push(reward);
    ended = truncated;
  }
  return { rewards, eventHash: (built as BuiltWorld).world.simulation.eventHash };
}

const meanOf = (values: readonly number[]): number => {
  const sum = new Sum();
  for (const value of values) sum.add(value);
  return sum.value / values.length;
};

const run = async ({ spec }: LoadedScenario) => runSeed({ spec }, SEED, { shouldStop: () => false, onProgress: () => {} });

function played({ spec }: LoadedScenario): BuiltWorld {
  const built = buildWorld(spec, { seed: SEED, warmupS: spec.warmup as number });
  built.begin();
  built.world.simulation.runUntil(END_S);
  return built;
}

describe("a policy of an external controller", () => {
  it("earns to the bit what it earns in the environment, by its mean action and by drawn ones", async () => {
    const means: number[] = [];
    for (const mode of ["greedy", "stochastic"] as const) {
      const loaded = withPolicy(`{ kind: stored, file: p.json, mode: ${mode} }`);
      const { rewards, eventHash } = rollout(loaded.spec, mode);
      assert.equal(played(loaded).world.simulation.eventHash, eventHash);
      assert.equal(rewards.length, 19); // decisions from 30 s to 300 s, and the rest of 10 s
      const result = await run(loaded);
      assert.equal(metric(result, "controllers.mine.reward_mean"), meanOf(rewards));
      assert.equal(result.notes["controllers.mine.reward_mean"]?.n, 19);
      means.push(meanOf(rewards));
    }
    assert.notEqual(means[0], means[1]);
    const short = await run(withPolicy("p.json"));
    assert.equal(metric(short, "controllers.mine.reward_mean"), means[0]); // a file alone acts by its mean
  });

  it("may be a heuristic, which decides as it would by itself", async () => {
    // From the start on, so that both decide at the same instants.
    const text = SCALED.replace("warmup: 20 s\n", "").replace("actuationDelay: 2 s", "actuationDelay: 2 s\n    period: 15 s");
    const alone = text.replace(/kind: external[\s\S]*?target/, "kind: hpa\n    target").replace(/ {4}(observe|act|reward):.*\n/g, "");
    const byHpa = played({ ...loadYaml(alone) });
    const inside = played(withPolicy("{ kind: hpa }", {}, text));
    assert.ok((byHpa.loop.statsOf("mine")?.actions ?? 0) > 0);
    assert.equal(inside.world.simulation.eventHash, byHpa.world.simulation.eventHash);
  });

  it("need not be there: everything is let be, and the reward is measured by hand", async () => {
    // Rewards at 20, 40 and 50 s, of what ended in the interval before: p99 of 1 s, of 4 s, of 2 s; SLO 1 s.
    const result = await play(
      `
name: story
seed: 1
duration: 50 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, slo: { latency: 1 s }, work: { kind: trace, column: work_s }, arrivals: { kind: trace, file: web.csv } }
controllers:
  mine: { kind: external, target: { workload: web }, period: 20 s, reward: "min(1, slo_s / latency_p99_s)" }
`,
      { "web.csv": csv("arrival_s,work_s", [1, 1], [21, 4], [45, 2]) },
    );
    assert.equal(metric(result, "controllers.mine.reward_mean"), (1 + 1 / 4 + 1 / 2) / 3);
    assert.equal(metric(result, "controllers.mine.actions"), 0);
  });

  it("has no mean where a step's reward is no number", async () => {
    const result = await play(SCALED.replace("{ kind: gated }", '"log(queued - 1e6)"'));
    assert.equal(result.metrics["controllers.mine.reward_mean"], null);
    const first = /^the reward of the step that ends at 45 s is NaN; use a formula that is always a number$/; // decisions from 30 s on
    assert.match(result.notes["controllers.mine.reward_mean"]?.reason ?? "", first);
  });

  it("is refused where its files are missing, damaged or another's", () => {
    const refusal = (policy: string, files?: Readonly<Record<string, string | Uint8Array>>, from?: string): string =>
      complaint(() => withPolicy(policy, files, from));
    assert.match(refusal("q.json"), /^scenario\.yaml:25:13: controllers\.mine\.policy\.file: the file "q\.json" does not exist/);
    assert.match(refusal("p.json", { "p.json": manifest }), /policy\.file: the file "p\.bin" does not exist/);
    const damaged = Uint8Array.from(weights);
    damaged[5] = (damaged[5] as number) ^ 1;
    assert.match(refusal("p.json", { "p.json": manifest, "p.bin": damaged }), /policy\.file: the file "p\.json": the policy is damaged/);
    assert.match(refusal("p.json", { "p.json": "{}", "p.bin": weights }), /this is no policy's manifest/);
    const other = (from: string, to: string): string => refusal("p.json", undefined, SCALED.replace(from, to));
    assert.match(
      other("max: 12", "max: 10"),
      /25:\d+: controllers\.mine\.policy: the policy .* does not fit mine: action 1 is replicas, 2\.\.10 log here and was replicas, 2\.\.12 log there/,
    );
    assert.match(other("replicas]", "queued]"), /observation 3 is queued, 0\.\.Infinity linear here and was replicas/);
    assert.match(other("log(1 + latency_p99_s)", "log(2 + latency_p99_s)"), /observation 2 is log\(2 \+ latency_p99_s\)/);
    const wrong = packPolicy(about(loadYaml(SCALED).spec), {
      kind: "deterministic",
      network: {
        architecture: { kind: "sequential", inputs: 2, layers: [{ kind: "dense", units: 2, activation: "tanh" }] },
        ...{ weights: new Float32Array(6), statistics: new Float32Array(0) },
      },
    });
    assert.match(
      refusal("p.json", { "p.json": wrong.manifest, "p.bin": wrong.weights }),
      /mine needs a policy of 3 inputs and 2 outputs, this one has 2 and 2/,
    );
  });

  it("is refused where it is none", () => {
    const refusal = (policy: string, from?: string): string => complaint(() => withPolicy(policy, undefined, from));
    assert.match(
      refusal("hpa"),
      /controllers\.mine\.policy must be the \.json file of a stored policy, or a mapping with a kind, got "hpa"\. Hint: \{ kind: hpa \}\./,
    );
    assert.match(refusal("{ kind: hpaa }"), /unknown policy kind "hpaa"\. Did you mean "hpa"\?/);
    assert.match(refusal("{ kind: round-robin }"), /unknown policy kind "round-robin"/);
    assert.match(refusal("{ kind: hpa, target: { workload: web } }"), /unknown key "target" in controllers\.mine\.policy/);
    assert.match(refusal("{ kind: stored, file: p.json, mode: best }"), /policy\.mode must be "greedy" or "stochastic", got "best"/);
    assert.match(
      refusal("{ kind: hpa, period: 20 s }"),
      /policy must decide at the controller's period, 15 s, and says 20 s\. Hint: period: 15 s/,
    );
    assert.match(
      refusal("p.json", SCALED.replace("kind: external", "kind: hpa").replace(/ {4}(observe|act|reward):.*\n/g, "")),
      /unknown key "policy"/,
    );
  });
});
