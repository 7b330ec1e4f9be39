/** Policies written by hand, to measure learned ones by. */
import type { Policy } from "../policy.ts";
import type { Floats } from "../spaces.ts";

/** From an observation to an action inside the space, without memory. */
export type Heuristic = (observation: Readonly<Floats>, actionOut: Floats) => void;

/** One that draws nothing. @param slotCount of the action space */
export function heuristicPolicy(heuristic: Heuristic, slotCount: number): Policy {
  return {
    decisionSize: slotCount,
    memorySize: 0,
    decide: (observation, _mask, _rng, out) => heuristic(observation, out),
    toAction: (decision, actionOut) => actionOut.set(decision),
  };
}
