import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { loadScenario } from "../../src/scenario/index.ts";

const root = new URL("../../../", import.meta.url).pathname; // from dist/test/scenario

describe("the shipped catalogue", () => {
  for (const file of readdirSync(`${root}catalogue/servers`).filter((name) => name.endsWith(".yaml"))) {
    it(`${file} can be named by a scenario`, () => {
      const kind = file.slice(0, -".yaml".length);
      const text = `name: x\nduration: 1 s\nsites: { west: { servers: { kind: ${kind} } } }\n`;
      const { spec } = loadScenario("x.yaml", {
        cwd: ".",
        catalogue: { dir: "catalogue" },
        read: (path) => (path === "x.yaml" ? text : readFileSync(root + path, "utf8")),
      });
      assert.ok((spec.serverKinds[kind]?.cores ?? Number.NaN) >= 1);
    });
  }
});
