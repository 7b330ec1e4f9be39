/**
 * The checker that every environment passes. It plays with random legal actions, every step guarded, and answers what it
 * found wrong:
 *
 * - equal seeds give bit-equal episodes, the second after a reset without a seed included;
 * - a reset equals a fresh environment, whatever was played before, and whatever another one plays meanwhile: neither
 *   reward nor observation depends on anything outside the episode;
 * - nothing is read back from the caller's arrays, actions are left as they were, and float32 arrays receive what float64
 *   ones do, rounded;
 * - observations, masks, rewards and times keep their contract (guarded-env.ts); a first reset without a seed is refused.
 */
import { type Rng, rootRng } from "../kernel/index.ts";
import { type AgentSpec, type Env, maskLength, type Transition } from "./env.ts";
import { EnvError } from "./env-error.ts";
import { GuardedEnv, GuardedTeamEnv, GuardedTurnEnv } from "./guarded-env.ts";
import type { TeamEnv, TurnEnv } from "./multi-agent.ts";
import { type Floats, sample } from "./spaces.ts";

/** An environment of any form, made anew at each call. */
export type Checkable =
  | { readonly form: "single"; create(): Env }
  | { readonly form: "team"; create(): TeamEnv }
  | { readonly form: "turns"; create(): TurnEnv };

export interface CheckPlan {
  readonly seed: number;
  /** Steps that are played of an episode, at most. */
  readonly stepsMax: number;
}

interface PlayOptions {
  readonly floats?: typeof Float32Array | typeof Float64Array;
  /** Writes nonsense over observations once they have been read. */
  readonly scribble?: boolean;
}

/** @returns one sentence for each rule that is broken; none if the environment is sound. */
export function checkEnv(subject: Checkable, { seed, stepsMax }: CheckPlan): readonly string[] {
  const problems: string[] = [];
  const guarded = (check: () => string | undefined): void => {
    try {
      const problem = check();
      if (problem !== undefined) problems.push(problem);
    } catch (error) {
      if (!(error instanceof EnvError)) throw error;
      if (!problems.includes(error.message)) problems.push(error.message);
    }
  };
  const fresh = (options?: PlayOptions): Player => new Player(subject, options);
  const episode = (player: Player, from: number | undefined): Trace => player.play(from, rootRng(seed).fork("actions"), stepsMax);
  const compare = (what: string, other: () => Trace): void =>
    guarded(() => {
      const difference = firstDifference(episode(fresh(), seed), other());
      return difference === undefined ? undefined : `${what}: ${difference}`;
    });

  compare("equal seeds differ", () => episode(fresh(), seed));
  compare("a reset with the same seed differs after another episode", () => {
    const player = fresh();
    player.play(seed + 1, rootRng(seed + 1).fork("actions"), 1 + (stepsMax >> 1));
    return episode(player, seed);
  });
  compare("an episode differs while another environment plays", () => playBeside(fresh(), fresh(), { seed, stepsMax }));
  compare("an episode depends on what the caller leaves in the observation arrays", () => episode(fresh({ scribble: true }), seed));
  guarded(() => {
    const difference = firstDifference(rounded(episode(fresh(), seed)), rounded(episode(fresh({ floats: Float32Array }), seed)));
    return difference === undefined ? undefined : `float32 arrays receive another episode than float64 ones: ${difference}`;
  });
  guarded(() => {
    const [first, second] = [fresh(), fresh()];
    episode(first, seed);
    second.play(seed, rootRng(seed).fork("actions"), 1); // its first episode is cut short: that must not matter
    const difference = firstDifference(episode(first, undefined), episode(second, undefined));
    return difference === undefined ? undefined : `the second episode depends on how long the first was: ${difference}`;
  });
  guarded(() => (refusesSeedless(fresh()) ? undefined : "a first reset without a seed is not refused: draw by EpisodeStreams"));
  return problems;
}

/** Two environments take turns; the trace is the first one's. */
function playBeside(player: Player, other: Player, { seed, stepsMax }: CheckPlan): Trace {
  const rng = rootRng(seed).fork("actions");
  const otherRng = rootRng(seed + 1).fork("actions");
  player.begin(seed);
  other.begin(seed + 1);
  let otherRuns = true;
  for (let i = 0; i < stepsMax; i++) {
    if (otherRuns) otherRuns = other.advance(otherRng);
    if (!player.advance(rng)) break;
  }
  return player.trace;
}

function refusesSeedless(player: Player): boolean {
  try {
    player.begin(undefined);
    return false;
  } catch (error) {
    if (error instanceof EnvError) return true;
    throw error;
  }
}

/** All numbers that an episode gave, with what each is. */
interface Trace {
  readonly labels: readonly string[];
  readonly values: readonly number[];
}

function firstDifference(expected: Trace, got: Trace): string | undefined {
  for (let i = 0; i < Math.max(expected.values.length, got.values.length); i++) {
    if (Object.is(expected.values[i], got.values[i])) continue;
    return `first at ${expected.labels[i] ?? got.labels[i]}, ${expected.values[i] ?? "no step"} and ${got.values[i] ?? "no step"}`;
  }
  return undefined;
}

function rounded({ labels, values }: Trace): Trace {
  return { labels, values: values.map(Math.fround) };
}

