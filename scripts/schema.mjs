// Writes schema/scenario.json from the code; run after a build. A test fails while the committed file is stale.
import { mkdirSync, writeFileSync } from "node:fs";
import { scenarioJsonSchema } from "../dist/src/scenario/index.js";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("scenario.json", folder), `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
