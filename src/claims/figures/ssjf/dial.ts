/** How good a predictor must be to give the published SSJF: a dial from the oracle (0) to a length drawn at random (1). */
import { spearman } from "../../../stats/index.ts";
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
  const dials = all.flatMap((requests) => [...dialled(requests, dial)]);
  return { dial, spearman: spearman(truths, dials) };
}
