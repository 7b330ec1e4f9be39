/** What anyone may know of a signal at an instant, and the guess that uses nothing else. */
import type { RowSignal } from "../row-signal.ts";

const DAY_S = 86_400;

/** True for the past and for the step that holds `nowS`: a grid's present intensity is published. */
export function isKnown(signal: RowSignal, nowS: number, timeS: number): boolean {
  return timeS <= nowS || timeS < signal.nextChangeS(nowS);
}

/** The same time of day on the last day that is known; the present value where the table does not reach so far back. */
export function persisted(signal: RowSignal, nowS: number, timeS: number): number {
  if (isKnown(signal, nowS, timeS)) return signal.at(timeS);
  const sourceS = timeS - Math.ceil((timeS - nowS) / DAY_S) * DAY_S;
  return signal.at(sourceS >= signal.fromS ? sourceS : nowS);
}

/** The truth at `timeS`; beyond the table's last row, the same time of day on its last day. */
export function truthAt(signal: RowSignal, timeS: number): number {
  if (timeS < signal.untilS) return signal.at(timeS);
  const daysBack = Math.floor((timeS - signal.untilS) / DAY_S) + 1;
  return signal.at(Math.max(timeS - daysBack * DAY_S, signal.fromS));
}
