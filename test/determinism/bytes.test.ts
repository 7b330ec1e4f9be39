/** Same scenario and seed, same bytes: again, with more workers, and on other versions of Node. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ALL_LAWS } from "./all-laws.ts";

const BIN = resolve("dist/cybertwin.js");
const SCENARIOS = ["rack-outage", "carbon-shift"].map((name) => resolve(`scenarios/${name}.yaml`));
const MAJORS = [22, 24];
const nodeOf = (major: number): string => resolve(`.nodes/${major}/node_modules/node/bin/node`);

interface Document {
  readonly runs: readonly { readonly seed: number; readonly eventLogHash: string }[];
}

describe("the same bytes", function () {
  this.timeout(180_000);
  let folder: string;
  let files: readonly string[];
  /** On this Node, with one worker, by file. */
  const first = new Map<string, string>();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-determinism-"));
    const laws = join(folder, "all-laws.yaml");
    writeFileSync(laws, ALL_LAWS);
    files = [...SCENARIOS, laws];
    for (const file of files) first.set(file, play(process.execPath, file, 1));
    if (process.env.CYBERTWIN_NODES === "1") spawnSync(process.execPath, ["scripts/nodes.mjs"], { stdio: ["ignore", 2, 2] });
  });
  after(() => rmSync(folder, { recursive: true }));

  function play(node: string, file: string, workers: number): string {
    const argv = [BIN, "run", file, "--seeds", "1..2", "--format", "json", "--quiet", "--workers", String(workers)];
    const { status, stdout, stderr } = spawnSync(node, argv, { encoding: "utf8", maxBuffer: 1 << 28 });
    assert.ok(status === 0 || status === 1, `${file} on ${node}: exit ${status}\n${stderr}`);
    return stdout;
  }

  it("come again", () => {
    for (const file of files) assert.equal(play(process.execPath, file, 1), first.get(file), file);
  });

  it("come from two workers", () => {
    for (const file of files) assert.equal(play(process.execPath, file, 2), first.get(file), file);
  });

  it("differ from seed to seed, so that the hash hashes something", () => {
    for (const [file, text] of first) {
      const hashes = (JSON.parse(text) as Document).runs.map((run) => run.eventLogHash);
      assert.equal(new Set(hashes).size, 2, file);
    }
  });

  for (const major of MAJORS) {
    it(`come from Node ${major}`, function () {
      const node = nodeOf(major);
      if (!existsSync(node)) {
        console.log(`      skipped: there is no Node ${major} in .nodes/; \`node scripts/nodes.mjs\` brings it`);
        this.skip();
      }
      for (const file of files) assert.equal(play(node, file, 2), first.get(file), file);
    });
  }
});
