/** The seeded defects still fit the sources; `node scripts/mutants.mjs` shows that each is caught. */
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";

interface Mutant {
  readonly id: string;
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: string;
}

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url); // from dist/test/mutants
const read = (path: string): string => readFileSync(at(path), "utf8");

describe("seeded defects", () => {
  const mutants = parse(read("test/mutants/mutants.yaml")) as readonly Mutant[];

  it("have names of their own, and each changes text that occurs exactly once", () => {
    assert.equal(new Set(mutants.map(({ id }) => id)).size, mutants.length);
    assert.ok(mutants.length >= 20);
    for (const { id, file, find, replace } of mutants) {
      assert.equal(read(file).split(find).length - 1, 1, `${id}: ${file}`);
      assert.notEqual(find, replace, id);
    }
  });

  it("name tests that exist, and stand in docs/proof.md", () => {
    const page = read("docs/proof.md");
    for (const { id, tests } of mutants) {
      assert.ok(existsSync(at(`test/${tests}.test.ts`)), `${id}: ${tests}`);
      assert.ok(page.includes(`| \`${id}\` |`), id);
    }
  });
});
