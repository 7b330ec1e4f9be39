/** Counters that go wrong, for tests of who plays lanes. */
import type { StepResult } from "../../src/learn/env.ts";
import { EnvError } from "../../src/learn/env-error.ts";
import { GuardedEnv } from "../../src/learn/guarded-env.ts";
import type { Floats } from "../../src/learn/spaces.ts";
import { Counter } from "./counter.ts";

/** What goes wrong; picks of 2 make it happen. */
export type Fault = "none" | "nan" | "range" | "slow" | "exit" | "unmade";

const SLOW_MS = 120;

class Faulty extends Counter {
  readonly #fault: Fault;

  constructor(fault: Fault) {
    super();
    this.#fault = fault;
  }

  override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
    super.step(action, observationOut, maskOut);
    if (action[0] === 2) this.#fail();
    this.record.truncated = this.count === 5;
    return this.record;
  }

  #fail(): void {
    if (this.#fault === "nan") this.record.reward = Number.NaN;
    if (this.#fault === "range") throw new RangeError(`out of range at ${this.count}`);
    if (this.#fault === "slow") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLOW_MS);
    if (this.#fault === "exit") process.exit(7);
  }
}

export function makeFaulty(source: unknown): GuardedEnv {
  if (source === "unmade") throw new EnvError("nothing to make it of");
  return new GuardedEnv(new Faulty(source as Fault));
}
