import { strict as assert } from "node:assert";
import type { AgentSpec, StepResult } from "../../src/learn/env.ts";
import { GuardedEnv, GuardedTeamEnv } from "../../src/learn/guarded-env.ts";
import { type TeamEnv, TeamRecord, type TeamResult } from "../../src/learn/multi-agent.ts";
import { box, type Floats } from "../../src/learn/spaces.ts";
import { makeEnv, makeTeamEnv, makeTurnEnv } from "../../src/learn/tasks/index.ts";
import { Counter } from "./counter.ts";

const NONE = new Uint8Array(0);
const pick = (value: number): Float64Array => Float64Array.of(value);

function started(env: Counter, mask = NONE): GuardedEnv {
  const guarded = new GuardedEnv(env);
  guarded.reset(1, new Float64Array(2), mask);
  return guarded;
}

describe("a guarded environment", () => {
  const out = new Float64Array(2);

  it("lets a sound step through unchanged", () => {
    const env = new Counter();
    const guarded = started(env);
    const result = guarded.step(pick(2), out, NONE);
    assert.equal(result.reward, env.drawn + 2);
    assert.deepEqual([...out], [1, env.drawn]);
    assert.deepEqual([...result.info], [2]);
  });

  it("refuses actions outside the space, and says which, where and what to do", () => {
    const guarded = started(new Counter());
    guarded.step(pick(0), out, NONE);
    const expected = "Counter-v0, step 2: action pick is 3, not in 0..2; clip a policy's reals to that, and choose by whole numbers";
    assert.throws(() => guarded.step(pick(3), out, NONE), { name: "EnvError", message: expected });
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => guarded.step(pick(bad), out, NONE), new RegExp(`action pick is ${bad}, not in 0\\.\\.2`));
    }
    assert.throws(() => guarded.step(new Float64Array(2), out, NONE), /the action array has 2 entries, its space needs 1/);
    assert.throws(() => guarded.step(pick(0), new Float64Array(3), NONE), /the observation array has 3 entries, its space needs 2/);
  });

  it("holds episodes to the length they promise", () => {
    class Long extends Counter {
      readonly episodeSteps = 3;
    }
    class Ending extends Long {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        const result = super.step(action, observationOut, maskOut);
        this.record.truncated = this.count === 2;
        return result;
      }
    }
    const [endless, early] = [started(new Long()), started(new Ending())];
    for (const env of [endless, endless, early]) env.step(pick(0), out, NONE);
    assert.throws(() => endless.step(pick(0), out, NONE), /Counter-v0, step 3: the episode goes on, and episodeSteps is 3; one of them/);
    assert.throws(() => early.step(pick(0), out, NONE), /step 2: the episode ends, and episodeSteps is 3/);
    assert.equal(makeEnv("Pendulum-v1").episodeSteps, 200);
    assert.equal(makeEnv("MemoryLength-v0").episodeSteps, 10);
    assert.equal(makeEnv("CartPole-v1").episodeSteps, undefined);
  });

  it("refuses what the last mask forbids, and masks that forbid all", () => {
    class Masked extends Counter {
      override readonly masked = true;
      override reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
        super.reset(seed, observationOut, maskOut);
        maskOut.set([1, 0, 1]);
      }
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        maskOut.fill(action[0] === 2 ? 0 : 1);
        return super.step(action, observationOut, maskOut);
      }
    }
    const mask = new Uint8Array(3);
    const guarded = started(new Masked(), mask);
    mask.fill(1); // the caller's copy: writing to it permits nothing
    assert.throws(() => guarded.step(pick(1), out, mask), /step 1: action pick is 1, which the mask forbids/);
    assert.throws(() => guarded.step(pick(2), out, mask), /step 2: the mask allows no pick/);
    // Where somebody only stopped looking, learners value what could be done next; where the task itself ended there is nothing.
    const ending = (end: "terminated" | "truncated"): (() => void) => {
      const env = new Masked();
      env.record[end] = true;
      const ended = started(env, mask);
      return () => ended.step(pick(2), out, mask);
    };
    assert.throws(ending("truncated"), /step 1: the mask allows no pick/);
    ending("terminated")();
  });

  it("refuses rewards, observations and times that are no numbers", () => {
    const broken = (change: (env: Counter) => void): (() => void) => {
      class Broken extends Counter {
        override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
          super.step(action, observationOut, maskOut);
          change(this);
          this.observe(observationOut);
          return this.record;
        }
      }
      const guarded = started(new Broken());
      return () => guarded.step(pick(0), out, NONE);
    };
    const pay = (reward: number) => (env: Counter) => void Object.assign(env.record, { reward });
    assert.throws(
      broken(pay(Number.NaN)),
      /Counter-v0, step 1: the reward is NaN, which is no finite number; an environment answers with finite numbers/,
    );
    assert.throws(broken(pay(Number.NEGATIVE_INFINITY)), /the reward is -Infinity/);
    assert.throws(
      broken((env) => void Object.assign(env, { count: Number.POSITIVE_INFINITY })),
      /observation count is Infinity, not in 0\.\.1000/,
    );
    assert.throws(
      broken((env) => void Object.assign(env, { drawn: -0.5 })),
      /observation drawn is -0\.5, not in 0\.\.1/,
    );
    assert.throws(
      broken((env) => void Object.assign(env.record, { elapsedS: -1 })),
      /elapsedS is -1/,
    );
    assert.throws(
      broken((env) => void Object.assign(env.record, { elapsedS: Number.NaN })),
      /elapsedS is NaN/,
    );
  });

  it("keeps the order of calls", () => {
    class Short extends Counter {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        super.step(action, observationOut, maskOut);
        this.record.terminated = this.count === 2;
        return this.record;
      }
    }
    const fresh = new GuardedEnv(new Short());
    assert.throws(() => fresh.step(pick(0), out, NONE), /Counter-v0: step before the first reset; call reset with a seed/);
    assert.throws(() => fresh.reset(undefined, out, NONE), /the first reset needs a seed/);
    fresh.reset(1, out, NONE);
    fresh.step(pick(0), out, NONE);
    assert.equal(fresh.step(pick(0), out, NONE).terminated, true);
    assert.throws(() => fresh.step(pick(0), out, NONE), /step 2: the episode has ended; call reset before the next step/);
    fresh.reset(undefined, out, NONE);
    assert.equal(fresh.step(pick(0), out, NONE).terminated, false);
  });

  it("names the agent of a team", () => {
    const team = makeTeamEnv("TwoStepGame-v0");
    const observations = team.agents.map(() => new Float64Array(3));
    const masks = team.agents.map(() => NONE);
    team.reset(1, observations, masks);
    assert.throws(
      () => team.step([pick(0), pick(2)], observations, masks),
      /TwoStepGame-v0, step 1, agent second: action entry is 2, not in 0\.\.1/,
    );
    const turns = makeTurnEnv("TwoStepGameTurns-v0");
    turns.reset(1);
    assert.throws(() => turns.step(pick(-1)), /TwoStepGameTurns-v0, step 1, agent first: action entry is -1/);
  });

  it("looks at every agent's reward and observation", () => {
    const agent = (name: string): AgentSpec => {
      const space = box([{ name: "x", low: -1, high: 1 }]);
      return { name, observationSpace: space, actionSpace: space, masked: false };
    };
    class Pair implements TeamEnv {
      readonly name = "Pair-v0";
      readonly agents = [agent("left"), agent("right")];
      readonly stepS = 1;
      readonly infoNames = [];
      readonly record = new TeamRecord(2, 0);
      reset(): void {}
      step(actions: readonly Floats[], observationsOut: readonly Floats[]): TeamResult {
        this.record.rewards[0] = actions[0]?.[0] === 1 ? Number.NaN : 0;
        (observationsOut[1] as Floats)[0] = actions[1]?.[0] === 1 ? 2 : 0;
        return this.record;
      }
    }
    const arrays = () => [new Float64Array(1), new Float64Array(1)];
    const step = (left: number, right: number) => {
      const pair = new GuardedTeamEnv(new Pair());
      pair.reset(1, arrays(), [NONE, NONE]);
      return pair.step([pick(left), pick(right)], arrays(), [NONE, NONE]);
    };
    assert.deepEqual([...step(0, 0).rewards], [0, 0]);
    assert.throws(() => step(1, 0), /Pair-v0, step 1, agent left: the reward is NaN/);
    assert.throws(() => step(0, 1), /Pair-v0, step 1, agent right: observation x is 2, not in -1\.\.1/);
  });
});
