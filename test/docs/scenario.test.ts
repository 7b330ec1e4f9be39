import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { runSeed } from "../../src/experiment/run.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { brokenIdentities, ROOT } from "../scenarios/play.ts";

/** Examples by file name, which is their first line. */
const EXAMPLES: ReadonlyMap<string, string> = new Map(
  [...readFileSync(`${ROOT}docs/scenario.md`, "utf8").matchAll(/```yaml\n(# ([a-z]+\.yaml)\n[\s\S]*?)```/g)].map(
    ([, text, file]) => [`docs/${file}`, text as string] as const,
  ),
);

describe("docs/scenario.md", () => {
  it("has no example that escapes this test", () => {
    assert.equal([...readFileSync(`${ROOT}docs/scenario.md`, "utf8").matchAll(/```yaml/g)].length, EXAMPLES.size);
    assert.ok(EXAMPLES.size >= 8);
  });

  for (const file of EXAMPLES.keys()) {
    it(`${file} is valid as it stands, without a warning, and runs`, async () => {
      const read = (path: string): string => EXAMPLES.get(path) ?? readFileSync(ROOT + path, "utf8");
      const { spec, warnings } = loadScenario(file, { cwd: ".", catalogue: { dir: "catalogue" }, read });
      assert.deepEqual(warnings, []);
      const run = await runSeed({ spec }, spec.seed as number, { onProgress: () => {}, shouldStop: () => false });
      assert.deepEqual(brokenIdentities(run), []);
    });
  }
});
