/** What crosses between the lab and its threads. */
import type { RunResult } from "../experiment/result.ts";
import type { LoadedSpec } from "../experiment/run.ts";

export interface LabTask {
  readonly loaded: LoadedSpec;
  readonly seed: number;
}

/** A run without its pictures. */
export type Finding = Pick<RunResult, "seed" | "metrics" | "identities" | "eventLogHash" | "tables">;

export function findingOf({ seed, metrics, identities, eventLogHash, tables }: RunResult): Finding {
  return { seed, metrics, identities, eventLogHash, tables };
}

/** A metric that must be a number. */
export function metricOf({ metrics, seed }: Finding, name: string): number {
  const value = metrics[name];
  if (typeof value !== "number") throw new Error(`${name} is ${value} at seed ${seed}`);
  return value;
}

/** A column of numbers of a recorded table. */
export function columnOf({ tables }: Finding, table: string, name: string): Float64Array {
  const column = tables[table]?.columns.find((each) => each.name === name);
  if (column?.type !== "double") throw new Error(`there is no column of numbers ${table}.${name}`);
  return column.data;
}

/** A column of text of a recorded table. */
export function textsOf({ tables }: Finding, table: string, name: string): readonly string[] {
  const column = tables[table]?.columns.find((each) => each.name === name);
  if (column?.type !== "text") throw new Error(`there is no column of text ${table}.${name}`);
  return column.data;
}
