/** `run` with `record: { trace: true }`, by the real engine: where the files come to lie. */
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import { engine } from "../../src/cli/wiring.ts";
import { CliCase } from "./cli-case.ts";

const SCENARIO = `name: traced
seed: 1
duration: 1 min
sites: { west: { servers: { kind: dell-r740, gpus: { kind: v100-pcie-16gb, count: 1 } } } }
workloads:
  chat: { kind: model-serving, models: { bert: { kind: bert-large } }, arrivals: { kind: poisson, rate: 1 req/s } }
record: { trace: true }
`;

describe("cybertwin run, with a trace", () => {
  let place: CliCase;
  beforeEach(() => {
    place = new CliCase();
    writeFileSync(join(place.folder, "traced.yaml"), SCENARIO);
  });
  afterEach(() => place.remove());

  async function run(...argv: readonly string[]): Promise<number> {
    const { io } = place.listen();
    return await runCli(["run", "traced.yaml", "--quiet", ...argv], io, async () => engine());
  }
  const slices = (name: string): number => {
    const { traceEvents } = JSON.parse(readFileSync(join(place.folder, "out", name), "utf8")) as { traceEvents: { ph: string }[] };
    return traceEvents.filter(({ ph }) => ph === "X").length;
  };

  it("puts it beside the other files, and leaves nothing behind", async () => {
    assert.equal(await run("--out", "out"), 0);
    assert.ok(slices("trace.json") > 30);
    assert.equal(await run("--out", "out", "--force"), 0);
    assert.deepEqual(readdirSync(place.folder).sort(), ["out", "traced.yaml"]);
  });

  it("has a file for each seed, whatever the number of workers", async () => {
    assert.equal(await run("--out", "out", "--seeds", "1..3", "--workers", "2"), 0);
    const own = [1, 2, 3].map((seed) => slices(`trace-seed-${seed}.json`));
    assert.equal(await run("--out", "out", "--seeds", "1..3", "--workers", "1", "--force"), 0);
    assert.deepEqual(
      [1, 2, 3].map((seed) => slices(`trace-seed-${seed}.json`)),
      own,
    );
    assert.deepEqual(readdirSync(place.folder).sort(), ["out", "traced.yaml"]);
  });

  it("keeps none without a folder, nor of a scenario that is refused", async () => {
    assert.equal(await run(), 0);
    assert.equal(await run("--out", "out", "--set", "duration=-1 s"), 2);
    assert.deepEqual(readdirSync(place.folder), ["traced.yaml"]);
  });
});
