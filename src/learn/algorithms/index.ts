/** Every algorithm, one line each. */
import type { Algorithm, OfflineAlgorithm } from "./algorithm.ts";
import { behaviourCloning } from "./behaviour-cloning.ts";
import { ddpg } from "./ddpg.ts";
import { dqn } from "./dqn.ts";
import { ppo } from "./ppo.ts";
import { qTable } from "./q-table.ts";
import { recurrentPpo } from "./recurrent-ppo.ts";
import { reinforce } from "./reinforce.ts";
import { sac } from "./sac.ts";
import { td3 } from "./td3.ts";
import { td3Bc } from "./td3-bc.ts";

export type { Algorithm, FirstUpdate, Learner, LearnerState, Measures, OfflineAlgorithm, OnlineLearner, Setting } from "./algorithm.ts";
export { UnfitError } from "./unfit-error.ts";

/** Those that learn from what they do themselves. */
export const ALGORITHMS: readonly Algorithm[] = [ppo, recurrentPpo, ddpg, td3, sac, dqn, qTable, reinforce];

/** Those that learn from transitions that others made. */
export const OFFLINE_ALGORITHMS: readonly OfflineAlgorithm[] = [behaviourCloning, td3Bc];

/** @throws {RangeError} that lists what there is. */
export function algorithmOf(kind: string): Algorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm.kind === kind);
  if (found === undefined)
    throw new RangeError(`there is no algorithm "${kind}"; there are: ${ALGORITHMS.map((known) => known.kind).join(", ")}`);
  return found;
}
