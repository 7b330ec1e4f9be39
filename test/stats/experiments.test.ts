import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { rootRng } from "../../src/kernel/index.ts";
import { mean, variance } from "../../src/stats/index.ts";
import { experiments, measure } from "./experiments.ts";

const SIGMAS = 5;

/** Measured value of each row in the page's table. */
function printed(): ReadonlyMap<string, readonly [claimed: string, measured: number]> {
  const page = readFileSync(new URL("../../../docs/statistics.md", import.meta.url), "utf8");
  return new Map(
    page.split("\n").flatMap((line) => {
      const [, name = "", claimed = "", measured = "", , trials = ""] = line.split("|").map((cell) => cell.trim());
      return /^\d+$/.test(trials) ? [[name, [claimed, Number(measured)]] as const] : [];
    }),
  );
}

describe("docs/statistics.md", function () {
  this.timeout(60_000);
  const table = printed();

  it("has a row for every experiment, and no other", () => {
    assert.deepEqual(
      [...table.keys()],
      experiments.map(({ name }) => name),
    );
  });

  for (const experiment of experiments) {
    it(experiment.name, () => {
      const [claimed, measured] = table.get(experiment.name) as readonly [string, number];
      assert.equal(claimed, experiment.claimed);
      const values = measure(experiment, rootRng(77), 1);
      // A share near 0 or 1 may show no spread at all: its variance is that of the printed share at least.
      const spread = experiment.kind === "share" ? Math.max(variance(values), measured * (1 - measured)) : variance(values);
      const tolerance = SIGMAS * Math.sqrt((spread / values.length) * 1.1); // the printed value has a tenth of this variance
      assert.ok(Math.abs(mean(values) - measured) <= tolerance, `${mean(values)}, the page says ${measured} +- ${tolerance}`);
    });
  }
});
