/** The first agent: a policy that was learned on fluid days, on days of events beside Kubernetes' autoscaler, both paid the same reward. */
import type { LinePanel, PanelLine } from "../../report/charts/line-panels.ts";
import { type Interval, tInterval } from "../../stats/index.ts";
import { readCsv } from "../../world/workload/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import type { Lab } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import { packageText } from "../package-files.ts";
import { LEVEL } from "../replicate.ts";
import { dayOf, METRICS, type Mode, SEEN, type Seen, seriesOf, WHO, type Who, WORDS } from "./autoscale/setting.ts";
import { computed } from "./rows.ts";
import { reported } from "./ssjf/rows.ts";
import { FIRST_SEED } from "./ssjf/study.ts";

const ID = "autoscale-first";
const CURVE = "results/policies/autoscaler-curve.csv";
const SEEDS = Array.from({ length: 10 }, (_, i) => FIRST_SEED + i);
/** Of the pictured day. */
const STRETCHES = 48;
const HOURS_EACH = 24 / STRETCHES;
/** Steps of an episode of the training: twelve hours of 15 s. */
const EPISODE_STEPS = (12 * 3600) / 15;

/** Mean reward of a step, after so many steps of training. */
async function learning(): Promise<readonly Verdict[]> {
  const names = ["steps", "stochastic_return", "greedy_return"] as const;
  const columns = names.map((name) => ({ name }));
  const { numbers } = readCsv(packageText(CURVE).split("\n"), CURVE, columns);
  return [...(numbers.steps as Float64Array)].flatMap((steps, i) =>
    (["stochastic", "greedy"] as const).map((way) => {
      const value = ((numbers[`${way}_return`] as Float64Array)[i] as number) / EPISODE_STEPS;
      const row = {
        id: `learning.${way}.${steps}`,
        parameters: `${way} policy after ${steps} steps, fluid days of tuning seeds`,
        unit: "1",
      };
      return computed(row, value, null, "mean reward of a step");
    }),
  );
}

async function oneDay(lab: Lab): Promise<readonly Verdict[]> {
  return WHO.flatMap((who) => {
    const series = seriesOf(lab, who, FIRST_SEED, STRETCHES);
    return (Object.keys(SEEN) as Seen[])
      .filter((seen) => who === "agent" || seen !== "load")
      .flatMap((seen) =>
        series[seen].map((value, i) =>
          computed(
            { id: dayRow(who, seen, i), parameters: `${WORDS[who]}, ${i * HOURS_EACH} h of seed ${FIRST_SEED}`, unit: SEEN[seen].unit },
            value,
            null,
            "mean of the half hour's steps of 15 s",
          ),
        ),
      );
  });
}

const dayRow = (who: Who, seen: Seen, stretch: number): string => `day.${who}.${seen}.${stretch}`;

type Name = keyof typeof METRICS;
const valuesOf = (runs: readonly Finding[], name: Name): readonly number[] => runs.map((run) => metricOf(run, METRICS[name].metric));
const differences = (above: readonly number[], below: readonly number[]): Interval =>
  tInterval(
    above.map((value, i) => value - (below[i] as number)),
    LEVEL,
  );

/** Both on the same days: the same arrivals and the same work. */
async function paired(lab: Lab): Promise<readonly Verdict[]> {
  const play = (who: Who, mode: Mode): Promise<readonly Finding[]> => lab.play(dayOf(lab, who, mode), SEEDS);
  const runs = { agent: await play("agent", "events"), hpa: await play("hpa", "events") };
  const fluid = { agent: await play("agent", "fluid"), hpa: await play("hpa", "fluid") };
  const days = `${SEEDS.length} days of events`;
  const rows = (Object.keys(METRICS) as Name[]).flatMap((name) => {
    const { unit } = METRICS[name];
    const means = WHO.map((who) => {
      const interval = tInterval(valuesOf(runs[who], name), LEVEL);
      return reported({ id: `${name}.${who}`, parameters: `${WORDS[who]}, ${days}`, unit, interval }, null, "mean over the days");
    });
    const interval = differences(valuesOf(runs.agent, name), valuesOf(runs.hpa, name));
    const row = { id: `${name}.difference`, parameters: `learned policy less tuned HPA, ${days}`, unit };
    return [...means, name === "reward.gated" ? notBelow(row, interval) : reported({ ...row, interval }, null, "by pairs of days")];
  });
  const gaps = WHO.map((who) => {
    const interval = differences(valuesOf(runs[who], "reward.gated"), valuesOf(fluid[who], "reward.gated"));
    const row = { id: `gap.${who}`, parameters: `${WORDS[who]}: gated reward in events less fluid, the same rates`, unit: "1", interval };
    return reported(row, null, "what the fluid days do not tell, lack of memory included");
  });
  const inFluid = differences(valuesOf(fluid.agent, "reward.gated"), valuesOf(fluid.hpa, "reward.gated"));
  const row = {
    id: "fluid.difference",
    parameters: "learned policy less tuned HPA: gated reward in fluid, the same rates",
    unit: "1",
    interval: inFluid,
  };
  return [...rows, ...gaps, reported(row, null, "where it was learned")];
}

