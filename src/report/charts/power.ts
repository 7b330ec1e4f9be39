import type { RunSeries, SiteSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor } from "../format.ts";
import { bandLegend, bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { layersOf, sharesText, stackLegend, stackMarks, stackTop } from "./stack.ts";
import { type Span, timeAxis, timeScale } from "./time-axis.ts";

/** Power of a site at the meter, stacked by account. */
export function powerOverTime(site: SiteSeries, series: RunSeries, options: { readonly id: string; readonly span: Span; readonly size: ChartSize }): string {
  const { id, span, size } = options;
  const topW = stackTop(layersOf(site.energyJ, 1 / series.bucketS), series.bucketCount);
  const scale = scaleFor(topW, "W");
  const layers = layersOf(site.energyJ, 1 / series.bucketS / scale.per);
  const description = `Power by account, up to ${quantityText(topW, "W")}. Of the energy: ${sharesText(layers)}.`;
  return frame({ id, title: `${site.name}: power over time`, description }, size, {
    legend: [...stackLegend(layers), ...bandLegend(series)],
    plot: {
      height: size.compact ? 200 : 240,
      marginTop: 26,
      marginBottom: 40,
      x: timeScale(span),
      y: { domain: [0, (topW / scale.per) * 1.08 || 1], axis: null },
      marks: [...stackMarks(layers, series, `power, ${scale.unit}`), ...bands(series, size), ...timeAxis(span, size)],
    },
  });
}
