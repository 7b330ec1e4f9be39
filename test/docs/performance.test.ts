import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { placeTables, type SpeedFile } from "../../bench/speed-file.ts";

describe("docs/performance.md", () => {
  it("says of learning what was measured", () => {
    const text = readFileSync("docs/performance.md", "utf8");
    const file = JSON.parse(readFileSync("results/learning/speed.json", "utf8")) as SpeedFile;
    assert.ok(file.measured.length > 40 && text.includes(file.machine));
    assert.equal(placeTables(text, file), text);
  });
});
