import { strict as assert } from "node:assert";
import { stripVTControlCharacters } from "node:util";
import type { RunOutput } from "../../src/experiment/result.ts";
import { toTable } from "../../src/report/to-table.ts";
import { sampleOutput } from "./sample.ts";

const widthOf = (line: string) => [...line].length;

describe("the table in the terminal", () => {
  it("says the answer first, in units that people use", () => {
    const [title, blank, first, second] = toTable(sampleOutput(), { color: false }).split("\n");
    assert.equal(title, "sample-day | 24 h after 30 min of warm-up | 2 seeds | cybertwin 0.1.0");
    assert.equal(blank, "");
    assert.match(
      `${first} ${second}`,
      /^In 24 h, web answered 99\.\d+ % of 4\.\d+ M requests within 50 ms; the cloud drew \d+\.\d kWh and emitted \d+\.\d kg CO₂e; \d+ of 96 jobs finished\.$/,
    );
  });

  it("says in its title that a run was interrupted", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const [title] = toTable({ ...output, seeds: [1], runs: [{ ...first, interruptedAtS: 7.2 * 3600 }] }, { color: false }).split("\n");
    assert.equal(title, "sample-day | interrupted after 7.20 h of 24.5 h | seed 1 | cybertwin 0.1.0");
  });

  it("stays within 100 columns, even for long names and remarks", () => {
    const output = sampleOutput();
    const long = `workloads.${"a-very-long-name-".repeat(8)}.latency_p99_s`;
    const wide: RunOutput = {
      ...output,
      scenario: { ...output.scenario, name: "n".repeat(140) },
      expectations: [{ metric: long, max: 1, value: null, met: false }],
    };
    const lines = toTable(wide, { color: false }).split("\n");
    assert.deepEqual(
      lines.filter((line) => widthOf(line) > 100),
      [],
    );
  });

  it("aligns the values of all groups at their right edge", () => {
    const lines = toTable(sampleOutput(), { color: false }).split("\n");
    const edges = lines.filter((line) => line.startsWith("  ") && line.includes("  [")).map((line) => line.indexOf("  ["));
    assert(edges.length > 5);
    assert.equal(new Set(edges).size, 1);
  });

  it("tells which expectations and identities fail", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const text = toTable({ ...output, runs: [{ ...first, identities: { "jobs balance": false } }] }, { color: false });
    assert.match(text, /BROKEN {2}jobs balance/);
    assert.match(text, /met {5}workloads\.web\.slo_attainment at least 99\.9 %, got 99\.\d+ %/);
    assert.match(text, /MISSED {2}faults\.crash\.time_to_recover_mean_s at most 10 min, got \d+\.\d min/);
  });

  it("uses colours only when asked, and they change nothing else", () => {
    const plain = toTable(sampleOutput(), { color: false });
    const coloured = toTable(sampleOutput(), { color: true });
    assert(!plain.includes("\u001b"));
    assert.notEqual(coloured, plain);
    assert.equal(stripVTControlCharacters(coloured), plain);
  });
});
