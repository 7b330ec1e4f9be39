/** Grams of CO2 for an answer over days of a real grid: AlpaServe at the greatest clock, mu-Serve, the best clock in hindsight, and the least that any clocks allow. */

import type { LoadedSpec } from "../../experiment/run.ts";
import type { BandedPoint } from "../../report/charts/banded-sweeps.ts";
import { type Interval, mean } from "../../stats/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import type { Lab } from "../lab.ts";
import { columnOf, type Finding, metricOf } from "../lab-task.ts";
import { packageText } from "../package-files.ts";
import { LEVEL } from "../replicate.ts";
import { traceColumns } from "../traces.ts";
import { jackknife } from "./jackknife.ts";
import { reported } from "./ssjf/rows.ts";
import { FIRST_SEED } from "./ssjf/study.ts";
import { eachStretch } from "./zoo/boards.ts";
import { ClockBound } from "./zoo/clock-bound.ts";
import { atClock, clocksHzOf, LEAST_ENERGY_MHZ, WORKLOAD, type Zoo, zooSetting } from "./zoo/scenario.ts";

const ID = "carbon-serving";
const CARBON = "carbon-ciso-2021-07.csv";
const PROFILE = "google-cpu-day-profile.csv";
const MODELS = ["bert-base", "roberta-large", "opt-1.3b", "gpt2-large", "bloom-1b1"];
const SERVERS = 1;
const GPUS = 2 * SERVERS;
const RATE_PER_S = 0.6;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const J_PER_KWH = 3.6e6;
/** Days of July 2021, from midnight in California: seven hours after that of UTC, where the series begins. */
const QUICK_DAY = 15;
const DAYS = [5, 10, QUICK_DAY, 20, 25];
const MIDNIGHT_H = 7;
const SEEDS = Array.from({ length: 3 }, (_, i) => FIRST_SEED + i);
const ATTAINMENT_POINTS = 1;
/** The bound is one on rules that answer within this time. */
const PATIENCE_S = 600;

type Arm = Pick<Zoo, "placement" | "clocks" | "isShortestFirst">;
export const MAX: Arm = { placement: "alpa-serve" };
export const MU_SERVE: Arm = { placement: "mu-serve", clocks: { floor: `${LEAST_ENERGY_MHZ} MHz` }, isShortestFirst: true };

/** Batches of one: then a GPU's work is that of its requests, whatever the clock, and the bound is near. */
export const load = (lab: Lab, day: number, arm: Arm): LoadedSpec =>
  lab.load(
    zooSetting({
      ...{ name: ID, models: MODELS, serverCount: SERVERS, durationS: DAY_S, engine: { kind: "none" }, sloScale: 5 },
      arrivals: { kind: "gamma", rate: RATE_PER_S, cv: 2, profile: { kind: "table", file: PROFILE } },
      site: { carbon: { kind: "trace", file: CARBON } },
      more: { start: `2021-07-${String(day).padStart(2, "0")}T0${MIDNIGHT_H}:00:00Z` },
      files: { [CARBON]: packageText(`traces/${CARBON}`), [PROFILE]: packageText(`traces/${PROFILE}`) },
      ...arm,
    }),
  );

/** Grams a joule in the hours of a day, and the first of the next. */
function intensitiesOf(day: number): readonly number[] {
  const { average_g_per_kwh: all } = traceColumns(CARBON, ["average_g_per_kwh"]);
  const from = 24 * (day - 1) + MIDNIGHT_H;
  return Array.from(all.slice(from, from + 25), (gPerKwh) => gPerKwh / J_PER_KWH);
}

