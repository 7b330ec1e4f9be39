/** Traces on a disk: read by pieces, and never held. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { locateFile, readPiece } from "../../src/scenario/stored-bytes.ts";
import type { FileBytes } from "../../src/world/base/bytes.ts";

const MAIN = new URL("../../src/cli/main.js", import.meta.url).pathname;
/** Prints the most memory that was ever resident, MB of 1000 KiB, when the process ends. */
const TELL_MEMORY = "data:text/javascript,process.on('exit',()=>process.stderr.write(String(process.resourceUsage().maxRSS/1000)))";

describe("bytes on a disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it("are read from any position, up to the end", () => {
    const from = locateFile(write("a.csv", "0123456789")) as FileBytes;
    const into = new Uint8Array(4);
    const text = (position: number): string => String.fromCharCode(...into.subarray(0, readPiece(from, position, into)));
    assert.deepEqual([text(0), text(7), text(10)], ["0123", "789", ""]);
  });

  it("are those of plain files only", () => {
    mkdirSync(join(folder, "dir"));
    assert.equal(locateFile(write("a.csv.gz", gzipSync("a"))), undefined);
    assert.equal(locateFile(join(folder, "dir")), undefined);
    assert.throws(() => locateFile(join(folder, "none.csv")), { code: "ENOENT" });
  });

  it("are no longer read once the file has changed", () => {
    const path = write("a.csv", "arrival_s\n1");
    const from = locateFile(path) as FileBytes;
    write("a.csv", "arrival_s\n2\n3");
    assert.throws(() => readPiece(from, 0, new Uint8Array(4)), /a\.csv: has changed since it was checked. Run again\./);
    const again = locateFile(path) as FileBytes;
    utimesSync(path, 1, 1);
    assert.throws(() => readPiece(again, 0, new Uint8Array(4)), /has changed/);
  });

  /** Nearly all of it is warm-up, of which no latencies are kept: what grows with the rows is what the trace takes. */
  const scenario = (file: string): string =>
    write(
      "s.yaml",
      `name: s\nseed: 1\nduration: 1 h\nwarmup: 23 h\nsites: { west: { servers: { kind: dell-r740 } } }
workloads: { web: { kind: service, work: 1 ms, arrivals: { kind: trace, file: ${file} } } }\n`,
    );
  const run = (...argv: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", TELL_MEMORY, MAIN, "run", ...argv], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return { stdout, residentMb: Number(stderr) };
  };
  const rows = (count: number): string =>
    `arrival_s,a,b,c\n${Array.from({ length: count }, (_, row) => `${((row * 86_000) / count).toFixed(3)},${row},${row + 1},${row + 2}\n`).join("")}`;

  it("make the same run, packed or not, on one thread or two", function () {
    this.timeout(60_000);
    const text = rows(3000);
    write("t.csv", text);
    write("t.csv.gz", gzipSync(text));
    const result = (name: string, ...argv: readonly string[]): unknown => {
      const {
        runs,
        scenario: { sha256: _, ...about } = {},
        ...rest
      } = JSON.parse(run(scenario(name), "--format", "json", "--quiet", ...argv).stdout) as {
        runs: unknown;
        scenario?: Record<string, unknown>;
      };
      return { runs, files: Object.keys(about), rest: Object.keys(rest) };
    };
    const plain = result("t.csv", "--seeds", "1..2", "--workers", "2");
    assert.deepEqual(result("t.csv", "--seeds", "1..2", "--workers", "1"), plain);
    assert.deepEqual(result("t.csv.gz", "--seeds", "1..2", "--workers", "1"), plain);
  });

  it("take no more memory for twenty times the rows", function () {
    this.timeout(120_000);
    write("short.csv", rows(20_000));
    write("long.csv", rows(400_000)); // 14 MB of text, and 13 MB as numbers
    const short = run(scenario("short.csv"), "--quiet").residentMb;
    const long = run(scenario("long.csv"), "--quiet").residentMb;
    assert.ok(long < short + 20, `${short} MB, and ${long} MB for the longer one`);
  });
});
