import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { THEORY, type Verdict } from "../../src/claims/index.ts";

describe("docs/proof.md", () => {
  const table = readFileSync("results/theory/table.md", "utf8");

  it("holds the table of the last full run (`node scripts/proof.mjs` copies it)", () => {
    assert.ok(readFileSync("docs/proof.md", "utf8").includes(table));
  });

  it("holds every claim, with a row at least", () => {
    const { claims } = JSON.parse(readFileSync("results/theory/verdict.json", "utf8")) as { claims: readonly Verdict[] };
    for (const { id, title } of THEORY) {
      assert.ok(table.includes(`### ${title}\n`), id);
      assert.ok(
        claims.some((row) => row.id.startsWith(`${id}.`)),
        id,
      );
    }
  });
});
