/** The roofline by hand: a GPU of round rates, and a model of two layers whose matrices are counted here anew. */
import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type GpuKindSpec, gpuKindSchema } from "../../../src/world/serving/gpu-kind.ts";
import { aloneS } from "../../../src/world/serving/latency.ts";
import { kvPerTokenB, type ModelKindSpec, modelKindSchema, modelProblem } from "../../../src/world/serving/model-kind.ts";
import { decodePass, lonePass, type Operator, operatorsOf, passS, promptPass, slowdownsOf } from "../../../src/world/serving/operators.ts";
import { makeStepTime, runS } from "../../../src/world/serving/step-time.ts";
import { csv, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

// 100 TFLOP/s and 1000 GB/s; at half the clock half of the arithmetic and 0.8 of the bandwidth.
const ROOFLINE =
  "roofline: { gemm: 0.5, attention: 0.25, memory: 0.8, elementwise: 0.4, layer: 10 us, step: 100 us, sequence: 5 us, link: { bandwidth: 200 GB/s, latency: 20 us } }\n";
const GPU = `${KINDS["g.yaml"]}`.replace("bandwidth: 900 GB/s", "bandwidth: 1000 GB/s").replace("source:", `${ROOFLINE}source:`);
const gpu = (text = GPU): GpuKindSpec => gpuKindSchema.parse(parse(text));
const [GEMM, ATTENTION, READ, MOVE] = [50e12, 25e12, 800e9, 400e9];

const SHAPE =
  "{ kind: transformer, layers: 2, hidden: 1000, heads: 10, kvHeads: 5, intermediate: 4000, gated: true, vocabulary: 30000, bytesPerParameter: 2 }";
const model = (architecture = SHAPE, { autoregressive = true, latency = "{ g: { kind: roofline } }" } = {}): ModelKindSpec =>
  modelKindSchema.parse(
    parse(
      `{ kind: model, parameters: 1000, weights: 1 GiB, autoregressive: ${autoregressive}, architecture: ${architecture}, latency: ${latency}, source: test }`,
    ),
  );

/** Queries 1000, keys 500, values 500; output; two up and one down. */
const MATRICES = [1000 * 2000, 1000 * 1000, 2 * 1000 * 4000, 1000 * 4000];
const HEAD = 1000 * 30000;

interface Work {
  readonly tokens: number;
  readonly answers: number;
  readonly pairs?: number;
  readonly context?: number;
  readonly parallel?: number;
  readonly clock?: number;
  readonly bandwidth?: number;
}

function byHandS({ tokens, answers, pairs = 0, context = 0, parallel = 1, clock = 1, bandwidth = 1 }: Work): number {
  const matrixS = (parameters: number, rows: number): number =>
    Math.hypot((2 * parameters * rows) / (GEMM * clock), (2 * parameters) / (READ * bandwidth)) / parallel;
  const matricesS = MATRICES.reduce((sum, parameters) => sum + matrixS(parameters, tokens), 0);
  const lookS = (4 * 1000 * pairs) / (ATTENTION * clock) / parallel + (context * 2 * 500 * 2) / (READ * bandwidth) / parallel;
  // Two norms of 2 x 1000, two residuals of 3 x 1000; rotation reads and writes 1000 + 500; the gate takes three times 4000.
  const movedB = 2 * (10 * 1000 + (2 * 1500 + 3 * 4000) / parallel) * tokens;
  const reduceS = parallel === 1 ? 0 : 20e-6 + (2 * (parallel - 1) * 2 * 1000 * tokens) / parallel / 200e9;
  const layerS = matricesS + lookS + movedB / (MOVE * bandwidth) + 2 * reduceS + 10e-6;
  const embeddingS = (2 * 2 * 1000 * tokens) / (MOVE * bandwidth);
  return 2 * layerS + embeddingS + matrixS(HEAD, answers) + 100e-6 + 5e-6 * answers;
}

const LAW = { kind: "roofline" } as const;

describe("a roofline", () => {
  const architecture = model().architecture;
  const time = makeStepTime(LAW, gpu(), 1000e6, { architecture });

  it("gives a step as counted by hand: a token, a batch, a prompt, and all at once", () => {
    near(time.stepS(0, 0, 1, 500), byHandS({ tokens: 1, answers: 1, context: 500 }));
    near(time.stepS(0, 0, 64, 64 * 500), byHandS({ tokens: 64, answers: 64, context: 64 * 500 }));
    near(time.stepS(300, 300 * 149.5, 0, 0), byHandS({ tokens: 300, answers: 1, pairs: 300 * 149.5 }));
    near(time.stepS(300, 44850, 7, 900), byHandS({ tokens: 307, answers: 8, pairs: 44850, context: 900 }));
  });

  it("puts arithmetic by the clock, memory by its bandwidth there, and overheads by neither", () => {
    const slow = makeStepTime(LAW, gpu(), 500e6, { architecture });
    const work = { tokens: 307, answers: 8, pairs: 44850, context: 900 };
    near(slow.stepS(300, 44850, 7, 900), byHandS({ ...work, clock: 0.5, bandwidth: 0.8 }));
  });

  it("shares matrices among GPUs, which then reduce twice a layer", () => {
    for (const parallel of [2, 4]) {
      const shared = makeStepTime(LAW, gpu(), 1000e6, { architecture, parallel });
      near(shared.stepS(0, 0, 8, 4000), byHandS({ tokens: 8, answers: 8, context: 4000, parallel }));
    }
    // Ten GPUs have five heads of keys: each head is kept twice.
    const ten = makeStepTime(LAW, gpu(), 1000e6, { architecture, parallel: 10 });
    near(ten.contextTokenS, (2 * 2 * 500 * 2) / READ / 5);
  });

  it("makes a run of steps as long as its steps one by one", () => {
    let sumS = 0;
    for (let step = 0; step < 50; step++) sumS += time.stepS(0, 0, 3, 600 + 3 * step);
    near(runS(time, time.stepS(0, 0, 3, 600), 3, 50), sumS);
  });

  it("calls a step one of prompts where their arithmetic takes most of it", () => {
    const isPrompt = (tokens: number, writers: number): boolean => time.isPrompt(tokens, time.stepS(tokens, 0, writers, 0));
    assert.deepEqual([isPrompt(2000, 1), isPrompt(4, 1), isPrompt(0, 64)], [true, false, false]);
  });

  it("needs a transformer", () => {
    assert.throws(() => makeStepTime(LAW, gpu(), 1000e6), /needs a transformer/);
    assert.throws(() => makeStepTime(LAW, gpu(KINDS["g.yaml"] as string), 1000e6, { architecture }), /without a roofline/);
  });
});

describe("operators", () => {
  const named = (operators: readonly Operator[], name: string): Operator => operators.find((each) => each.name === name) as Operator;

  it("come in order, and sum to the step, at any clock and on any number of GPUs", () => {
    const pass = { promptTokens: 300, promptPairs: 44850, writers: 7, contextTokens: 900 };
    for (const [clockHz, parallel] of [
      [1000e6, 1],
      [500e6, 1],
      [500e6, 4],
    ] as const) {
      const all = operatorsOf(model(), gpu(), pass, { clockHz, parallel });
      near(passS(all), makeStepTime(LAW, gpu(), clockHz, { architecture: model().architecture, parallel }).stepS(300, 44850, 7, 900));
    }
    const names = operatorsOf(model(), gpu(), pass).map(({ name }) => name);
    const layer = ["overhead", "elementwise", "qkv", "attention", "output", "mlp-up", "mlp-down"];
    assert.deepEqual(names, ["embedding", ...[0, 1].flatMap((i) => layer.map((name) => `${i}.${name}`)), "head", "step"]);
  });

  it("hold all weights between them, a tied table once", () => {
    const weightsB = (architecture: string): number =>
      operatorsOf(model(architecture), gpu(), decodePass(1, 0)).reduce((sum, each) => sum + each.weightsB, 0);
    const layersB = 2 * 2 * MATRICES.reduce((sum, parameters) => sum + parameters, 0);
    near(weightsB(SHAPE), layersB + 2 * 2 * HEAD);
    near(weightsB(SHAPE.replace("vocabulary", "tied: true, vocabulary")), layersB + 2 * HEAD);
  });

  it("say each at the greatest clock and at another", () => {
    const up = named(operatorsOf(model(), gpu(), decodePass(200, 0), { clockHz: 500e6 }), "1.mlp-up");
    const [computeS, readS] = [(2 * 8e6 * 200) / GEMM, (2 * 8e6) / READ];
    near(up.greatestS, Math.sqrt(computeS * computeS + readS * readS));
    near(up.clockS, Math.sqrt((computeS / 0.5) * (computeS / 0.5) + (readS / 0.8) * (readS / 0.8)));
    assert.deepEqual([up.kind, up.layer, up.weightsB], ["gemm", 1, 16e6]);
  });

  it("read the experts that a step's tokens ask for, and compute with those alone", () => {
    const experts = SHAPE.replace("vocabulary", "experts: { count: 8, active: 2, every: 2 }, vocabulary");
    const down = (tokens: number): Operator => named(operatorsOf(model(experts), gpu(), decodePass(tokens, 0)), "1.mlp-down");
    near(down(1).greatestS, Math.hypot((2 * 2 * 4e6) / GEMM, (2 * 2 * 4e6) / READ));
    near(down(100).greatestS, Math.hypot((2 * 2 * 4e6 * 100) / GEMM, (8 * 2 * 4e6) / READ));
    assert.equal(down(1).weightsB, 8 * 2 * 4e6);
    const dense = named(operatorsOf(model(experts), gpu(), decodePass(1, 0)), "0.mlp-down");
    assert.equal(dense.weightsB, 2 * 4e6);
    const time = makeStepTime(LAW, gpu(), 1000e6, { architecture: model(experts).architecture });
    near(time.stepS(0, 0, 3, 100), passS(operatorsOf(model(experts), gpu(), { ...decodePass(3, 0), contextTokens: 100 })));
  });

  it("of an encoder have no head, and each token looks at its whole sequence", () => {
    const batch = SHAPE.replace("vocabulary", "sequences: 3, sequenceTokens: 100, vocabulary");
    const encoder = model(batch, { autoregressive: false });
    assert.deepEqual(lonePass(encoder), { promptTokens: 300, promptPairs: 30000, writers: 0, contextTokens: 0 });
    const headS = Math.hypot((2 * HEAD) / GEMM, (2 * HEAD) / READ);
    const expectedS = byHandS({ tokens: 300, answers: 1, pairs: 30000 }) - headS;
    near(aloneS(encoder, LAW, { kind: gpu(), clockHz: 1000e6 }, { prompt: 0, output: 0 }), expectedS);
  });

  it("of convolutions are blocks of their arithmetic", () => {
    const images = model(
      "{ kind: convolutional, layers: 4, parameters: 8000000, operations: 4e9, activations: 2e6 B, bytesPerParameter: 4, images: 10 }",
      { autoregressive: false },
    );
    // In fp32 5 TFLOP/s; a block has 1e9 operations and 2e6 parameters, and moves 0.5 MB of activations in and out.
    const blockS = 10e-6 + Math.hypot((10 * 1e9) / 5e12, (2e6 * 4) / READ) + (10 * 2 * 0.5e6) / MOVE;
    near(aloneS(images, LAW, { kind: gpu(), clockHz: 1000e6 }, { prompt: 0, output: 0 }), 4 * blockS);
  });
});

describe("slowdown by the mix of operators", () => {
  const linear = "{ g: { kind: linear, base: 0 s, perToken: 20 ms } }";

  it("of a model that writes: a token's memory goes with the bandwidth, its overheads with nothing", () => {
    const one = { tokens: 1, answers: 1, context: 88 };
    const expected = byHandS({ ...one, clock: 0.5, bandwidth: 0.8 }) / byHandS(one);
    const slow = slowdownsOf(model(SHAPE, { latency: linear }), gpu());
    near(slow(500e6), expected);
    assert.equal(slow(1000e6), 1);
    assert.ok(expected > 1 && expected < 1.25);
    const law = { kind: "linear", base: 0, perToken: 0.02 } as const;
    near(aloneS(model(SHAPE, { latency: linear }), law, { kind: gpu(), clockHz: 500e6 }, { prompt: 0, output: 10 }), 0.2 * expected);
  });

  it("differs between models of one class, and is the class's own where nothing is known", () => {
    const wide = SHAPE.replace("hidden: 1000", "hidden: 4000");
    const [small, large] = [SHAPE, wide].map((shape) => slowdownsOf(model(shape, { latency: linear }), gpu())(500e6));
    assert.ok((small as number) < (large as number), "a small model waits for its kernels");
    assert.equal(slowdownsOf(model(), gpu(KINDS["g.yaml"] as string))(500e6), 1.25);
    const unknown = { ...model(SHAPE, { latency: linear }), architecture: undefined };
    assert.equal(slowdownsOf(unknown as ModelKindSpec, gpu())(500e6), 1.25);
  });
});

describe("a model by roofline", () => {
  it("runs in an engine by steps: a prompt of 40 and four tokens, to the sum of its steps by hand", async () => {
    const text = `name: roofline
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./flat.yaml } }, engine: { kind: vllm }, arrivals: { kind: trace, file: chat.csv } }
record: { requests: true }
`;
    const flat = `{ kind: model, parameters: 1000, weights: 1 GiB, autoregressive: true, context: 100, architecture: ${SHAPE}, latency: { g: { kind: roofline } }, source: test }`;
    const files = { "g.yaml": GPU, "flat.yaml": flat, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 40, 4]) };
    const [row] = rowsOf(await play(text, files), "requests");
    const firstS = 1 + byHandS({ tokens: 40, answers: 1, pairs: (40 * 39) / 2 });
    near(row?.first_token_s as number, firstS);
    const restS = [40, 41, 42].reduce((sum, context) => sum + byHandS({ tokens: 1, answers: 1, context }), 0);
    near(row?.finish_s as number, firstS + restS);
  });

  it("knows the bytes of its keys and values, unless they are said", () => {
    assert.equal(kvPerTokenB(model()), 2 * 2 * 500 * 2);
    assert.equal(kvPerTokenB({ ...model(), kvPerToken: 7 }), 7);
    assert.deepEqual(promptPass(3, 10), { promptTokens: 30, promptPairs: 135, writers: 0, contextTokens: 0 });
  });

  it("is refused where its shape cannot be", () => {
    const problems: readonly (readonly [ModelKindSpec, string])[] = [
      [{ ...model(), architecture: undefined } as ModelKindSpec, "latency.g is a roofline and needs the architecture"],
      [model(SHAPE.replace("heads: 10", "heads: 3")), "architecture.hidden must be a multiple of 3 heads, or headDim be said"],
      [model(SHAPE.replace("kvHeads: 5", "kvHeads: 4")), "architecture.heads must be a multiple of 4 kvHeads"],
      [
        model(SHAPE.replace("vocabulary", "experts: { count: 2, active: 3 }, vocabulary")),
        "architecture.experts.active must be at most experts.count",
      ],
      [
        model("{ kind: convolutional, layers: 1, parameters: 1, operations: 1, activations: 1 B }"),
        "architecture must be a transformer: the model writes tokens",
      ],
    ];
    for (const [wrong, message] of problems) assert.equal(modelProblem(wrong), message);
    assert.equal(modelProblem(model()), undefined);
  });
});
