import { strict as assert } from "node:assert";
import type { Verdict } from "../../src/claims/claim.ts";
import { metricOf } from "../../src/claims/lab-task.ts";
import { LEVEL, RUNS_MAX, RUNS_MIN, RUNS_STEP, replicate } from "../../src/claims/replicate.ts";
import { lossLength, runLength, warmupLength } from "../../src/claims/run-length.ts";
import { rootRng } from "../../src/kernel/index.ts";
import { equivalent, tQuantile } from "../../src/stats/index.ts";
import { fakeLab } from "./fake-lab.ts";

describe("a random row", () => {
  /** Seeds alternate between expected + offset + spread and expected + offset - spread. */
  async function judge(offset: number, spread: number, margin: number | "upper-bound" = 0.01): Promise<{ row: Verdict; played: number }> {
    const lab = fakeLab((seed) => 100 + offset + (seed % 2 === 0 ? spread : -spread));
    const rows = [{ id: "x", of: (run: Parameters<typeof metricOf>[0]) => metricOf(run, "x_s"), unit: "s", expected: 100, margin }];
    const [row] = await replicate(lab, { parameters: "", setting: { scenario: {} }, rows });
    assert.deepEqual(
      lab.played,
      [...Array(lab.played.length).keys()].map((i) => i + 1),
    ); // seeds 1, 2, ... once each
    return { row: row as Verdict, played: lab.played.length };
  }

  it("passes when the whole interval lies inside the margin", async () => {
    // 20 values of spread 1: half-width 2.861 x 1.026/sqrt(20) = 0.656 < 1.
    const { row, played } = await judge(0, 1);
    assert.deepEqual([row.verdict, played, row.value], ["pass", RUNS_MIN, 100]);
    assert.ok(Math.abs((row.high as number) - 100.656) < 1e-3, String(row.high));
  });

  it("does not pass because a wide interval happens to contain theory", async () => {
    // Spread 5, mean exact: even 120 values leave 2.618 x 5.02/sqrt(120) = 1.2 > 1.
    const { row, played } = await judge(0, 5);
    assert.deepEqual([row.verdict, played, row.value], ["miss", RUNS_MAX, 100]);
    assert.equal(row.reason, `undecided whether within 1 %, ${RUNS_MAX} runs`);
  });

  it("goes on while the interval straddles the margin", async () => {
    // Spread 2: 2.861 x 2.052/sqrt(20) = 1.31 > 1; 30 values: 2.756 x 2.034/sqrt(30) = 1.02 > 1; 40: 2.708 x 2.025/sqrt(40) = 0.87 < 1.
    const { row, played } = await judge(0, 2);
    assert.deepEqual([row.verdict, played], ["pass", 40]);
  });

  it("misses at once when the whole interval lies outside", async () => {
    const { row, played } = await judge(2, 1);
    assert.deepEqual([row.verdict, played, row.reason], ["miss", RUNS_MIN, "not within 1 %, 20 runs"]);
  });

  it("passes 2.3 % of the time, not 0.5 %, if the truth lies exactly at the margin: it is looked at up to eleven times", () => {
    // Normal values of mean 0 and spread 1, theory at -1, margin 1: 40,000 rows, a standard error of 0.00075.
    const rng = rootRng(1).fork("looks");
    const t = new Map<number, number>();
    for (let n = RUNS_MIN; n <= RUNS_MAX; n += RUNS_STEP) t.set(n, tQuantile((1 + LEVEL) / 2, n - 1));
    assert.equal(t.size, 11);
    const verdict = (): string => {
      let [n, sum, squares] = [0, 0, 0];
      for (;;) {
        const value = Math.sqrt(-2 * Math.log1p(-rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
        n++;
        sum += value;
        squares += value * value;
        const quantile = t.get(n);
        if (quantile === undefined) continue;
        const half = quantile * Math.sqrt((squares - (sum * sum) / n) / (n - 1) / n);
        const decision = equivalent({ low: sum / n - half, high: sum / n + half }, -1, 1);
        if (decision !== "undecided" || n === RUNS_MAX) return decision;
      }
    };
    let passes = 0;
    for (let row = 0; row < 40_000; row++) if (verdict() === "pass") passes++;
    assert.ok(Math.abs(passes / 40_000 - 0.023) < 0.00375, String(passes / 40_000));
  });

  it("is judged on one side only where theory is a bound", async () => {
    assert.equal((await judge(-50, 1, "upper-bound")).row.verdict, "pass");
    assert.equal((await judge(1, 1, "upper-bound")).row.verdict, "miss");
  });
});

describe("run lengths", () => {
  it("are those of M/M/1 in the literature", () => {
    // T = 2 (1 + rho) z^2/(rho (1 - rho)^2 e^2) service times over 40 replications, z = 2.5758, e = 0.005; at 0.5: 24 z^2/e^2 / 40.
    const z2 = 2.575829 * 2.575829;
    const near = (value: number, expected: number) => assert.ok(Math.abs(value / expected - 1) < 1e-4, `${value}, not ${expected}`);
    near(runLength({ load: 0.5 }), (24 * z2) / 0.000025 / 40);
    near(runLength({ load: 0.9 }), (2 * 1.9 * z2) / (0.9 * 0.01 * 0.000025) / 40);
    near(runLength({ load: 0.5, workCv2: 3 }), 2 * runLength({ load: 0.5 }));
    near(lossLength(0.1), (2 * z2) / (0.1 * 0.000025) / 40);
  });

  it("warm up for twenty relaxation times", () => {
    assert.equal(warmupLength({ load: 0.25 }), 80); // (1 - 0.5)^2 = 1/4
    assert.equal(warmupLength({ load: 0.25, workCv2: 5 }), 240);
  });
});
