import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderReport } from "../../src/report/html/page.ts";
import { fromFolder, runFiles } from "../../src/report/run-folder.ts";
import { StoredResultError } from "../../src/report/series-json.ts";
import { writeFolder } from "../../src/report/write-folder.ts";
import { sampleOutput } from "./sample.ts";

describe("a stored run", () => {
  let parent = "";
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "cybertwin-run-"));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it("comes back as it was, typed arrays and all, and gives the same page", () => {
    const output = sampleOutput();
    const target = join(parent, "out");
    writeFolder(target, runFiles(output), { force: false });
    const back = fromFolder(target);
    assert.deepEqual(back, output); // NaN equals NaN here, and a Float32Array is no Float64Array
    assert.equal(renderReport(back), renderReport(output));
  });

  it("keeps how far an interrupted run came", () => {
    const output = sampleOutput();
    const runs = output.runs.map((run) => ({ ...run, interruptedAtS: 1234.5 }));
    const target = join(parent, "out");
    writeFolder(target, runFiles({ ...output, runs }), { force: false });
    assert.deepEqual(
      fromFolder(target).runs.map((run) => run.interruptedAtS),
      [1234.5, 1234.5],
    );
  });

  it("stores tables as Parquet, by seed where there are several", () => {
    const output = sampleOutput();
    const table = { rowCount: 1, columns: [{ name: "id", type: "double", data: Float64Array.of(1) } as const] };
    const runs = output.runs.map((run) => ({ ...run, tables: { requests: table } }));
    const named = (files: Record<string, unknown>) => Object.keys(files).filter((name) => name.endsWith(".parquet"));
    assert.deepEqual(named(runFiles({ ...output, runs })), ["requests-seed-1.parquet", "requests-seed-2.parquet"]);
    assert.deepEqual(named(runFiles({ ...output, runs: runs.slice(0, 1), seeds: [1] })), ["requests.parquet"]);
  });

  it("holds events.jsonl where events were asked for, also when there was none", () => {
    const [run] = sampleOutput().runs;
    assert(run);
    const eventsOf = (eventLines?: readonly string[]) =>
      runFiles({ ...sampleOutput(), runs: [{ ...run, ...(eventLines && { eventLines }) }] })["events.jsonl"];
    assert.equal(eventsOf(), undefined);
    assert.equal(eventsOf([]), "");
    assert.equal(eventsOf(['{"a":1}', '{"b":2}']), '{"a":1}\n{"b":2}\n');
  });

  it("is refused with a reason when it is not one, or damaged", () => {
    assert.throws(
      () => fromFolder(parent),
      (error) => error instanceof StoredResultError && /holds no summary.json/.test(error.message),
    );
    for (const [summary, message] of [
      ["{", /is not JSON/],
      ['{"runs": 1}', /is not a result/],
    ] as const) {
      writeFileSync(join(parent, "summary.json"), summary);
      writeFileSync(join(parent, "series.json"), '{"format": 1, "runs": []}');
      assert.throws(
        () => fromFolder(parent),
        (error) => error instanceof StoredResultError && message.test(error.message),
      );
    }
    writeFileSync(join(parent, "summary.json"), '{"runs": []}');
    writeFileSync(join(parent, "series.json"), '{"format": 99, "runs": []}');
    assert.throws(() => fromFolder(parent), /format 99/);
  });
});
