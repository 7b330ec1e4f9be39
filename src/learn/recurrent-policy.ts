/** A policy with a memory: a GRU sees the observations of an episode one after the other, and a network acts on what it remembers. */
import type { AgentSpec } from "./env.ts";
import type { GruArchitecture } from "./nets/architecture.ts";
import { type AgentWeights, GruInference } from "./nets/inference.ts";
import { type NetworkPolicyData, networkPolicy, type Policy } from "./policy.ts";
import { box } from "./spaces.ts";

export interface RecurrentPolicyData {
  readonly kind: "recurrent";
  readonly gru: AgentWeights<GruArchitecture>;
  /** Acts on the state of the GRU. */
  readonly head: NetworkPolicyData;
}

/** @throws {RangeError} if the networks do not fit the spaces, or a decision is asked for without a memory. */
export function recurrentPolicy(spec: AgentSpec, { gru, head }: RecurrentPolicyData): Policy {
  const remembered = new GruInference(gru);
  const inputs = spec.observationSpace.slots.length;
  if (remembered.inputs !== inputs) {
    throw new RangeError(`${spec.name} needs a policy of ${inputs} inputs, this one has ${remembered.inputs}`);
  }
  const memorySize = remembered.stateSize;
  const states = Array.from({ length: memorySize }, (_, i) => ({ name: `state ${i}`, low: -1, high: 1 }));
  const acting = networkPolicy({ ...spec, observationSpace: box(states) }, head);
  return {
    decisionSize: acting.decisionSize,
    memorySize,
    decide(observation, mask, rng, out, memory) {
      if (memory?.length !== memorySize) throw new RangeError(`${spec.name}: this policy remembers ${memorySize} numbers, give it those`);
      remembered.step(observation, memory);
      acting.decide(memory, mask, rng, out);
    },
    toAction: acting.toAction,
  };
}
