/** Two hundred scenarios at random: the books balance, and the same seed gives the same bytes. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import type { RunResult } from "../../../src/experiment/result.ts";
import { runSeed } from "../../../src/experiment/run.ts";
import { documentOf, loadYaml, rowsOf } from "../run-yaml.ts";
import { FUZZ_FILES, scenarios } from "./arbitrary-scenario.ts";

const RUN_COUNT = 200;
const FALLBACK_SEED = 1;

/** From CYBERTWIN_FUZZ_SEED, else from the commit, so that each commit looks elsewhere; else fixed. */
function fuzzSeed(): number {
  const { CYBERTWIN_FUZZ_SEED: given } = process.env;
  if (given !== undefined && given !== "") return Number(given);
  const { status, stdout } = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" });
  return status === 0 ? Number.parseInt(stdout.slice(0, 8), 16) : FALLBACK_SEED;
}

const HOOKS = { shouldStop: () => false, onProgress: () => {} };
/** Joules of all servers, from the rows alone: each holds its watts until the next one of its server. */
function rowsJ(result: RunResult, endS: number): number {
  const last = new Map<string, { timeS: number; watts: number }>();
  let energyJ = 0;
  for (const { server, time_s, watts } of rowsOf(result, "power") as { server: string; time_s: number; watts: number }[]) {
    const before = last.get(server);
    if (before !== undefined) energyJ += before.watts * (time_s - before.timeS);
    last.set(server, { timeS: time_s, watts });
  }
  for (const { timeS, watts } of last.values()) energyJ += watts * (endS - timeS);
  return energyJ;
}

function checkBooks(result: RunResult): void {
  const broken = Object.entries(result.identities).filter(([, holds]) => !holds);
  assert.deepEqual(broken, []);
  const { metrics } = result;
  const value = (name: string): number => metrics[name] as number;
  const endS = value("run.warmup_s") + value("run.measured_s");
  const itJ = value("energy.it_j");
  assert.ok(Math.abs(rowsJ(result, endS) - itJ) <= 1e-9 * itJ, "rows of watts add up to the meters");
  const names = Object.keys(metrics);
  const sum = (prefix: string): number =>
    names.filter((name) => name.startsWith(prefix) && name !== `${prefix}total_j`).reduce((total, name) => total + value(name), 0);
  assert.ok(Math.abs(sum("energy.") - itJ - value("energy.total_j")) <= 1e-9 * value("energy.total_j"), "accounts add up to the total");
  for (const name of names.filter((each) => each.endsWith(".requests_arrived"))) {
    const prefix = name.slice(0, -"arrived".length);
    const ends = ["finished", "rejected", "failed", "timed_out", "dropped", "unfinished"].map((end) => value(`${prefix}${end}`));
    assert.equal(
      value(name),
      ends.reduce((total, count) => total + count, 0),
      name,
    );
  }
  for (const [name, fraction] of Object.entries(metrics)) {
    if (/attainment|windows_met|utilization|availability|days_met/.test(name) && fraction !== null)
      assert.ok(fraction >= 0 && fraction <= 1 + 1e-12, name);
    if (fraction !== null && /^energy|^carbon/.test(name)) assert.ok(fraction >= 0, `${name} is ${fraction}`);
  }
}

describe("random scenarios", function () {
  this.timeout(300_000);
  const seed = fuzzSeed();

  it(`keep their books and repeat themselves (CYBERTWIN_FUZZ_SEED=${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const loaded = loadYaml(scenario.text, FUZZ_FILES);
        const first = await runSeed(loaded, scenario.seed, HOOKS);
        checkBooks(first);
        const second = await runSeed(loaded, scenario.seed, HOOKS);
        assert.equal(second.eventLogHash, first.eventLogHash);
        assert.equal(documentOf(loaded, [second]), documentOf(loaded, [first]));
        assert.deepEqual(second.tables, first.tables);
      }),
      { seed, numRuns: RUN_COUNT },
    );
  });
});
