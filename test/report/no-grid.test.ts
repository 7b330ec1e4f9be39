import { strict as assert } from "node:assert";
import { renderReport } from "../../src/report/html/page.ts";
import { sampleOutput } from "./sample.ts";

describe("the page of a cloud whose grid is not known", () => {
  it("draws watts, and no grams", () => {
    const output = sampleOutput();
    const runs = output.runs.map((run) => ({
      ...run,
      series: { ...run.series, sites: run.series.sites.map((site) => ({ ...site, carbonG: {} })) },
    }));
    const page = renderReport({ ...output, runs });
    assert.match(page, /power by account/);
    assert.doesNotMatch(page, /carbon by account/);
    assert.match(renderReport(output), /carbon by account/);
  });
});
