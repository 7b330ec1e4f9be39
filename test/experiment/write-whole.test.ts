import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../src/experiment/write-whole.ts";

describe("writeWhole", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-whole-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function* pieces(fails: boolean): AsyncGenerator<string | Uint8Array> {
    yield "a\n";
    yield new Uint8Array([98, 10]);
    if (fails) throw new Error("no more");
    yield "c\n";
  }

  it("writes pieces one after another", async () => {
    await writeWhole(join(folder, "x.csv"), pieces(false));
    assert.equal(readFileSync(join(folder, "x.csv"), "utf8"), "a\nb\nc\n");
    assert.deepEqual(readdirSync(folder), ["x.csv"]);
  });

  it("leaves what was there where a piece cannot be made, and nothing beside it", async () => {
    await writeWhole(join(folder, "x.csv"), "before\n");
    await assert.rejects(writeWhole(join(folder, "x.csv"), pieces(true)), /no more/);
    assert.equal(readFileSync(join(folder, "x.csv"), "utf8"), "before\n");
    assert.deepEqual(readdirSync(folder), ["x.csv"]);
  });

  it("blames the file itself, not its part, where there is no folder for it", async () => {
    const file = join(folder, "none", "x.csv");
    await assert.rejects(writeWhole(file, "text"), (error: NodeJS.ErrnoException) => error.code === "ENOENT" && error.path === file);
  });
});
