import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkModelKind } from "../../src/scenario/index.ts";
import { type GpuKindSpec, gpuKindSchema } from "../../src/world/serving/gpu-kind.ts";
import { kvPerTokenB, type ModelKindSpec, modelKindSchema } from "../../src/world/serving/model-kind.ts";
import { lonePass, operatorsOf } from "../../src/world/serving/operators.ts";
import { makeStepTime, pairsOf } from "../../src/world/serving/step-time.ts";

const FOLDER = "catalogue/models/";
const FIELDS = ["kind", "parameters", "weights", "autoregressive", "architecture", "latency", "source"];
/** Tokens of a mean answer, by which the published latencies were divided. */
const MEAN_TOKENS = 176.77;

/** The published table: GB of weights, milliseconds of a request on a V100, and whether it writes tokens. */
const PUBLISHED: readonly (readonly [name: string, sizeGb: number, latencyMs: number, writes: boolean])[] = [
  ["resnet-50", 0.2, 51, false],
  ["bert-base", 0.5, 123, false],
  ["bert-large", 1.4, 365, false],
  ["roberta-base", 0.5, 135, false],
  ["roberta-large", 1.4, 382, false],
  ["opt-1.3b", 5, 1243, true],
  ["opt-2.7b", 10.4, 2351, true],
  ["gpt2-large", 3.3, 832, true],
  ["gpt2-xl", 6.4, 1602, true],
  ["codegen-350m", 1.3, 357, true],
  ["codegen-2b", 8, 2507, true],
  ["bloom-1b1", 4, 523, true],
  ["bloom-3b", 11, 1293, true],
  ["switch-base-16", 2.4, 348, true],
  ["switch-base-32", 4.8, 402, true],
];

/** Fitted on one GPU, or by roofline on all that are named; bytes of keys and values a token. */
const BY_ROOFLINE: readonly (readonly [name: string, sizeGb: number, kvB: number, gpus: readonly string[]])[] = [
  ["llama-2-13b", 2 * 13.016, 2 * 40 * 40 * 128 * 2, ["a100-80gb", "h100"]],
  ["llama-2-70b", 2 * 68.977, 2 * 80 * 8 * 128 * 2, ["a100-80gb", "h100"]],
  ["llama-3.1-70b", 2 * 70.554, 2 * 80 * 8 * 128 * 2, ["a100-80gb", "h100"]],
  ["llama-2-7b", 2 * 6.738, 2 * 32 * 32 * 128 * 2, ["v100-pcie-16gb", "h100"]],
  ["llama-3.1-8b", 2 * 8.03, 2 * 32 * 8 * 128 * 2, ["a100-80gb"]],
  ["opt-350m", 2 * 0.331196, 2 * 24 * 1024 * 2, ["v100-pcie-16gb", "a100-80gb", "h100"]],
];

/**
 * Matrices and tables against what the model is said to have. Names are rounded (CodeGen-2b has 2.7 billion); of Switch only the decoder
 * is there, without its attention to what the encoder read. OPT-350m's table of words is half as wide as its layers, and here as wide.
 */
const COUNTED_ELSEWHERE: Readonly<Record<string, number>> = {
  "codegen-2b": 2.78e9,
  "opt-350m": 0.331e9 + 50_272 * 512,
  "switch-base-16": 0.53e9,
  "switch-base-32": 0.98e9,
};

/** Models with a law of steps: milliseconds that were measured for prompt tokens, writing requests, and the context of each. */
type Point = readonly [measuredMs: number, promptTokens: number, sequences: number, contextTokens: number];
const BY_STEP: readonly { name: string; gpu: string; sizeGb: number; kvB: number; tolerance: number; points: readonly Point[] }[] = [
  {
    name: "llama-2-7b",
    gpu: "a100-80gb",
    sizeGb: 2 * 6.738,
    kvB: 2 * 32 * 32 * 128 * 2, // keys and values of 32 layers, 32 heads of 128, 2 bytes each
    tolerance: 0.1,
    points: [
      [11.5, 0, 1, 128],
      [18.7, 0, 32, 512],
      [40.9, 0, 128, 512],
      [41, 512, 0, 0],
      [304, 4096, 0, 0],
    ],
  },
  {
    name: "llama-3.1-8b",
    gpu: "h100",
    sizeGb: 2 * 8.03,
    kvB: 2 * 32 * 8 * 128 * 2,
    tolerance: 0.05,
    points: [7.3, 8.9, 11.5, 16.5, 26.1, 47.4].map((ms, i): Point => [ms, 0, [8, 32, 64, 128, 256, 512][i] as number, 0]),
  },
];

