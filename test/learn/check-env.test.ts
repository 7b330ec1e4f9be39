import { strict as assert } from "node:assert";
import { checkEnv } from "../../src/learn/check-env.ts";
import type { Env, StepResult } from "../../src/learn/env.ts";
import type { Floats } from "../../src/learn/spaces.ts";
import { Counter } from "./counter.ts";

const check = (create: () => Env): string => checkEnv({ form: "single", create }, { seed: 7, stepsMax: 20 }).join("\n");

describe("the checker of environments", () => {
  it("has nothing against a sound one", () =>
    assert.equal(
      check(() => new Counter()),
      "",
    ));

  it("finds chance that no seed rules", () => {
    let calls = 0;
    class Unseeded extends Counter {
      override reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
        super.reset(seed, observationOut, maskOut);
        this.drawn = (calls++ % 97) / 97;
      }
    }
    assert.match(
      check(() => new Unseeded()),
      /^equal seeds differ: first at step 1, reward of Counter-v0, /m,
    );
  });

  it("finds a reward that remembers earlier episodes", () => {
    class Grudge extends Counter {
      #steps = 0;
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        super.step(action, observationOut, maskOut);
        this.record.reward += this.#steps++;
        return this.record;
      }
    }
    const problems = check(() => new Grudge());
    assert.match(problems, /a reset with the same seed differs after another episode: first at step 1, reward of Counter-v0/);
    assert.match(problems, /the second episode depends on how long the first was/);
    assert.doesNotMatch(problems, /equal seeds differ/);
  });

  it("finds state that all instances share", () => {
    let last: Counter | undefined;
    class Shared extends Counter {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        super.step(action, observationOut, maskOut);
        if (last !== this) this.record.reward -= 1; // "somebody else moved last"
        last = this;
        return this.record;
      }
    }
    assert.match(
      check(() => new Shared()),
      /an episode differs while another environment plays: first at step 2, reward/,
    );
  });

  it("finds state that is kept in the caller's arrays", () => {
    class Lazy extends Counter {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        this.drawn = observationOut[1] as number;
        return super.step(action, observationOut, maskOut);
      }
    }
    const problems = check(() => new Lazy());
    assert.match(problems, /Counter-v0, step 1: the reward is NaN/); // of the array that was written over
    class Rounding extends Counter {
      override observe(out: Floats): void {
        super.observe(out);
        this.drawn = (1e6 * (out[1] as number)) % 1;
      }
    }
    assert.match(
      check(() => new Rounding()),
      /float32 arrays receive another episode than float64 ones: first at step 1/,
    );
  });

  it("finds a second episode that depends on how far the first stream was used", () => {
    class OneStream extends Counter {
      #rng = this.streams;
      #draw = (): number => 0;
      override reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
        if (seed !== undefined) this.#draw = this.#rng.next(seed).uniform;
        this.drawn = this.#draw();
        this.count = 0;
        this.observe(observationOut);
        maskOut.fill(1);
      }
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        this.#draw();
        return super.step(action, observationOut, maskOut);
      }
    }
    const problems = check(() => new OneStream());
    assert.match(problems, /the second episode depends on how long the first was: first at step 0, observation drawn/);
    assert.match(problems, /a first reset without a seed is not refused/);
  });

  it("finds an environment that changes the action it was given", () => {
    class Meddling extends Counter {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        const result = super.step(action, observationOut, maskOut);
        action[0] = ((action[0] as number) + 1) % 3;
        return result;
      }
    }
    assert.equal(
      check(() => new Meddling()),
      "step 1 changes the caller's action",
    );
  });

  it("passes on what the guard finds, once", () => {
    class Broken extends Counter {
      override observe(out: Floats): void {
        super.observe(out);
        if (this.count === 3) out[1] = Number.NaN;
      }
    }
    const expected =
      "Counter-v0, step 3: observation drawn is NaN, not in 0..1; an environment answers with finite numbers inside its spaces: mend it there";
    assert.equal(
      check(() => new Broken()),
      expected,
    );
  });
});
