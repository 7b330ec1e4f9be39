/**
 * Tabular Q-learning: a value for each cell of a grid over the observations and each choice.
 * @see Watkins & Dayan 1992, "Q-learning"; Sutton & Barto, section 6.5.
 *
 * Implementation details
 * 1. Each observed real is cut into equal bins between its bounds; beyond them counts the outermost bin. Infinite bounds need `bounds`.
 * 2. Epsilon-greedy; epsilon falls on a straight line by the fraction of training. Of equal values the first is taken.
 * 3. Learning rate falls likewise.
 * 4. Targets end at terminated transitions only, and are discounted by elapsed time.
 * 5. Masks take choices away: from what is drawn, from the greatest value, and from the next choice of a target.
 */
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { AgentSpec } from "../env.ts";
import type { VectorBuffers } from "../lanes.ts";
import { takeCheckpoint } from "../nets/index.ts";
import { epsilonGreedy, greatest } from "../policy.ts";
import { discount } from "../returns.ts";
import { linear } from "../schedule.ts";
import type { Floats, RealSlot } from "../spaces.ts";
import { cellOf, type Grid, type TableData, tablePolicy } from "../table-policy.ts";
import { type Algorithm, agentStreams, type LearnerState, type OnlineLearner, type Setting } from "./algorithm.ts";
import { rowOf } from "./population.ts";
import { UnfitError } from "./unfit-error.ts";

const fraction = z.number().min(0).max(1);

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side, which fill one table"),
  bins: z.int().min(1).default(10).describe("cells of each observed real; a choice has one for each value"),
  binsOf: z.record(z.string(), z.int().min(1)).default({}).describe("cells by the name of the observed real, instead of `bins`"),
  bounds: z
    .record(z.string(), z.tuple([z.number(), z.number()]))
    .default({})
    .describe("low and high by the name of the observed real, instead of its own"),
  learningRate: fraction.gt(0).default(0.2),
  learningRateEnd: fraction.default(0.02),
  gamma: fraction.default(0.99).describe("discount of a nominal step"),
  epsilon: fraction.default(1).describe("share of choices that are drawn, at first"),
  epsilonEnd: fraction.default(0.05),
  epsilonUntil: fraction.gt(0).default(0.5).describe("fraction of training at which the end is reached"),
});
export type QTableOptions = z.output<typeof schema>;

const boundsOf = ({ name, low, high }: RealSlot, { bounds }: QTableOptions): readonly [number, number] => bounds[name] ?? [low, high];

function check({ observationSpace, actionSpace, name }: AgentSpec, options: QTableOptions): void {
  if (actionSpace.kind !== "discrete") throw new RangeError(`a table of one choice cannot act in a ${actionSpace.kind} space`);
  const known = observationSpace.slots.map((slot) => slot.name);
  for (const option of ["bounds", "binsOf"] as const) {
    const unknown = Object.keys(options[option]).find((slot) => !known.includes(slot));
    if (unknown === undefined) continue;
    throw new UnfitError(option, `names "${unknown}", which ${name} does not show; it shows: ${known.join(", ")}`);
  }
  for (const slot of observationSpace.slots) {
    if (slot.kind === "choice") continue;
    const [low, high] = boundsOf(slot, options);
    if (Number.isFinite(high - low) && low < high) continue;
    throw new UnfitError("bounds", `must give finite bounds of ${slot.name}, which has ${low}..${high}: { ${slot.name}: [low, high] }`);
  }
}

function gridOf({ observationSpace }: AgentSpec, options: QTableOptions): Grid {
  const ranges = observationSpace.slots.map((slot) => (slot.kind === "choice" ? ([0, slot.count] as const) : boundsOf(slot, options)));
  return {
    cells: observationSpace.slots.map((slot) => (slot.kind === "choice" ? slot.count : (options.binsOf[slot.name] ?? options.bins))),
    low: ranges.map(([low]) => low),
    high: ranges.map(([, high]) => high),
  };
}

interface QTableState {
  readonly steps: number;
  readonly tables: readonly Float64Array[];
}

