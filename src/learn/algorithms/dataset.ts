/** Transitions that somebody else made, as networks see them. */
import type { AgentSpec } from "../env.ts";
import type { Batch } from "../replay.ts";
import { firstOutside, type Space, toUnit } from "../spaces.ts";
import type { Setting } from "./algorithm.ts";
import { rowOf } from "./population.ts";

/**
 * The same transitions with decisions for actions: choices stay, reals go to the unit scale.
 * @throws {RangeError} unless every agent has as many transitions, at least one, of these spaces.
 */
export function datasetsOf({ spec, seeds }: Setting, data: readonly Batch[]): readonly Batch[] {
  if (data.length !== seeds.length) throw new RangeError(`${data.length} sets of transitions for ${seeds.length} agents`);
  const { length } = (data[0] as Batch).rewards;
  data.forEach((batch, agent) => {
    if (batch.rewards.length !== length || length === 0) {
      throw new RangeError(`agent ${agent} has ${batch.rewards.length} transitions, agent 0 has ${length}; all need as many, and some`);
    }
    requireFit(spec, batch);
  });
  return data.map((batch) => ({ ...batch, actions: decisionsOf(spec.actionSpace, batch.actions, length) }));
}

function requireFit({ name, observationSpace, actionSpace }: AgentSpec, { observations, actions, rewards }: Batch): void {
  const [numbers, reals] = [observationSpace.slots.length, actionSpace.slots.length];
  if (observations.length !== rewards.length * numbers || actions.length !== rewards.length * reals) {
    const found = `${observations.length} + ${actions.length} numbers`;
    throw new RangeError(`${name} has transitions of ${numbers} + ${reals} numbers, ${rewards.length} of these have ${found}`);
  }
  for (let i = 0; i < rewards.length; i++) {
    const outside = firstOutside(actionSpace, rowOf(actions, i, rewards.length));
    if (outside >= 0) {
      throw new RangeError(
        `${name}, transition ${i}: action ${actionSpace.slots[outside]?.name} is ${actions[i * reals + outside]}, outside`,
      );
    }
  }
}

function decisionsOf(space: Space, actions: Float32Array, rowCount: number): Float32Array {
  if (space.kind !== "box") return actions;
  const decisions = new Float32Array(actions.length);
  for (let i = 0; i < rowCount; i++) toUnit(space, rowOf(actions, i, rowCount), rowOf(decisions, i, rowCount));
  return decisions;
}
