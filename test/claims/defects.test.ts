/** The rows that docs/proof.md says catch a seeded defect are rows that `verify` has. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { THEORY, type Verdict } from "../../src/claims/index.ts";

describe("the table of seeded defects", () => {
  const lines = readFileSync("docs/proof.md", "utf8").split("\n");
  const defects = parse(readFileSync("test/mutants/mutants.yaml", "utf8")) as readonly { readonly id: string }[];

  it("names rows of claims that exist, at least one for each defect", () => {
    const { claims } = JSON.parse(readFileSync("results/theory/verdict.json", "utf8")) as { claims: readonly Verdict[] };
    const known = new Set(claims.map(({ id }) => id));
    for (const { id } of defects) {
      const cells = lines.find((line) => line.startsWith(`| \`${id}\` |`))?.split(" | ") ?? [];
      assert.equal(cells.length, 4, id);
      const rows = [...(cells[3] as string).matchAll(/`([^`]+)`/g)].map(([, row]) => row as string);
      assert.ok(rows.length > 0, id);
      for (const row of rows) {
        assert.ok(known.has(row), `${id}: ${row}`);
        assert.ok(
          THEORY.some((claim) => row.startsWith(`${claim.id}.`)),
          `${id}: ${row}`,
        );
      }
    }
  });
});
