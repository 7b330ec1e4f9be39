/** The bound on clocks, watts of boards and intervals of ratios: what the figures on watts and grams are made of. */
import { strict as assert } from "node:assert";
import { leastOf, load, MAX, MU_SERVE, measured } from "../../../src/claims/figures/carbon-serving.ts";
import { jackknife } from "../../../src/claims/figures/jackknife.ts";
import { busyPowerW, eachStretch } from "../../../src/claims/figures/zoo/boards.ts";
import { ClockBound } from "../../../src/claims/figures/zoo/clock-bound.ts";
import { atClock, clocksHzOf, zooSetting } from "../../../src/claims/figures/zoo/scenario.ts";
import { ThreadedLab } from "../../../src/claims/lab.ts";
import { type Finding, metricOf } from "../../../src/claims/lab-task.ts";
import { tInterval } from "../../../src/stats/index.ts";

const near = (value: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} should be ${expected}`);

const lab = new ThreadedLab({ workers: 1 });
const RUN_S = 200;
const setting = (models: readonly string[], arrivals: string, engine: object) =>
  zooSetting({
    ...{ name: "test", models, serverCount: 1, durationS: RUN_S, placement: "mu-serve", engine: { ...engine }, sloScale: 5 },
    arrivals: { kind: "trace", file: "arrivals.csv" },
    files: { "arrivals.csv": arrivals },
  });
async function atEachClock(models: readonly string[], arrivals: string, engine: object): Promise<readonly Finding[]> {
  const loaded = lab.load(setting(models, arrivals, engine));
  const runs: Finding[] = [];
  for (const clockHz of clocksHzOf(loaded)) runs.push(...(await lab.play(atClock(loaded, clockHz), [1])));
  return runs;
}

/** 20 W flow at any clock, and 29 W u v^2 with the voltage's floor at 0.832. */
const WAITING_W = 20 + (29 * 502 * 0.832 * 0.832) / 1380;
/** Joules above a board that waits at the lowest clock, while there is a batch. */
function aboveWaitingJ(run: Finding): number {
  let joules = 0;
  eachStretch(run, RUN_S, ({ fromS, untilS, watts, isBusy }) => {
    if (isBusy) joules += (watts - WAITING_W) * (untilS - fromS);
  });
  return joules;
}

describe("watts of boards", () => {
  it("sum up to the meter, at the law's watts while a batch is there", async () => {
    const runs = await atEachClock(["bert-base", "gpt2-large"], "arrival_s,output_tokens,class\n1,50,gpt2-large\n9,300,gpt2-large\n", {
      kind: "none",
    });
    for (const run of runs) {
      let joules = 0;
      eachStretch(run, RUN_S, ({ fromS, untilS, watts }) => {
        joules += watts * (untilS - fromS);
      });
      near(joules, metricOf(run, "sites.site.gpu_energy_j"), 1e-6);
    }
    near(busyPowerW(runs.at(-1) as Finding, RUN_S), 20 + 60 * 0.55 + 120, 1e-9);
  });
});

describe("the bound on clocks", () => {
  it("is what one request draws at its best clock, above a board that waits", async () => {
    const models = ["bert-large", "opt-1.3b", "switch-base-16"];
    const bound = new ClockBound({ models, maxBatch: 1, stagesMax: 1 });
    near(bound.waitingW, WAITING_W, 1e-9);
    for (const [model, tokens] of [
      ["bert-large", ""],
      ["opt-1b3b", 120],
      ["switch-base-16", 40],
    ]) {
      const runs = await atEachClock(models, `arrival_s,output_tokens,class\n1,${tokens || 0},${model}\n`, { kind: "none" });
      const [work] = bound.worksOf(runs[0] as Finding);
      near(work?.energyJ as number, Math.min(...runs.map(aboveWaitingJ)), 1e-6);
    }
  });

  it("is a share of that where a batch may have several, and less or equal where stages have clocks of their own", async () => {
    const [run] = await atEachClock(["opt-1.3b"], "arrival_s,output_tokens,class\n1,120,opt-1b3b\n", { kind: "none" });
    const of = (maxBatch: number, stagesMax: number): number =>
      new ClockBound({ models: ["opt-1.3b"], maxBatch, stagesMax }).worksOf(run as Finding)[0]?.energyJ as number;
    near(of(4, 1), of(1, 1) / 4, 1e-9);
    assert.ok(of(1, 2) <= of(1, 1) && of(1, 2) > 0.9 * of(1, 1));
  });

  it("lies below every clock, in batches and without", async () => {
    const models = ["bert-base", "roberta-large", "gpt2-large"];
    const rows = Array.from({ length: 120 }, (_, i) => `${i},${30 + ((i * 37) % 90)},${models[i % 3]}`);
    for (const [engine, maxBatch] of [
      [{ kind: "none" }, 1],
      [{ kind: "continuous", maxBatch: 3 }, 3],
    ] as const) {
      const bound = new ClockBound({ models, maxBatch, stagesMax: 2 });
      for (const run of await atEachClock(models, `arrival_s,output_tokens,class\n${rows.join("\n")}\n`, engine)) {
        const least = 2 * RUN_S * WAITING_W + bound.worksOf(run).reduce((sum, { energyJ }) => sum + energyJ, 0);
        assert.ok(least < metricOf(run, "sites.site.gpu_energy_j"));
      }
    }
  });
});

describe("grams of a day", () => {
  it("sum up to the meter of grams over all hours, and lie above the bound in each hour", async function () {
    this.timeout(30_000);
    const day = 15;
    for (const arm of [MAX, MU_SERVE]) {
      const [run] = await lab.play(load(lab, day, arm), [7]);
      const told = measured(run as Finding, day);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      near(sum(told.gramsByHour) / sum(told.answeredByHour), metricOf(run as Finding, "workloads.zoo.gpu_carbon_mean_g_per_request"), 1e-9);
      const least = leastOf(run as Finding, told, day);
      for (const [hour, grams] of told.gramsByHour.entries()) assert.ok(grams > (least.gramsByHour[hour] as number), `hour ${hour}`);
    }
  });
});

describe("the jackknife", () => {
  it("of a mean is the t interval", () => {
    const values = [3, 1, 4, 1, 5];
    const { mean, low, high } = jackknife(5, 0.99, (runs) => runs.reduce((sum, run) => sum + (values[run] as number), 0) / runs.length);
    const t = tInterval(values, 0.99);
    for (const [value, expected] of [
      [mean, t.mean],
      [low, t.low],
      [high, t.high],
    ] as const)
      near(value, expected, 1e-12);
  });
});
