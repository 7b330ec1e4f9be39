/**
 * One model over two GPUs that share every step, told as small stories. On both together a token takes 768 ms of arithmetic, and each answer
 * 64 ms more; besides a step takes 400 ms, 50 ms an answer, and four messages of 25 ms and 100 ms a token. At half the clock arithmetic takes
 * twice as long. Each GPU draws 50 W with a process that waits, 150 W when it decodes, 200 W at prompts.
 */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { SpecError } from "../../../src/scenario/index.ts";
import { csv, type Files, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

/** 1000 operations a second at the greatest clock; all that is read takes nothing to speak of. */
const GPU = `${KINDS["g.yaml"]}roofline: { gemm: 1e-11, attention: 1, memory: 1, elementwise: 1, layer: 100 ms, step: 200 ms, sequence: 50 ms, link: { bandwidth: 160 B/s, latency: 25 ms } }
`;
/** Two layers of 24, 8, 8 and 8 x 8 parameters, and a head of 8 x 8. */
const MODEL = `kind: model
parameters: 1000
weights: 4 GiB
autoregressive: true
context: 100
kvPerToken: 64 MiB
architecture: { kind: transformer, layers: 2, hidden: 8, heads: 8, intermediate: 8, gated: false, vocabulary: 8, bytesPerParameter: 2 }
latency: { g: { kind: roofline } }
source: made up for tests
`;

interface Story {
  readonly parallel?: number;
  readonly replicas?: number;
  readonly count?: number;
  readonly engine?: string;
  readonly fields?: string;
  readonly requests?: readonly (readonly [arrivalS: number, prompt: number, output: number])[];
  readonly extra?: string;
}

function textOf({ parallel = 2, replicas = 1, count = 2, engine = "{ kind: vllm }", fields = "", extra = "" }: Story): string {
  return `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml, count: ${count} } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./wide.yaml, parallel: ${parallel}, replicas: ${replicas} } }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv }${fields} }
record: { requests: true }
${extra}`;
}

const filesOf = ({ requests = [[0, 5, 2]] }: Story, files: Files): Files => ({
  ...KINDS,
  ...{ "g.yaml": GPU, "wide.yaml": MODEL, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", ...requests), ...files },
});
const tell = async (story: Story, files: Files = {}): Promise<RunResult> => await play(textOf(story), filesOf(story, files));

function complaint(story: Story, files: Files = {}): string {
  try {
    loadYaml(textOf(story), filesOf(story, files));
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return "";
}

/** Reading takes a few nanoseconds that are not counted here. */
const NEGLIGIBLE = 1e-6;
const PROMPT_S = 5 * 0.768 + 0.064 + 0.45 + 4 * (0.025 + 5 * 0.1);
const TOKEN_S = 0.768 + 0.064 + 0.45 + 4 * (0.025 + 0.1);

/** First token and finish of the only request. */
function times(result: RunResult, firstS: number, finishS: number): void {
  const [row] = rowsOf(result, "requests");
  near(row?.first_token_s as number, firstS, NEGLIGIBLE);
  near(row?.finish_s as number, finishS, NEGLIGIBLE);
}
const energyJ = (result: RunResult): number => rowsOf(result, "requests")[0]?.energy_j as number;
const fault = (words: string): string => `faults: { odd: { ${words}, at: 7 s, duration: 50 s } }\n`;

describe("story: one model over two GPUs that share every step", () => {
  it("takes half of the arithmetic and its messages, and the joules of both", async () => {
    const result = await tell({});
    times(result, PROMPT_S, PROMPT_S + TOKEN_S);
    near(energyJ(result), 2 * (150 * PROMPT_S + 100 * TOKEN_S), NEGLIGIBLE);
    near(metric(result, "workloads.chat.gpu_utilization_mean"), (PROMPT_S + TOKEN_S) / 100, NEGLIGIBLE);
    near(metric(result, "workloads.chat.batch_size_mean"), 1);
  });

  it("alone takes the whole of the arithmetic and sends nothing", async () => {
    const promptS = 2 * (5 * 0.768 + 0.064) + 0.45;
    times(await tell({ parallel: 1 }), promptS, promptS + 2 * (0.768 + 0.064) + 0.45);
  });

  it("goes at the slowest clock, while each draws the watts of its own", async () => {
    const result = await tell({ extra: fault("kind: gpu-clock-stuck, target: { gpu: west/0/gpu1 }, clock: 500 MHz") });
    const slowS = TOKEN_S + 0.768 + 0.064;
    const doneS = 7 - PROMPT_S;
    const restS = (1 - doneS / TOKEN_S) * slowS;
    times(result, PROMPT_S, 7 + restS);
    near(energyJ(result), 2 * (150 * PROMPT_S + 100 * doneS) + (100 + 30) * restS, NEGLIGIBLE);
  });

  it("waits for the slowest link from the middle of a step on", async () => {
    const result = await tell({ extra: fault("kind: gpu-nvlink-slow, target: { gpu: west/0/gpu0 }, factor: 0.5") });
    times(result, PROMPT_S, 7 + (1 - (7 - PROMPT_S) / TOKEN_S) * (TOKEN_S + 4 * 0.1));
  });

  it("loses all with one of its GPUs", async () => {
    const requests = [
      [0, 5, 2],
      [20, 5, 2],
      [60, 5, 2],
    ] as const;
    const result = await tell({ requests, extra: fault("kind: gpu-lost, target: { gpu: west/0/gpu1 }") });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ outcome }) => outcome),
      ["failed", "failed", "finished"],
    );
  });

  it("has blocks of what both have left, unless heads of keys are kept twice", async () => {
    // Of each 16 GiB, 4 are kept and 2 of weights: 10 GiB for halves of blocks of 1 GiB, or for whole ones.
    near(metric(await tell({}), "workloads.chat.kv_cache_usage_max"), 1 / 20);
    const twice = { "wide.yaml": MODEL.replace("heads: 8", "heads: 8, kvHeads: 1") };
    near(metric(await tell({}, twice), "workloads.chat.kv_cache_usage_max"), 1 / 10);
  });

  it("has an SLO by scale of what it takes alone on both", async () => {
    const attainment = async (scale: number): Promise<number> =>
      metric(await tell({ fields: `, slo: { scale: ${scale} }` }), "workloads.chat.slo_attainment");
    assert.equal(await attainment(1.001), 1);
    assert.equal(await attainment(0.999), 0);
  });

  it("sends keys and values over as many links as it has GPUs", async () => {
    // 5 tokens of 320 bytes, half of them over each link: 25 ms + 5 s.
    const engine = "{ kind: disaggregated, kvBlocks: unlimited }";
    const result = await tell({ engine, replicas: 2, count: 4 }, { "wide.yaml": MODEL.replace("64 MiB", "320 B") });
    times(result, PROMPT_S, PROMPT_S + 5.025 + TOKEN_S);
  });

  it("is told of on each of its GPUs", () => {
    const { world, begin } = buildWorld(loadYaml(textOf({}), filesOf({}, {})).spec, { seed: 1, warmupS: 0 });
    const told: unknown[] = [];
    world.addRecorder({ replicaWorked: ({ work: { kind, stage, startS } }, nowS) => told.push([kind, stage, startS === 0, nowS > 7]) });
    begin();
    world.simulation.runUntil(50);
    assert.deepEqual(told, [
      ["prefill", 0, true, false],
      ["prefill", 1, true, false],
      ["decode", 0, false, true],
      ["decode", 1, false, true],
    ]);
  });
});

