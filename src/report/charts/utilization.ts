import type { Markish } from "@observablehq/plot";
import type { RunSeries } from "../../experiment/result.ts";
import { percent } from "../format.ts";
import { color } from "../palette.ts";
import { ROOM, valueAxis } from "./axes.ts";
import { bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { cellsOf, DOWN, LEVELS, partlyDown, type Row, rowsOf } from "./heat-cells.ts";
import { serverLabel } from "./server-label.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

/** Utilisation by server (or group of servers) and time; hatched where a whole row was down, lightly where a part of it was. */
export function utilizationMap(series: RunSeries, { id, span, size }: TimeChart): string {
  const rows = rowsOf(series.servers);
  const columns = Math.min(series.bucketCount, size.compact ? 66 : 150);
  const cells = cellsOf(series, rows, columns);
  const partly = partlyDown(series, rows, columns).map((row) => row.map((isPartly) => (isPartly ? 0 : null)));
  const isPartlyDown = partly.some((row) => row.includes(0));
  const rowHeight = Math.max(size.compact ? 5 : 6, Math.min(15, 340 / rows.length));
  const marks = [cellMark(cells, partly), ...bands(series, size, { wash: false }), rowAxis(rows, rowHeight, size), ...timeAxis(span, size)];
  return frame({ id, ...textOf(series, rows) }, size, {
    legend: [
      { label: size.compact ? "0 to 100 %" : "0 to 100 % of the cores busy", mark: "ramp", fill: color("heat0") },
      ...(cells.some((row) => row.includes(DOWN)) ? [{ label: "down", mark: "hatch", fill: color("muted") } as const] : []),
      ...(isPartlyDown ? [{ label: "partly down", mark: "light-hatch", fill: color("muted") } as const] : []),
    ],
    plot: {
      ...ROOM,
      height: Math.round(rows.length * rowHeight) + ROOM.marginTop + ROOM.marginBottom,
      x: timeScale(span),
      y: { type: "linear", domain: [0, rows.length], reverse: true, axis: null },
      marks,
    },
  });
}

function textOf({ servers }: RunSeries, rows: readonly Row[]): { title: string; description: string } {
  const known = servers.utilization.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / (known.length || 1);
  return {
    title: `Utilization by ${rows.length === servers.names.length ? "server" : "group of servers"}`,
    description: `${servers.names.length} servers over time, on average ${percent(mean)} busy while up; stronger colours are busier, hatched is down, lightly where only a part was.`,
  };
}

/** Names of as many rows as there is height for. */
function rowAxis(rows: readonly Row[], rowHeight: number, size: ChartSize): Markish {
  const every = Math.ceil(13 / rowHeight);
  const middles = rows.flatMap((_, i) => (i % every === 0 ? [i + 0.5] : []));
  return valueAxis({ label: null, ticks: middles, text: (middle) => serverLabel((rows[Math.floor(middle)] as Row).label, size) });
}

/** What Plot hands to a mark that draws itself, as far as it is needed here. */
interface Box {
  readonly width: number;
  readonly height: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly marginTop: number;
  readonly marginBottom: number;
}
interface Ink {
  readonly document: { createElementNS(space: string, name: string): { innerHTML: string } };
}

const HATCH = `<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${color("page")}"></rect><path d="M1 0V5" stroke="${color("muted")}" stroke-width="1.5"></path></pattern><pattern id="light-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M1 0V8" stroke="${color("page")}" stroke-width="2.5"></path><path d="M1 0V8" stroke="${color("muted")}"></path></pattern>`;

/** One path for each level instead of thousands of rectangles: a tenth of the bytes. */
function cellMark(cells: readonly (readonly number[])[], partly: readonly (readonly (number | null)[])[]): Markish {
  const draw = (_index: unknown, _scales: unknown, _values: unknown, box: Box, { document }: Ink) => {
    const paths = levelPaths(cells, box).map((d, level) =>
      d === "" ? "" : `<path d="${d}" fill="${level === DOWN ? "url(#hatch)" : `var(--heat${level})`}"></path>`,
    );
    const over = levelPaths(partly, box)[0] as string;
    if (over !== "") paths.push(`<path d="${over}" fill="url(#light-hatch)"></path>`);
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.innerHTML = HATCH + paths.join("");
    return group;
  };
  return draw as unknown as Markish;
}

/** For each level the outline of its cells, none for null; neighbours in a row become one box. */
function levelPaths(cells: readonly (readonly (number | null)[])[], box: Box): string[] {
  const paths = Array.from({ length: LEVELS + 1 }, () => "");
  const height = (box.height - box.marginTop - box.marginBottom) / cells.length;
  const gap = height > 8 ? 1 : 0.5;
  for (const [y, row] of cells.entries()) {
    const width = (box.width - box.marginLeft - box.marginRight) / row.length;
    for (let from = 0, to = 0; from < row.length; from = to) {
      const level = row[from] as number | null;
      while (to < row.length && row[to] === level) to++;
      if (level === null) continue;
      const [left, top, across] = [box.marginLeft + from * width, box.marginTop + y * height, (to - from) * width].map((v) => v.toFixed(2));
      paths[level] += `M${left} ${top}h${across}v${(height - gap).toFixed(2)}h-${across}z`;
    }
  }
  return paths;
}
