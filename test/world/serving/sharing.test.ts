/**
 * Models that share a GPU, and models cut over several, told as small stories. On the GPU `g`, which draws 50 W with processes that wait, the model
 * `small` takes 1 s + 0.5 s a token at 150 W, and the encoders `cut` and `encoder` 4 s at 200 W.
 */
import { strict as assert } from "node:assert";
import { buildWorld } from "../../../src/scenario/index.ts";
import { GpuScraper } from "../../../src/world/gpu-scraper.ts";
import { csv, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { SHARED_KINDS } from "./shared-kinds.ts";
import { times } from "./tell.ts";

interface Story {
  readonly models: string;
  /** Arrival, tokens and model of each request. */
  readonly requests: readonly (readonly [arrivalS: number, tokens: number, model: string])[];
  readonly gpus?: string;
  readonly fields?: string;
  readonly extra?: string;
}

const textOf = ({ models, gpus = "{ kind: ./g.yaml, count: 2 }", fields = "", extra = "" }: Story) => `name: story
seed: 1
duration: 100 s
sites: { west: { carbon: 360 g/kWh, servers: { kind: small-8c, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: ${models}, arrivals: { kind: trace, file: chat.csv } ${fields} }
record: { requests: true, power: true }
${extra}`;
const filesOf = ({ requests }: Story) => ({ ...SHARED_KINDS, "chat.csv": csv("arrival_s,output_tokens,class", ...requests) });
const tellShared = async (story: Story) => await play(textOf(story), filesOf(story));

/** Shares of layers round: half of the work of two stages is not quite half. */
const nearAll = (actual: readonly number[], expected: readonly number[]): void => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) near(actual[i] as number, value);
};

const PIPELINE = "{ cut: { kind: ./cut.yaml, parallel: 2 } }";
const three = (model: string) => [0, 0, 0].map((atS) => [atS, 0, model] as const);

