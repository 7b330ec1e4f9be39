import { type ChartSize, margins } from "./frame.ts";
import { textWidth } from "./legend.ts";

const ELLIPSIS_WIDTH = 12;

/** Names of servers differ at their end, so that is what is kept. */
export function serverLabel(name: string, size: ChartSize): string {
  const room = margins(size).marginLeft - 8;
  if (textWidth(name) <= room) return name;
  let kept = name;
  while (kept.length > 1 && textWidth(kept) > room - ELLIPSIS_WIDTH) kept = kept.slice(1);
  return `…${kept}`;
}
