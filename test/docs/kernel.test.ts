import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

describe("docs/kernel.md", () => {
  it("holds an M/M/1 that runs as it stands, by the package's name, and meets theory", () => {
    const [, code = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync("docs/kernel.md", "utf8")) ?? [];
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    // Load 0.8: the mean over n customers has variance 0.8 (2 + 5(0.8) - 4(0.64) + 0.512) / 0.2^4 / n in squared work
    // times, so an sd of 0.8 sqrt(1976 / 1e5) = 0.112 s; five of them.
    assert.ok(Math.abs(Number(stdout) - 4) < 0.56, stdout);
  });
});
