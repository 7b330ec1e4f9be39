import { line, type Markish } from "@observablehq/plot";
import type { RunSeries, SiteSeries } from "../../experiment/result.ts";
import { digitsText, quantityText, scaleFor } from "../format.ts";
import { color } from "../palette.ts";
import { ROOM, valueAxis } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { frame } from "./frame.ts";
import { layersOf, sharesText, stackLegend, stackMarks, stackTop } from "./stack.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

const S_PER_HOUR = 3600;
const HEADROOM = 1.08;

/** Operational grams an hour, stacked by account, under the line of the grid's intensity; both axes start at zero. */
export function carbonOverTime(site: SiteSeries, series: RunSeries, { id, span, size }: TimeChart): string {
  const perHour = S_PER_HOUR / series.bucketS;
  const topG = stackTop(layersOf(site.carbonG, perHour), series.bucketCount);
  const scale = scaleFor(topG, "g");
  const layers = layersOf(site.carbonG, perHour / scale.per);
  const top = (topG / scale.per) * HEADROOM || 1;
  const description = `Operational carbon by account, up to ${quantityText(topG, "g")} an hour, ${intensityText(site)}. Of the grams: ${sharesText(layers)}.`;
  return frame({ id, title: `${site.name}: carbon over time`, description }, size, {
    legend: [...stackLegend(layers), { label: "grid intensity (right)", mark: "line", fill: color("intensity") }, ...bandLegend(series)],
    plot: {
      ...ROOM,
      height: size.compact ? 200 : 240,
      x: timeScale(span),
      y: { domain: [0, top], axis: null },
      marks: [
        ...stackMarks(layers, series, `CO₂e, ${scale.unit}/h`),
        ...bands(series, size),
        ...intensityMarks(site, series, top),
        ...timeAxis(span, size),
      ],
    },
  });
}

/** The line on an axis of its own at the right: `top` of the left axis is the highest intensity and some headroom. */
function intensityMarks({ intensityGPerKwh }: SiteSeries, series: RunSeries, top: number): Markish[] {
  const highest = extremes(intensityGPerKwh).high * HEADROOM || 1;
  const points = Array.from(intensityGPerKwh, (value, b) => ({ timeS: (b + 0.5) * series.bucketS, height: (value / highest) * top }));
  const ticks = roundSteps(highest).map((tick) => (tick / highest) * top);
  return [
    line(points, { x: "timeS", y: "height", stroke: color("page"), strokeWidth: 4, curve: "step" }),
    line(points, { x: "timeS", y: "height", stroke: color("intensity"), strokeWidth: 1.75, curve: "step" }),
    valueAxis({ label: "grid, g/kWh", ticks, side: "right", text: (height) => digitsText((height / top) * highest) }),
  ];
}

function intensityText({ intensityGPerKwh }: SiteSeries): string {
  const { low, high } = extremes(intensityGPerKwh);
  return `while the grid stood between ${digitsText(low)} and ${digitsText(high)} g/kWh`;
}

function extremes(values: Float64Array): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/** Three to five round numbers from zero. */
function roundSteps(highest: number): number[] {
  const rough = highest / 4;
  const unit = Number(`1e${Math.floor(Math.log10(rough))}`);
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough) ?? rough;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}
