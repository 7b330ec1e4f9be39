import { areaY, axisX, line, ruleY, text } from "@observablehq/plot";
import { digitsText } from "../format.ts";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame } from "./frame.ts";
import type { LegendItem } from "./legend.ts";

/** One evaluation of one agent. */
export interface LearningMark {
  readonly steps: number;
  readonly mean: number;
  /** Ends of the interval over episodes; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly greedy: number;
  /** Of episodes that ended in training since the last evaluation; null if none did. */
  readonly training: number | null;
}
export interface LearningChart {
  readonly title: string;
  /** What the mean is of: "20 episodes". */
  readonly episodes: string;
  /** By agent. */
  readonly agents: readonly { readonly seed: number; readonly marks: readonly LearningMark[] }[];
  readonly goal: number | undefined;
  /** Mean return of the episodes that were learned from. */
  readonly data: number | undefined;
  /** What steps are. */
  readonly countedIn: "steps" | "updates";
}

/** Mean returns over steps. One agent: with interval, greedy policy and training returns; several: a line each, and their mean. */
export function learningCurve(chart: LearningChart, { id, size }: { readonly id: string; readonly size: ChartSize }): string {
  const { title, agents, goal, data, countedIn } = chart;
  const alone = agents.length === 1;
  const series = alone ? aloneMarks(chart) : populationMarks(chart);
  const values = [...series.values, goal, data].filter((value) => value !== undefined);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const air = 0.06 * (highest - lowest) || 1;
  return frame({ id, title, description: describe(chart) }, size, {
    legend: series.legend,
    plot: {
      height: size.compact ? 240 : 300,
      ...ROOM,
      x: { type: "linear", domain: [0, Math.max(...agents.flatMap(({ marks }) => marks.map(({ steps }) => steps)))], axis: null },
      y: { type: "linear", domain: [lowest - air, highest + air], axis: null },
      color: { type: "identity" },
      marks: [
        grid(5),
        valueAxis({ label: "return", ticks: 5 }),
        axisX({
          label: countedIn,
          labelArrow: "none",
          labelAnchor: "right",
          labelOffset: 34,
          color: color("muted"),
          tickSize: 4,
          ticks: size.compact ? 4 : 8,
        } as object),
        ...(goal === undefined ? [] : levelMarks(goal, "goal")),
        ...(data === undefined ? [] : levelMarks(data, "data")),
        ...series.marks,
      ],
    },
  });
}

interface Series {
  readonly legend: readonly LegendItem[];
  readonly marks: readonly Mark[];
  /** All that must fit onto the axis. */
  readonly values: readonly number[];
}
type Mark = ReturnType<typeof line> | ReturnType<typeof areaY> | ReturnType<typeof ruleY> | ReturnType<typeof text>;

function aloneMarks({ agents, episodes }: LearningChart): Series {
  const marks = agents[0]?.marks ?? [];
  const banded = marks.filter(({ low, high }) => low !== null && high !== null);
  const trained = marks.filter(({ training }) => training !== null);
  const [own, greedy, training] = [seriesColor(0), seriesColor(1), color("muted")];
  return {
    legend: [
      { label: `mean of ${episodes}`, mark: "line", fill: own },
      ...(banded.length === 0 ? [] : [{ label: "95 % interval", mark: "band", fill: own } as const]),
      { label: "greedy policy", mark: "dashed", fill: greedy },
      ...(trained.length === 0 ? [] : [{ label: "episodes of the training", mark: "line", fill: training } as const]),
    ],
    marks: [
      areaY(banded, { x: "steps", y1: "low", y2: "high", fill: own, fillOpacity: 0.16 }),
      line(trained, { x: "steps", y: "training", stroke: training, strokeWidth: 1 }),
      line(marks, { x: "steps", y: "greedy", stroke: greedy, strokeWidth: 1.5, strokeDasharray: "5 3" }),
      line(marks, { x: "steps", y: "mean", stroke: own, strokeWidth: 2.5 }),
    ],
    values: marks.flatMap(({ mean, low, high, greedy: likeliest, training: trainingReturn }) =>
      [mean, low, high, likeliest, trainingReturn].filter((value) => value !== null),
    ),
  };
}

function populationMarks({ agents, episodes }: LearningChart): Series {
  const each = agents.flatMap(({ seed, marks }) => marks.map(({ steps, mean }) => ({ seed, steps, mean })));
  const [first] = agents;
  const means = (first?.marks ?? []).map(({ steps }, i) => {
    const sum = agents.reduce((so, { marks }) => so + (marks[i] as LearningMark).mean, 0);
    return { steps, mean: sum / agents.length };
  });
  const [own, all] = [seriesColor(0), color("muted")];
  return {
    legend: [
      { label: `each of ${agents.length} seeds, mean of ${episodes}`, mark: "line", fill: all },
      { label: "mean of the seeds", mark: "line", fill: own },
    ],
    marks: [
      line(each, { x: "steps", y: "mean", z: "seed", stroke: all, strokeWidth: 1, strokeOpacity: 0.7 }),
      line(means, { x: "steps", y: "mean", stroke: own, strokeWidth: 2.5 }),
    ],
    values: each.map(({ mean }) => mean),
  };
}

/** A return to look for, with its name: the goal's on the left, that of the data on the right, so that they never meet. */
function levelMarks(value: number, what: "goal" | "data"): Mark[] {
  const [ink, place] =
    what === "goal"
      ? [color("good"), { frameAnchor: "left", textAnchor: "start", dx: 4 }]
      : [color("muted"), { frameAnchor: "right", textAnchor: "end", dx: -4 }];
  const label = { y: value, ...place, dy: -7, fill: ink };
  return [ruleY([value], { stroke: ink, strokeDasharray: "2 3" }), text([`${what} ${digitsText(value)}`], label as object)];
}

function describe({ agents, episodes, countedIn }: LearningChart): string {
  const ends = agents.slice(0, 10).map(({ seed, marks }) => {
    const last = marks.at(-1);
    return last === undefined ? `seed ${seed}: nothing yet` : `seed ${seed}: ${digitsText(last.mean)} after ${last.steps} ${countedIn}`;
  });
  const more = agents.length > ends.length ? ` and ${agents.length - ends.length} more` : "";
  return `Mean return of ${episodes} against the ${countedIn} of the training. ${ends.join("; ")}${more}.`;
}
