/**
 * Models on GPUs, told as small stories. The model `llm` takes 1 s + 0.5 s a token on the GPU `g`, which draws 50 W with a process
 * that waits and 150 W with one that works; its server draws 100 W. 360 g/kWh are 1e-4 g/J.
 */
import { strict as assert } from "node:assert";
import { csv, type Files, metric, near, play, rowsOf } from "../run-yaml.ts";
import { ENCODER, KINDS } from "./kinds.ts";
import { tell, times } from "./tell.ts";

describe("story: a model without batches", () => {
  it("takes one request after another", async () => {
    // 4 tokens: 3 s; 2 tokens: 2 s; 8 tokens: 5 s, each alone.
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 4],
        [0, 2],
        [20, 8],
      ],
    });
    assert.deepEqual(times(result), [
      [0, 3],
      [3, 5],
      [20, 25],
    ]);
    assert.equal(metric(result, "workloads.chat.latency_max_s"), 5);
    assert.equal(metric(result, "workloads.chat.wait_mean_s"), 1);
    assert.equal(metric(result, "workloads.chat.llm.output_tokens"), 14);
    near(metric(result, "workloads.chat.gpu_utilization_mean"), 0.1);
    assert.equal(metric(result, "workloads.chat.batch_size_mean"), 1);
  });

  it("draws what its power law says, booked to requests, to the reserved and to nobody else", async () => {
    // u = 1, v = 1: waiting 30 + 20 = 50 W, decoding 30 + 40 x 0.5 + 100 = 150 W: 100 W dynamic. 10 s of work: 1000 J over 14 tokens.
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 4],
        [0, 2],
        [20, 8],
      ],
    });
    near(metric(result, "energy.request_j"), 1000);
    near(metric(result, "energy.reserved_idle_j"), 100 * (100 + 50));
    near(metric(result, "energy.it_j"), 16_000);
    near(metric(result, "sites.west.gpu_energy_j"), 6000);
    near(metric(result, "workloads.chat.energy_mean_j_per_request"), 1000 / 3);
    near(metric(result, "workloads.chat.energy_mean_j_per_token"), 1000 / 14);
    near(metric(result, "workloads.chat.gpu_energy_mean_j_per_token"), 6000 / 14);
    near(metric(result, "workloads.chat.llm.gpu_energy_mean_j_per_token"), 6000 / 14);
    near(metric(result, "workloads.chat.gpu_energy_mean_j_per_request"), 2000);
    near(metric(result, "workloads.chat.llm.gpu_carbon_mean_g_per_request"), 0.2); // 360 g/kWh are 1e-4 g/J
    near(metric(result, "workloads.chat.carbon_mean_g_per_request"), 0.1 / 3);
    assert.deepEqual(
      rowsOf(result, "requests").map(({ energy_j }) => energy_j),
      [300, 200, 500],
    );
  });

  it("has board joules over the tokens of the whole run, the warm-up's too", async () => {
    // 3 s for 4 tokens within the warm-up, 5 s for 8 after it: 110 s x 50 W + 8 s x 100 W over 12 tokens; dynamic 500 J over 8.
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 4],
        [20, 8],
      ],
      extra: "warmup: 10 s",
    });
    near(metric(result, "workloads.chat.gpu_energy_mean_j_per_token"), 6300 / 12);
    near(metric(result, "workloads.chat.energy_mean_j_per_token"), 500 / 8);
  });

  it("is slower and cheaper at half the clock: 0.8 of the bandwidth, a quarter of the voltage's square", async () => {
    // 4 tokens: 3 s / 0.8 = 3.75 s. Waiting 30 + 20 x 0.5 x 0.25 = 32.5 W, decoding 30 + 20 + 100 x 0.125 = 62.5 W: 30 W dynamic.
    const result = await tell({ engine: "{ kind: none }", requests: [[0, 4]], gpus: "{ kind: ./g.yaml, clock: 500 MHz }" });
    assert.deepEqual(times(result), [[0, 3.75]]);
    near(metric(result, "energy.request_j"), 3.75 * 30);
    near(metric(result, "sites.west.gpu_energy_j"), 100 * 32.5 + 3.75 * 30);
  });

  it("that is an encoder goes with the clock, and writes no tokens", async () => {
    // 4 s at the greatest clock, 8 s at half of it; compute draws 30 + 10 + 160 x 0.125 = 60 W: 27.5 W dynamic.
    const story = { engine: "{ kind: none }", requests: [[0, 9]] as const, gpus: "{ kind: ./g.yaml, clock: 500 MHz }" };
    const result = await tell(story, { "llm.yaml": ENCODER });
    assert.deepEqual(times(result), [[0, 8]]);
    near(metric(result, "energy.request_j"), 8 * 27.5);
    assert.equal(result.metrics["workloads.chat.energy_mean_j_per_token"], null);
    assert.equal(result.metrics["workloads.chat.gpu_energy_mean_j_per_token"], null);
    near(metric(result, "workloads.chat.gpu_energy_mean_j_per_request"), 100 * 32.5 + 8 * 27.5);
  });

  it("that is an encoder needs no tokens of a trace, and is not among the lengths that a predictor errs to", async () => {
    // Answers of 4 tokens take 3 s, encodings 4 s. At the end of the dial every predicted length is that of another answer, and all answers are
    // of 4 tokens: ties, so the queue keeps the order of arrival, which it would not if the encoder's 0 were among them.
    const requests = Array.from({ length: 10 }, (_, i) => [
      [i / 10, 4, "llm"],
      [i / 10, 0, "sort"],
    ]).flat();
    const text = `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml, count: 2 } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./llm.yaml }, sort: { kind: ./encoder.yaml } }
    arrivals: { kind: trace, file: chat.csv }
record: { requests: true }
controllers: { queue: { kind: ssjf, target: { workload: chat }, predictor: { kind: noise-dial, noise: 1 } } }
`;
    const result = await play(text, { ...KINDS, "chat.csv": csv("arrival_s,output_tokens,class", ...requests) });
    const startsOf = (model: string) =>
      rowsOf(result, "requests")
        .filter((row) => row.class === model)
        .toSorted((a, b) => (a.arrival_s as number) - (b.arrival_s as number))
        .map((row) => row.start_s);
    assert.deepEqual(
      startsOf("llm"),
      Array.from({ length: 10 }, (_, i) => 3 * i),
    );
    assert.deepEqual(
      startsOf("sort"),
      Array.from({ length: 10 }, (_, i) => 4 * i),
    );
    assert.equal(metric(result, "workloads.chat.output_tokens"), 40);
  });
});

