/**
 * Policies as they act: on one observation at a time, in typed arrays, without TensorFlow.js. All that a policy is is plain
 * data, so it can be stored, and taken up by somebody who never trains.
 */
import { randomNormal } from "d3-random";
import type { Rng } from "../kernel/index.ts";
import type { AgentSpec } from "./env.ts";
import type { SequentialArchitecture } from "./nets/architecture.ts";
import { type AgentWeights, SequentialInference } from "./nets/inference.ts";
import { RunningNorm, type RunningNormState } from "./running-norm.ts";
import { type Box, type ChoiceSlot, type Floats, fromUnit, type Space } from "./spaces.ts";

interface OnNetwork {
  readonly network: AgentWeights<SequentialArchitecture>;
  /** What observations are measured by before the network sees them. */
  readonly norm?: RunningNormState;
}
/**
 * - `categorical`: the network gives a logit for each value of each choice.
 * - `values`: it gives the value of each choice; `epsilon` is how often the stochastic policy draws any choice.
 * - `gaussian`: it gives means on the unit scale, [-1, 1] for low to high, with fixed standard deviations.
 * - `squashed-gaussian`: it gives means and log standard deviations; tanh of the draw is the action on the unit scale.
 * - `deterministic`: it gives the action on the unit scale.
 */
export type NetworkPolicyData =
  | (OnNetwork & { readonly kind: "categorical" | "deterministic" | "squashed-gaussian" })
  | (OnNetwork & { readonly kind: "values"; readonly epsilon: number })
  | (OnNetwork & { readonly kind: "gaussian"; readonly logStd: Float32Array });

export interface Policy {
  /** Numbers that `decide` writes. */
  readonly decisionSize: number;
  /** Numbers that it remembers from one decision of an episode to the next; 0 if it sees only what is before it. */
  readonly memorySize: number;
  /**
   * Draws a decision from `rng`; without one takes the likeliest. `out` gets it as networks see it: choices, or the unit scale.
   * @param memory of the episode: `memorySize` numbers, zeros at first, moved by every decision; only where there is any
   */
  decide(observation: Floats, mask: Uint8Array, rng: Rng | undefined, out: Floats, memory?: Float64Array): void;
  /** The action that a decision stands for: inside the space. */
  toAction(decision: Floats, actionOut: Floats): void;
}

/** Bounds of what a squashed Gaussian may give, as in Spinning Up and CleanRL. */
export const LOG_STD_MIN = -5;
export const LOG_STD_MAX = 2;

/** @throws {RangeError} if the network does not fit the spaces. */
export function networkPolicy({ actionSpace, observationSpace, name }: AgentSpec, data: NetworkPolicyData): Policy {
  const network = new SequentialInference(data.network);
  const wanted = outputsFor(actionSpace, data.kind);
  if (network.inputs !== observationSpace.slots.length || network.outputs !== wanted) {
    const needed = `${observationSpace.slots.length} inputs and ${wanted} outputs`;
    throw new RangeError(`${name} needs a policy of ${needed}, this one has ${network.inputs} and ${network.outputs}`);
  }
  const norm = new RunningNorm(network.inputs);
  if (data.norm !== undefined) norm.restore(data.norm);
  const input = new Float32Array(network.inputs);
  const head = new Float64Array(network.outputs);
  const decideBy = decider(actionSpace, data);
  return {
    decisionSize: actionSpace.slots.length,
    memorySize: 0,
    decide(observation, mask, rng, out) {
      if (data.norm === undefined) input.set(observation);
      else norm.normalizeInto(observation, input);
      network.forward(input, head);
      decideBy(head, mask, rng, out);
    },
    toAction: actionWriter(actionSpace),
  };
}

/** Numbers that the network of a policy has to give. @throws {RangeError} if that kind cannot act in the space. */
export function outputsFor(space: Space, kind: NetworkPolicyData["kind"]): number {
  const choosing = kind === "categorical" || kind === "values";
  if (choosing && (space.kind === "discrete" || (space.kind === "multi-discrete" && kind === "categorical"))) return space.maskLength;
  if (!choosing && space.kind === "box") return space.slots.length * (kind === "squashed-gaussian" ? 2 : 1);
  throw new RangeError(`a ${kind} policy cannot act in a ${space.kind} space`);
}

