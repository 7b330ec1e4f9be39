import { areaY, line } from "@observablehq/plot";
import type { RunSeries } from "../../experiment/result.ts";
import { digitsText } from "../format.ts";
import { color } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { frame } from "./frame.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

/** What waits and runs: means of each bucket. */
export interface QueueSeries {
  readonly name: string;
  readonly what: "jobs" | "requests";
  readonly queued: Float64Array;
  readonly running: Float64Array;
}

/** How many jobs or requests ran and how many waited. */
export function queueOverTime({ name, what, queued, running }: QueueSeries, series: RunSeries, { id, span, size }: TimeChart): string {
  const fill = color(what === "jobs" ? "job" : "request");
  const points = Array.from({ length: series.bucketCount }, (_, b) => ({
    timeS: (b + 0.5) * series.bucketS,
    running: running[b] as number,
    queued: queued[b] as number,
  }));
  const mostRunning = points.reduce((most, point) => Math.max(most, point.running), 0);
  const mostQueued = points.reduce((most, point) => Math.max(most, point.queued), 0);
  const description = `At most ${digitsText(mostRunning)} ${what} ran and ${digitsText(mostQueued)} waited at once (means of each interval).`;
  return frame({ id, title: `${name}: ${what} running and waiting`, description }, size, {
    legend: [{ label: "running", mark: "square", fill }, { label: "waiting", mark: "line", fill: color("queued") }, ...bandLegend(series)],
    plot: {
      ...ROOM,
      height: size.compact ? 180 : 200,
      x: timeScale(span),
      y: { domain: [0, Math.max(mostRunning, mostQueued, 1) * 1.12], axis: null },
      marks: [
        grid(4),
        ...bands(series, size),
        areaY(points, { x: "timeS", y: "running", fill, fillOpacity: 0.55 }),
        line(points, { x: "timeS", y: "queued", stroke: color("queued"), strokeWidth: 1.5 }),
        valueAxis({ label: what, ticks: 4 }),
        ...timeAxis(span, size),
      ],
    },
  });
}
