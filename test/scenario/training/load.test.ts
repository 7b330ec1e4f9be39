import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileFamily, SpecError } from "../../../src/scenario/index.ts";
import { type LoadedTraining, loadTraining, type TrainingFlags } from "../../../src/scenario/training/load.ts";
import { trainingJsonSchema } from "../../../src/scenario/training/schema.ts";
import { SERVER, SMALL } from "../bed.ts";

const EXTERNAL = SMALL.replace(
  "controllers:\n",
  `controllers:
  mine:
    kind: external
    target: { workload: web }
    period: 10 s
    observe: [arrival_rate_per_s]
    act: [replicas]
    reward: ready_replicas
`,
);
const TRAINING = `task: Pendulum-v1
algorithm: { kind: ddpg, batchSize: 32 }
seeds: 1000..1002
episodes: 50
evaluate: { every: 5, seeds: [2000, 2001] }
`;
const OFFLINE = `task: Pendulum-v1
algorithm: { kind: td3-bc, batchSize: 32 }
data: { policy: { kind: energy-pump }, seeds: 1000..1004 }
seeds: 1000
updates: 500
evaluate: { every: 100, seeds: [2000, 2001] }
`;
const ON_SCENARIO = TRAINING.replace("task: Pendulum-v1", "scenario: base.yaml").replace("episodes: 50", "steps: 1000");

const reading = (text: string, more: Readonly<Record<string, string>> = {}) => {
  const files: Readonly<Record<string, string>> = {
    "t.yaml": text,
    "base.yaml": EXTERNAL,
    "catalogue/servers/small.yaml": SERVER,
    ...more,
  };
  return (file: string): string => {
    const found = Object.hasOwn(files, file) ? files[file] : undefined;
    if (found === undefined) throw Object.assign(new Error(`no ${file}`), { code: "ENOENT" });
    return found;
  };
};

function load(text: string, flags: TrainingFlags = {}, more: Readonly<Record<string, string>> = {}): LoadedTraining {
  return loadTraining("t.yaml", { read: reading(text, more), cwd: "here", catalogue: { dir: "catalogue" }, flags });
}