describe("models over GPUs that share every step", () => {
  const cases: readonly (readonly [what: string, story: Story, files: Files, message: string])[] = [
    [
      "with heads that their number does not divide",
      { parallel: 3, count: 4 },
      {},
      "scenario.yaml:6:78: workloads.chat.models.llm.parallel 3 must divide the model's 8 heads: each GPU has as many. Hint: parallel: 2.",
    ],
    [
      "without a link between them",
      {},
      { "g.yaml": GPU.replace(", link: { bandwidth: 160 B/s, latency: 25 ms }", "") },
      "scenario.yaml:6:78: workloads.chat.models.llm.parallel 2 needs a GPU kind with a roofline and a link between its GPUs. Hint: roofline: { link } in the GPU's file.",
    ],
    [
      "in more servers than one",
      { parallel: 4 },
      {},
      "scenario.yaml:6:78: workloads.chat.models.llm.parallel needs 4 GPUs in one server, and none that it may use has more than 2. Hint: gpus: { kind: g, count: 4 }, or parallel: 2.",
    ],
    [
      "larger than one, where two would do",
      { parallel: 1 },
      { "wide.yaml": MODEL.replace("weights: 4 GiB", "weights: 20 GiB") },
      "scenario.yaml:6:55: workloads.chat.models.llm.kind needs 20 GiB for its weights, more than any GPU has for them: g 12 GiB. Hint: a GPU of at least 24 GiB, or parallel: 2.",
    ],
    [
      "larger than all of them",
      {},
      { "wide.yaml": MODEL.replace("weights: 4 GiB", "weights: 36 GiB") },
      "scenario.yaml:6:55: workloads.chat.models.llm.kind needs 18 GiB for its weights on each of 2 GPUs, more than any GPU has for them: g 12 GiB. Hint: a GPU of at least 22 GiB.",
    ],
    [
      "that leave no block",
      {},
      { "wide.yaml": MODEL.replace("weights: 4 GiB", "weights: 23.5 GiB") },
      "scenario.yaml:6:55: workloads.chat.models.llm.kind needs 0.5 GiB for a KV block of 16 tokens, more than its weights leave: g 0.25 GiB. Hint: a GPU of at least 16.25 GiB.",
    ],
  ];
  for (const [what, story, files, message] of cases) it(`are refused ${what}`, () => assert.equal(complaint(story, files), message));
});
