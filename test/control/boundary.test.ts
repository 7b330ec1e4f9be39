import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";

describe("the boundary between the world and those who decide", () => {
  it("is compiled with the tests: its @ts-expect-error lines are checked by every build", () => {
    assert.ok(existsSync(new URL("./boundary.types.js", import.meta.url)));
  });
});
