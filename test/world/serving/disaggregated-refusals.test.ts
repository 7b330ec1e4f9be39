/** What of an engine that parts prompts from answers is refused before it runs: place, numbers, and the nearest thing that would work. */
import { strict as assert } from "node:assert";
import { SpecError } from "../../../src/scenario/index.ts";
import { csv, type Files, loadYaml } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Parts {
  readonly servers?: string;
  readonly replicas?: number;
  readonly engine?: string;
  readonly rest?: string;
}

const LINK = "link: { bandwidth: 640 MiB/s, latency: 500 ms }"; // 10 tokens a second

function complaint(
  { servers = "gpus: { kind: ./g.yaml, count: 4 }", replicas = 2, engine = LINK, rest }: Parts,
  files: Files = {},
): string {
  const text = `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, ${servers} } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./steps.yaml, replicas: ${replicas} } }
    engine: { kind: disaggregated, ${engine} }
    promptTokens: 50
    outputTokens: 4
    ${rest ?? "arrivals: { kind: poisson, rate: 0.1 req/s }"}
`;
  try {
    loadYaml(text, { ...KINDS, ...files });
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return "";
}

const rate = (perS: number): string => `arrivals: { kind: poisson, rate: ${perS} req/s }`;
const POOL = "workloads.chat.models.llm.replicas";

describe("prompts and answers apart", () => {
  it("are accepted where nothing is wrong", () => {
    assert.equal(complaint({}), "");
    assert.equal(complaint({ replicas: 4, engine: `prefill: 3, ${LINK}` }), "");
  });

  const cases: readonly (readonly [what: string, parts: Parts, files: Files, message: string])[] = [
    [
      "with nobody to write",
      { replicas: 1 },
      {},
      `scenario.yaml:8:52: ${POOL} must be more than the engine's prefill: 1 of 1 replica would compute prompts, and none write. Hint: replicas: 2.`,
    ],
    [
      "with nobody to write beside several for prompts",
      { replicas: 3, engine: `prefill: 3, ${LINK}` },
      {},
      `scenario.yaml:8:52: ${POOL} must be more than the engine's prefill: 3 of 3 replicas would compute prompts, and none write. Hint: replicas: 4, or prefill: 2.`,
    ],
    [
      "over a link of GPUs that have none",
      { engine: "kvBlocks: 9" },
      {},
      "scenario.yaml:9:13: workloads.chat.engine must say the link that keys and values go over: GPU kind g names none between its GPUs. Hint: link: { bandwidth: 25 GB/s, latency: 1 ms }.",
    ],
    [
      "over a link of GPUs that are in two servers",
      { servers: "count: 2, gpus: { kind: ./g.yaml }", engine: "kvBlocks: 9" },
      {
        "g.yaml": `${KINDS["g.yaml"]}roofline: { gemm: 1, attention: 1, memory: 1, elementwise: 1, layer: 0 s, step: 0 s, sequence: 0 s, link: { bandwidth: 1 GB/s, latency: 0 s } }\n`,
      },
      "scenario.yaml:9:13: workloads.chat.engine must say the link that keys and values go over: west/0/gpu0 and west/1/gpu0 are of different servers. Hint: link: { bandwidth: 25 GB/s, latency: 1 ms }.",
    ],
    [
      "with keys and values of unknown size",
      { engine: `kvBlocks: 9, ${LINK}` },
      { "steps.yaml": (KINDS["steps.yaml"] as string).replace("kvPerToken: 64 MiB\n", "") },
      "scenario.yaml:8:28: workloads.chat.models.llm.kind names a model without kvPerToken: nobody knows how many bytes engine disaggregated sends for a prompt. Hint: kvPerToken in the model's file.",
    ],
    [
      "with steps of fewer tokens than requests",
      { engine: `chunk: 64, ${LINK}` },
      {},
      "scenario.yaml:9:43: workloads.chat.engine.chunk must be at least maxBatch: in a step each of 128 requests may write a token, got 64. Hint: chunk: 128, or maxBatch: 64.",
    ],
    [
      "replaying a prompt as long as the memory",
      { engine: `kvBlocks: 3, ${LINK}`, rest: "arrivals: { kind: trace, file: chat.csv, scale: 1 }" },
      { "chat.csv": csv("arrival_s", [0]) },
      "scenario.yaml:10:19: workloads.chat.promptTokens have 50 tokens in the mean, and the 48 tokens of 3 KV blocks must hold prompt and answer. Hint: prompts of at most 47 tokens, or kvBlocks: 4.",
    ],
    [
      // Two prompts fill a step: 1 s + 100 x 10 ms, so that each takes 1 s of a replica.
      "under more prompts than full steps can compute",
      { engine: `maxBatch: 2, ${LINK}`, rest: rate(1) },
      {},
      "scenario.yaml:9:13: workloads.chat.engine.prefill replicas compute prompts, and 1 would be busy (1 req/s x 1 s): the queue would grow for ever, got 1. Hint: prefill: 2 of 3 replicas, or a queueLimit.",
    ],
    [
      // 500 ms and 50 tokens of 64 MiB.
      "under more prompts than the links can carry",
      { rest: rate(0.2) },
      {},
      "scenario.yaml:9:42: workloads.chat.engine.link must send 3.355 GB of keys and values for a mean prompt, and 1.1 links would be busy (0.2 req/s x 5.5 s), of 1: the queue would grow for ever. Hint: a greater bandwidth, or more replicas for prompts.",
    ],
    [
      // Three tokens in steps of two writers: 1.2 s each. A queue that is full lets through what one replica computes: 1 prompt a second.
      "under more answers than full steps can write, be the queue limited or not",
      { engine: "maxBatch: 2, link: { bandwidth: 640 GiB/s }", rest: `queueLimit: 9\n    ${rate(8)}` },
      {},
      `scenario.yaml:8:52: ${POOL} leave 1 to write, where 3.6 places would be busy (1 req/s x 3.6 s), of 2 by maxBatch: the queue would grow for ever. Hint: 3 replicas.`,
    ],
  ];
  for (const [what, parts, files, message] of cases) it(`are refused ${what}`, () => assert.equal(complaint(parts, files), message));
});
