/** Policies that look a value up in a table over a grid of observations: plain data that acts, as those in policy.ts. */
import type { AgentSpec } from "./env.ts";
import { epsilonGreedy, type Policy } from "./policy.ts";
import type { Discrete, Floats } from "./spaces.ts";

/** Cells per observed number, and where they lie. */
export interface Grid {
  readonly cells: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}
export interface TableData {
  readonly kind: "table";
  readonly grid: Grid;
  /** `cell * choices + choice` */
  readonly values: Float64Array;
  /** How often the stochastic policy draws any choice. */
  readonly epsilon: number;
}

/** Number of the cell that an observation lies in. */
export function cellOf({ cells, low, high }: Grid, observation: Floats): number {
  let cell = 0;
  for (let i = 0; i < cells.length; i++) {
    const [count, from, to] = [cells[i], low[i], high[i]] as [number, number, number];
    const share = ((observation[i] as number) - from) / (to - from);
    cell = cell * count + Math.min(Math.max(Math.floor(share * count), 0), count - 1);
  }
  return cell;
}

/** @throws {RangeError} if the table does not fit the choices. */
export function tablePolicy({ actionSpace, name }: AgentSpec, { grid, values, epsilon }: TableData): Policy {
  const { count } = actionSpace as Discrete;
  const cellCount = grid.cells.reduce((product, cells) => product * cells, 1);
  if (values.length !== cellCount * count)
    throw new RangeError(`${name} needs a table of ${cellCount * count} values, this one has ${values.length}`);
  return {
    decisionSize: 1,
    memorySize: 0,
    decide(observation, mask, rng, out) {
      const first = cellOf(grid, observation) * count;
      const own = values.subarray(first, first + count);
      out[0] = epsilonGreedy(own, mask, { rng, epsilon });
    },
    toAction: (decision, actionOut) => actionOut.set(decision),
  };
}
