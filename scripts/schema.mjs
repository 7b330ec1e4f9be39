// Writes schema/*.json from the code; run after a build. A test fails while a committed file is stale.
import { mkdirSync, writeFileSync } from "node:fs";
import { gateJsonSchema, scenarioJsonSchema, sweepJsonSchema } from "../dist/src/scenario/index.js";
import { trainingJsonSchema } from "../dist/src/scenario/training/schema.js";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
const schemas = { scenario: scenarioJsonSchema(), sweep: sweepJsonSchema(), training: trainingJsonSchema(), gate: gateJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
