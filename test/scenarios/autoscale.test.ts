import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readCsv } from "../../src/world/workload/index.ts";

const TUNING = "results/autoscale-tuning/table.csv";
const KEYS = {
  cores: "workloads.web.limits.cpu",
  target: "controllers.scaler.policy.cpuUtilization",
  down: "controllers.scaler.policy.scaleDown.stabilization",
  reward: "controllers.scaler.reward_mean.mean",
} as const;

describe("scenarios/autoscale.yaml", () => {
  it("has the autoscaler that is best paid in the tuning, of those that wait as long as Kubernetes does", () => {
    const { web, policy } = (() => {
      const { workloads, controllers } = parse(readFileSync("scenarios/autoscale.yaml", "utf8"));
      return { web: workloads.web, policy: controllers.scaler.policy };
    })();
    const columns = [{ name: KEYS.cores }, { name: KEYS.target }, { name: KEYS.reward }, { name: KEYS.down, type: "text" as const }];
    const { numbers, texts, rowCount } = readCsv(readFileSync(TUNING, "utf8").split("\n"), TUNING, columns);
    const column = (key: string): Float64Array => numbers[key] as Float64Array;
    const rows = Array.from({ length: rowCount }, (_, i) => i).filter((i) => texts[KEYS.down]?.[i] === "300 s");
    const best = rows.reduce((so, i) => ((column(KEYS.reward)[i] as number) > (column(KEYS.reward)[so] as number) ? i : so));
    assert.deepEqual([column(KEYS.cores)[best], column(KEYS.target)[best]], [web.limits.cpu, policy.cpuUtilization]);
    assert.equal(policy.scaleDown, undefined, "300 s is the default");
  });

  it("tunes on the points that scenarios/sweep-autoscale.yaml names", () => {
    const { vary } = parse(readFileSync("scenarios/sweep-autoscale.yaml", "utf8"));
    const columns = [{ name: KEYS.cores }, { name: KEYS.target }, { name: KEYS.down, type: "text" as const }];
    const { numbers, texts } = readCsv(readFileSync(TUNING, "utf8").split("\n"), TUNING, columns);
    assert.deepEqual([...(numbers[KEYS.cores] as Float64Array)], vary[KEYS.cores]);
    assert.deepEqual([...(numbers[KEYS.target] as Float64Array)], vary[KEYS.target]);
    assert.deepEqual(texts[KEYS.down], vary[KEYS.down]);
  });
});
