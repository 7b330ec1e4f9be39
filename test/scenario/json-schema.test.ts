import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { faults as faultKinds } from "../../src/faults/index.ts";
import { gateJsonSchema, type JsonSchema, scenarioJsonSchema, sweepJsonSchema } from "../../src/scenario/index.ts";

/** The committed file, from dist/test/scenario. */
const committed = (name: string): string => readFileSync(new URL(`../../../schema/${name}.json`, import.meta.url), "utf8");

describe("schema/scenario.json", () => {
  it("is what the code says; `node scripts/schema.mjs` writes it anew", () => {
    assert.equal(committed("scenario"), `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  });

  it("offers every kind with its fields, so that editors complete", () => {
    const faults = scenarioJsonSchema().properties?.faults?.additionalProperties as JsonSchema;
    const kinds = faults.anyOf?.map(({ properties }) => properties?.kind?.const);
    assert.deepEqual(kinds, [...faultKinds.keys()]);
    assert.ok(faults.anyOf?.every(({ properties }) => properties?.target !== undefined));
  });
});

describe("schema/sweep.json", () => {
  it("is what the code says; `node scripts/schema.mjs` writes it anew", () => {
    assert.equal(committed("sweep"), `${JSON.stringify(sweepJsonSchema(), null, 2)}\n`);
  });

  it("offers every way to vary", () => {
    const kinds = sweepJsonSchema().properties?.vary?.anyOf?.map(({ properties }) => properties?.kind?.const);
    assert.deepEqual(kinds, ["grid", "zip", "sampled"]);
  });
});

describe("schema/gate.json", () => {
  it("is what the code says; `node scripts/schema.mjs` writes it anew", () => {
    assert.equal(committed("gate"), `${JSON.stringify(gateJsonSchema(), null, 2)}\n`);
  });

  it("offers both ways to name who decides, and all of saying seeds", () => {
    const { policy, heuristic, seeds } = gateJsonSchema().properties ?? {};
    for (const decider of [policy, heuristic])
      assert.deepEqual(
        decider?.anyOf?.map(({ type }) => type),
        ["string", "object"],
      );
    assert.deepEqual(
      seeds?.anyOf?.map(({ type }) => type),
      ["string", "integer", "array"],
    );
  });
});
