/** How good a predictor must be to give the published SSJF: a dial from the oracle (0) to a length drawn at random (1). */
import { mean } from "../../../stats/index.ts";
import { dialled, type Requests } from "./requests.ts";
import { runFcfs, runShortestFirst, type ServerSpec } from "./scheduler.ts";
import { everySecondPoint, JCT_REDUCTION, outcomeOf } from "./study.ts";
import type { Variant } from "./variant.ts";

/** The dial is found to 2^-HALVINGS. */
const HALVINGS = 7;

export interface DialSetting {
  readonly dial: number;
  /** Spearman's rank correlation of prediction and truth there. */
  readonly spearman: number;
}

/** The dial at which the JCT reduction, as the paper sums it up, is `reduction` %. `points`: the runs' requests at each point of the sweep. */
export function findDial(
  points: readonly (readonly Requests[])[],
  server: ServerSpec,
  { quirks }: Variant,
  reduction: number,
): DialSetting {
  const jctsS = (schedule: (requests: Requests) => Float64Array): readonly (readonly number[])[] =>
    points.map((runs, i) => (i % 2 === 0 ? runs.map((requests) => outcomeOf(requests.jobs, schedule(requests)).jctS) : []));
  const fcfsS = jctsS(({ jobs }) => runFcfs(jobs, server, quirks));
  const reductionAt = (dial: number): number =>
    everySecondPoint(
      jctsS((requests) => runShortestFirst(requests.jobs, server, quirks, dialled(requests, dial))),
      fcfsS,
      JCT_REDUCTION,
    );
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (reductionAt(middle) > reduction) low = middle;
    else high = middle;
  }
  const dial = (low + high) / 2;
  const all = points.flat();
  const truths = all.flatMap(({ tokens }) => [...tokens]);
  return { dial, spearman: correlation(ranksOf(truths), ranksOf(all.flatMap((requests) => [...dialled(requests, dial)]))) };
}

/** Ranks from 0; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let k = from; k < to; k++) ranks[order[k] as number] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's, of two columns that vary. */
export function correlation(xs: Float64Array, ys: Float64Array): number {
  const [centerX, centerY] = [mean(xs), mean(ys)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, x] of xs.entries()) {
    const [dx, dy] = [x - centerX, (ys[i] as number) - centerY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
