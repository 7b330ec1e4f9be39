import { axisFx, axisX, barY, dot, type PlotOptions, ruleX, ruleY } from "@observablehq/plot";
import { color } from "../palette.ts";
import { grid, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";
import type { LegendItem } from "./legend.ts";

/** A reproduced number, and what stands beside it; all in the unit of the axis. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What `value` is judged against. */
  readonly expected: number | null;
  readonly published: number | null;
  /** The same with the method's defects repaired. */
  readonly corrected: number | null;
}
export interface ComparedPanel {
  readonly label: string;
  readonly bars: readonly Bar[];
}
export interface ComparedPlot {
  readonly yLabel: string;
  /** Of the bars. */
  readonly xLabel: string;
  readonly panels: readonly ComparedPanel[];
  /** How far a value may be from `expected`, in the unit of the axis. */
  readonly band: number;
}
export interface ComparedChart {
  readonly id: string;
  readonly title: string;
  /** Of the intervals, such as 0.99. */
  readonly level: number;
  /** What was published, and how it was summed up; without it nothing was. */
  readonly publishedLabel?: string;
  /** Under each other. */
  readonly plots: readonly ComparedPlot[];
}

/** Reproduced numbers inside the band around what was expected, with the published and the corrected one beside each. */
export function comparedBars({ id, title, level, publishedLabel, plots }: ComparedChart): string {
  const bands = plots.map(({ band }) => `${band}`).join(" and ");
  const legend: LegendItem[] = [
    { label: `paper-faithful, ${100 * level} % interval`, mark: "dot", fill: color("request") },
    { label: `re-run, give or take ${bands}`, mark: "square", fill: color("idle") },
    ...(publishedLabel === undefined ? [] : [{ label: publishedLabel, mark: "diamond", fill: color("queued") } satisfies LegendItem]),
    { label: "corrected", mark: "ring", fill: color("job") },
  ];
  const description = `${title}. ${plots.map(describe).join(" ")}`;
  return frame({ id, title, description }, WIDE, { legend, plot: plots.map(drawn) });
}

/** Pixels between the marks of one bar. */
const APART = 11;

function drawn({ yLabel, xLabel, panels, band }: ComparedPlot): PlotOptions {
  const rows = panels.flatMap(({ label: panel, bars }) => bars.map((bar) => ({ panel, ...bar })));
  const reach = rows.flatMap(({ high, expected, published, corrected }) => [high, (expected ?? 0) + band, published ?? 0, corrected ?? 0]);
  const least = rows.flatMap(({ low, corrected }) => [low, corrected ?? 0]);
  const place = { x: "label", fx: "panel" };
  return {
    height: 300,
    marginTop: 44,
    marginBottom: 40,
    fx: { domain: panels.map(({ label }) => label), axis: null, padding: 0.06 },
    x: { domain: [...new Set(rows.map(({ label }) => label))], axis: null, padding: 0.25 },
    y: { domain: [Math.min(0, ...least), Math.max(...reach) * 1.04], axis: null },
    marks: [
      grid(6),
      valueAxis({ label: yLabel, ticks: 6 }),
      axisFx({ anchor: "top", label: null, color: color("ink"), fontWeight: "bold", dy: -2 } as object),
      axisX({ label: xLabel, labelArrow: "none", color: color("muted"), tickSize: 0, ariaLabel: xLabel } as object),
      barY(
        rows.filter(({ expected }) => expected !== null),
        { ...place, y1: ({ expected }) => expected - band, y2: ({ expected }) => expected + band, fill: color("idle") },
      ),
      ruleY([0], { stroke: color("line") }),
      ruleX(rows, { ...place, y1: "low", y2: "high", stroke: color("request"), strokeWidth: 2 }),
      dot(rows, { ...place, y: "value", r: 4, fill: color("request"), stroke: color("page"), strokeWidth: 1 }),
      dot(
        rows.filter(({ published }) => published !== null),
        { ...place, y: "published", dx: APART, r: 4.5, symbol: "diamond", fill: color("queued") },
      ),
      dot(
        rows.filter(({ corrected }) => corrected !== null),
        { ...place, y: "corrected", dx: -APART, r: 3.5, fill: color("page"), stroke: color("job"), strokeWidth: 2 },
      ),
    ],
  };
}

function describe({ yLabel, panels, band }: ComparedPlot): string {
  const judged = panels.flatMap(({ bars }) => bars.filter(({ expected }) => expected !== null));
  const off = judged.map(({ value, expected }) => Math.abs(value - (expected as number)));
  const outside = off.filter((each) => each > band).length;
  return `${yLabel}: ${judged.length} bars in ${panels.length} panels, ${outside} of them outside the band of ${band}, the furthest ${Math.max(0, ...off).toFixed(2)} off.`;
}
