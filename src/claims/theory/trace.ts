/** Requests drawn by the claim itself, handed to the scenario as a file: the claim then knows every arrival and every size. */
import { rootRng } from "../../kernel/index.ts";
import { columnOf, type Finding } from "../lab-task.ts";

export interface Trace {
  readonly arrivalS: Float64Array;
  readonly workS: Float64Array;
  /** As a requests or jobs table. */
  readonly csv: string;
}

/** `count` requests: exponential gaps of mean `gapMeanS`, sizes by `workOf` a uniform number. */
export function drawTrace(options: {
  readonly seed: number;
  readonly count: number;
  readonly gapMeanS: number;
  workOf(uniform: number): number;
}): Trace {
  const root = rootRng(options.seed);
  const [gaps, works] = [root.fork("gaps"), root.fork("works")];
  const arrivalS = new Float64Array(options.count);
  const workS = new Float64Array(options.count);
  let timeS = 0;
  for (let i = 0; i < options.count; i++) {
    timeS -= Math.log1p(-gaps.uniform()) * options.gapMeanS;
    arrivalS[i] = timeS;
    workS[i] = options.workOf(works.uniform());
  }
  const rows = Array.from(arrivalS, (arrival, i) => `${arrival},${workS[i]}`);
  return { arrivalS, workS, csv: `${["arrival_s,work_s", ...rows].join("\n")}\n` };
}

/** An exponential size of mean `meanS`. */
export const exponentialOf =
  (meanS: number) =>
  (uniform: number): number =>
    -Math.log1p(-uniform) * meanS;

/** A service that replays `requests.csv`. */
export const REPLAY = { arrivals: { kind: "trace", file: "requests.csv" }, work: { kind: "trace", column: "work_s" } };

/** Arrival, start and finish of each request of one service, in order of arrival. */
export function timesOf(run: Finding): { readonly arrivalS: Float64Array; readonly startS: Float64Array; readonly finishS: Float64Array } {
  const id = columnOf(run, "requests", "id");
  const order = Array.from(id.keys()).sort((a, b) => (id[a] as number) - (id[b] as number));
  const inOrder = (name: string): Float64Array => {
    const column = columnOf(run, "requests", name);
    return Float64Array.from(order, (row) => column[row] as number);
  };
  return { arrivalS: inOrder("arrival_s"), startS: inOrder("start_s"), finishS: inOrder("finish_s") };
}

/** How many intervals [from, to) hold each instant of `atS`, ascending. */
export function countsAt(fromS: Float64Array, toS: Float64Array, atS: Float64Array): Float64Array {
  const [begins, ends] = [fromS.toSorted(), toS.toSorted()];
  let [begun, ended] = [0, 0];
  return atS.map((timeS) => {
    while (begun < begins.length && (begins[begun] as number) <= timeS) begun++;
    while (ended < ends.length && (ends[ended] as number) <= timeS) ended++;
    return begun - ended;
  });
}

export const total = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
};
