import { axisY, type Markish } from "@observablehq/plot";
import type { RunSeries, ServerSeries } from "../../experiment/result.ts";
import { percent } from "../format.ts";
import { color } from "../palette.ts";
import { bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { serverLabel } from "./server-label.ts";
import { type Span, timeAxis, timeScale } from "./time-axis.ts";

const MOST_ROWS = 64;
const LEVELS = 8;
const DOWN = LEVELS;

/** A row of the map: one server, or several that are shown as their mean. */
interface Row {
  readonly label: string;
  readonly servers: readonly number[];
}

/** Utilisation by server (or group of servers) and time; hatched where a whole row was down. */
export function utilizationMap(series: RunSeries, options: { readonly id: string; readonly span: Span; readonly size: ChartSize }): string {
  const { id, span, size } = options;
  const rows = rowsOf(series.servers);
  const columns = Math.min(series.bucketCount, size.compact ? 66 : 150);
  const cells = cellsOf(series, rows, columns);
  const rowHeight = Math.max(size.compact ? 5 : 6, Math.min(15, 340 / rows.length));
  const labelEvery = Math.ceil(13 / rowHeight);
  const labelled = rows.map((_, i) => i).filter((i) => i % labelEvery === 0);
  const marks: Markish[] = [
    cellMark(cells, columns),
    ...bands(series, size, { wash: false }),
    axisY(labelled.map((i) => i + 0.5), { tickFormat: (middle: number) => serverLabel(rows[Math.floor(middle)]?.label ?? "", size), label: null, tickSize: 0, color: color("muted") } as object),
    ...timeAxis(span, size),
  ];
  const known = series.servers.utilization.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / (known.length || 1);
  const grouping = rows.length === series.servers.names.length ? "server" : "group of servers";
  return frame({ id, title: `Utilization by ${grouping}`, description: `${series.servers.names.length} servers over time, on average ${percent(mean)} busy while up; darker is busier, hatched is down.` }, size, {
    legend: [
      { label: size.compact ? "0 to 100 %" : "0 to 100 % of the cores busy", mark: "ramp", fill: color("heat0") },
      ...(cells.some((row) => row.includes(DOWN)) ? [{ label: "down", mark: "hatch", fill: color("muted") } as const] : []),
    ],
    plot: {
      height: Math.round(rows.length * rowHeight) + 62,
      marginTop: 22,
      marginBottom: 40,
      x: timeScale(span),
      y: { type: "linear", domain: [0, rows.length], reverse: true, axis: null },
      marks,
    },
  });
}

/** Every server up to 64; above that racks, or equal groups of neighbours where there are too many racks or too few. */
function rowsOf({ names, racks }: ServerSeries): Row[] {
  if (names.length <= MOST_ROWS) return names.map((label, i) => ({ label, servers: [i] }));
  const byRack = new Map<string, number[]>();
  racks.forEach((rack, i) => byRack.set(rack, [...(byRack.get(rack) ?? []), i]));
  if (byRack.size > 7 && byRack.size <= MOST_ROWS) return [...byRack].map(([label, servers]) => ({ label, servers }));
  const perRow = Math.ceil(names.length / MOST_ROWS);
  return Array.from({ length: Math.ceil(names.length / perRow) }, (_, row) => {
    const servers = names.map((_, i) => i).slice(row * perRow, (row + 1) * perRow);
    return { label: names[servers[0] ?? 0] ?? "", servers };
  });
}

/** Level 0 to 7 of each cell, or DOWN where nothing in it was up. */
function cellsOf(series: RunSeries, rows: readonly Row[], columns: number): number[][] {
  const { utilization } = series.servers;
  return rows.map(({ servers }) =>
    Array.from({ length: columns }, (_, column) => {
      const from = Math.floor((column * series.bucketCount) / columns);
      const to = Math.floor(((column + 1) * series.bucketCount) / columns);
      let sum = 0;
      let count = 0;
      for (const server of servers) {
        for (const value of utilization.subarray(server * series.bucketCount + from, server * series.bucketCount + to)) {
          if (Number.isNaN(value)) continue;
          sum += value;
          count++;
        }
      }
      return count === 0 ? DOWN : Math.min(LEVELS - 1, Math.floor((sum / count) * LEVELS));
    }),
  );
}

/** One path for each level instead of thousands of rectangles; neighbours of one level become one box. */
function cellMark(cells: readonly (readonly number[])[], columns: number): Markish {
  return ((_index: unknown, _scales: unknown, _values: unknown, dimensions: Box, context: Ink) => {
    const width = (dimensions.width - dimensions.marginLeft - dimensions.marginRight) / columns;
    const height = (dimensions.height - dimensions.marginTop - dimensions.marginBottom) / cells.length;
    const paths = Array.from({ length: LEVELS + 1 }, () => "");
    cells.forEach((row, y) => {
      for (let from = 0; from < columns; ) {
        const level = row[from] ?? DOWN;
        let to = from + 1;
        while (to < columns && row[to] === level) to++;
        const gap = height > 8 ? 1 : 0.5;
        paths[level] += `M${(dimensions.marginLeft + from * width).toFixed(2)} ${(dimensions.marginTop + y * height).toFixed(2)}h${((to - from) * width).toFixed(2)}v${(height - gap).toFixed(2)}h${(-(to - from) * width).toFixed(2)}z`;
        from = to;
      }
    });
    const group = context.document.createElementNS("http://www.w3.org/2000/svg", "g");
    const hatch = `<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${color("page")}"></rect><path d="M1 0V5" stroke="${color("muted")}" stroke-width="1.5"></path></pattern>`;
    const drawn = paths.map((d, level) => (d === "" ? "" : `<path d="${d}" fill="${level === DOWN ? "url(#hatch)" : `var(--heat${level})`}"></path>`));
    group.innerHTML = hatch + drawn.join("");
    return group;
  }) as unknown as Markish;
}

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
