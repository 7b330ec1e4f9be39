/** The committed gates, the policies that they stand on, and the workflow that shows how to run them. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { runCli } from "../../src/cli/cli.ts";
import { engine } from "../../src/cli/wiring.ts";
import { unpackPolicy } from "../../src/learn/policy-file.ts";
import { SEED_RANGES } from "../../src/scenario/seed-ranges.ts";
import { type Answer, CliCase } from "../cli/cli-case.ts";

const POLICIES = "results/policies";
/** Of the folder: a clone must stay small. */
const POLICIES_MAX_B = 3e6;

const gates = readdirSync("gates").filter((name) => name.endsWith(".yaml"));

const cli = new CliCase();
after(() => cli.remove());

async function cybertwin(...argv: readonly string[]): Promise<Answer> {
  const { io, said } = cli.listen();
  const code = await runCli(argv, { ...io, cwd: process.cwd(), inCi: true }, async () => engine());
  return { code, ...said };
}

describe("the committed gates", function () {
  this.timeout(60_000);

  for (const name of gates) {
    it(`${name} is ok`, async () => {
      const { code, out, err } = await cybertwin("gate", `gates/${name}`, "--workers", "1");
      assert.equal(code, 0, out + err);
    });

    it(`${name} has seeds for gates, a hundred, and a ledger that ends with its baseline`, () => {
      const { seeds, baseline } = parse(readFileSync(`gates/${name}`, "utf8")) as { seeds: string; baseline: string };
      assert.equal(seeds, `${SEED_RANGES.gates.from + 1}..${SEED_RANGES.gates.from + 100}`);
      const { worldVersion, policySha256 } = JSON.parse(readFileSync(join("gates", baseline), "utf8"));
      const ledger = readFileSync(join("gates", baseline.replace(/json$/, "ledger.jsonl")), "utf8")
        .trimEnd()
        .split("\n");
      const last = JSON.parse(ledger.at(-1) as string);
      assert.deepEqual([last.worldVersion, last.policySha256], [worldVersion, policySha256]);
    });
  }
});

describe("the stored policies", () => {
  const names = readdirSync(POLICIES);
  const manifests = names.filter((name) => name.endsWith(".json"));

  it("are whole, and say which command makes them again", () => {
    for (const name of manifests) {
      const { about } = unpackPolicy(
        readFileSync(join(POLICIES, name), "utf8"),
        readFileSync(join(POLICIES, name.replace(/json$/, "bin"))),
      );
      const [, file = ""] = /^cybertwin train (\S+)$|^node (\S+)/.exec(about.command) ?? [];
      assert.ok(file === "" || existsSync(file), `${name}: ${about.command}`);
    }
  });

  it("fit into 3 MB", () => {
    const bytes = names.reduce((sum, name) => sum + statSync(join(POLICIES, name)).size, 0);
    assert.ok(bytes <= POLICIES_MAX_B, `${bytes}`);
  });
});

describe("examples/gate.yml", () => {
  interface Workflow {
    readonly on: string;
    readonly jobs: Readonly<
      Record<string, { readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly if?: string }[] }>
    >;
  }
  const { on, jobs } = parse(readFileSync("examples/gate.yml", "utf8")) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("runs on pull requests, with actions pinned to a major version", () => {
    assert.equal(on, "pull_request");
    const actions = steps.flatMap(({ uses = [] }) => uses);
    assert.ok(actions.length > 0 && actions.every((action) => /^actions\/[a-z-]+@v\d+$/.test(action)), actions.join());
  });

  it("runs a command that there is, whose output is what it keeps", async () => {
    const [, files = "", options = "", kept = ""] =
      /npx cybertwin gate (\S+) (.*) \| tee (\S+)/.exec(steps.flatMap(({ run = [] }) => run).join("\n")) ?? [];
    assert.equal(files, "gates/*.yaml");
    const { code, out } = await cybertwin("gate", ...gates.map((name) => `gates/${name}`), ...options.split(" "));
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^<\\?xml .*\\n<testsuites tests="${gates.length}" failures="0">`));
    const upload = steps.find(({ uses = "" }) => uses.startsWith("actions/upload-artifact")) as {
      readonly if?: string;
      readonly with?: { readonly path?: string };
    };
    assert.deepEqual([upload.if, upload.with?.path], ["always()", kept]); // a gate that fails is the one to read
  });
});
