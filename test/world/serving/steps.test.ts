/**
 * Engines by steps, told as small stories. A step of the model `llm` takes 1 s + 10 ms a prompt token + 100 ms a request that writes;
 * its KV blocks hold 16 tokens. The GPU draws 50 W with a process that waits, 150 W when it decodes, 200 W at prompts.
 */
import { strict as assert } from "node:assert";
import { csv, type Files, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";
import { assertTimes } from "./tell.ts";

interface Story {
  readonly engine: string;
  /** Arrival, tokens of the prompt and tokens of the answer of each request. */
  readonly requests: readonly (readonly [arrivalS: number, prompt: number, output: number])[];
  readonly fields?: string;
  readonly extra?: string;
  readonly gpus?: string;
}

async function tell({ engine, requests, fields = "", extra = "", gpus = "{ kind: ./g.yaml }" }: Story, files: Files = {}) {
  const text = `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./steps.yaml } }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv } ${fields} }
record: { requests: true }
${extra}`;
  return await play(text, { ...KINDS, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", ...requests), ...files });
}

describe("story: three requests in an engine by steps", () => {
  // a and b at 0 s, c at 3.5 s.
  //  0.0  prompts of a (20) and b (30):   1 + 0.5 = 1.5 s   -> both write token 1 at 1.5 s
  //  1.5  a and b write:                  1.2 s             -> 2.7 s, token 2
  //  2.7  a and b write:                  1.2 s             -> 3.9 s, token 3: b is answered; c came at 3.5 s
  //  3.9  a writes, prompt of c (10):     1 + 0.1 + 0.1     -> 5.1 s, token 4 of a, token 1 of c: c is answered
  //  5.1  a writes:                       1.1 s             -> 6.2 s, token 5: a is answered
  const requests = [
    [0, 20, 5],
    [0, 30, 3],
    [3.5, 10, 1],
  ] as const;
  const engine = "{ kind: vllm, kvBlocks: unlimited }";

  it("computes prompts together, writes together, and admits between two steps", async () => {
    const result = await tell({ engine, requests });
    assertTimes(result, [
      [0, 1.5, 6.2],
      [0, 1.5, 3.9],
      [3.9, 5.1, 5.1],
    ]);
    assert.equal(metric(result, "workloads.chat.preemptions"), 0);
    assert.equal(metric(result, "workloads.chat.kv_cache_usage_max"), 0);
  });

  it("measures first tokens, tokens after them, and gaps", async () => {
    // First tokens after 1.5, 1.5 and 1.6 s. From then on a takes 4.7 s for 4 tokens, b 2.4 s for 2, and c has none.
    const result = await tell({ engine, requests });
    near(metric(result, "workloads.chat.ttft_mean_s"), 4.6 / 3);
    near(metric(result, "workloads.chat.llm.ttft_max_s"), 1.6, 1e-11);
    near(metric(result, "workloads.chat.tpot_mean_s"), (4.7 / 4 + 1.2) / 2);
    near(metric(result, "workloads.chat.itl_mean_s"), 7.1 / 6);
    near(metric(result, "workloads.chat.itl_max_s"), 1.2);
    assert.equal(metric(result, "workloads.chat.output_tokens"), 9);
    // Busy for 6.2 s: two of them until 3.9 s, two until 5.1 s, one until 6.2 s.
    near(metric(result, "workloads.chat.gpu_utilization_mean"), 0.062);
    near(metric(result, "workloads.chat.batch_size_mean"), (2 * 5.1 + 1.1) / 6.2);
  });

  it("shares the joules of each step among those in it", async () => {
    // 100 W more than at rest in every step: no prompt takes the greater part of one.
    const result = await tell({ engine, requests });
    const joules = rowsOf(result, "requests").map(({ id, energy_j }) => [id, energy_j as number] as const);
    const of = (wanted: number): number => (joules.find(([id]) => id === wanted) as readonly [number, number])[1];
    near(of(0), 390 / 2 + 120 / 2 + 110);
    near(of(1), 390 / 2);
    near(of(2), 120 / 2);
    near(metric(result, "energy.request_j"), 620);
  });

  it("judges by an SLO on first tokens and on those after them", async () => {
    const slo = async (words: string): Promise<number> => {
      const result = await tell({ engine, requests, fields: `, slo: { ${words} }` });
      return metric(result, "workloads.chat.slo_attainment");
    };
    near(await slo("ttft: 1.55 s"), 2 / 3);
    near(await slo("tpot: 1.19 s"), 2 / 3); // b takes 1.2 s a token; c has but one
    near(await slo("ttft: 1.55 s, tpot: 1.19 s"), 1 / 3);
    near(await slo("latency: 5 s, ttft: 1.55 s"), 1 / 3);
  });
});

describe("story: an engine by steps of few tokens", () => {
  it("computes a long prompt in pieces, and writes for others meanwhile", async () => {
    // 32 tokens a step. 0 s: a's prompt (10) and 22 of b's 60: 1.32 s. 1.32 s: a writes, 31 of b: 1 + 0.31 + 0.1 = 1.41 s.
    // 2.73 s: a writes and is done, the last 7 of b: 1.17 s. 3.9 s: b writes: 1.1 s.
    const result = await tell({
      engine: "{ kind: vllm, maxBatch: 8, chunk: 32, kvBlocks: unlimited }",
      requests: [
        [0, 10, 3],
        [0, 60, 2],
      ],
    });
    assertTimes(result, [
      [0, 1.32, 3.9],
      [0, 3.9, 5],
    ]);
  });

  it("draws the watts of arithmetic where a prompt takes the greater part of a step", async () => {
    // 2 s for a's prompt of 100 tokens at 30 + 10 + 160 W: 150 W more than at rest, here exactly half of the step; with 120 tokens more than half.
    const model = (KINDS["steps.yaml"] as string).replace("context: 100\n", "");
    const joules = async (prompt: number): Promise<number> => {
      const story = { engine: "{ kind: vllm, kvBlocks: unlimited }", requests: [[0, prompt, 1]] as const };
      return metric(await tell(story, { "steps.yaml": model }), "energy.request_j");
    };
    near(await joules(100), 200);
    near(await joules(120), 2.2 * 150);
  });
});

describe("story: KV memory runs out", () => {
  // Three blocks of 16 tokens. a: prompt 16, 4 tokens; b: prompt 15, 4 tokens.
  //  0.0  prompts of 31: blocks a 1, b 1          1.31 s
  //  1.31 a needs a second block for its 17th token, and has the third; b's 16th still fits: 1.2 s  -> 2.51 s
  //  2.51 b needs a block for its 17th token: it is the last admitted, gives up its own and waits. a alone: 1.1 s -> 3.61 s, token 3
  //  3.61 b has 17 tokens to compute, two blocks for them, and one is free: it waits. a alone: 1.1 s -> 4.71 s, token 4: done
  //  4.71 b computes 17 tokens anew: 1.17 s       -> 5.88 s, token 3
  //  5.88 b writes: 1.1 s                         -> 6.98 s, token 4
  const requests = [
    [0, 16, 4],
    [0, 15, 4],
  ] as const;

  it("and the last admitted gives way and begins anew, its tokens kept", async () => {
    const result = await tell({ engine: "{ kind: vllm, kvBlocks: 3 }", requests });
    assertTimes(result, [
      [0, 1.31, 4.71],
      [0, 1.31, 6.98],
    ]);
    assert.equal(metric(result, "workloads.chat.preemptions"), 1);
    assert.equal(metric(result, "workloads.chat.kv_cache_usage_max"), 1);
    near(metric(result, "workloads.chat.itl_max_s"), 5.88 - 2.51);
  });

  it("never where the longest answer has its memory from admission on", async () => {
    // Each request keeps all three blocks, of 48 tokens: one after the other. a: 1.16 + 3 x 1.1 = 4.46 s; b: 1.15 + 3.3.
    const result = await tell({ engine: "{ kind: orca, kvBlocks: 3 }", requests });
    assertTimes(result, [
      [0, 1.16, 4.46],
      [4.46, 5.61, 8.91],
    ]);
    assert.equal(metric(result, "workloads.chat.preemptions"), 0);
  });

  it("is what the GPU has left beside the weights: 12 GiB less 4 GiB are 8 blocks of 16 x 64 MiB", async () => {
    // Context of 100 tokens: 7 blocks. b finds one block, needs 7, and waits; under vllm both go at once.
    const alone = await tell({ engine: "{ kind: orca }", requests });
    assert.deepEqual(
      rowsOf(alone, "requests").map(({ start_s }) => start_s),
      [0, 4.46],
    );
    near(metric(alone, "workloads.chat.kv_cache_usage_max"), 7 / 8);
    const together = await tell({ engine: "{ kind: vllm }", requests });
    near(metric(together, "workloads.chat.kv_cache_usage_max"), 4 / 8);
  });

  it("for the whole prompt from admission on under sarathi, not only for the piece that is computed next", async () => {
    // Four blocks. a's prompt of 40 takes three of them and 40 of 48 tokens: 1.4 s, and its second token 1.1 s. The 8 tokens left are room for
    // a piece of b's prompt of 30, in one block, but not for all of it, in two. b: 1.3 s.
    const story = (kind: string): Story => ({
      engine: `{ kind: ${kind}, maxBatch: 8, chunk: 48, kvBlocks: 4 }`,
      requests: [
        [0, 40, 2],
        [0, 30, 1],
      ],
    });
    assertTimes(await tell(story("sarathi")), [
      [0, 1.4, 2.5],
      [2.5, 3.8, 3.8],
    ]);
    const [, b] = rowsOf(await tell(story("vllm")), "requests");
    assert.equal(b?.start_s, 0);
  });

  it("but for a hundredth, under sarathi, which admission leaves free", async () => {
    // 20 prompts of 65 tokens, 5 blocks each. Of 100 blocks one stays free: 19 start at once, for 1 + 12.35 s, then the last. 101 are enough for all.
    const starts = async (blocks: number): Promise<unknown[]> => {
      const requests = Array.from({ length: 20 }, () => [0, 65, 1] as const);
      const result = await tell({ engine: `{ kind: sarathi, chunk: 2048, kvBlocks: ${blocks} }`, requests });
      return rowsOf(result, "requests").map(({ start_s }) => start_s);
    };
    assert.deepEqual(await starts(100), [...Array.from({ length: 19 }, () => 0), 13.35]);
    assert.deepEqual(new Set(await starts(101)), new Set([0]));
  });

  it("and comes back whole from who is lost within a step, the block for the token under way too", async () => {
    // Three blocks. a has its 16 tokens in one and takes a second at 1.16 s; its server goes down at 1.5 s. Then nobody holds any.
    const result = await tell({
      engine: "{ kind: vllm, kvBlocks: 3 }",
      requests: [[0, 16, 20]],
      extra: "faults: { crash: { kind: server-crash, target: { site: west }, at: 1.5 s } }",
    });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ outcome, finish_s }) => [outcome, finish_s]),
      [["failed", 1.5]],
    );
    near(metric(result, "workloads.chat.kv_cache_usage_max"), 2 / 3);
    assert.equal(result.identities.kv_blocks_conserved, true);
  });

  it("or the context does, and the answer ends there", async () => {
    // 90 of 100 tokens are asked: 10 are answered. 1.9 s, and 9 steps of 1.1 s.
    const result = await tell({ engine: "{ kind: vllm }", requests: [[0, 90, 50]] });
    assertTimes(result, [[0, 1.9, 11.8]]);
    assert.equal(metric(result, "workloads.chat.output_tokens"), 10);
  });
});

