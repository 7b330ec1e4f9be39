/** A model cut into stages: the cuts against all cuts there are, the stages against the whole. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { gpuClocksHz } from "../../../src/world/serving/gpu-kind.ts";
import { balancedEnds, partsOf, transferOf } from "../../../src/world/serving/partition.ts";
import { loadYaml, near } from "../run-yaml.ts";

const NAMES = ["bert-base", "opt-2.7b", "codegen-350m", "switch-base-16", "resnet-50"];
const models = NAMES.map((kind, i) => `m${i}: { kind: ${kind} }`).join(", ");
const { spec } = loadYaml(`name: parts
duration: 1 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: v100-pcie-16gb, count: 5 } } } }
workloads: { chat: { kind: model-serving, models: { ${models} }, outputTokens: 10, arrivals: { kind: poisson, rate: 0.01 req/s } } }
`);
const gpu = spec.gpuKinds["v100-pcie-16gb"] as (typeof spec.gpuKinds)[string];
const kindOf = (name: string) => spec.modelKinds[name] as (typeof spec.modelKinds)[string];

/** The least greatest sum over all ways to cut. */
function leastWorst(values: readonly number[], count: number): number {
  const total = (from: number, to: number) => values.slice(from, to).reduce((sum, each) => sum + each, 0);
  if (count === 1) return total(0, values.length);
  let least = Infinity;
  for (let cut = 1; cut <= values.length - count + 1; cut++)
    least = Math.min(least, Math.max(total(0, cut), leastWorst(values.slice(cut), count - 1)));
  return least;
}

describe("cuts", () => {
  it("balance runs of values as well as any cuts do", () => {
    const rng = rootRng(1);
    for (let i = 0; i < 200; i++) {
      const values = Array.from({ length: 1 + rng.int(8) }, () => 1 + rng.int(9));
      const count = 1 + rng.int(values.length);
      const ends = balancedEnds(values, count);
      assert.equal(ends.length, count);
      assert.equal(ends.at(-1), values.length);
      const sums = ends.map((end, k) => values.slice(k === 0 ? 0 : ends[k - 1], end).reduce((sum, each) => sum + each, 0));
      assert.ok(sums.every((sum) => sum > 0));
      assert.equal(Math.max(...sums), leastWorst(values, count), `${values} in ${count}`);
    }
  });
});

describe("stages of a model", () => {
  for (const name of NAMES)
    for (const stages of [1, 2, 3])
      it(`${name} in ${stages}: sum to the whole at every clock`, () => {
        const whole = partsOf(kindOf(name), gpu, 1)[0] as ReturnType<typeof partsOf>[number];
        const parts = partsOf(kindOf(name), gpu, stages);
        const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + of(part), 0);
        near(
          sum(({ share }) => share),
          1,
        );
        for (const hz of gpuClocksHz(gpu))
          near(
            sum(({ share, slowdownAt }) => share * slowdownAt(hz)),
            whole.slowdownAt(hz),
          );
      });

  it("have the model's weights, and a copy of an embedding that is the head's matrix too", () => {
    const weightsB = (name: string) => partsOf(kindOf(name), gpu, 2).reduce((sum, part) => sum + part.weightsB, 0);
    near(weightsB("bert-base"), kindOf("bert-base").weights);
    // OPT-2.7b: 32 layers of 12 hidden^2 and a table of 50272 x hidden.
    const hidden = 2560;
    const table = 50_272 * hidden;
    near(
      weightsB("opt-2.7b"),
      (kindOf("opt-2.7b").weights * (32 * 12 * hidden * hidden + 2 * table)) / (32 * 12 * hidden * hidden + table),
    );
  });

  it("send a token's activations for each token, an encoder's batch at once", () => {
    assert.deepEqual(transferOf(kindOf("opt-2.7b"), { prompt: 0, output: 7 }), { messages: 7, bytes: 7 * 2560 * 4 });
    assert.deepEqual(transferOf(kindOf("bert-base"), { prompt: 0, output: 0 }), { messages: 1, bytes: 12 * 512 * 768 * 4 });
  });

  it("say how much goes with the clock: an encoder nearly all, a decoder hardly anything at the kink", () => {
    const of = (name: string) => partsOf(kindOf(name), gpu, 1)[0]?.sensitivity as number;
    // At 1087 MHz, the measured clock that is closest to 0.745 x 1380 MHz.
    const hz = 1_087e6;
    const c = (name: string) => ((partsOf(kindOf(name), gpu, 1)[0]?.slowdownAt(hz) as number) - 1) / (1_380e6 / hz - 1);
    for (const name of NAMES) near(of(name), c(name));
    assert.ok(of("bert-base") > 0.8 && of("opt-2.7b") < 0.1);
  });
});
