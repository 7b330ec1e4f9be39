/**
 * TwoStepGame-v0: in the first step the first agent chooses the table, in the second both choose an entry. One table pays 7
 * whatever they do, the other 8 if both dare and 0 or 1 if not: who does not coordinate ends at 7.
 * @see Rashid et al. 2018, "QMIX", section 5 and table 1.
 */
import { EpisodeStreams } from "../env.ts";
import { type TeamEnv, TeamRecord, type TeamResult, TurnsOf } from "../multi-agent.ts";
import { box, discrete, type Floats } from "../spaces.ts";
import type { TeamTask, TurnTask } from "./task.ts";

/** Common reward by the actions of the first and the second agent. */
const TABLES = [
  [
    [7, 7],
    [7, 7],
  ],
  [
    [0, 1],
    [1, 8],
  ],
] as const;
const STATE_NAMES = ["start", "tableA", "tableB"] as const;

const agentNamed = (name: string) => ({
  name,
  /** One of the three is 1. Both agents see the state; the end shows none. */
  observationSpace: box(STATE_NAMES.map((state) => ({ name: state, low: 0, high: 1 }))),
  actionSpace: discrete("entry", 2),
  masked: false,
});

const ID = "TwoStepGame-v0";

class TwoStepGame implements TeamEnv {
  readonly name = ID;
  readonly agents = [agentNamed("first"), agentNamed("second")];
  readonly stepS = 1;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new TeamRecord(2, 0);
  /** Index of STATE_NAMES; 3 at the end. */
  #state = 0;

  reset(seed: number | undefined, observationsOut: readonly Floats[]): void {
    this.#streams.next(seed); // nothing is drawn, but a first reset needs a seed here too
    this.#state = 0;
    this.#observe(observationsOut);
  }

  step(actions: readonly Floats[], observationsOut: readonly Floats[]): TeamResult {
    const [first, second] = actions as readonly [Floats, Floats];
    const record = this.#record;
    const table = TABLES[this.#state - 1];
    record.terminated = table !== undefined;
    record.rewards.fill(table?.[first[0] as 0 | 1][second[0] as 0 | 1] ?? 0);
    record.elapsedS = 1;
    this.#state = table === undefined ? 1 + (first[0] as number) : STATE_NAMES.length;
    this.#observe(observationsOut);
    return record;
  }

  #observe(out: readonly Floats[]): void {
    for (const observation of out) {
      for (let i = 0; i < STATE_NAMES.length; i++) observation[i] = i === this.#state ? 1 : 0;
    }
  }
}

export const twoStepGame: TeamTask = {
  form: "team",
  id: ID,
  doc: "Two agents choose a table, then an entry: 7 for sure, or 8 if both dare.",
  create: () => new TwoStepGame(),
};

const TURNS_ID = "TwoStepGameTurns-v0";

export const twoStepGameTurns: TurnTask = {
  form: "turns",
  id: TURNS_ID,
  doc: "TwoStepGame-v0 with one agent asked after the other.",
  create: () => new TurnsOf(new TwoStepGame(), TURNS_ID),
};
