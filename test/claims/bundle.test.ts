/** The bundle's own threads: what the bundler could break. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

describe("dist/cybertwin.js verify", function () {
  this.timeout(60_000);

  it("prints the same bytes at one worker and at two", () => {
    const [one, two] = ["1", "2"].map((workers) =>
      spawnSync(process.execPath, [resolve("dist/cybertwin.js"), "verify", "kingman", "--format", "json", "--workers", workers], {
        encoding: "utf8",
      }),
    );
    assert.deepEqual([one?.status, one?.stderr], [0, ""]);
    assert.deepEqual([two?.status, two?.stderr, two?.stdout], [0, "", one?.stdout]);
  });
});
