/** A reference task: an environment with published equations and known returns, on which algorithms are measured. */
import type { Env } from "../env.ts";
import type { TeamEnv, TurnEnv } from "../multi-agent.ts";
import type { Heuristic } from "./heuristic.ts";

interface Described {
  /** The field's name for it, with its version; also the environment's name. */
  readonly id: string;
  /** One line for lists. */
  readonly doc: string;
}
export interface SingleTask extends Described {
  readonly form: "single";
  /** The time limit; without one, every episode ends by itself. */
  readonly stepsMax?: number;
  /** By kind. */
  readonly heuristics?: Readonly<Record<string, Heuristic>>;
  /** The bare environment: no time limit, no checks. */
  create(): Env;
}
export interface TeamTask extends Described {
  readonly form: "team";
  create(): TeamEnv;
}
export interface TurnTask extends Described {
  readonly form: "turns";
  create(): TurnEnv;
}
export type Task = SingleTask | TeamTask | TurnTask;
