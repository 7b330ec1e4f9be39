import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { programSha256 } from "../../src/cli/program-digest.ts";

describe("the digest of the program", () => {
  let folder: string;
  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const digest = (name: string): string => programSha256(pathToFileURL(join(folder, name)).href);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-digest-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is of the bundle's files, wherever they lie, and of nothing else there", () => {
    for (const at of ["a", "b"]) {
      write(`${at}/dist/cybertwin.js`, "1");
      write(`${at}/dist/chunk-X.js`, "2");
    }
    const before = digest("a/dist/chunk-X.js");
    assert.equal(digest("b/dist/chunk-X.js"), before);
    write("a/dist/chunk-X.js.map", "another path");
    write("a/dist/src/kernel/a.js", "compiled beside it");
    assert.equal(digest("a/dist/chunk-X.js"), before);
    write("a/dist/worker.js", "");
    const withWorker = digest("a/dist/chunk-X.js");
    write("a/dist/chunk-X.js", "3");
    assert.equal(new Set([before, withWorker, digest("a/dist/chunk-X.js")]).size, 3);
  });

  it("is of every module where the program is only compiled", () => {
    write("dist/src/cli/program-digest.js", "1");
    write("dist/src/world/deep/in.js", "2");
    const before = digest("dist/src/cli/program-digest.js");
    write("dist/test/a.test.js", "no part of it");
    assert.equal(digest("dist/src/cli/program-digest.js"), before);
    write("dist/src/world/deep/in.js", "3");
    assert.notEqual(digest("dist/src/cli/program-digest.js"), before);
  });

  it("of this very program comes out at once", () => {
    assert.match(programSha256(), /^[0-9a-f]{64}$/);
    assert.equal(programSha256(), programSha256());
  });
});
