/** Areas over time, stacked by account: what power and carbon have in common. */
import { areaY, type Markish } from "@observablehq/plot";
import type { RunSeries, SiteSeries } from "../../experiment/result.ts";
import type { Account } from "../../world/energy/account.ts";
import { color } from "../palette.ts";
import { grid, valueAxis } from "./axes.ts";
import type { LegendItem } from "./legend.ts";

/** Useful work at the bottom, where its shape is easiest to read; overhead on top of it. */
const LABELS: Readonly<Record<Account, string>> = {
  request: "requests",
  job: "jobs",
  "reserved-idle": "idle, reserved",
  idle: "idle",
  "psu-loss": "power supply loss",
  facility: "facility",
};
const ORDER = Object.keys(LABELS) as Account[];

export interface Layer {
  readonly account: Account;
  /** One value a bucket, in the unit of the chart. */
  readonly values: Float64Array;
}

/** The accounts that are ever above zero, each value times `factor`. */
export function layersOf(byAccount: SiteSeries["energyJ"], factor: number): Layer[] {
  return ORDER.flatMap((account) => {
    const values = byAccount[account];
    return values?.some((value) => value > 0) ? [{ account, values: values.map((value) => value * factor) }] : [];
  });
}

/** The highest point of the stack. */
export function stackTop(layers: readonly Layer[], bucketCount: number): number {
  const heightAt = (b: number) => layers.reduce((sum, layer) => sum + (layer.values[b] as number), 0);
  let top = 0;
  for (let b = 0; b < bucketCount; b++) top = Math.max(top, heightAt(b));
  return top;
}

export function stackMarks(layers: readonly Layer[], series: RunSeries, label: string): Markish[] {
  const floor = new Float64Array(series.bucketCount);
  const areas = layers.map(({ account, values }) => {
    const points = Array.from({ length: series.bucketCount }, (_, b) => {
      const y1 = floor[b] as number;
      const y2 = y1 + (values[b] as number);
      floor[b] = y2;
      return { timeS: (b + 0.5) * series.bucketS, y1, y2 };
    });
    return areaY(points, { x: "timeS", y1: "y1", y2: "y2", fill: color(account) });
  });
  return [grid(4), ...areas, valueAxis({ label, ticks: 4 })];
}

export function stackLegend(layers: readonly Layer[]): LegendItem[] {
  return layers.map(({ account }) => ({ label: LABELS[account], mark: "square", fill: color(account) }));
}

/** "requests 34 %, idle 20 %": the shares of the whole, for the description. */
export function sharesText(layers: readonly Layer[]): string {
  const sums = layers.map(({ account, values }) => ({ account, sum: values.reduce((total, value) => total + value, 0) }));
  const total = sums.reduce((all, { sum }) => all + sum, 0);
  return sums.map(({ account, sum }) => `${LABELS[account]} ${Math.round((100 * sum) / total)} %`).join(", ");
}