describe("story: a model in two stages", () => {
  it("takes a batch in as soon as the first stage is free", async () => {
    // Stages of 2 s; 1 GiB at 1 GiB/s and 250 ms between them. Stage one: 0-2, 2-4, 4-6; stage two: 3.25-5.25, 5.25-7.25, 7.25-9.25.
    const result = await tellShared({ models: PIPELINE, requests: three("cut") });
    nearAll(times(result).flat(), [0, 5.25, 2, 7.25, 4, 9.25]);
    assert.equal(metric(result, "workloads.chat.cut.replicas"), 1);
    near(metric(result, "workloads.chat.gpu_utilization_mean"), 12 / 200);
    assert.equal(metric(result, "workloads.chat.batch_size_mean"), 1);
    assert.deepEqual([...new Set(rowsOf(result, "requests").map(({ server }) => server))], ["west/0/gpu0+west/0/gpu1"]);
  });

  it("draws on each GPU only while a batch is there", async () => {
    // Each request 2 x 2 s at 200 - 50 W; both processes wait all the time.
    const result = await tellShared({ models: PIPELINE, requests: three("cut") });
    nearAll(
      rowsOf(result, "requests").map(({ energy_j }) => energy_j as number),
      [600, 600, 600],
    );
    near(metric(result, "energy.request_j"), 1800);
    near(metric(result, "sites.west.gpu_energy_j"), 2 * 100 * 50 + 1800);
  });

  it("sends the bytes of all members of a batch, and the messages of one", async () => {
    // Two members: 2 s, then 250 ms + 2 GiB, then 2 s.
    const fields = ", engine: { kind: dynamic, maxBatch: 2 }";
    const result = await tellShared({ models: PIPELINE, requests: three("cut").slice(1), fields });
    nearAll(times(result).flat(), [0, 6.25, 0, 6.25]);
    assert.equal(metric(result, "workloads.chat.batch_size_mean"), 2);
  });

  it("sends at what faults leave of the slower end of the link", async () => {
    // The first batch leaves at 2 s, before lanes are lost: 250 ms + 1 s. The second leaves at 4 s with a quarter of the bandwidth: 250 ms + 4 s.
    const extra = "faults: { link: { kind: gpu-nvlink-slow, target: { gpu: west/0/gpu1 }, factor: 0.25, at: 3 s, duration: 50 s } }";
    const result = await tellShared({ models: PIPELINE, requests: three("cut").slice(1), extra });
    nearAll(times(result).flat(), [0, 5.25, 2, 10.25]);
  });

  it("is lost with any of its GPUs, and back with it", async () => {
    // At 4 s one batch is on the second GPU, one between the two.
    const extra = "faults: { xid: { kind: gpu-lost, target: { gpu: west/0/gpu1 }, at: 4 s, duration: 6 s } }";
    const result = await tellShared({ models: PIPELINE, requests: [...three("cut"), [12, 0, "cut"]], extra });
    assert.equal(metric(result, "workloads.chat.requests_failed"), 3);
    near(metric(result, "workloads.chat.latency_mean_s"), 5.25);
  });

  it("takes up again whom it sent back as soon as its first stage is free", async () => {
    // a (2 tokens, 2 s) and b (10 tokens, 6 s) run until a is done: 1 s, 10/3 messages of 250 ms, 1 s. By then c and d (11 s) are on the first
    // stage, until 6.5 s. Then b goes on, though its batch is not full and a minute has not passed: 2 s, 20/3 messages, 2 s.
    const writer = `${SHARED_KINDS["small.yaml"]}architecture: { kind: transformer, layers: 4, hidden: 8, heads: 1, intermediate: 8, vocabulary: 8 }\n`;
    const story: Story = {
      models: "{ llm: { kind: ./writer.yaml, parallel: 2 } }",
      fields: ", engine: { kind: continuous, maxBatch: 2, batchWait: 60 s }",
      requests: [
        [0, 2, "llm"],
        [0, 10, "llm"],
        [0.5, 20, "llm"],
        [0.6, 20, "llm"],
      ],
    };
    const result = await play(textOf(story), { ...filesOf(story), "writer.yaml": writer });
    const [a, b] = times(result);
    near(a?.[1] as number, 2 + 2.5 / 3, 1e-5); // a few bytes besides
    near(b?.[1] as number, 6.5 + 4 + 5 / 3, 1e-5);
  });

  it("is told of stage by stage", () => {
    const story = { models: PIPELINE, requests: three("cut").slice(2) };
    const { world, begin } = buildWorld(loadYaml(textOf(story), filesOf(story)).spec, { seed: 1, warmupS: 0 });
    const told: (readonly [string, number, number, number])[] = [];
    world.addRecorder({
      replicaWorked: ({ replica, work }, nowS) => {
        told.push([replica.devices[work.stage]?.options.name as string, work.startS, nowS, work.steps]);
      },
    });
    begin();
    world.simulation.runUntil(4);
    const [underWay] = world.servings[0]?.service.replicas[0]?.underWay() ?? [];
    assert.deepEqual([underWay?.kind, underWay?.stage], ["unfinished", 1]);
    world.simulation.runUntil(20);
    assert.deepEqual(
      told.map(([name, , , steps]) => [name, steps]),
      [
        ["west/0/gpu0", 1],
        ["west/0/gpu1", 1],
      ],
    );
    nearAll(
      told.flatMap(([, startS, endS]) => [startS, endS]),
      [0, 2, 3.25, 5.25],
    );
  });

  it("loses what is on any stage, between them and in the queue when its server goes down", async () => {
    // At 4.5 s: the first on stage two, the second on its way, the third on stage one.
    const extra = "faults: { crash: { kind: server-crash, target: { site: west }, at: 4.5 s, duration: 1 s } }";
    const result = await tellShared({ models: PIPELINE, requests: three("cut"), extra });
    assert.equal(metric(result, "workloads.chat.requests_failed"), 3);
    // 150 W for 2 + 1.25 s, 2 s and 0.5 s of lost work.
    near(metric(result, "energy.request_j"), 150 * (3.25 + 2 + 0.5));
  });
});