/** An agent's arrays in a check. */
interface Seat {
  readonly spec: AgentSpec;
  readonly action: Floats;
  readonly observation: Floats;
  readonly mask: Uint8Array;
}

/** Plays an environment of any form, and writes down all that it says. */
class Player {
  readonly #game: Game;
  readonly #seats: readonly Seat[];
  readonly #scribble: boolean;
  #labels: string[] = [];
  #values: number[] = [];
  #step = 0;

  constructor(subject: Checkable, { floats = Float64Array, scribble = false }: PlayOptions = {}) {
    this.#game = gameOf(subject);
    this.#seats = this.#game.agents.map((spec) => ({
      spec,
      action: new Float64Array(spec.actionSpace.slots.length),
      observation: new floats(spec.observationSpace.slots.length),
      mask: new Uint8Array(maskLength(spec)),
    }));
    this.#scribble = scribble;
  }

  get trace(): Trace {
    return { labels: this.#labels, values: this.#values };
  }

  play(seed: number | undefined, rng: Rng, stepsMax: number): Trace {
    this.begin(seed);
    for (let i = 0; i < stepsMax && this.advance(rng); i++);
    return this.trace;
  }

  begin(seed: number | undefined): void {
    this.#labels = [];
    this.#values = [];
    this.#step = 0;
    this.#game.reset(seed, this.#seats);
    this.#look();
  }

  /** Plays a step; false if it ended the episode. */
  advance(rng: Rng): boolean {
    const acting = this.#game.acting().map((agent) => this.#seats[agent] as Seat);
    const chosen = acting.map(({ spec, action, mask }) => {
      sample(spec.actionSpace, rng, action, mask);
      return action.slice();
    });
    const result = this.#game.step(this.#seats);
    this.#step++;
    acting.forEach(({ action }, i) => {
      const kept = action.every((value, k) => value === (chosen[i] as Floats)[k]);
      if (!kept) throw new EnvError(`step ${this.#step} changes the caller's action`);
    });
    this.#write("elapsedS", result.elapsedS);
    this.#write("terminated", Number(result.terminated));
    this.#write("truncated", Number(result.truncated));
    result.rewards.forEach((reward, i) => {
      this.#write(`reward of ${this.#seats[i]?.spec.name}`, reward);
    });
    result.info.forEach((value, i) => {
      this.#write(`info ${this.#game.infoNames[i]}`, value);
    });
    this.#look();
    return !result.terminated && !result.truncated;
  }

  #look(): void {
    for (const { spec, observation, mask } of this.#seats) {
      spec.observationSpace.slots.forEach(({ name }, i) => {
        this.#write(`observation ${name} of ${spec.name}`, observation[i] as number);
      });
      mask.forEach((allowed, i) => {
        this.#write(`mask ${i} of ${spec.name}`, allowed);
      });
      if (this.#scribble) observation.fill(Number.NaN);
    }
  }

  #write(label: string, value: number): void {
    this.#labels.push(`step ${this.#step}, ${label}`);
    this.#values.push(value);
  }
}

/** The three forms behind one face. */
interface Game {
  readonly agents: readonly AgentSpec[];
  readonly infoNames: readonly string[];
  /** Indices of those who act next. */
  acting(): readonly number[];
  reset(seed: number | undefined, seats: readonly Seat[]): void;
  step(seats: readonly Seat[]): Transition & { readonly rewards: Readonly<Float64Array> };
}

function gameOf(subject: Checkable): Game {
  if (subject.form === "single") return singleGame(new GuardedEnv(subject.create()));
  return subject.form === "team" ? teamGame(new GuardedTeamEnv(subject.create())) : turnGame(new GuardedTurnEnv(subject.create()));
}

function singleGame(env: Env): Game {
  return {
    agents: [env],
    infoNames: env.infoNames,
    acting: () => [0],
    reset(seed, [seat]) {
      const { observation, mask } = seat as Seat;
      env.reset(seed, observation, mask);
    },
    step([seat]) {
      const { action, observation, mask } = seat as Seat;
      const result = env.step(action, observation, mask);
      const { elapsedS, terminated, truncated, info } = result;
      return { elapsedS, terminated, truncated, info, rewards: Float64Array.of(result.reward) };
    },
  };
}

function teamGame(env: TeamEnv): Game {
  const all = env.agents.map((_, i) => i);
  const observations = (seats: readonly Seat[]) => seats.map((seat) => seat.observation);
  const masks = (seats: readonly Seat[]) => seats.map((seat) => seat.mask);
  return {
    agents: env.agents,
    infoNames: env.infoNames,
    acting: () => all,
    reset: (seed, seats) => env.reset(seed, observations(seats), masks(seats)),
    step: (seats) =>
      env.step(
        seats.map((seat) => seat.action),
        observations(seats),
        masks(seats),
      ),
  };
}

function turnGame(env: TurnEnv): Game {
  const look = (seats: readonly Seat[]): void => {
    seats.forEach(({ observation, mask }, i) => {
      env.observe(i, observation, mask);
    });
  };
  return {
    agents: env.agents,
    infoNames: env.infoNames,
    acting: () => [env.acting],
    reset(seed, seats) {
      env.reset(seed);
      look(seats);
    },
    step(seats) {
      const result = env.step((seats[env.acting] as Seat).action);
      look(seats);
      return result;
    },
  };
}