describe("story: a batch under a grid that changes", () => {
  it("emits by the intensity that held", async () => {
    // One request from 3598 to 3608 s at 100 W: 2 s at 360 g/kWh (1e-4 g/J), 8 s at 720.
    const text = `name: story
seed: 1
duration: 3700 s
sites: { west: { carbon: { kind: trace, file: grid.csv }, servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads: { chat: { kind: model-serving, models: { llm: { kind: llm.yaml } }, arrivals: { kind: trace, file: chat.csv } } }
`;
    const files = { "grid.csv": "hour,average_g_per_kwh\n0,360\n1,720\n2,360\n", "chat.csv": csv("arrival_s,output_tokens", [3598, 18]) };
    const result = await play(text, { ...KINDS, ...files });
    near(metric(result, "workloads.chat.carbon_mean_g_per_request"), 2 * 100 * 1e-4 + 8 * 100 * 2e-4);
    near(metric(result, "carbon.request_g"), 0.18);
  });
});

describe("story: dynamic batching", () => {
  it("answers a batch when its longest member is done", async () => {
    // Together at 0: 3 s and 2 s, both end at 3 s; the third (5 s) came at 1 s and runs from 3 s to 8 s.
    const result = await tell({
      engine: "{ kind: dynamic, maxBatch: 2 }",
      requests: [
        [0, 4],
        [0, 2],
        [1, 8],
      ],
    });
    assert.deepEqual(times(result), [
      [0, 3],
      [0, 3],
      [3, 8],
    ]);
    // 100 W over 3 s shared by two, then 5 s alone. Members: (2 x 3 + 5) / 8 s.
    assert.deepEqual(
      rowsOf(result, "requests").map(({ energy_j }) => energy_j),
      [150, 150, 500],
    );
    near(metric(result, "workloads.chat.batch_size_mean"), 11 / 8);
  });

  it("waits for a batch to fill, but not longer than batchWait after the first arrival", async () => {
    // First at 0 waits: the second at 1 s fills the batch. The third, at 20 s, waits its 4 s in vain.
    const result = await tell({
      engine: "{ kind: dynamic, maxBatch: 2, batchWait: 4 s }",
      requests: [
        [0, 4],
        [1, 2],
        [20, 2],
      ],
    });
    assert.deepEqual(times(result), [
      [1, 4],
      [1, 4],
      [24, 26],
    ]);
  });
});