class QTable implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: QTableOptions;
  readonly #choiceCount: number;
  readonly #grid: Grid;
  readonly #tables: readonly Float64Array[];
  /** Entry of the table that each lane of each agent chose last. */
  readonly #chosen: readonly Int32Array[];
  readonly #actStreams: readonly Rng[];
  #steps = 0;
  #learningRate: number;

  constructor(setting: Setting, options: QTableOptions) {
    const { spec, seeds } = setting;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = options.lanes;
    this.#choiceCount = spec.actionSpace.maskLength;
    this.#grid = gridOf(spec, options);
    const size = this.#grid.cells.reduce((product, count) => product * count, this.#choiceCount);
    this.#tables = seeds.map(() => new Float64Array(size));
    this.#chosen = seeds.map(() => new Int32Array(options.lanes));
    this.#actStreams = agentStreams(setting)("act");
    this.#learningRate = options.learningRate;
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers, done: number): void {
    const { learningRate, learningRateEnd, epsilon: from, epsilonEnd: to, epsilonUntil: until } = this.#options;
    const rng = (this.#actStreams[agent] as Rng).fork(`${this.#steps}`);
    const epsilon = linear({ from, to, until })(done);
    this.#learningRate = linear({ from: learningRate, to: learningRateEnd })(done);
    for (let lane = 0; lane < this.laneCount; lane++) {
      const first = this.#entryOf(rowOf(lanes.observations, lane, this.laneCount));
      const choice = epsilonGreedy(this.#valuesAt(agent, first), rowOf(lanes.masks, lane, this.laneCount), { rng, epsilon });
      (this.#chosen[agent] as Int32Array)[lane] = first + choice;
      lanes.actions[lane] = choice;
    }
  }

  /** First entry of an observation's cell. */
  #entryOf(observation: Floats): number {
    return cellOf(this.#grid, observation) * this.#choiceCount;
  }

  #valuesAt(agent: number, entry: number): Float64Array {
    return (this.#tables[agent] as Float64Array).subarray(entry, entry + this.#choiceCount);
  }

  // ... Learning ...

  /** Q(s, a) += rate (r + gamma max Q(s', .) - Q(s, a)), lane by lane. */
  observe(agent: number, lanes: VectorBuffers): void {
    const table = this.#tables[agent] as Float64Array;
    for (let lane = 0; lane < this.laneCount; lane++) {
      const entry = (this.#chosen[agent] as Int32Array)[lane] as number;
      const error = (lanes.rewards[lane] as number) + this.#nextValue(agent, lanes, lane) - (table[entry] as number);
      table[entry] = (table[entry] as number) + this.#learningRate * error;
    }
  }

  /** What is to come after a lane's transition, as it is worth before it. */
  #nextValue(agent: number, { successors, successorMasks, elapsedS, terminated }: VectorBuffers, lane: number): number {
    if (terminated[lane] === 1) return 0;
    const values = this.#valuesAt(agent, this.#entryOf(rowOf(successors, lane, this.laneCount)));
    const best = greatest(values, rowOf(successorMasks, lane, this.laneCount), { from: 0, count: values.length });
    return discount(this.#options.gamma, (elapsedS[lane] as number) / this.#setting.stepS) * (values[best] as number);
  }

  async update(): Promise<undefined> {
    this.#steps++;
  }

  // ... Saving ...

  policyData(agent: number): TableData {
    return { kind: "table", grid: this.#grid, values: (this.#tables[agent] as Float64Array).slice(), epsilon: this.#options.epsilonEnd };
  }

  async save(): Promise<LearnerState> {
    const rest: QTableState = { steps: this.#steps, tables: this.#tables };
    return { networks: await takeCheckpoint({}), rest: structuredClone(rest) };
  }

  async restore({ rest }: LearnerState): Promise<void> {
    const { steps, tables } = rest as QTableState;
    this.#steps = steps;
    tables.forEach((table, agent) => void this.#tables[agent]?.set(table));
  }

  dispose(): void {}
}

export const qTable: Algorithm<typeof schema> = {
  kind: "q-table",
  doc: "Tabular Q-learning over a grid: one choice, few observed numbers.",
  schema,
  check,
  firstUpdate: ({ lanes }) => ({ steps: lanes, because: `${lanes} lanes` }),
  create: async (setting, options) => new QTable(setting, options),
  policy: tablePolicy,
};
