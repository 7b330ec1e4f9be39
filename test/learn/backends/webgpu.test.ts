/**
 * WebGPU against `cpu`, on whatever device there is: the one named by VK_ICD_FILENAMES, the system's own, or the software device that
 * comes with Chromium. Skipped, with the reason printed, where there is none.
 */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { distance } from "../nets/checked.ts";
import { TRAININGS, trained } from "../nets/training.ts";
import type { WebgpuResult } from "./webgpu-child.ts";

const CHILD = new URL("./webgpu-child.js", import.meta.url).pathname;
/** Where Debian's Chromium keeps its software device, and a Vulkan loader for it. */
const SOFTWARE = "/usr/lib/chromium/vk_swiftshader_icd.json";
const TIME_LIMIT_MS = 60_000;

describe("training on webgpu", function () {
  this.timeout(2 * TIME_LIMIT_MS);
  let result: WebgpuResult;

  before(async function () {
    const folder = mkdtempSync(join(tmpdir(), "cybertwin-webgpu-"));
    try {
      result = run(folder, {}) ?? {};
      if (result.refused !== undefined && existsSync(SOFTWARE)) result = run(folder, softwareDevice(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    if (result.refused !== undefined) {
      console.log(`      skipped: ${result.refused}`);
      this.skip();
    }
    await openBackend("cpu");
  });

  it("names its device", () => {
    console.log(`      on ${result.device}`);
    assert.match(result.device ?? "", /^TensorFlow\.js 4\.22\.0, \S/);
  });

  for (const name of Object.keys(TRAININGS)) {
    it(`agrees with cpu after one update: ${name}`, async () => {
      const expected = await trained(name, { seeds: [1], updates: 1 });
      assert.ok(distance(result.afterOne?.[name] ?? [], expected) < 1e-5);
    });
  }

  it("agrees with cpu after a hundred updates", async () => {
    assert.ok(distance(result.afterHundred ?? [], await trained("regression", { seeds: [1], updates: 100 })) < 1e-3);
  });

  it("gives the same bits again, and within 1e-6 the same in a population", () => {
    const [first = [], second = [], together = []] = result.again ?? [];
    assert.ok(first.length > 0);
    assert.deepEqual(second, first);
    assert.ok(distance(together, first) < 1e-6);
  });

  it("leaves nothing behind", () => {
    const [before, after] = result.tensors ?? [0, 1];
    assert.equal(after, before);
  });
});

function softwareDevice(folder: string): Readonly<Record<string, string>> {
  return { VK_ICD_FILENAMES: SOFTWARE, LD_LIBRARY_PATH: dirname(SOFTWARE), XDG_RUNTIME_DIR: folder };
}

function run(folder: string, environment: Readonly<Record<string, string>>): WebgpuResult {
  const [file, log] = [join(folder, "result.json"), join(folder, "log")];
  rmSync(file, { force: true });
  const output = openSync(log, "w"); // not a pipe: the driver has crashed on broken ones
  const { status, signal } = spawnSync(process.execPath, [CHILD, file], {
    stdio: ["ignore", output, output],
    env: { ...process.env, ...environment },
    timeout: TIME_LIMIT_MS,
    killSignal: "SIGKILL",
  });
  // Software devices have crashed after the last line, while the process ended: the file says whether the work was done.
  assert.ok(existsSync(file), `ended with ${status ?? signal}: ${readFileSync(log, "utf8").slice(-2000)}`);
  return JSON.parse(readFileSync(file, "utf8")) as WebgpuResult;
}
