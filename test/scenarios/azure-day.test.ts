import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { brokenIdentities, loadFile, play, ROOT, value } from "./play.ts";

const CONVERSATION = resolve(ROOT, "../shared/data/llm/azure_llm_2023_conv.csv");
const GRID = resolve(ROOT, "../shared/data/carbon/dacf_ciso_2020_2021.csv.gz");
const S_PER_TOKEN = 0.02;

describe("scenarios/azure-day.yaml", () => {
  it("asks for its two files by name", () => {
    assert.throws(() => loadFile("scenarios/azure-day.yaml"), /azure-conv\.csv" does not exist/);
  });

  it("replays every request of the trace with its own work", async function () {
    this.timeout(30_000);
    if (!existsSync(CONVERSATION) || !existsSync(GRID)) {
      console.log(`      skipped: needs ${CONVERSATION} and ${GRID}`);
      this.skip();
    }
    const run = await play("scenarios/azure-day.yaml", {
      set: [`workloads.chat.arrivals.file=${CONVERSATION}`, `sites.west.carbon.file=${GRID}`],
    });
    assert.deepEqual(brokenIdentities(run), []);
    const [header = "", ...rows] = readFileSync(CONVERSATION, "utf8").trim().split("\n");
    const at = header.split(",").indexOf("output_tokens");
    const workS = rows.reduce((sum, row) => sum + Number(row.split(",")[at]) * S_PER_TOKEN, 0);
    assert.equal(value(run, "workloads.chat.requests_finished"), rows.length);
    // Two servers of dell-r740 with 56 schedulable cores each, over a day.
    const busyS = value(run, "sites.west.utilization_mean") * 2 * 56 * 86_400;
    assert.ok(Math.abs(busyS / workS - 1) < 1e-9, `${busyS} s busy, ${workS} s of work`);
  });
});
