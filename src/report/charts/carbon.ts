import { axisY, line } from "@observablehq/plot";
import type { RunSeries, SiteSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor, digitsText } from "../format.ts";
import { color } from "../palette.ts";
import { bandLegend, bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { layersOf, sharesText, stackLegend, stackMarks, stackTop } from "./stack.ts";
import { type Span, timeAxis, timeScale } from "./time-axis.ts";

const S_PER_HOUR = 3600;

/** Operational grams an hour, stacked by account, under the line of the grid's intensity; both axes start at zero. */
export function carbonOverTime(site: SiteSeries, series: RunSeries, options: { readonly id: string; readonly span: Span; readonly size: ChartSize }): string {
  const { id, span, size } = options;
  const perHour = S_PER_HOUR / series.bucketS;
  const topG = stackTop(layersOf(site.carbonG, perHour), series.bucketCount);
  const scale = scaleFor(topG, "g");
  const layers = layersOf(site.carbonG, perHour / scale.per);
  const top = (topG / scale.per) * 1.08 || 1;
  const highest = site.intensityGPerKwh.reduce((most, value) => (value > most ? value : most), 0) * 1.08 || 1;
  const grid = Array.from(site.intensityGPerKwh, (value, b) => ({ timeS: (b + 0.5) * series.bucketS, height: (value / highest) * top, value }));
  const ticks = niceTicks(highest);
  const rightAxis = axisY(
    ticks.map((tick) => (tick / highest) * top),
    { anchor: "right", label: "grid, g/kWh", labelArrow: "none", tickSize: 0, tickFormat: (height: number) => digitsText((height / top) * highest), color: color("muted") } as object,
  );
  const low = site.intensityGPerKwh.reduce((least, value) => (value < least ? value : least), Number.POSITIVE_INFINITY);
  const description = `Operational carbon by account, up to ${quantityText(topG, "g")} an hour, while the grid stood between ${digitsText(low)} and ${digitsText(highest / 1.08)} g/kWh. Of the grams: ${sharesText(layers)}.`;
  return frame({ id, title: `${site.name}: carbon over time`, description }, size, {
    legend: [...stackLegend(layers), { label: "grid intensity (right)", mark: "line", fill: color("intensity") }, ...bandLegend(series)],
    plot: {
      height: size.compact ? 200 : 240,
      marginTop: 26,
      marginBottom: 40,
      x: timeScale(span),
      y: { domain: [0, top], axis: null },
      marks: [
        ...stackMarks(layers, series, `CO₂e, ${scale.unit}/h`),
        ...bands(series, size),
        line(grid, { x: "timeS", y: "height", stroke: color("page"), strokeWidth: 4, curve: "step" }),
        line(grid, { x: "timeS", y: "height", stroke: color("intensity"), strokeWidth: 1.75, curve: "step" }),
        ...timeAxis(span, size),
        rightAxis,
      ],
    },
  });
}

/** Three to six round numbers from zero. */
function niceTicks(highest: number): number[] {
  const rough = highest / 4;
  const unit = Number(`1e${Math.floor(Math.log10(rough))}`);
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough) ?? rough;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}