/** Grams by hour of the day, and the requests that they are for: all answered ones that arrived in the hour. */
interface Day {
  readonly gramsByHour: readonly number[];
  readonly answeredByHour: readonly number[];
  readonly attainment: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const hourOf = (timeS: number): number => Math.min(23, Math.floor(timeS / HOUR_S));

export function measured(run: Finding, day: number): Day {
  const intensities = intensitiesOf(day);
  const gramsByHour = new Array<number>(24).fill(0);
  eachStretch(run, DAY_S, ({ fromS, untilS, watts }) => {
    for (let hour = hourOf(fromS); hour <= hourOf(untilS); hour++) {
      const seconds = Math.min(untilS, (hour + 1) * HOUR_S) - Math.max(fromS, hour * HOUR_S);
      gramsByHour[hour] = (gramsByHour[hour] as number) + watts * seconds * (intensities[hour] as number);
    }
  });
  const answeredByHour = new Array<number>(24).fill(0);
  const [arrivalS, finishS] = [columnOf(run, "requests", "arrival_s"), columnOf(run, "requests", "finish_s")];
  for (const [i, atS] of arrivalS.entries()) {
    if (Number.isNaN(finishS[i])) continue;
    answeredByHour[hourOf(atS)] = (answeredByHour[hourOf(atS)] as number) + 1;
  }
  return { gramsByHour, answeredByHour, attainment: metricOf(run, `workloads.${WORKLOAD}.slo_attainment`) };
}

/** The least for the same answers: boards that wait at the lowest clock, and each request at its best clock, in the cleaner of the hours that it may run in. */
export function leastOf(run: Finding, { answeredByHour, attainment }: Day, day: number): Day {
  const longestS = metricOf(run, `workloads.${WORKLOAD}.latency_max_s`);
  if (longestS > PATIENCE_S) throw new Error(`an answer took ${longestS} s, and the bound is one of ${PATIENCE_S} s`);
  const bound = new ClockBound({ models: MODELS, maxBatch: 1, stagesMax: GPUS });
  const intensities = intensitiesOf(day);
  const gramsByHour = intensities.slice(0, 24).map((gPerJ) => GPUS * HOUR_S * bound.waitingW * gPerJ);
  for (const { arrivalS, energyJ } of bound.worksOf(run)) {
    const [from, until] = [hourOf(arrivalS), Math.floor((arrivalS + PATIENCE_S) / HOUR_S)];
    gramsByHour[from] = (gramsByHour[from] as number) + energyJ * Math.min(intensities[from] as number, intensities[until] as number);
  }
  return { gramsByHour, answeredByHour, attainment };
}

const gramsOf = (days: readonly Day[], runs: readonly number[], hours = allHours): number =>
  sum(runs.map((run) => sum(hours.map((hour) => days[run]?.gramsByHour[hour] as number)))) /
  sum(runs.map((run) => sum(hours.map((hour) => days[run]?.answeredByHour[hour] as number))));
const allHours = Array.from({ length: 24 }, (_, hour) => hour);
const grams = (days: readonly Day[], hours = allHours): Interval => jackknife(SEEDS.length, LEVEL, (runs) => gramsOf(days, runs, hours));
const gained = (base: readonly Day[], arm: readonly Day[]): Interval =>
  jackknife(SEEDS.length, LEVEL, (runs) => mean(runs.map((run) => 100 * ((arm[run] as Day).attainment - (base[run] as Day).attainment))));

const WORDS = {
  max: "AlpaServe at the greatest clock",
  "mu-serve": "mu-Serve",
  "static-best": "mu-Serve's placement and order, one clock",
  bound: "no clocks or order do with less while all GPUs hold models",
};
type Who = keyof typeof WORDS;
const wordsOf = (who: Who, day: number): string => `${WORDS[who]}; ${day} July 2021, California`;

const gramsRow = (who: Who, day: number, days: readonly Day[], reason = "whole boards, over answers"): Verdict =>
  reported({ id: `grams.${who}.${day}`, parameters: wordsOf(who, day), unit: "g/request", interval: grams(days) }, null, reason);

/** What stands before is not below what stands after, in the whole interval of their ratio. */
function orderRow(day: number, [above, over]: readonly [Who, readonly Day[]], [below, under]: readonly [Who, readonly Day[]]): Verdict {
  const { mean: value, low, high, n } = jackknife(SEEDS.length, LEVEL, (runs) => gramsOf(over, runs) / gramsOf(under, runs));
  const holds = low >= 1;
  return {
    ...{ id: `order.${above}.${below}.${day}`, parameters: `grams of ${above} over ${below}; ${day} July 2021`, unit: "x" },
    ...{ value, low, high, expected: 1, verdict: holds ? "pass" : "miss" },
    reason: `the whole interval ${holds ? "" : "not "}at or above 1, ${n} runs`,
  };
}

async function oneDay(lab: Lab, day: number): Promise<readonly Verdict[]> {
  const max = (await lab.play(load(lab, day, MAX), SEEDS)).map((run) => measured(run, day));
  const runs = await lab.play(load(lab, day, MU_SERVE), SEEDS);
  const mu = runs.map((run) => measured(run, day));
  const least = runs.map((run, i) => leastOf(run, mu[i] as Day, day));
  const points = gained(max, mu);
  const holds = points.mean >= -ATTAINMENT_POINTS;
  return [
    gramsRow("max", day, max),
    gramsRow("mu-serve", day, mu),
    gramsRow("bound", day, least, "boards wait at the lowest clock, each request at its best clock, one at a time"),
    orderRow(day, ["max", max], ["mu-serve", mu]),
    orderRow(day, ["mu-serve", mu], ["bound", least]),
    {
      ...{ id: `attainment.mu-serve.${day}`, parameters: `mu-Serve above the greatest clock; ${day} July 2021`, unit: "points" },
      ...{ value: points.mean, low: points.low, high: points.high, expected: -ATTAINMENT_POINTS, verdict: holds ? "pass" : "miss" },
      reason: `the mean ${holds ? "" : "not "}within a point of the attainment at the greatest clock, or above it; ${points.n} runs`,
    },
    ...(day === QUICK_DAY
      ? hourRows(day, [
          ["max", max],
          ["mu-serve", mu],
          ["bound", least],
        ])
      : []),
  ];
}

const hourRows = (day: number, all: readonly (readonly [Who, readonly Day[]])[]): readonly Verdict[] =>
  all.flatMap(([who, days]) =>
    allHours.map((hour) =>
      reported(
        { id: `hour.${who}.${hour}`, parameters: `${wordsOf(who, day)}, hour ${hour}`, unit: "g/request", interval: grams(days, [hour]) },
        null,
        `at ${((intensitiesOf(day)[hour] as number) * J_PER_KWH).toFixed(0)} g/kWh`,
      ),
    ),
  );

/** In hindsight: of all clocks, that of the fewest grams over the day that keeps within a point of the attainment at the greatest. */
async function staticBest(lab: Lab): Promise<readonly Verdict[]> {
  const { clocks: _, ...arm } = MU_SERVE;
  const rows: Verdict[] = [];
  for (const day of DAYS) {
    const max = (await lab.play(load(lab, day, MAX), SEEDS)).map((run) => measured(run, day));
    const loaded = load(lab, day, arm);
    let best: { readonly days: readonly Day[]; readonly clockHz: number } | undefined;
    for (const clockHz of clocksHzOf(loaded)) {
      const days = (await lab.play(atClock(loaded, clockHz), SEEDS)).map((run) => measured(run, day));
      if (gained(max, days).mean < -ATTAINMENT_POINTS) continue;
      if (best === undefined || grams(days).mean < grams(best.days).mean) best = { days, clockHz };
    }
    if (best === undefined) throw new Error(`no clock keeps within a point of the greatest on day ${day}`);
    rows.push(gramsRow("static-best", day, best.days, `${best.clockHz / 1e6} MHz, found afterwards`));
  }
  return rows;
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { bandedSweeps }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/banded-sweeps.ts"),
  ]);
  const shown: readonly Who[] = ["max", "mu-serve", "bound", "static-best"];
  const pointsOf = (xs: readonly number[], isMean: boolean, idAt: (who: Who, x: number) => string): readonly (readonly BandedPoint[])[] =>
    shown.map((who) =>
      xs.flatMap((x) => {
        const row = rows.find(({ id }) => id === `${ID}.${idAt(who, x)}`);
        if (row?.value == null || row.low === null || row.high === null) return [];
        const [value, low, high] = [1000 * row.value, 1000 * row.low, 1000 * row.high];
        return [isMean ? { x, value, low: value, high: value } : { x, value, low, high }];
      }),
    );
  const mg = (who: Who): string =>
    (1000 * (rows.find(({ id }) => id === `${ID}.grams.${who}.${QUICK_DAY}`)?.value ?? Number.NaN)).toFixed(1);
  const days = DAYS.filter((day) => rows.some(({ id }) => id === `${ID}.grams.max.${day}`));
  return adaptive(
    bandedSweeps({
      id: ID,
      title: "Grams of CO2 for an answer, on a real grid",
      description:
        `On ${QUICK_DAY} July 2021 in California an answer costs ${mg("max")} mg at the greatest clock, ${mg("mu-serve")} mg with mu-Serve, ` +
        `and no clocks allow less than ${mg("bound")} mg. At noon all cost less: the sun shines.`,
      yLabel: "mg for an answer, whole boards",
      level: LEVEL,
      series: ["greatest clock", "mu-Serve", "bound: no clocks do with less", "one clock, chosen afterwards"].map((label) => ({ label })),
      panels: [
        {
          xLabel: `hour of ${QUICK_DAY} July 2021 in California, means`,
          points: pointsOf(allHours, true, (who, hour) => `hour.${who}.${hour}`),
        },
        ...(days.length > 1 ? [{ xLabel: "day of July 2021", points: pointsOf(days, false, (who, day) => `grams.${who}.${day}`) }] : []),
      ],
    }),
  );
}

export const carbonServing: Claim = {
  id: ID,
  title: "Grams of CO2 for an answer over a day: the greatest clock, mu-Serve, and the least that clocks allow",
  source:
    "ours, no published number: controller and placement after mu-Serve (Qiu et al., USENIX ATC 2024), intensity of the California ISO in July 2021 (DACF), a mean day of Google's cluster for the rate",
  cases: [
    ...[QUICK_DAY, ...DAYS.filter((day) => day !== QUICK_DAY)].map((day) => ({
      tier: day === QUICK_DAY ? ("quick" as const) : ("full" as const),
      check: (lab: Lab) => oneDay(lab, day),
    })),
    { tier: "full", check: staticBest },
  ],
  figure,
};
