/**
 * The engine that computes prompts on some replicas and writes on others, told as small stories. A step of the model `llm` takes 1 s +
 * 10 ms a prompt token + 100 ms a request that writes; its KV blocks hold 16 tokens. The link takes 500 ms and carries 10 tokens a second.
 */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, type Files, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Story {
  readonly engine?: string;
  readonly replicas?: number;
  /** Arrival, tokens of the prompt and tokens of the answer of each request. */
  readonly requests: readonly (readonly [arrivalS: number, prompt: number, output: number])[];
  readonly servers?: string;
  readonly extra?: string;
}

const LINK = "link: { bandwidth: 640 MiB/s, latency: 500 ms }";
const ENGINE = `{ kind: disaggregated, kvBlocks: unlimited, ${LINK} }`;

async function tell(story: Story, files: Files = {}) {
  const { engine = ENGINE, replicas = 2, requests, servers = "gpus: { kind: ./g.yaml, count: 3 }", extra = "" } = story;
  const text = `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, ${servers} } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./steps.yaml, replicas: ${replicas} } }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv } }
record: { requests: true }
${extra}`;
  return await play(text, { ...KINDS, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", ...requests), ...files });
}

/** Start, first token and finish of each request, by id. */
function times(result: RunResult, expected: readonly (readonly [number, number, number])[]): void {
  const rows = rowsOf(result, "requests").toSorted((a, b) => (a.id as number) - (b.id as number));
  assert.equal(rows.length, expected.length);
  rows.forEach(({ start_s, first_token_s, finish_s }, i) => {
    for (const [at, timeS] of [start_s, first_token_s, finish_s].entries())
      near(timeS as number, (expected[i] as readonly number[])[at] as number);
  });
}

describe("story: prompts on one GPU, answers on another", () => {
  //         GPU 0                                  link                        GPU 1
  //  0.0    prompts of a (20) and b (10): 1.3 s
  //  1.3    both have token 1                      a: 0.5 + 2 s
  //  3.0    prompt of c (30), alone: 1.3 s
  //  3.8                                           b: 0.5 + 1 s                a writes: 1.1 s
  //  4.3    c is answered: one token
  //  4.9                                                                       a writes, token 3: 1.1 s -> 6.0
  //  5.3                                           b is there
  //  6.0    a is answered                                                      b writes token 2: 1.1 s -> 7.1
  const requests = [
    [0, 20, 3],
    [0, 10, 2],
    [3, 30, 1],
  ] as const;

  it("sends keys and values one after another, and writes from the second token on", async () => {
    const result = await tell({ requests });
    times(result, [
      [0, 1.3, 6],
      [0, 1.3, 7.1],
      [3, 4.3, 4.3],
    ]);
    assert.deepEqual(
      rowsOf(result, "requests")
        .toSorted((a, b) => (a.id as number) - (b.id as number))
        .map(({ replica }) => replica),
      [1, 1, 0],
    );
  });

  it("counts the way and the wait among the gaps between tokens", async () => {
    const result = await tell({ requests });
    near(metric(result, "workloads.chat.ttft_max_s"), 1.3);
    near(metric(result, "workloads.chat.tpot_mean_s"), (4.7 / 2 + 5.8) / 2);
    near(metric(result, "workloads.chat.itl_mean_s"), (4.7 + 5.8) / 3);
    near(metric(result, "workloads.chat.itl_max_s"), 5.8); // of b: 2.5 s for the link, 1.5 s on it, 0.7 s for the step of a, 1.1 s
    near(metric(result, "workloads.chat.wait_mean_s"), 0);
  });

  it("draws nothing for what is on its way", async () => {
    // 100 W more than at rest: 1.3 s of two and 1.3 s of one prompt, 3 steps of 1.1 s.
    const result = await tell({ requests });
    const joules = new Map(rowsOf(result, "requests").map(({ id, energy_j }) => [id, energy_j as number]));
    near(joules.get(0) as number, 65 + 220);
    near(joules.get(1) as number, 65 + 110);
    near(joules.get(2) as number, 130);
    near(metric(result, "workloads.chat.gpu_utilization_mean"), (2.6 + 3.3) / 200);
  });
});
