import type { RunSeries, SiteSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor } from "../format.ts";
import { ROOM } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { frame } from "./frame.ts";
import { layersOf, sharesText, stackLegend, stackMarks, stackTop } from "./stack.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

/** Power of a site at the meter, stacked by account. */
export function powerOverTime(site: SiteSeries, series: RunSeries, { id, span, size }: TimeChart): string {
  const topW = stackTop(layersOf(site.energyJ, 1 / series.bucketS), series.bucketCount);
  const scale = scaleFor(topW, "W");
  const layers = layersOf(site.energyJ, 1 / series.bucketS / scale.per);
  const description = `Power by account, up to ${quantityText(topW, "W")}. Of the energy: ${sharesText(layers)}.`;
  return frame({ id, title: `${site.name}: power over time`, description }, size, {
    legend: [...stackLegend(layers), ...bandLegend(series)],
    plot: {
      ...ROOM,
      height: size.compact ? 200 : 240,
      x: timeScale(span),
      y: { domain: [0, (topW / scale.per) * 1.08 || 1], axis: null },
      marks: [...stackMarks(layers, series, `power, ${scale.unit}`), ...bands(series, size), ...timeAxis(span, size)],
    },
  });
}