describe("story: a clock that changes under steps", () => {
  // At half the clock prompts take twice as long, all else 1.25 times; 62.5 W decode, 32.5 W wait. The order to go up is given at 2 s and holds
  // from 2.05 s.
  //  0.0  prompt of 20: 1.25 + 0.4 = 1.65 s                        -> token 1 at 1.65 s
  //  1.65 0.4 s of a step of 1.375 s; at 2.05 s 39/55 of it are left, 0.78 s of 1.1 s  -> token 2 at 2.83 s
  //  2.83 1.1 s each                                               -> 3.93, 5.03, 6.13 s
  const story: Story = {
    engine: "{ kind: vllm }",
    requests: [[0, 20, 5]],
    extra: "controllers: { clocks: { kind: ondemand, period: 2 s, up: 0.4, down: 0, target: { workload: chat } } }",
    gpus: "{ kind: ./g.yaml, clock: 500 MHz }",
  };

  it("stretches the rest of the step under way, and all that follow", async () => {
    const result = await tell(story);
    assertTimes(result, [[0, 1.65, 6.13]]);
    near(metric(result, "workloads.chat.itl_mean_s"), (6.13 - 1.65) / 4);
    near(metric(result, "workloads.chat.itl_max_s"), 0.4 + 0.78);
    near(metric(result, "energy.request_j"), 2.05 * 30 + 4.08 * 100);
    assert.equal(metric(result, "controllers.clocks.refusals"), 0);
  });

  it("and who arrives then joins at a boundary of the new clock", async () => {
    // At 3 s the step from 2.83 to 3.93 s is under way.
    const result = await tell({ ...story, requests: [...story.requests, [3, 10, 1]] });
    near(rowsOf(result, "requests")[0]?.start_s as number, 3.93);
  });
});