const text = (file: string): string => readFileSync(file, "utf8");
const modelOf = (name: string): ModelKindSpec => modelKindSchema.parse(parse(text(`${FOLDER}${name}.yaml`)));
const gpuOf = (name: string): GpuKindSpec => gpuKindSchema.parse(parse(text(`catalogue/gpus/${name}.yaml`)));
const close = (actual: number, expected: number): void => assert.ok(Math.abs(actual / expected - 1) < 5e-4, `${actual}, ${expected}`);

describe("model kinds of the catalogue", () => {
  it("are the fifteen of the published table, and those by steps", () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
    assert.deepEqual(files.toSorted(), [...PUBLISHED, ...BY_ROOFLINE].map(([name]) => `${name}.yaml`).toSorted());
  });

  for (const [name, sizeGb, latencyMs, writes] of PUBLISHED) {
    it(`${name} is whole, and takes its published time on a V100 and by the data sheet elsewhere`, () => {
      checkModelKind(`${FOLDER}${name}.yaml`, text);
      assert.deepEqual(Object.keys(parse(text(`${FOLDER}${name}.yaml`))), FIELDS);
      const model = modelOf(name);
      const v100 = gpuOf("v100-pcie-16gb");
      assert.equal(model.autoregressive, writes);
      close(model.weights, sizeGb * 1e9);
      assert.ok(model.weights <= v100.memory - v100.overhead, "fits on a V100");
      assert.deepEqual(Object.keys(model.latency), ["v100-pcie-16gb", "a100-80gb", "h100"]);
      for (const [gpu, law] of Object.entries(model.latency)) {
        assert.ok(law.kind === "linear");
        const { bandwidth, teraflops } = gpuOf(gpu);
        const speedUp = writes ? bandwidth / v100.bandwidth : teraflops.fp32 / v100.teraflops.fp32;
        close(law.base + law.perToken * MEAN_TOKENS, latencyMs / 1000 / speedUp);
      }
    });
  }

  for (const { name, gpu, sizeGb, kvB, tolerance, points } of BY_STEP) {
    it(`${name} is whole, and its steps take what was measured`, () => {
      checkModelKind(`${FOLDER}${name}.yaml`, text);
      const model = modelOf(name);
      const kind = gpuOf(gpu);
      close(model.weights, sizeGb * 1e9);
      assert.equal(model.kvPerToken, kvB);
      assert.deepEqual(Object.values(model.latency).filter(({ kind }) => kind === "step").length, 1);
      const law = model.latency[gpu];
      assert.ok(law?.kind === "step");
      const time = makeStepTime(law, kind);
      for (const [measuredMs, promptTokens, sequences, contextTokens] of points) {
        const ms = 1000 * time.stepS(promptTokens, pairsOf(0, promptTokens), sequences, sequences * contextTokens);
        assert.ok(Math.abs(ms / measuredMs - 1) <= tolerance, `${ms} ms, measured ${measuredMs}`);
      }
    });
  }

  for (const [name, sizeGb, kvB, gpus] of BY_ROOFLINE) {
    it(`${name} is whole, and takes times by roofline where it says so`, () => {
      checkModelKind(`${FOLDER}${name}.yaml`, text);
      const model = modelOf(name);
      close(model.weights, sizeGb * 1e9);
      assert.equal(kvPerTokenB(model), kvB);
      const byRoofline = Object.keys(model.latency).filter((gpu) => model.latency[gpu]?.kind === "roofline");
      assert.deepEqual(byRoofline, gpus);
      for (const gpu of gpus) assert.ok(gpuOf(gpu).roofline !== undefined);
    });
  }

  it("have architectures of as many parameters as they are said to have, within 5 %", () => {
    for (const file of readdirSync(FOLDER).filter((each) => each.endsWith(".yaml"))) {
      const name = file.replace(".yaml", "");
      const model = modelOf(name);
      const bytes = model.architecture?.bytesPerParameter as number;
      const operators = operatorsOf(model, gpuOf("a100-80gb"), lonePass(model));
      const parameters = operators.reduce((sum, { weightsB }) => sum + weightsB, 0) / bytes;
      const expected = COUNTED_ELSEWHERE[name] ?? model.parameters;
      assert.ok(Math.abs(parameters / expected - 1) < 0.05, `${name}: ${parameters}, ${expected}`);
    }
  });
});