type Decide = (head: Float64Array, mask: Uint8Array, rng: Rng | undefined, out: Floats) => void;

function decider(space: Space, data: NetworkPolicyData): Decide {
  switch (data.kind) {
    case "categorical":
      return (head, mask, rng, out) => {
        const { slots } = space as Extract<Space, { kind: "discrete" | "multi-discrete" }>;
        for (let i = 0; i < slots.length; i++) out[i] = choose(slots[i] as ChoiceSlot, head, mask, rng);
      };
    case "values":
      return (head, mask, rng, out) => {
        out[0] = epsilonGreedy(head, mask, { rng, epsilon: data.epsilon });
      };
    case "gaussian": {
      const std = data.logStd.map(Math.exp);
      return (head, _mask, rng, out) => {
        const normal = rng && randomNormal.source(rng.uniform)();
        for (let i = 0; i < out.length; i++) out[i] = (head[i] as number) + (normal === undefined ? 0 : (std[i] as number) * normal());
      };
    }
    case "squashed-gaussian":
      return (head, _mask, rng, out) => {
        const normal = rng && randomNormal.source(rng.uniform)();
        for (let i = 0; i < out.length; i++) {
          const std = Math.exp(squashedLogStd(head[out.length + i] as number));
          out[i] = Math.tanh((head[i] as number) + (normal === undefined ? 0 : std * normal()));
        }
      };
    case "deterministic":
      return (head, _mask, _rng, out) => out.set(head);
  }
}

/** A free number as a log standard deviation within its bounds. */
function squashedLogStd(free: number): number {
  return LOG_STD_MIN + ((LOG_STD_MAX - LOG_STD_MIN) * (Math.tanh(free) + 1)) / 2;
}

/** A value of one choice by the logits of its stretch: the likeliest without `rng`, the lower of equals. */
function choose({ count, maskOffset }: ChoiceSlot, logits: Float64Array, mask: Uint8Array, rng: Rng | undefined): number {
  const best = greatest(logits, mask, { from: maskOffset, count });
  if (rng === undefined) return best;
  const top = logits[maskOffset + best] as number;
  let sum = 0;
  for (let k = 0; k < count; k++) if (allows(mask, maskOffset + k)) sum += Math.exp((logits[maskOffset + k] as number) - top);
  let rest = rng.uniform() * sum;
  for (let k = 0; k < count; k++) {
    if (!allows(mask, maskOffset + k)) continue;
    rest -= Math.exp((logits[maskOffset + k] as number) - top);
    if (rest < 0) return k;
  }
  return best; // rounding left a rest
}

/** The greatest of a stretch among those that the mask allows, the first of equals; -1 if it allows none. */
export function greatest(values: Floats, mask: Uint8Array, { from, count }: { readonly from: number; readonly count: number }): number {
  let best = -1;
  for (let k = 0; k < count; k++) {
    if (allows(mask, from + k) && (best < 0 || (values[from + k] as number) > (values[from + best] as number))) best = k;
  }
  return best;
}

/** Any allowed choice with probability `epsilon`, else the one of greatest value; that one always without `rng`. */
export function epsilonGreedy(
  values: Floats,
  mask: Uint8Array,
  { rng, epsilon }: { readonly rng: Rng | undefined; readonly epsilon: number },
): number {
  if (rng === undefined || rng.uniform() >= epsilon) return greatest(values, mask, { from: 0, count: values.length });
  return drawn(values.length, mask, rng);
}

/** One of `count` choices, each that the mask allows as likely as the others. */
export function drawn(count: number, mask: Uint8Array, rng: Rng): number {
  let choice = rng.int(count);
  while (!allows(mask, choice)) choice = rng.int(count);
  return choice;
}

const allows = (mask: Uint8Array, i: number): boolean => mask.length === 0 || mask[i] !== 0;

function actionWriter(space: Space): Policy["toAction"] {
  if (space.kind !== "box") return (decision, actionOut) => actionOut.set(decision);
  const unit = new Float64Array(space.slots.length);
  return (decision, actionOut) => {
    for (let i = 0; i < unit.length; i++) unit[i] = Math.min(Math.max(decision[i] as number, -1), 1);
    fromUnit(space as Box, unit, actionOut);
  };
}