describe("story: a queue that ages before an engine by steps", () => {
  it("lets the first who entered pass one who waits for memory, from the first boundary on", async () => {
    // Three blocks. a's prompt of 10 runs from 0 s on, its tokens come at 1.1, 2.2, 3.3 s. c (10 tokens, 5 to write) enters at 0.2 s, b (33, one to
    // write) at 0.3 s. b is the shorter answer, needs three blocks and waits for a to end; c is behind it until it has waited 3 s: it is admitted at
    // 3.3 s. 1.2 s a step from then on: 4.5 to 9.3 s. a goes on alone with its other 22 tokens: 33.5 s. b: 1.33 s.
    const result = await tell({
      engine: "{ kind: vllm, kvBlocks: 3 }",
      requests: [
        [0, 10, 30],
        [0.2, 10, 5],
        [0.3, 33, 1],
      ],
      extra: "controllers: { q: { kind: ssjf, target: { workload: chat }, predictor: { kind: oracle }, aging: 3 s } }",
    });
    assertTimes(result, [
      [0, 1.1, 33.5],
      [3.3, 4.5, 9.3],
      [33.5, 34.83, 34.83],
    ]);
  });
});

describe("story: steps under other engines, and crashes", () => {
  it("a request alone takes its prompt and one step after another", async () => {
    // 20 tokens of prompt: 1.2 s; 4 more tokens: 4.4 s.
    const result = await tell({ engine: "{ kind: none }", requests: [[0, 20, 5]] });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ start_s, finish_s }) => [start_s, Math.round((finish_s as number) * 1e9) / 1e9]),
      [[0, 5.6]],
    );
    assert.equal(result.metrics["workloads.chat.ttft_mean_s"], null);
  });

  it("loses those who run and those who wait, with the joules that they had drawn", async () => {
    // a and b run from 0 s on, c waits; at 2 s all are lost: 2 s at 100 W.
    const result = await tell({
      engine: "{ kind: vllm, maxBatch: 2 }",
      requests: [
        [0, 20, 5],
        [0, 20, 5],
        [1, 20, 5],
      ],
      extra: "faults: { crash: { kind: server-crash, target: { site: west }, at: 2 s, duration: 10 s } }",
    });
    assert.equal(metric(result, "workloads.chat.requests_failed"), 3);
    near(metric(result, "workloads.chat.energy_j"), 200);
  });

  it("turns away what finds batch and queue full", async () => {
    const result = await tell({
      engine: "{ kind: vllm, maxBatch: 1 }",
      requests: [
        [0, 20, 5],
        [1, 20, 5],
        [2, 20, 5],
      ],
      fields: ", queueLimit: 1",
    });
    assert.equal(metric(result, "workloads.chat.requests_rejected"), 1);
  });
});
