/** Every reference task, one line each, and how to make one by its id. */
import type { Env } from "../env.ts";
import { EnvError } from "../env-error.ts";
import { GuardedEnv, GuardedTeamEnv, GuardedTurnEnv } from "../guarded-env.ts";
import type { TeamEnv, TurnEnv } from "../multi-agent.ts";
import { TimeLimit, type TimeLimitOptions } from "../time-limit.ts";
import { acrobot } from "./acrobot.ts";
import { cartPole } from "./cart-pole.ts";
import { memoryLength } from "./memory-length.ts";
import { mountainCarContinuous } from "./mountain-car-continuous.ts";
import { pendulum } from "./pendulum.ts";
import { serverlessTable, serverlessTableMasked } from "./serverless-table.ts";
import type { Task } from "./task.ts";
import { twoStepGame, twoStepGameTurns } from "./two-step-game.ts";

export const TASKS: readonly Task[] = [
  acrobot,
  cartPole,
  memoryLength,
  mountainCarContinuous,
  pendulum,
  serverlessTable,
  serverlessTableMasked,
  twoStepGame,
  twoStepGameTurns,
];

/**
 * A single agent's environment, with its time limit and with checks of every step.
 * @throws {EnvError} if there is no such task, or if it has several agents.
 */
export function makeEnv(id: string, timeLimit: TimeLimitOptions["mode"] = "truncated"): Env {
  const task = find(id, "single");
  const env = task.create();
  return new GuardedEnv(task.stepsMax === undefined ? env : new TimeLimit(env, { stepsMax: task.stepsMax, mode: timeLimit }));
}

/** An environment whose agents act at once. @throws {EnvError} if there is none of that form by that id. */
export function makeTeamEnv(id: string): TeamEnv {
  return new GuardedTeamEnv(find(id, "team").create());
}

/** An environment whose agents act in turn. @throws {EnvError} if there is none of that form by that id. */
export function makeTurnEnv(id: string): TurnEnv {
  return new GuardedTurnEnv(find(id, "turns").create());
}

function find<F extends Task["form"]>(id: string, form: F): Extract<Task, { form: F }> {
  const ofForm = TASKS.filter((task): task is Extract<Task, { form: F }> => task.form === form);
  const task = ofForm.find((candidate) => candidate.id === id);
  if (task === undefined) {
    throw new EnvError(`There is no task "${id}" of the form "${form}". There are: ${ofForm.map((known) => known.id).join(", ")}.`);
  }
  return task;
}
