import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkFolder, OutputFolderError, writeFolder } from "../../src/report/write-folder.ts";

const MODULE = new URL("../../src/report/write-folder.js", import.meta.url).href;
/** The second file never comes: reading it blocks for ever, in the middle of writing. */
const BLOCKING_CHILD = `
  import { writeFolder } from ${JSON.stringify(MODULE)};
  const files = { "summary.json": "{}", get "report.html"() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } };
  writeFolder(process.argv[1], files, { force: process.argv[2] === "force" });
`;

describe("a folder of results", () => {
  let parent = "";
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "cybertwin-folder-"));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  async function killInTheMiddle(target: string, force: string): Promise<void> {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", BLOCKING_CHILD, target, force], { stdio: "inherit" });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const partial = join(parent, `.out.partial-${child.pid}`, "summary.json");
    for (let tries = 0; !existsSync(partial); tries++) {
      assert(tries < 1000, "the child never began to write");
      await sleep(10);
    }
    child.kill("SIGKILL");
    await gone;
  }

  it("holds exactly what was given, text and bytes, sub-folders too", () => {
    const target = join(parent, "deep", "out");
    writeFolder(target, { "summary.json": "ä\n", "a/b.parquet": Uint8Array.of(1, 2, 255) }, { force: false });
    assert.equal(readFileSync(join(target, "summary.json"), "utf8"), "ä\n");
    assert.deepEqual([...readFileSync(join(target, "a", "b.parquet"))], [1, 2, 255]);
    assert.deepEqual(readdirSync(join(parent, "deep")), ["out"]);
  });

  it("takes a whole file from where it was written", () => {
    const grown = join(parent, "grown.json");
    writeFileSync(grown, "{}");
    writeFolder(join(parent, "out"), { "summary.json": "{}", "trace.json": { movedFrom: grown } }, { force: false });
    assert.equal(readFileSync(join(parent, "out", "trace.json"), "utf8"), "{}");
    assert.deepEqual(readdirSync(parent), ["out"]);
  });

  it("is refused where one exists, and replaced with force, nothing of the old left", () => {
    const target = join(parent, "out");
    writeFolder(target, { "summary.json": "old", "old.txt": "old" }, { force: false });
    assert.throws(() => writeFolder(target, { "summary.json": "new" }, { force: false }), OutputFolderError);
    assert.equal(readFileSync(join(target, "summary.json"), "utf8"), "old");
    writeFolder(target, { "summary.json": "new" }, { force: true });
    assert.deepEqual(readdirSync(target), ["summary.json"]);
    assert.equal(readFileSync(join(target, "summary.json"), "utf8"), "new");
    assert.deepEqual(readdirSync(parent), ["out"]);
  });

  it("that cannot be written is refused up front, by the name that the user gave it, and the look leaves nothing behind", () => {
    writeFileSync(join(parent, "file"), "");
    const below = join(parent, "file", "out");
    const complaint = (error: unknown) => error instanceof OutputFolderError && /^mine cannot be written: /.test(error.message);
    assert.throws(() => checkFolder(below, { force: true, named: "mine" }), complaint);
    assert.throws(() => writeFolder(below, {}, { force: true, named: "mine" }), complaint);
    checkFolder(join(parent, "deep", "er", "out"), { force: false });
    checkFolder(join(parent, "out"), { force: false });
    assert.deepEqual(readdirSync(parent), ["file"]);
  });

  it("never replaces what is not a result: a home folder named by mistake survives force", () => {
    const target = join(parent, "home");
    mkdirSync(target);
    writeFileSync(join(target, "thesis.tex"), "years");
    assert.throws(() => writeFolder(target, { "summary.json": "{}" }, { force: true }), /no result/);
    assert.throws(() => writeFolder(join(target, "thesis.tex"), { "summary.json": "{}" }, { force: true }), /not a folder/);
    assert.equal(readFileSync(join(target, "thesis.tex"), "utf8"), "years");
  });

  it("does not appear at all when a file cannot be written", () => {
    assert.throws(() => writeFolder(join(parent, "out"), { "a.txt": "1", "../b.txt": "2" }, { force: false }), /leaves the folder/);
    assert.deepEqual(readdirSync(parent), []);
  });

  it("does not appear when the process is killed -9 in the middle, and the next run succeeds", async () => {
    const target = join(parent, "out");
    await killInTheMiddle(target, "");
    assert(!existsSync(target));
    assert(readdirSync(parent).every((name) => name.startsWith(".out.partial-")));
    writeFolder(target, { "summary.json": "{}" }, { force: false });
    assert.deepEqual(readdirSync(target), ["summary.json"]);
  });

  it("keeps the old result whole when a forced run is killed -9 in the middle", async () => {
    const target = join(parent, "out");
    writeFolder(target, { "summary.json": "old", "report.html": "old" }, { force: false });
    await killInTheMiddle(target, "force");
    assert.deepEqual(readdirSync(target).sort(), ["report.html", "summary.json"]);
    assert.equal(readFileSync(join(target, "summary.json"), "utf8"), "old");
  });
});