function complaint(text: string, flags: TrainingFlags = {}, more: Readonly<Record<string, string>> = {}): string {
  try {
    load(text, flags, more);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error("the training was accepted");
}

describe("a training file", () => {
  it("says what is learned, where and for how long; episodes become steps by their length", () => {
    const { algorithm, sha256, ...rest } = load(TRAINING);
    assert.deepEqual(rest, {
      source: { kind: "task", id: "Pendulum-v1" },
      data: [],
      seeds: [1000, 1001, 1002],
      countedIn: "steps",
      stepBudget: 50 * 200, // Pendulum's episodes have 200 steps
      evaluation: { everySteps: 5 * 200, seeds: [2000, 2001] },
      stopReward: undefined,
      backend: "wasm",
      dataSha256: undefined,
      warnings: [],
    });
    assert.equal(algorithm.kind, "ddpg");
    assert.deepEqual([algorithm.options.batchSize, algorithm.options.gamma, algorithm.options.kind], [32, 0.99, undefined]);
    assert.match(sha256, /^[0-9a-f]{64}$/);
  });

  it("names a scenario with an external controller", () => {
    const { source, stepBudget } = load(`${ON_SCENARIO}agent: mine\n`);
    assert.ok(source.kind === "scenario" && source.spec.controllers.mine !== undefined);
    assert.equal(stepBudget, 1000);
  });

  it("gives way to flags", () => {
    const loaded = load(TRAINING.replace("episodes: 50", "steps: 7"), {
      ...{ seed: "7", episodes: "3", backend: "cpu", set: ["algorithm.batchSize=8", "algorithm.startSteps=600", "stop.reward=-200"] },
    });
    assert.deepEqual([loaded.seeds, loaded.stepBudget, loaded.backend, loaded.stopReward], [[7], 600, "cpu", -200]);
    assert.equal(loaded.algorithm.options.batchSize, 8);
  });

  it("has a budget in whole steps of all lanes", () => {
    const algorithm = "ppo, lanes: 3, rolloutSteps: 10";
    assert.equal(load(TRAINING.replace("ddpg, batchSize: 32", algorithm).replace("episodes: 50", "steps: 100")).stepBudget, 102);
    assert.equal(load(TRAINING.replace("ddpg, batchSize: 32", algorithm).replace("episodes: 50", "steps: 28")).stepBudget, 30);
  });

  it("has a digest of its meaning, not of its text", () => {
    const digest = (text: string, more = {}): string => load(text, {}, more).sha256;
    assert.equal(digest(TRAINING), digest(`# another text\n${TRAINING.replace("seeds: 1000..1002", "seeds: [1000, 1001, 1002]")}`));
    assert.notEqual(digest(TRAINING), digest(TRAINING.replace("batchSize: 32", "batchSize: 33")));
    assert.notEqual(digest(ON_SCENARIO), digest(ON_SCENARIO, { "base.yaml": EXTERNAL.replace("period: 10 s", "period: 20 s") }));
  });

  it("says what is learned from without acting: one policy's episodes or several", () => {
    const { data, countedIn, stepBudget, evaluation } = load(OFFLINE);
    assert.deepEqual([countedIn, stepBudget, evaluation.everySteps], ["updates", 500, 100]);
    assert.deepEqual(
      data.map(({ policy, seeds, identity }) => [policy, seeds, identity]),
      [["energy-pump", [1000, 1001, 1002, 1003, 1004], { kind: "energy-pump" }]],
    );
    const several = load(OFFLINE_ON_SCENARIO);
    assert.deepEqual(
      several.data.map(({ policy, seeds }) => [policy, seeds]),
      [
        ["hpa { cpuUtilization: 0.6, period: 10 s }", [1, 2]],
        ["hpa { period: 10 s }", [1, 2]],
      ],
    );
    const digest = (text: string): string => load(text).sha256;
    assert.equal(load(OFFLINE, { set: ["data.seeds=[1000, 1001, 1002, 1003, 1004]"] }).sha256, digest(OFFLINE));
    assert.notEqual(digest(OFFLINE.replace("1004", "1003")), digest(OFFLINE));
    assert.notEqual(digest(OFFLINE_ON_SCENARIO.replace("0.6", "0.7")), digest(OFFLINE_ON_SCENARIO));
  });

  it("is told apart from other files", () => {
    assert.equal(fileFamily("t.yaml", reading(TRAINING)), "training");
    assert.equal(fileFamily("t.yaml", reading(ON_SCENARIO)), "training");
  });

  it("has the JSON Schema that is committed", () => {
    const committed = readFileSync(new URL("../../../../schema/training.json", import.meta.url), "utf8");
    assert.equal(committed, `${JSON.stringify(trainingJsonSchema(), null, 2)}\n`);
  });
});

const OFFLINE_ON_SCENARIO = OFFLINE.replace("task: Pendulum-v1", "scenario: base.yaml").replace(
  "{ policy: { kind: energy-pump }, seeds: 1000..1004 }",
  "\n  - { policy: { kind: hpa, cpuUtilization: 0.6, period: 10 s }, seeds: [1, 2] }\n  - { policy: { kind: hpa, period: 10 s }, seeds: [1, 2] }",
);
const without = (line: RegExp): string => TRAINING.replace(line, "");
const CASES: readonly (readonly [name: string, message: string, text: string, flags?: TrainingFlags])[] = [
  [
    "nowhere to learn",
    "t.yaml:1:1: the file must say what to learn in. Hint: scenario: my.yaml, or task: CartPole-v1.",
    without(/task.*\n/),
  ],
  ["two places to learn", "t.yaml:1:7: task excludes scenario. Keep one of them.", `${TRAINING}scenario: base.yaml\n`],
  ["no budget", "t.yaml:1:1: the file must say how long to train. Hint: steps: 100000, or episodes: 500.", without(/episodes.*\n/)],
  ["two budgets", "t.yaml:4:11: episodes excludes steps. Keep one of them.", `${TRAINING}steps: 100\n`],
  ["an unknown task", 't.yaml:1:7: task names "Pendulum", which is no task. Did you mean "Pendulum-v1"?', TRAINING.replace("-v1", "")],
  [
    "a task of several agents",
    "t.yaml:1:7: task has several agents, and one learns here. There are: Acrobot-v1, CartPole-v1, MemoryLength-v0, MountainCarContinuous-v0, Pendulum-v1, ServerlessTable-v0, ServerlessTableMasked-v0.",
    TRAINING.replace("Pendulum-v1", "TwoStepGame-v0"),
  ],
  [
    "an unknown algorithm",
    't.yaml:2:20: unknown algorithm kind "ddgp". Did you mean "ddpg"? See `cybertwin list algorithms`.',
    TRAINING.replace("ddpg", "ddgp"),
  ],
  [
    "an unknown option",
    't.yaml:2:26: unknown key "batchSiz" in algorithm. Did you mean "batchSize"?',
    TRAINING.replace("batchSize", "batchSiz"),
  ],
  ["an option out of range", "t.yaml:2:37: algorithm.batchSize must be at least 2, got 0.", TRAINING.replace("32", "0")],
  [
    "training on seeds of evaluation",
    "t.yaml:3:8: seeds must be 1000..1999, or your own below 1000, got 2999, which is for evaluation.",
    TRAINING.replace("1000..1002", "2999"),
  ],
  [
    "choosing by a gate's seeds",
    "t.yaml:5:30: evaluate.seeds must be 2000..2999, or your own below 1000, got 3000, which is for gates.",
    TRAINING.replace("[2000, 2001]", "3000"),
  ],
  [
    "choosing by what was trained on",
    "t.yaml:5:30: evaluate.seeds must not be trained on, and 2 is one of seeds. Hint: seeds: 1000 and evaluate.seeds: 2000..2019.",
    TRAINING.replace("1000..1002", "1..3").replace("[2000, 2001]", "[2, 7]"),
  ],
  [
    "episodes without a length",
    "t.yaml:4:11: episodes have no length of their own in CartPole-v1, and schedules need the whole. Say steps instead.",
    TRAINING.replace("Pendulum-v1", "CartPole-v1").replace("ddpg, batchSize: 32", "ppo"),
  ],
  [
    "a budget that ends before the first update",
    "t.yaml:4:8: steps must be at least 1024, got 1016: ppo learns for the first time after 1024 steps (8 lanes x 128 rolloutSteps). Raise it, or lower those of the algorithm.",
    TRAINING.replace("episodes: 50", "steps: 1016").replace("ddpg, batchSize: 32", "ppo"),
  ],
  [
    "a budget of episodes that ends before the first update",
    "t.yaml:4:11: episodes must be at least 5 of 200 steps, got 4: ddpg learns for the first time after 1000 steps (1000 startSteps). Raise it, or lower those of the algorithm.",
    TRAINING.replace("50", "4"),
  ],
  [
    "an algorithm that cannot act there",
    "t.yaml:2:20: algorithm.kind ddpg cannot learn in CartPole-v1: a deterministic policy cannot act in a discrete space. These can with their defaults: ppo, recurrent-ppo, dqn, reinforce.",
    TRAINING.replace("Pendulum-v1", "CartPole-v1").replace("episodes", "steps").replace("50", "5000"),
  ],
  [
    "a table where there are reals to be said",
    "t.yaml:2:20: algorithm.kind q-table cannot learn in Pendulum-v1: a table of one choice cannot act in a box space. These can with their defaults: ppo, recurrent-ppo, ddpg, td3, sac.",
    TRAINING.replace("ddpg, batchSize: 32", "q-table"),
  ],
  [
    "an algorithm that cannot learn from the choices of others",
    "t.yaml:2:20: algorithm.kind td3-bc cannot learn in CartPole-v1: a deterministic policy cannot act in a discrete space. These can with their defaults: behaviour-cloning.",
    OFFLINE.replace("Pendulum-v1", "CartPole-v1"),
  ],
  [
    "a table without bounds",
    "t.yaml:2:12: algorithm.bounds must give finite bounds of speedMPerS, which has -Infinity..Infinity: { speedMPerS: [low, high] }.",
    TRAINING.replace("Pendulum-v1", "CartPole-v1").replace("episodes", "steps").replace("ddpg, batchSize: 32", "q-table"),
  ],
  [
    "noise that would grow without bound",
    "t.yaml:2:38: algorithm.noiseStepS must be below 2 / thetaPerS = 4 for Ornstein-Uhlenbeck noise, which grows without bound otherwise, got 100.",
    TRAINING.replace("batchSize: 32", "noiseStepS: 100, thetaPerS: 0.5"),
  ],
  [
    "data of who acts himself",
    "t.yaml:6:7: data is for algorithms that learn from data, and ddpg acts itself. Those are: behaviour-cloning, td3-bc.",
    `${TRAINING}data: { policy: { kind: energy-pump }, seeds: 1 }\n`,
  ],
  [
    "nothing to learn from",
    "t.yaml:1:1: the file must say what td3-bc learns from. Hint: data: { policy: mine.json, seeds: 1000..1049 }.",
    OFFLINE.replace(/data.*\n/, ""),
  ],
  [
    "steps of who never acts",
    "t.yaml:1:1: the file must say how long to train. Hint: updates: 20000.\nt.yaml:5:8: steps is for algorithms that act, and td3-bc learns from data. Say updates instead.",
    OFFLINE.replace("updates", "steps"),
  ],
  [
    "episodes of who never acts",
    "--episodes 9: episodes is for algorithms that act, and td3-bc learns from data. Say updates instead.",
    OFFLINE,
    { episodes: "9" },
  ],
  [
    "updates of who acts",
    "t.yaml:6:10: updates is for algorithms that learn from data, and ddpg acts itself. Say steps instead.",
    `${TRAINING}updates: 5\n`,
  ],
  [
    "data by seeds of evaluation",
    "t.yaml:3:47: data.seeds must be 1000..1999, or your own below 1000, got 2000, which is for evaluation.",
    OFFLINE.replace("1000..1004", "2000..2004").replace("[2000, 2001]", "2005"),
  ],
  [
    "data that is evaluated by",
    "t.yaml:3:47: data.seeds must not be evaluated by, and 4 is one of evaluate.seeds. Hint: data.seeds: 1000..1049 and evaluate.seeds: 2000..2019.",
    OFFLINE.replace("1000..1004", "1..5").replace("[2000, 2001]", "[4]"),
  ],
  [
    "data of nobody known",
    't.yaml:3:25: unknown policy kind "energy-pmp". Did you mean "energy-pump"?',
    OFFLINE.replace("energy-pump", "energy-pmp"),
  ],
  [
    "a policy that is neither file nor mapping",
    "t.yaml:3:17: data.policy must be the .json file of a stored policy, or a mapping such as { kind: hpa }.",
    OFFLINE.replace("{ kind: energy-pump }", "energy-pump"),
  ],
  ["an agent of a task", "t.yaml:6:8: agent is for scenarios: a task has one agent. Leave it out.", `${TRAINING}agent: mine\n`],
  [
    "an agent that is not there",
    't.yaml:6:8: agent names "mien", which is no controller of kind external of this scenario. Did you mean "mine"?',
    `${ON_SCENARIO}agent: mien\n`,
  ],
  [
    "a bad seed of a flag",
    "--seed 2999: seeds must be 1000..1999, or your own below 1000, got 2999, which is for evaluation.",
    TRAINING,
    { seed: "2999" },
  ],
  ["a bad number of a flag", '--episodes many: episodes must be a number, got "many".', TRAINING, { episodes: "many" }],
  [
    "an unknown backend of a flag",
    '--backend gpu: backend must be "wasm" or "cpu" or "webgpu" or "tensorflow", got "gpu". Did you mean "cpu"?',
    TRAINING,
    { backend: "gpu" },
  ],
];

describe("a wrong training file", () => {
  for (const [name, message, text, flags] of CASES) it(`names ${name}`, () => assert.equal(complaint(text, flags), message));

  it("names heuristics that do what the agent cannot", () => {
    const acting = (act: string): string => complaint(OFFLINE_ON_SCENARIO, {}, { "base.yaml": EXTERNAL.replace("[replicas]", act) });
    assert.equal(
      acting("[{ kind: replicas, max: 5 }]").split("\n")[0],
      "t.yaml:4:15: data.0.policy orders up to 20 replicas, and controllers.mine at most 5. Hint: maxReplicas: 5, or act: [{ kind: replicas, max: 20 }].",
    );
    assert.equal(
      acting("[{ kind: limits.cpu, min: 1, max: 4 }]").split("\n")[1],
      "t.yaml:5:15: data.1.policy orders replicas, and controllers.mine acts on limits.cpu alone. Add replicas to its act, or take another policy.",
    );
  });

  it("names a scenario in which several learn from outside", () => {
    const [, mine = ""] = /controllers:\n([\s\S]*?reward: .*\n)/.exec(EXTERNAL) ?? [];
    const two = EXTERNAL.replace("controllers:\n", `controllers:\n${mine.replace("mine:", "other:")}`);
    assert.equal(
      complaint(ON_SCENARIO, {}, { "base.yaml": two }),
      "t.yaml:1:11: scenario has 2 controllers of kind external, and one learns here. Hint: agent: other; there are: other, mine.",
    );
    const { source } = load(`${ON_SCENARIO}agent: mine\n`, {}, { "base.yaml": two });
    assert.equal(source.kind === "scenario" && source.agent, "mine");
  });

  it("names a scenario in which nobody decides from outside", () => {
    assert.equal(
      complaint(ON_SCENARIO, {}, { "base.yaml": SMALL }),
      't.yaml:1:11: scenario is nothing to learn in: small has no controller of kind "external" to decide for; add one.',
    );
  });
});
