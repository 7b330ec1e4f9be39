/** Utilisation of many servers and buckets, averaged into a map of few cells. */
import type { RunSeries, ServerSeries } from "../../experiment/result.ts";

/** Shades of the ramp; DOWN is one more. */
export const LEVELS = 8;
export const DOWN = LEVELS;
const MOST_ROWS = 64;

/** A row of the map: one server, or several that are shown as their mean. */
export interface Row {
  readonly label: string;
  readonly servers: readonly number[];
}

/** Every server up to 64; above that racks, or equal groups of neighbours where there are too many racks or too few. */
export function rowsOf({ names, racks }: ServerSeries): Row[] {
  if (names.length <= MOST_ROWS) return names.map((label, i) => ({ label, servers: [i] }));
  const byRack = new Map<string, number[]>();
  for (const [i, rack] of racks.entries()) {
    const servers = byRack.get(rack);
    if (servers) servers.push(i);
    else byRack.set(rack, [i]);
  }
  if (byRack.size > 7 && byRack.size <= MOST_ROWS) return [...byRack].map(([label, servers]) => ({ label, servers }));
  const perRow = Math.ceil(names.length / MOST_ROWS);
  return Array.from({ length: Math.ceil(names.length / perRow) }, (_, row) => {
    const servers = names.map((_name, i) => i).slice(row * perRow, (row + 1) * perRow);
    return { label: names[row * perRow] as string, servers };
  });
}

/** Level 0 to 7 of each cell, or DOWN where nothing in it was up. */
export function cellsOf(series: RunSeries, rows: readonly Row[], columns: number): number[][] {
  const edge = (column: number) => Math.floor((column * series.bucketCount) / columns);
  return rows.map(({ servers }) =>
    Array.from({ length: columns }, (_, column) => {
      const mean = meanOf(series, servers, { from: edge(column), to: edge(column + 1) });
      return mean === null ? DOWN : Math.min(LEVELS - 1, Math.floor(mean * LEVELS));
    }),
  );
}

/** True where some of a cell was down, but not all of it: its shade is the mean of the rest. */
export function partlyDown(series: RunSeries, rows: readonly Row[], columns: number): boolean[][] {
  const edge = (column: number) => Math.floor((column * series.bucketCount) / columns);
  return rows.map(({ servers }) =>
    Array.from({ length: columns }, (_, column) => {
      const down = servers.map((server) => {
        const start = server * series.bucketCount;
        return series.servers.utilization
          .subarray(start + edge(column), start + edge(column + 1))
          .map((value) => (Number.isNaN(value) ? 1 : 0));
      });
      return down.some((cell) => cell.includes(1)) && down.some((cell) => cell.includes(0));
    }),
  );
}

/** Mean over servers and buckets in which they were up. */
function meanOf(series: RunSeries, servers: readonly number[], { from, to }: { from: number; to: number }): number | null {
  let sum = 0;
  let count = 0;
  for (const server of servers) {
    const start = server * series.bucketCount;
    for (const value of series.servers.utilization.subarray(start + from, start + to)) {
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  }
  return count === 0 ? null : sum / count;
}