describe("story: two models on one GPU", () => {
  const models = "{ small: { kind: ./small.yaml }, encoder: { kind: ./encoder.yaml } }";
  const one = "{ kind: ./g.yaml }";
  const requests = [
    [0, 4, "small"],
    [1, 0, "encoder"],
    [2, 4, "small"],
  ] as const;

  it("take turns, first come by when they were ready", async () => {
    const result = await tellShared({ models, requests, gpus: one, fields: ", placement: packed" });
    assert.deepEqual(times(result), [
      [0, 3],
      [3, 7],
      [7, 10],
    ]);
  });

  it("are routed around: a replica is as busy as the others on its GPU", async () => {
    // The encoder stands beside the first replica and has its GPU for 4 s from each 10 s on. A second later the other GPU is free, every time.
    const both = "{ small: { kind: ./small.yaml, replicas: 2 }, encoder: { kind: ./encoder.yaml } }";
    const often = [0, 10, 20, 30, 40, 50].flatMap((atS) => [[atS, 0, "encoder"] as const, [atS + 1, 4, "small"] as const]);
    const extra = "controllers: { route: { kind: power-of-d, target: { workload: chat } } }";
    const result = await tellShared({ models: both, requests: often, fields: ", placement: packed", extra });
    const servers = rowsOf(result, "requests").map(({ server }) => server);
    assert.deepEqual(new Set(servers.filter((_, i) => i % 2 === 0)), new Set(["west/0/gpu0"]));
    assert.deepEqual(new Set(servers.filter((_, i) => i % 2 === 1)), new Set(["west/0/gpu1"]));
  });

  it("pay for their own batches, and the wait of both is reserved once", async () => {
    const result = await tellShared({ models, requests, gpus: one, fields: ", placement: packed" });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ energy_j }) => energy_j),
      [300, 600, 300],
    );
    near(metric(result, "energy.reserved_idle_j"), 100 * (100 + 50));
    near(metric(result, "workloads.chat.energy_j"), 1200);
    near(metric(result, "workloads.chat.gpu_energy_mean_j_per_token"), (100 * 50 + 1200) / 8);
  });

  it("let a batch in before one that is not full yet is due", async () => {
    // The model waits 3 s for a second request, and is ready at 3 s; the encoder is at 1 s and has the GPU until 5 s.
    const fields = ", placement: packed, engine: { kind: dynamic, maxBatch: 2, batchWait: 3 s }";
    const late = [
      [0, 4, "small"],
      [0, 0, "encoder"],
      [0.5, 0, "encoder"],
    ] as const;
    const result = await tellShared({ models, requests: late, gpus: one, fields });
    assert.deepEqual(times(result), [
      [4.5, 7.5],
      [0.5, 4.5],
      [0.5, 4.5],
    ]);
  });

  it("are held to an SLO of their own by scale", async () => {
    // Mean answers of 4 tokens: 3 s alone, 4 s of the encoder. Scale 1.5: 4.5 s and 6 s; they take 3, 6 and 8 s.
    const result = await tellShared({ models, requests, gpus: one, fields: ", placement: packed, slo: { scale: 1.5 }" });
    assert.equal(metric(result, "workloads.chat.small.slo_attainment"), 0.5);
    assert.equal(metric(result, "workloads.chat.encoder.slo_attainment"), 1);
    near(metric(result, "workloads.chat.slo_attainment"), 2 / 3);
  });

  it("are shown to controllers by the one that is closest to its SLO, and by the greater slowdown", () => {
    const story = { models, requests, gpus: one, fields: ", placement: packed, slo: { scale: 1.5 }" };
    const { world, begin } = buildWorld(loadYaml(textOf(story), filesOf(story)).spec, { seed: 1, warmupS: 0 });
    const scraper = new GpuScraper(world, () => true);
    for (const { service } of world.servings) service.watchers.push(scraper.watcherOf(service));
    begin();
    world.simulation.runUntil(20);
    const [gpu] = scraper.scrape(20);
    // The last took 8 s of 4.5 s, the encoder 6 s of 6 s. At half the clock arithmetic takes twice as long, reading 1 / 0.8.
    assert.equal(gpu?.latencyP99S, 8);
    assert.equal(gpu?.sloS, 4.5);
    assert.deepEqual([gpu?.ended, gpu?.good, gpu?.busy], [3, 2, 0.5]);
    assert.deepEqual(gpu?.slowdowns, [2, 1]);
  });
});
