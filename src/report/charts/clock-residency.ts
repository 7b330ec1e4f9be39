import { axisX, rect, ruleY, text } from "@observablehq/plot";
import type { GpuSeries } from "../../experiment/result.ts";
import { digitsText, percent } from "../format.ts";
import { color } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame, plotWidth } from "./frame.ts";
import type { GpuGroup } from "./gpus.ts";

const HZ_PER_MHZ = 1e6;
/** Of the least distance between two clocks, a bar takes this share. */
const BAR_SHARE = 0.7;
/** Clocks whose names stand under them are at least so far apart, pixels; where all are, their shares are written too. */
const LABEL_PX = 44;

export interface ClockShare {
  readonly megahertz: number;
  /** Of the time of all GPUs of the group. */
  readonly share: number;
}

/** The clocks that a group of GPUs had, rising. */
export function clockShares({ gpus }: GpuGroup, { residency }: GpuSeries): ClockShare[] {
  const stays = gpus.flatMap((gpu) => residency[gpu] as GpuSeries["residency"][number]);
  const totalS = stays.reduce((sum, { timeS }) => sum + timeS, 0);
  return [...new Set(stays.map(({ clockHz }) => clockHz))]
    .toSorted((a, b) => a - b)
    .map((clockHz) => {
      const ownS = stays.reduce((sum, stay) => (stay.clockHz === clockHz ? sum + stay.timeS : sum), 0);
      return { megahertz: clockHz / HZ_PER_MHZ, share: ownS / totalS };
    });
}

/** How much of their time a group of GPUs spent at which clock; at least two clocks. */
export function clockResidency(group: GpuGroup, gpus: GpuSeries, { id, size }: { readonly id: string; readonly size: ChartSize }): string {
  const shares = clockShares(group, gpus);
  const clocks = shares.map(({ megahertz }) => megahertz);
  const gap = clocks.slice(1).reduce((least, clock, i) => Math.min(least, clock - (clocks[i] as number)), Infinity);
  const domain = [(clocks[0] as number) - gap / 2, (clocks.at(-1) as number) + gap / 2] as [number, number];
  const isRoomy = (gap * plotWidth(size)) / (domain[1] - domain[0]) >= LABEL_PX;
  const bars = shares.map(({ megahertz, share }) => ({
    ...{ megahertz, share, label: percent(share) },
    ...{ from: megahertz - (BAR_SHARE * gap) / 2, to: megahertz + (BAR_SHARE * gap) / 2 },
  }));
  const [most] = shares.toSorted((a, b) => b.share - a.share) as [ClockShare];
  const description = `${group.gpus.length} GPUs of kind ${group.kind} had ${shares.length} clocks from ${digitsText(domain[0] + gap / 2)} to ${digitsText(domain[1] - gap / 2)} MHz; most of the time, ${percent(most.share)}, ${digitsText(most.megahertz)} MHz.`;
  return frame({ id, title: `${group.site}: time of ${group.kind} at each clock`, description }, size, {
    legend: [],
    plot: {
      ...ROOM,
      height: size.compact ? 180 : 200,
      x: { domain, axis: null },
      y: { domain: [0, most.share * 1.14], axis: null },
      marks: [
        grid(4),
        rect(bars, { x1: "from", x2: "to", y1: 0, y2: "share", fill: color("bar") }),
        ruleY([0], { stroke: color("line") }),
        ...(isRoomy ? [text(bars, { x: "megahertz", y: "share", text: "label", dy: -8, fill: color("ink") })] : []),
        valueAxis({ label: "share of the time", ticks: 4, text: (share) => percent(share) }),
        axisX(apart(clocks, (LABEL_PX * (domain[1] - domain[0])) / plotWidth(size)), {
          ...{ label: "clock, MHz", labelArrow: "none", labelAnchor: "right", labelOffset: 34, tickSize: 0 },
          ...{ color: color("muted"), tickFormat: (clock: number) => digitsText(clock, 4) },
        } as object),
      ],
    },
  });
}

/** From left to right, each that is at least `gap` after the one before it. */
function apart(clocks: readonly number[], gap: number): number[] {
  const kept: number[] = [];
  for (const clock of clocks) if (kept.length === 0 || clock - (kept.at(-1) as number) >= gap) kept.push(clock);
  return kept;
}
