import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = new URL("../../../", import.meta.url).pathname; // from dist/test/docs
const README = readFileSync(`${ROOT}README.md`, "utf8");

describe("README.md", () => {
  it("has a tour in which every line works and shows what it says", function () {
    if (process.platform === "win32") this.skip(); // written for a POSIX shell
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), "cybertwin-tour-"));
    try {
      for (const name of ["scenarios", "traces", "catalogue", "gates", "results"]) symlinkSync(ROOT + name, join(folder, name));
      mkdirSync(join(folder, "out")); // as `npm start` leaves it
      const tour = README.slice(README.indexOf("<!-- tour -->"));
      const steps = [...tour.matchAll(/```sh\n([^`]*)```\n(?:```text\n([\s\S]*?)```\n)?/g)];
      assert.ok(steps.length >= 8);
      for (const [, commands = "", shown = ""] of steps) {
        const script = commands.replaceAll("npx cybertwin", `"${process.execPath}" "${ROOT}dist/cybertwin.js"`);
        const { stdout, stderr, status } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
        assert.ok(status !== null && status <= 2, `${commands}${stderr}`);
        for (const line of shown.split("\n"))
          assert.ok((stdout + stderr).includes(line), `${commands}shows no line "${line}":\n${stdout}${stderr}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("links only to what is there, as do the other pages", () => {
    const pages = [
      "README.md",
      "CONTRIBUTING.md",
      "docs/adding.md",
      "docs/gates.md",
      "docs/importing.md",
      "docs/kernel.md",
      "docs/python.md",
      "docs/scenario.md",
      "docs/units.md",
      "python/README.md",
      "traces/README.md",
    ];
    const broken = pages.flatMap((page) =>
      [...readFileSync(ROOT + page, "utf8").matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)]
        .map((match) => (match[1] ?? match[2]) as string)
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(ROOT, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });
});
