/** Every quick claim, against what results/theory says of it. Fixed seeds: this only moves when the simulator does. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { runClaims, THEORY, type Verdict } from "../../src/claims/index.ts";

/** Rows that miss, each with the reason that was found. */
const KNOWN_MISSES: Readonly<Record<string, string>> = {};

describe("theory, the quick tier", function () {
  this.timeout(600_000);
  let rows: readonly Verdict[];
  before(async () => {
    rows = await runClaims({ claims: THEORY, tier: "quick", workers: 2 });
  });

  it("meets every closed form", () => {
    const missed = rows.filter(({ id, verdict }) => verdict !== "pass" && (KNOWN_MISSES[id] ?? "") === "");
    assert.deepEqual(missed, []);
  });

  it("gives the values that results/theory holds, to the bit", () => {
    const { claims } = JSON.parse(readFileSync("results/theory/verdict.json", "utf8")) as { claims: readonly Verdict[] };
    const kept = new Map(claims.map((row) => [row.id, row]));
    for (const row of rows) {
      if (row.id.startsWith("identities.")) continue; // counts the runs of its tier
      const { value, low, high, verdict } = kept.get(row.id) ?? assert.fail(`${row.id} is not in results/theory`);
      const say = `${row.id}: make results/theory anew with \`cybertwin verify --tier full --out results/theory\``;
      assert.deepEqual([row.value, row.low, row.high, row.verdict], [value, low, high, verdict], say);
    }
  });
});
