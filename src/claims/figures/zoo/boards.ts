/** Watts of GPUs over time, from the rows of a run with `record: { power: true }`. */
import { columnOf, type Finding, textsOf } from "../../lab-task.ts";

/** A GPU between two changes. */
export interface Stretch {
  readonly fromS: number;
  readonly untilS: number;
  readonly watts: number;
  readonly isBusy: boolean;
}

/** Tells of every stretch of every GPU up to the end of the run, in order of their ends. */
export function eachStretch(run: Finding, endS: number, tell: (stretch: Stretch) => void): void {
  const [names, timesS] = [textsOf(run, "power", "server"), columnOf(run, "power", "time_s")];
  const [watts, busy] = [columnOf(run, "power", "watts"), columnOf(run, "power", "utilization")];
  const lastRow = new Map<string, number>();
  const close = (row: number, untilS: number): void =>
    tell({ fromS: timesS[row] as number, untilS, watts: watts[row] as number, isBusy: (busy[row] as number) > 0 });
  for (const [row, name] of names.entries()) {
    if (!name.includes("/gpu")) continue; // a server
    const before = lastRow.get(name);
    if (before !== undefined) close(before, timesS[row] as number);
    lastRow.set(name, row);
  }
  for (const row of lastRow.values()) close(row, endS);
}

/** Mean watts of a board while a batch is on it. */
export function busyPowerW(run: Finding, endS: number): number {
  let [energyJ, busyS] = [0, 0];
  eachStretch(run, endS, ({ fromS, untilS, watts, isBusy }) => {
    if (!isBusy) return;
    energyJ += watts * (untilS - fromS);
    busyS += untilS - fromS;
  });
  return energyJ / busyS;
}
