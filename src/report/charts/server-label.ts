import type { ChartSize } from "./frame.ts";

/** Names of servers differ at their end, so that is what is kept. */
export function serverLabel(name: string, size: ChartSize): string {
  const room = size.compact ? 6 : 10;
  return name.length <= room ? name : `…${name.slice(-(room - 1))}`;
}
