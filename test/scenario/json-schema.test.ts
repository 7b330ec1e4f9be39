import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { faults as faultKinds } from "../../src/faults/index.ts";
import { type JsonSchema, scenarioJsonSchema } from "../../src/scenario/index.ts";

const committed = new URL("../../../schema/scenario.json", import.meta.url); // from dist/test/scenario

describe("schema/scenario.json", () => {
  it("is what the code says; `node scripts/schema.mjs` writes it anew", () => {
    assert.equal(readFileSync(committed, "utf8"), `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  });

  it("offers every kind with its fields, so that editors complete", () => {
    const faults = scenarioJsonSchema().properties?.faults?.additionalProperties as JsonSchema;
    const kinds = faults.anyOf?.map(({ properties }) => properties?.kind?.const);
    assert.deepEqual(kinds, [...faultKinds.keys()]);
    assert.ok(faults.anyOf?.every(({ properties }) => properties?.target !== undefined));
  });
});