describe("story: continuous batching", () => {
  it("makes a new batch when the shortest member is done, and the others go on where they were", async () => {
    // At 0: a 5 s, b 2 s; c 3 s waits since 1 s. At 2 s b is done; a (3 s left) and c run until 5 s, and both are done.
    const result = await tell({
      engine: "{ kind: continuous, maxBatch: 2 }",
      requests: [
        [0, 8],
        [0, 2],
        [1, 4],
      ],
    });
    assert.deepEqual(times(result), [
      [0, 5],
      [0, 2],
      [2, 5],
    ]);
    // Two by two all the time: 50 W each, for 5, 2 and 3 s.
    const byId = rowsOf(result, "requests").toSorted((a, b) => (a.id as number) - (b.id as number));
    assert.deepEqual(
      byId.map(({ energy_j }) => energy_j),
      [250, 100, 150],
    );
  });

  it("lets a shorter newcomer go before what is left of a long one, where the rule says so", async () => {
    // One place would be none; with two: at 0 a (11 s) and b (2 s). At 2 s the oracle prefers c and d (3 s each, since 1 s) to a.
    const result = await tell({
      engine: "{ kind: continuous, maxBatch: 2 }",
      requests: [
        [0, 20],
        [0, 2],
        [1, 4],
        [1, 4],
      ],
      queue: "kind: sjf, oracle: [work]",
    });
    // a stops at 2 s with 9 s left, and runs from 5 s to 14 s.
    assert.deepEqual(times(result), [
      [0, 14],
      [0, 2],
      [2, 5],
      [2, 5],
    ]);
  });
});

