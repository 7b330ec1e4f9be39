import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { bannedWords, wrongImports, wrongSizes } from "./rules.ts";
import { parseSources, type Source } from "./source.ts";

/** Files that git would commit: tracked ones and new ones that are not ignored. */
function repositoryFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
  return listed.split("\n").filter((path) => path !== "" && existsSync(path));
}

const MACHINE_PATHS = /(?:^|[\s"'`(=:])\/(?:work|tmp|home|Users|root|mnt)\/\w/;
const REGISTRY_HOSTS = /registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)|npm\.pkg\.github\.com|artifactory/i;
const TEXT = /\.(?:ts|mjs|cjs|js|json|ya?ml|md|html|sh|py|csv|svg)$|(?:^|\/)(?:run|LICENSE|\.npmrc|\.gitignore)$/;
/** The file that spells out what is not allowed. */
const THIS_FILE = "test/tidy/repository.test.ts";

describe("the repository", () => {
  let files: readonly string[];
  let sources: readonly Source[];
  before(function () {
    if (!existsSync(".git")) this.skip(); // unpacked from an archive: nothing says which files belong to it
    files = repositoryFiles();
    const paths = files.filter((path) => /^(?:src|test|bench)\/.*\.ts$/.test(path) && !path.endsWith(".d.ts"));
    sources = parseSources(Object.fromEntries(paths.map((path) => [path, readFileSync(path, "utf8")])));
  });

  it("imports only to the left", () => assert.deepEqual(sources.flatMap(wrongImports), []));

  it("keeps functions and files short", () => assert.deepEqual(sources.flatMap(wrongSizes), []));

  it("leaves chance, clocks and powers alone in src", () => {
    assert.deepEqual(sources.filter(({ path }) => path.startsWith("src/")).flatMap(bannedWords), []);
  });

  it("names no path of the machine it was written on, and no registry", () => {
    const messages = files
      .filter((path) => TEXT.test(path) && path !== THIS_FILE)
      .flatMap((path) =>
        readFileSync(path, "utf8")
          .split("\n")
          .flatMap((line, i) =>
            MACHINE_PATHS.test(line) || REGISTRY_HOSTS.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [],
          ),
      );
    assert.deepEqual(messages, []);
  });

  it("locks packages by integrity, without addresses", () => {
    const lock = readFileSync("package-lock.json", "utf8");
    assert.ok(!lock.includes('"resolved"'));
    assert.ok(lock.includes('"integrity"'));
  });

  it("has built what package.json promises", () => {
    const { bin, exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      bin: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    const promised = [
      ...Object.values(bin),
      ...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry))),
    ];
    assert.deepEqual(
      promised.filter((path) => !existsSync(path)),
      [],
    );
  });

  it("passes the formatter and the linter", function () {
    this.timeout(60_000);
    const version = spawnSync(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "--version"]);
    if (version.status !== 0) {
      console.log("      skipped: biome's program for this machine is not installed");
      this.skip();
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "--colors=off"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
  });
});
