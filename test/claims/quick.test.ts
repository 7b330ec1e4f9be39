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

  it("gives the verdicts that results/theory holds", () => {
    const { claims } = JSON.parse(readFileSync("results/theory/verdict.json", "utf8")) as { claims: readonly Verdict[] };
    const kept = new Map(claims.map(({ id, verdict }) => [id, verdict]));
    for (const { id, verdict } of rows) assert.equal(kept.get(id), verdict, id);
  });
});