describe("story: the shortest answer first", () => {
  // Five come at once and run one by one: 5, 3, 2, 4 and 1.5 s.
  const requests = [
    [0, 8],
    [0, 4],
    [0, 2],
    [0, 6],
    [0, 1],
  ] as const;
  const order = async (queue: string, files: Files = {}): Promise<number[]> => {
    const result = await tell({ engine: "{ kind: none }", requests, queue }, files);
    return rowsOf(result, "requests").map(({ id }) => id as number);
  };

  it("by an oracle is the order of true lengths", async () => {
    assert.deepEqual(await order("kind: ssjf, predictor: { kind: oracle }"), [4, 2, 1, 3, 0]);
  });

  it("without a word of a predictor, or at the end of the noise dial, is not", async () => {
    assert.deepEqual(await order("kind: ssjf"), [0, 1, 2, 3, 4]);
    assert.deepEqual(await order("kind: ssjf, predictor: { kind: noise-dial, noise: 0 }"), [4, 2, 1, 3, 0]);
    assert.notDeepEqual(await order("kind: ssjf, predictor: { kind: noise-dial, noise: 1 }"), [4, 2, 1, 3, 0]);
  });

  it("by classes is the order of what the classifier says, ties by arrival", async () => {
    // Below 4 tokens short, else long: 2 and 4 go first in order of arrival, then 0, 1, 3.
    const perfect = "tokens_from,predicted_0,predicted_1\n0,1,0\n4,0,1\n";
    const perverse = "tokens_from,predicted_0,predicted_1\n0,0,1\n4,1,0\n";
    const queue = "kind: ssjf, predictor: { kind: confusion-matrix, file: m.csv }";
    assert.deepEqual(await order(queue, { "m.csv": perfect }), [2, 4, 0, 1, 3]);
    assert.deepEqual(await order(queue, { "m.csv": perverse }), [0, 1, 3, 2, 4]);
  });

  it("goes by arrival once the first has waited longer than aging", async () => {
    // 4 (1.5 s), 2 (2 s), 1 (3 s) until 6.5 s: by then 0 has waited over 6 s, and goes before the shorter 3.
    assert.deepEqual(await order("kind: ssjf, predictor: { kind: oracle }, aging: 6 s"), [4, 2, 1, 0, 3]);
  });

  it("hears a predictor late: a request alone waits for it, one in a queue does not notice", async () => {
    const predictor = "{ kind: oracle, latency: 500 ms }";
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 4],
        [1, 2],
      ],
      queue: `kind: ssjf, predictor: ${predictor}`,
    });
    assert.deepEqual(times(result), [
      [0.5, 3.5],
      [3.5, 5.5],
    ]);
  });
});

describe("story: a model on a server that crashes", () => {
  it("loses the batch and the queue, and draws nothing until it boots", async () => {
    // a runs from 0, b waits; both fail at 2 s. c at 10 s finds nobody up. Repaired at 12 s; booted 150 s later: never, in this run.
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 8],
        [0, 2],
        [10, 2],
      ],
      extra: "faults: { crash: { kind: server-crash, target: { site: west }, at: 2 s, duration: 10 s } }",
    });
    assert.equal(metric(result, "workloads.chat.requests_failed"), 3);
    // 2 s at 250 W, then nothing until the boot at 120 W from 12 s on.
    near(metric(result, "energy.it_j"), 2 * 250 + 88 * 120);
    near(metric(result, "workloads.chat.energy_j"), 200);
  });

  it("answers again once the server is up", async () => {
    // Down from 2 to 12 s, up at 162 s: what comes at 150 s fails, what comes at 200 s takes its 5 s.
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [150, 8],
        [200, 8],
      ],
      duration: "300 s",
      extra: "faults: { crash: { kind: server-crash, target: { site: west }, at: 2 s, duration: 10 s } }",
    });
    assert.equal(metric(result, "workloads.chat.requests_failed"), 1);
    assert.deepEqual(times(result)[1], [200, 205]);
  });

  it("loses what waits for its batch to fill, once", async () => {
    // Both wait from 0 on, fail at 2 s, and the crash at 50 s finds nobody. The server boots until after the end.
    const result = await tell(
      {
        engine: "{ kind: dynamic, maxBatch: 3, batchWait: 10 s }",
        requests: [
          [0, 8],
          [0, 2],
        ],
        extra: "faults: { crash: { kind: server-crash, target: { site: west }, trace: crash.csv } }",
      },
      { "crash.csv": "at_s,duration_s\n2,2\n50,2\n" },
    );
    assert.equal(metric(result, "workloads.chat.requests_failed"), 2);
    assert.equal(metric(result, "workloads.chat.energy_j"), 0);
  });

  it("rejects what finds the queue full", async () => {
    const result = await tell({
      engine: "{ kind: none }",
      requests: [
        [0, 8],
        [1, 2],
        [2, 2],
      ],
      fields: ", queueLimit: 1",
    });
    assert.equal(metric(result, "workloads.chat.requests_rejected"), 1);
    assert.deepEqual(times(result).slice(0, 2), [
      [0, 5],
      [5, 7],
    ]);
  });
});
