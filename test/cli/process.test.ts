import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliCase } from "./cli-case.ts";

const BIN = fileURLToPath(new URL("./fake-bin.js", import.meta.url));

describe("cybertwin as a process", () => {
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
  });
  afterEach(() => cli.remove());

  function start(...argv: readonly string[]) {
    return spawn(process.execPath, [BIN, ...argv], { cwd: cli.folder, stdio: ["ignore", "pipe", "pipe"] });
  }

  it("exits with the code of the command", async () => {
    const child = start("rnu");
    assert.deepEqual(await once(child, "close"), [2, null]);
  });

  it("saves what there is at the first interrupt and exits 130", async () => {
    const child = start("run", cli.scenario({ name: "toy", seed: 1, loop: true }), "--out", "cut", "--quiet");
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    await once(child.stderr, "data"); // the run says that it has begun
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [130, null]);
    assert.match(err, /Interrupted: 0 of 1 runs are whole; seed 1 at [\d.]+ (s|min)\.\n$/);
    assert.ok(existsSync(join(cli.folder, "cut/summary.json")));
  });

  it("is killed by a second interrupt", async () => {
    const child = start("run", cli.scenario({ name: "toy", seed: 1, loop: true, deaf: true }), "--quiet");
    await once(child.stderr, "data"); // "running"
    child.kill("SIGINT");
    await once(child.stderr, "data"); // "Interrupted: keeping what there is."
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [null, "SIGINT"]);
  });

  it("says in one line that nothing can be written to stdout", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const full = openSync("/dev/full", "w");
    const argv = [BIN, "run", cli.scenario({ name: "toy", seed: 1 }), "--quiet"];
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: cli.folder, stdio: ["ignore", full, "pipe"], encoding: "utf8" });
    closeSync(full);
    assert.equal(status, 2);
    assert.match(stderr, /^stdout cannot be written: ENOSPC.*\n$/);
  });

  it("takes a reader that leaves for no error", async () => {
    const metrics = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`metric_${i}_s`, i]));
    const child = start("run", cli.scenario({ name: "toy", seed: 1, metrics }), "--format", "json", "--quiet");
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    assert.deepEqual(await once(child, "close"), [0, null]);
    assert.equal(err, "");
  });
});
