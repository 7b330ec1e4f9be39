import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkModelKind } from "../../src/scenario/index.ts";
import { type GpuKindSpec, gpuKindSchema } from "../../src/world/serving/gpu-kind.ts";
import { type ModelKindSpec, modelKindSchema } from "../../src/world/serving/model-kind.ts";

const FOLDER = "catalogue/models/";
const FIELDS = ["kind", "parameters", "weights", "autoregressive", "latency", "source"];
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

const text = (file: string): string => readFileSync(file, "utf8");
const modelOf = (name: string): ModelKindSpec => modelKindSchema.parse(parse(text(`${FOLDER}${name}.yaml`)));
const gpuOf = (name: string): GpuKindSpec => gpuKindSchema.parse(parse(text(`catalogue/gpus/${name}.yaml`)));
const close = (actual: number, expected: number): void => assert.ok(Math.abs(actual / expected - 1) < 5e-4, `${actual}, ${expected}`);

describe("model kinds of the catalogue", () => {
  it("are the fifteen of the published table", () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
    assert.deepEqual(files.toSorted(), PUBLISHED.map(([name]) => `${name}.yaml`).toSorted());
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
});
