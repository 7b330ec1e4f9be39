import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCarbonTable } from "../../src/world/energy/index.ts";

const DATA = "../shared/data";
const linesOf = (name: string): readonly string[] => readFileSync(join("traces", name), "utf8").trim().split("\n");
const columnOf = (name: string): readonly number[] =>
  linesOf(name)
    .slice(1)
    .map((line) => Number(line.split(",")[1]));

/** Runs a derivation into an empty folder and compares each file it wrote with the committed one. */
function requireSameBytes(script: string, committed: string): void {
  const out = mkdtempSync(join(tmpdir(), "cybertwin-derive-"));
  try {
    execFileSync(process.execPath, [script, DATA, out]);
    const names = readdirSync(out);
    assert.ok(names.length > 0);
    for (const name of names) assert.equal(readFileSync(join(out, name), "utf8"), readFileSync(join(committed, name), "utf8"), name);
  } finally {
    rmSync(out, { recursive: true });
  }
}

describe("derived tables", () => {
  for (const [script, committed] of [
    ["scripts/derive-traces.mjs", "traces"],
    ["scripts/derive-ssjf.mjs", "traces"],
    ["scripts/derive-llm-latency.mjs", "traces"],
    ["scripts/derive-catalogue.mjs", "catalogue/servers"],
  ] as const) {
    it(`${script} writes the committed bytes (skipped without ${DATA})`, function () {
      if (!existsSync(DATA)) this.skip();
      requireSameBytes(script, committed);
    });
  }

  it("hold July 2021 of the Californian grid, hour by hour", () => {
    const table = readCarbonTable(linesOf("carbon-ciso-2021-07.csv"), "carbon-ciso-2021-07.csv");
    assert.equal(table.rowCount, 31 * 24);
  });

  it("have factors of mean 1", () => {
    for (const name of ["azure-llm-conv-profile.csv", "google-cpu-day-profile.csv"]) {
      const factors = columnOf(name);
      const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
      assert.ok(Math.abs(mean - 1) < 1e-6, `${name}: ${mean}`);
    }
  });

  it("count 85,482 predictions once in the joint table, in the confusion matrices and in the means", () => {
    const cells = (name: string): readonly (readonly number[])[] =>
      linesOf(name)
        .slice(1)
        .map((line) => line.split(",").map(Number));
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    const joint = cells("ssjf-joint-counts.csv");
    assert.equal(total(joint.flatMap(([, ...counts]) => counts)), 85_482);
    assert.equal(cells("ssjf-predictor-latency-means.csv")[0]?.[0], 85_482);
    for (const name of ["ssjf-confusion-3.csv", "ssjf-confusion-5.csv"]) {
      const rows = cells(name);
      assert.ok(Math.abs(total(rows.map(([, , prior]) => prior as number)) - 1) < 1e-5);
      for (const [, , , ...predicted] of rows) assert.ok(Math.abs(total(predicted) - 1) < 1e-5);
      // The prior of the lowest class, counted anew from the joint table.
      const edge = rows[1]?.[1] as number;
      const below = total(joint.filter(([tokens]) => (tokens as number) < edge).flatMap(([, ...counts]) => counts));
      assert.equal((below / 85_482).toFixed(6), linesOf(name)[1]?.split(",")[2]);
    }
  });

  it("have 101 quantiles that rise, and work of 20 ms for each token", () => {
    const tokens = columnOf("azure-llm-conv-output-quantiles.csv");
    const workS = columnOf("azure-llm-conv-work-quantiles.csv");
    assert.equal(tokens.length, 101);
    assert.ok(tokens.every((count, i) => i === 0 || count >= (tokens[i - 1] as number)));
    assert.deepEqual(
      workS,
      tokens.map((count) => Number((count * 0.02).toFixed(4))),
    );
    assert.deepEqual([tokens[0], tokens[50], tokens[100]], [7, 129, 1000]); // least, median and greatest of the trace
  });
});