/** The burden of proof is the policy's: the whole interval must be at or above 0. */
function notBelow(row: Pick<Verdict, "id" | "parameters" | "unit">, { mean, low, high, n }: Interval): Verdict {
  const holds = low >= 0;
  const reason = `the whole interval ${holds ? "" : "not "}at or above 0, ${n} pairs`;
  return { ...row, value: mean, low, high, expected: 0, verdict: holds ? "pass" : "miss", reason };
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { linePanels }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/line-panels.ts"),
  ]);
  const values = new Map(rows.flatMap(({ id, value }) => (value === null ? [] : [[id, value] as const])));
  const dayLine = (who: Who, seen: Seen): PanelLine["points"] =>
    Array.from({ length: STRETCHES }, (_, i) => ({ x: (i + 0.5) * HOURS_EACH, y: values.get(`${ID}.${dayRow(who, seen, i)}`) as number }));
  const dayPanel = (seen: Seen, yLabel: string, more: Partial<LinePanel> = {}): LinePanel => ({
    ...{
      xLabel: `hour of a day of events, seed ${FIRST_SEED}`,
      yLabel,
      yFrom: 0,
      lines: WHO.map((who, i) => ({ series: i, points: dayLine(who, seen) })),
    },
    ...more,
  });
  const curve = (way: string): PanelLine["points"] =>
    [...values].flatMap(([id, y]) => (id.startsWith(`${ID}.learning.${way}.`) ? [{ x: Number(id.split(".").at(-1)), y }] : []));
  const rewardOf = (who: Who): string => values.get(`${ID}.reward.gated.${who}`)?.toFixed(3) ?? "not measured";
  return adaptive(
    linePanels({
      id: ID,
      title: "A learned autoscaler beside a tuned one",
      description:
        `Mean gated reward over ${SEEDS.length} days of events: learned policy ${rewardOf("agent")}, tuned HPA ${rewardOf("hpa")}. ` +
        "The learning curve, and a day: load, cores allowed, utilization of them, 99th percentile of the latency, and SLO attainment.",
      series: WHO.map((who) => WORDS[who]),
      notes: [
        { label: "load; SLO", mark: "line" },
        { label: "greedy policy in training", mark: "dashed" },
      ],
      panels: [
        {
          ...{ xLabel: "steps of training", yLabel: "gated reward, fluid days of tuning seeds" },
          lines: [
            { series: 0, points: curve("stochastic") },
            { series: 0, isDashed: true, points: curve("greedy") },
          ],
        },
        dayPanel("load", "requests a second", { lines: [{ points: dayLine("agent", "load") }] }),
        dayPanel("cores", "cores allowed"),
        dayPanel("utilization", "cores used over allowed"),
        dayPanel("p99", "p99, s", { mark: 2 }),
        dayPanel("attainment", "SLO attainment", {
          mark: 0.99,
          yFrom: Math.min(...WHO.flatMap((who) => dayLine(who, "attainment").map(({ y }) => y))),
        }),
      ],
    }),
  );
}

export const autoscaleFirst: Claim = {
  id: ID,
  title: "The first agent: replicas and cores of a service, learned in fluid, judged in events beside a tuned HPA",
  source:
    "ours, no published number: state, actions and reward after FIRM (Qiu et al., OSDI 2020) and AWARE (Qiu et al., USENIX ATC 2023), utilization gated by the SLO; HPA as Kubernetes documents it",
  cases: [
    { tier: "quick", check: learning },
    { tier: "quick", check: oneDay },
    { tier: "full", check: paired },
  ],
  figure,
};
