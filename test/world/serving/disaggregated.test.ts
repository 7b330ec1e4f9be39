/**
 * The engine that computes prompts on some replicas and writes on others, told as small stories. A step of the model `llm` takes 1 s +
 * 10 ms a prompt token + 100 ms a request that writes; its KV blocks hold 16 tokens. The link takes 500 ms and carries 10 tokens a second.
 */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, type Files, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";
import { assertTimes } from "./tell.ts";

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
    assertTimes(result, [
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

describe("story: memory of replicas that send", () => {
  it("holds the blocks of a prompt until it is there, and those who wait go on then", async () => {
    // 3 blocks. 0 s: prompts of a (20) and b (10) fill them: 1.3 s. c (10) comes at 1 s and finds a block at 3.8 s, when a is there.
    // b is there at 5.3 s, c (from 4.9 s on, over the link from 5.3 s) at 6.8 s.
    const engine = `{ kind: disaggregated, kvBlocks: 3, ${LINK} }`;
    const requests = [
      [0, 20, 2],
      [0, 10, 2],
      [1, 10, 2],
    ] as const;
    const result = await tell({ engine, requests });
    assertTimes(result, [
      [0, 1.3, 4.9],
      [0, 1.3, 6.4],
      [3.8, 4.9, 7.9],
    ]);
    assert.equal(metric(result, "workloads.chat.kv_cache_usage_max"), 1);
    assert.equal(metric(result, "workloads.chat.preemptions"), 0);
  });

  it("lets one who has arrived wait for blocks, and computes anew there what gave way", async () => {
    // 2 blocks each. a (15) is there at 3.29 s, b (14) at 5.19 s. a has filled its block with its second token, 4.39 s, and takes the
    // other for its third, 5.49 s: b finds none until a is answered with its fourth.
    const engine = `{ kind: disaggregated, kvBlocks: 2, ${LINK} }`;
    const late = await tell({
      engine,
      requests: [
        [0, 15, 4],
        [0, 14, 2],
      ],
    });
    assertTimes(late, [
      [0, 1.29, 6.59],
      [0, 1.29, 7.69],
    ]);
    assert.equal(metric(late, "workloads.chat.preemptions"), 0);
    // c (12) is there at 2.92 s and writes its third token at 5.12 s; d (10), there since 4.42 s, joins it. After two steps of 1.2 s c has
    // filled its block, and finds another by taking that of d, admitted last, which has 3 tokens.
    const crowded = await tell({
      engine,
      requests: [
        [0, 12, 8],
        [0, 10, 8],
      ],
    });
    assert.equal(metric(crowded, "workloads.chat.preemptions"), 1);
    // c goes on alone: three tokens of 1.1 s from 7.52 s on. Then d computes 13 tokens anew, 1.13 s for its fourth, and writes four more.
    assertTimes(crowded, [
      [0, 1.22, 10.82],
      [0, 1.22, 16.35],
    ]);
  });

  it("ends an answer where memory does", async () => {
    const engine = `{ kind: disaggregated, kvBlocks: 3, ${LINK} }`;
    assertTimes(await tell({ engine, requests: [[0, 46, 5]] }), [[0, 1.46, 7.66]]); // the 46 tokens take 5.1 s, and the second of two 1.1 s
  });
});

describe("story: the way between two GPUs", () => {
  const TWO = "count: 2, gpus: { kind: ./g.yaml }";
  const crash = (server: string): string =>
    `faults: { crash: { kind: server-crash, target: { server: ${server} }, at: 2 s, duration: 1 s } }\n`;
  const outcomes = (result: RunResult): readonly unknown[] =>
    rowsOf(result, "requests")
      .toSorted((a, b) => (a.id as number) - (b.id as number))
      .map(({ outcome }) => outcome);

  it("loses what it carries when the sender crashes, and what waits for it", async () => {
    const requests = [
      [0, 20, 3],
      [0, 10, 2],
    ] as const;
    const result = await tell({ requests, servers: TWO, extra: crash("west/0") });
    assert.deepEqual(outcomes(result), ["failed", "failed"]);
  });

  it("loses what it carries when the receiver crashes; the next goes where a replica is up, or fails too", async () => {
    const requests = [
      [0, 20, 3],
      [0, 10, 2],
    ] as const;
    const lone = await tell({ requests, servers: TWO, extra: crash("west/1") });
    assert.deepEqual(outcomes(lone), ["failed", "failed"]);
    // Of two that write, the first is asked first. a is lost at 2 s; b then goes to the other: 1.5 s, and 1.1 s for its second token.
    const route = "controllers: { route: { kind: round-robin, target: { workload: chat } } }\n";
    const two = { replicas: 3, servers: "count: 3, gpus: { kind: ./g.yaml }" };
    const result = await tell({ ...two, requests, extra: `${crash("west/1")}${route}` });
    assert.deepEqual(outcomes(result), ["failed", "finished"]);
    near(rowsOf(result, "requests").find(({ id }) => id === 1)?.finish_s as number, 4.6);
  });

  it("goes to the replica with the fewest requests as it sets out, those on their way among them", async () => {
    // Two prompts on two replicas: one sets out at 1.1 s, the other at 1.2 s.
    const requests = [
      [0, 10, 9],
      [0.1, 10, 9],
    ] as const;
    const route = "controllers: { route: { kind: power-of-d, d: 2, target: { workload: chat } } }\n";
    const engine = `{ kind: disaggregated, prefill: 2, kvBlocks: unlimited, ${LINK} }`;
    const result = await tell({ engine, replicas: 4, requests, servers: "gpus: { kind: ./g.yaml, count: 4 }", extra: route });
    assert.deepEqual(
      rowsOf(result, "requests")
        .map(({ replica }) => replica)
        .toSorted(),
      [2, 3],
    );
    assertTimes(result, [
      [0, 1.1, 11.4],
      [0.1, 1.2, 11.5],
    ]);
  });

  const LINKED: Files = {
    "g.yaml": `${KINDS["g.yaml"]}roofline: { gemm: 1, attention: 1, memory: 1, elementwise: 1, layer: 0 s, step: 0 s, sequence: 0 s, link: { bandwidth: 640 MiB/s, latency: 500 ms } }\n`,
  };

  it("is the link between the GPUs of a server where the engine names none, and as slow as a fault makes it", async () => {
    const story = { engine: "{ kind: disaggregated, kvBlocks: unlimited }", requests: [[0, 20, 2]] as const };
    assertTimes(await tell(story, LINKED), [[0, 1.2, 4.8]]);
    const fault = "faults: { lanes: { kind: gpu-nvlink-slow, target: { gpu: west/0/gpu1 }, factor: 0.5, at: 0 s, duration: 50 s } }\n";
    assertTimes(await tell({ ...story, extra: fault }, LINKED), [[0, 1.2, 6.8]]);
  });
});
