import { strict as assert } from "node:assert";
import type { AgentSpec } from "../../src/learn/env.ts";
import { CheckpointError } from "../../src/learn/nets/manifest.ts";
import {
  type PolicyAbout,
  type PolicyData,
  type PolicyFile,
  packPolicy,
  policyFor,
  spacesOf,
  unpackPolicy,
} from "../../src/learn/policy-file.ts";
import { box, discrete, type Field } from "../../src/learn/spaces.ts";

const LOAD: Field = { name: "load", low: 0, high: Number.POSITIVE_INFINITY };
const SPEC: AgentSpec = {
  name: "Toy-v0",
  observationSpace: box([LOAD, { name: "limitCores", low: 0.25, high: 4, scale: "log" }]),
  actionSpace: discrete("pick", 2),
  masked: false,
};
const ABOUT: PolicyAbout = {
  algorithm: { kind: "ppo", options: { lanes: 8 } },
  environment: "Toy-v0",
  ...spacesOf(SPEC),
  trainingSeeds: [1000],
  tuningSeeds: [2000, 2001],
  steps: 500,
  meanReturn: 12.5,
  command: "cybertwin train toy.yaml",
  cybertwin: "0.1.0",
};
/** Picks 1 where load - limitCores + 0.5 > 0. */
const DATA: PolicyData = {
  kind: "categorical",
  network: {
    architecture: { kind: "sequential", inputs: 2, layers: [{ kind: "dense", units: 2, activation: "linear" }] },
    weights: Float32Array.of(0, 1, 0, -1, 0, 0.5), // kernel [inputs, outputs], then biases
    statistics: new Float32Array(0),
  },
};

function pick(file: PolicyFile, ...observation: readonly number[]): number | undefined {
  const decision = new Float64Array(1);
  policyFor(SPEC, file).decide(Float64Array.from(observation), new Uint8Array(0), undefined, decision);
  return decision[0];
}

const refused = (work: () => unknown, message: RegExp): void =>
  assert.throws(work, (error) => error instanceof CheckpointError && message.test(error.message));

describe("a stored policy", () => {
  const { manifest, weights } = packPolicy(ABOUT, DATA);

  it("is one of little-endian numbers, with a manifest that says where each array lies", () => {
    const numbers = [0, 1, 0, -1, 0, 0.5];
    const bytes = new DataView(new ArrayBuffer(24));
    for (const [i, number] of numbers.entries()) bytes.setFloat32(4 * i, number, true);
    assert.deepEqual(weights, new Uint8Array(bytes.buffer));
    const { data, about } = JSON.parse(manifest);
    assert.deepEqual(data.network.weights, { float32: [0, 6] });
    assert.deepEqual(data.network.statistics, { float32: [24, 0] });
    assert.deepEqual(about.observationSpace[0], { kind: "real", name: "load", low: 0, high: "Infinity", scale: "linear" });
  });

  it("acts as it did, also when its manifest was indented anew", () => {
    for (const text of [manifest, JSON.stringify(JSON.parse(manifest))]) {
      const file = unpackPolicy(text, weights);
      assert.deepEqual(file, { about: ABOUT, data: DATA });
      assert.deepEqual([pick(file, 1, 1.4), pick(file, 1, 1.6)], [1, 0]);
    }
  });

  it("keeps a table's numbers in float64", () => {
    const table: PolicyData = {
      ...{ kind: "table", epsilon: 0.05, grid: { cells: [1, 2], low: [0, 0], high: [1, 4] } },
      values: Float64Array.of(0.1 + 0.2, 0.3, -0, 1e-300), // float32 has none of them
    };
    const packed = packPolicy(ABOUT, table);
    const file = unpackPolicy(packed.manifest, packed.weights);
    assert.deepEqual(file.data, table);
    assert.deepEqual([pick(file, 0, 1), pick(file, 0, 3)], [0, 1]);
  });

  it("is refused when it is damaged, in either file", () => {
    const turned = weights.slice();
    turned[3] = (turned[3] as number) ^ 1;
    refused(() => unpackPolicy(manifest, turned), /damaged, or its two files are not of one policy.*make it again: cybertwin train toy/);
    refused(() => unpackPolicy(manifest, weights.slice(1)), /weights \(23 bytes\)/);
    refused(() => unpackPolicy(manifest.replace("12.5", "13.5"), weights), /damaged/);
    refused(() => unpackPolicy(manifest.replace('"steps": 500', '"steps": -1'), weights), /manifest is damaged: about\.steps: .*restore/);
    refused(() => unpackPolicy(manifest.slice(9), weights), /not JSON; name the \.json file/);
  });

  it("is refused when it is something else, or of another version", () => {
    refused(() => unpackPolicy("null", weights), /its format is undefined, not "cybertwin-policy"/);
    refused(() => unpackPolicy(manifest.replace('"version": 1', '"version": 2'), weights), /version 2 .* reads version 1; train it again/);
  });

  it("is refused for other spaces, with the first difference", () => {
    const file = unpackPolicy(manifest, weights);
    const other = (spec: Partial<AgentSpec>, message: RegExp): void =>
      refused(() => policyFor({ ...SPEC, name: "Other", ...spec }, file), message);
    const [load, limit] = SPEC.observationSpace.slots as unknown as [Field, Field];
    other({ observationSpace: box([load]) }, /does not fit Other: observation 2 is missing here and was limitCores, 0\.25\.\.4 log there/);
    other(
      { observationSpace: box([load, limit, LOAD].map((slot, i) => ({ ...slot, name: `${i}` }))) },
      /observation 1 is 0, 0\.\.Infinity/,
    );
    other(
      { observationSpace: box([load, { ...limit, high: 8 }]) },
      /observation 2 is limitCores, 0\.25\.\.8 log here and was .*0\.25\.\.4 log/,
    );
    other({ observationSpace: box([load, { ...limit, scale: "linear" }]) }, /0\.25\.\.4 linear here/);
    other({ actionSpace: discrete("pick", 3) }, /action 1 is pick, one of 3 here and was pick, one of 2 there; train one here/);
    other({ actionSpace: box([LOAD]) }, /action 1 is load, 0\.\.Infinity linear here and was pick, one of 2 there/);
  });

  it("is not stored with numbers that are not finite", () => {
    const network = { ...DATA.network, weights: Float32Array.of(0, 1, 0, Number.NaN, 0, 0.5) };
    refused(() => packPolicy(ABOUT, { ...DATA, network }), /its training diverged; a lower learning rate/);
    refused(() => packPolicy(ABOUT, { ...DATA, norm: { count: 1, means: [Number.POSITIVE_INFINITY], squares: [0] } }), /diverged/);
  });
});
