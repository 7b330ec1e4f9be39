import { axisX, dot, line, type Markish, type PlotOptions, ruleX, text } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";
import type { CurvePoint } from "./measured-on-curves.ts";

export interface SweptCurve {
  readonly label: string;
  /** Watts, or time over that at the greatest clock, by MHz, rising. */
  readonly curve: readonly CurvePoint[];
}
export interface ClockSweepChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** A clock that is pointed out. */
  readonly mark: { readonly x: number; readonly label: string };
  /** Published watts. */
  readonly named: readonly CurvePoint[];
  readonly power: readonly SweptCurve[];
  /** A group has the colour of the curve of power with its number. */
  readonly time: readonly (readonly SweptCurve[])[];
  /** Of the axes, rising; the last is an end. */
  readonly wattTicks: readonly number[];
  readonly timeTicks: readonly number[];
}

const HEIGHT = 300;
/** Room for the names at the ends of the curves. */
const NAMES = { marginRight: 120 };
const LEAST_GAP_PX = 13;
/** Room above the last tick for the names of the curves that end there, of the axis. */
const NAMES_SHARE = 4 / 15;

/** Above watts, below time, both from the greatest clock on the left to the lowest on the right, where each curve has its name. */
export function clockSweep({ id, title, description, mark, named, power, time, wattTicks, timeTicks }: ClockSweepChart): string {
  const legend = [
    ...power.map(({ label }, i) => ({ label, mark: "line", fill: seriesColor(i) }) as const),
    { label: "published", mark: "diamond", fill: color("ink") } as const,
  ];
  const xs = (power[0] as SweptCurve).curve.map(({ x }) => x);
  const watts = power.map((each) => [each]);
  const plots = [
    panel({ groups: watts, xs, mark, yLabel: "watts of the board", ticks: wattTicks, isNamed: false, xLabel: null }, [
      dot(named, { x: "x", y: "y", r: 5, symbol: "diamond", fill: color("ink"), stroke: color("page"), strokeWidth: 1 }),
      text([mark], { x: "x", y: wattTicks.at(-1) as number, text: "label", dx: 4, textAnchor: "start", fill: color("muted") }),
    ]),
    panel(
      {
        groups: time,
        xs,
        mark,
        yLabel: "time, of that at the greatest clock",
        ticks: timeTicks,
        isNamed: true,
        xLabel: "clock, MHz",
      },
      [],
    ),
  ];
  return frame({ id, title, description }, WIDE, { legend, plot: plots });
}

interface Panel {
  readonly groups: readonly (readonly SweptCurve[])[];
  readonly xs: readonly number[];
  readonly mark: { readonly x: number };
  readonly yLabel: string;
  readonly ticks: readonly number[];
  readonly isNamed: boolean;
  readonly xLabel: string | null;
}

function panel({ groups, xs, mark, yLabel, ticks, isNamed, xLabel }: Panel, over: readonly Markish[]): PlotOptions {
  const curves = groups.flatMap((group, i) => group.map((each) => ({ ...each, stroke: seriesColor(i) })));
  const points = curves.flatMap(({ curve, label, stroke }) => curve.map((at) => ({ ...at, label, stroke })));
  const lowest = Math.min(...xs);
  const [least, most] = [ticks[0] as number, ticks.at(-1) as number];
  const domain: [number, number] = [least, isNamed ? most + NAMES_SHARE * (most - least) : most];
  const names = isNamed ? namesOf(curves, domain) : [];
  const axis = { label: xLabel, labelArrow: "none", text: String, color: color("muted"), ariaLabel: "clock, MHz" };
  return {
    height: HEIGHT,
    ...ROOM,
    ...NAMES,
    x: { domain: [Math.max(...xs), lowest], axis: null, inset: 8 },
    y: { domain, axis: null },
    color: { type: "identity" },
    marks: [
      grid(ticks),
      valueAxis({ label: yLabel, ticks, text: String }),
      axisX([...xs], axis as object),
      ruleX([mark], { x: "x", stroke: color("muted"), strokeDasharray: "5 3" }),
      line(points, { x: "x", y: "y", z: "label", stroke: "stroke", strokeWidth: 1.5 }),
      dot(points, { x: "x", y: "y", r: 2.5, fill: "stroke" }),
      text(names, { x: () => lowest, y: "y", text: "label", fill: "stroke", textAnchor: "start", dx: 10 }),
      ...over,
    ],
  };
}

/** Names at the last point of each curve, far enough apart to be read; those of a colour keep their middle. */
function namesOf(curves: readonly (SweptCurve & { readonly stroke: string })[], [least, most]: readonly [number, number]) {
  const gap = (LEAST_GAP_PX * (most - least)) / (HEIGHT - ROOM.marginTop - ROOM.marginBottom);
  return [...new Set(curves.map(({ stroke }) => stroke))].flatMap((colour) => {
    const ends = curves
      .filter(({ stroke }) => stroke === colour)
      .map(({ label, stroke, curve }) => ({ label, stroke, y: (curve[0] as CurvePoint).y }))
      .toSorted((a, b) => a.y - b.y);
    let before = -Infinity;
    const lifts = ends.map(({ y }) => {
      before = Math.max(y, before + gap);
      return before - y;
    });
    const mean = lifts.reduce((sum, lift) => sum + lift, 0) / lifts.length;
    return ends.map((end, i) => ({ ...end, y: end.y + (lifts[i] as number) - mean }));
  });
}
