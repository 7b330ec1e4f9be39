import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import type { StepResult } from "../../src/learn/env.ts";
import { LocalLanes, laneBuffers } from "../../src/learn/lanes.ts";
import type { Floats } from "../../src/learn/spaces.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { TimeLimit } from "../../src/learn/time-limit.ts";
import { type Episode, VectorEnv, type VectorState } from "../../src/learn/vector-env.ts";
import { Counter } from "./counter.ts";
import { playEpisode } from "./play.ts";

/** Rows of one lane of CartPole that is pushed by its own stream. */
function laneHistory(laneCount: number, lane: number, stepCount: number): readonly number[] {
  const vector = new VectorEnv(new LocalLanes(Array.from({ length: laneCount }, () => makeEnv("CartPole-v1"))));
  const pushes = Array.from({ length: laneCount }, (_, i) => rootRng(9).fork(`pushes-${i}`));
  const { actions, observations, successors, rewards, terminated } = vector.buffers;
  const history: number[] = [];
  vector.reset(5);
  for (let t = 0; t < stepCount; t++) {
    pushes.forEach((rng, i) => {
      actions[i] = rng.int(2);
    });
    history.push(...observations.subarray(4 * lane, 4 * lane + 4));
    vector.step();
    history.push(...successors.subarray(4 * lane, 4 * lane + 4), rewards[lane] as number, terminated[lane] as number);
  }
  return history;
}

describe("a vector of environments", () => {
  it("plays each lane as if it were alone", () => {
    assert.deepEqual(laneHistory(7, 2, 100), laneHistory(3, 2, 100));
    assert.notDeepEqual(laneHistory(3, 1, 100), laneHistory(3, 2, 100));
  });

  it("begins anew in the step that ends an episode, and keeps what followed the action", () => {
    const counters = [new Counter(), new Counter()];
    const episodes: Episode[] = [];
    const vector = new VectorEnv(new LocalLanes(counters.map((env, i) => new TimeLimit(env, { stepsMax: 3 + i, mode: "truncated" }))), {
      onEpisode: (episode) => episodes.push(episode),
    });
    const { observations, successors, rewards, elapsedS, truncated, terminated, actions } = vector.buffers;
    vector.reset(1);
    const firstDrawn = counters.map(({ drawn }) => drawn);
    actions.set([1, 0]);
    const counts: number[][] = [];
    for (let t = 0; t < 4; t++) {
      vector.step();
      counts.push([successors[0], observations[0], successors[2], observations[2], truncated[0], truncated[1]] as number[]);
    }
    assert.deepEqual(counts, [
      [1, 1, 1, 1, 0, 0],
      [2, 2, 2, 2, 0, 0],
      [3, 0, 3, 3, 1, 0],
      [1, 1, 4, 0, 0, 1],
    ]);
    assert.deepEqual([...terminated], [0, 0]);
    assert.deepEqual([...elapsedS], [2, 2]);
    const [drawn0, drawn1] = firstDrawn as [number, number];
    // Three rewards of drawn + 1 in lane 0, four of drawn in lane 1.
    assert.deepEqual(
      episodes.map(({ lane, stepCount }) => [lane, stepCount]),
      [
        [0, 3],
        [1, 4],
      ],
    );
    assert.ok(Math.abs((episodes[0]?.return as number) - 3 * (drawn0 + 1)) < 1e-15);
    assert.ok(Math.abs((episodes[1]?.return as number) - 4 * drawn1) < 1e-15);
    assert.equal(rewards[0], (counters[0]?.drawn as number) + 1);
    assert.notEqual(counters[0]?.drawn, drawn0); // another episode of the same seed
  });

  it("goes on from a saved state, inside episodes and after some", async () => {
    const make = (): VectorEnv => new VectorEnv(new LocalLanes([makeEnv("CartPole-v1"), makeEnv("CartPole-v1")]));
    const [whole, resumed] = [make(), make()];
    const push = (vector: VectorEnv, t: number): void => {
      vector.buffers.actions.set([t % 3 === 0 ? 1 : 0, t % 2]);
      vector.step();
    };
    whole.reset(4);
    for (let t = 0; t < 75; t++) push(whole, t);
    const state = structuredClone(whole.save());
    const [first, second] = (state[0] as VectorState).lanes as [VectorState["lanes"][number], VectorState["lanes"][number]];
    assert.ok(first.episode > 1 && second.episode > 0 && first.actions.length > 0 && first.actions.length < 20);
    await resumed.restore(state);
    assert.deepEqual(resumed.buffers.observations, whole.buffers.observations);
    for (let t = 75; t < 150; t++) {
      push(whole, t);
      push(resumed, t);
      assert.deepEqual(resumed.buffers, whole.buffers);
    }
    assert.deepEqual(resumed.save(), whole.save());
    await assert.rejects(
      new VectorEnv(new LocalLanes([makeEnv("CartPole-v1")])).restore(state),
      /a saved vector of 2 lanes, this one has 1/,
    );
  });

  it("writes into arrays that it is given, which may be shared between threads", () => {
    const envs = [makeEnv("Pendulum-v1"), makeEnv("Pendulum-v1")];
    const own = new VectorEnv(new LocalLanes(envs));
    own.reset(3);
    const shared = laneBuffers(makeEnv("Pendulum-v1"), 2, SharedArrayBuffer);
    assert.ok(shared.observations.buffer instanceof SharedArrayBuffer);
    const other = new VectorEnv(new LocalLanes([makeEnv("Pendulum-v1"), makeEnv("Pendulum-v1")], shared));
    other.reset(3);
    other.step();
    own.step();
    assert.deepEqual(shared.observations, own.buffers.observations);
    assert.notEqual(shared.observations[0], shared.observations[3]);
  });

  it("passes masks on: at an end that of the next episode, and what was allowed before it", () => {
    class Masked extends Counter {
      override readonly masked = true;
      override reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
        super.reset(seed, observationOut, maskOut);
        maskOut.set([1, 0, 0]);
      }
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        maskOut.set([0, 1, 1]);
        return super.step(action, observationOut, maskOut);
      }
    }
    const vector = new VectorEnv(new LocalLanes([new TimeLimit(new Masked(), { stepsMax: 2, mode: "truncated" })]));
    vector.reset(1);
    const masks = [[...vector.buffers.masks]];
    const successorMasks: number[][] = [];
    for (let t = 0; t < 2; t++) {
      vector.step();
      masks.push([...vector.buffers.masks]);
      successorMasks.push([...vector.buffers.successorMasks]);
    }
    assert.deepEqual(masks, [
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
    assert.deepEqual(successorMasks, [
      [0, 1, 1],
      [0, 1, 1],
    ]);
  });

  it("plays a population as its agents play alone", () => {
    const lanes = (count: number): LocalLanes => new LocalLanes(Array.from({ length: count }, () => makeEnv("CartPole-v1")));
    const ends: Episode[] = [];
    const together = new VectorEnv(lanes(6), { agentCount: 3, onEpisode: (episode) => ends.push(episode) });
    const aloneEnds: Episode[] = [];
    const alone = new VectorEnv(lanes(2), { onEpisode: (episode) => aloneEnds.push(episode) });
    together.reset(7, 8, 9);
    alone.reset(8);
    for (let t = 0; t < 60; t++) {
      together.buffers.actions.fill(t % 3 === 0 ? 1 : 0);
      alone.buffers.actions.fill(t % 3 === 0 ? 1 : 0);
      together.step();
      alone.step();
      assert.deepEqual(together.agents[1], alone.agents[0]);
    }
    assert.ok(aloneEnds.length > 1);
    assert.deepEqual(
      ends.filter(({ agent }) => agent === 1),
      aloneEnds.map((episode) => ({ ...episode, agent: 1 })),
    );
    assert.deepEqual(together.save()[1], alone.save()[0]);
    assert.throws(() => together.reset(7), /1 seeds for a vector of 3 agents/);
    assert.throws(() => new VectorEnv(lanes(4), { agentCount: 3 }), /4 lanes cannot be shared evenly by 3 agents/);
  });

  it("needs an environment", () => assert.throws(() => new LocalLanes([]), /needs at least one/));
});

describe("a time limit", () => {
  const idle = (): void => {};

  it("truncates, and by the name of faithful terminates", () => {
    const limited = (mode: "truncated" | "faithful") => playEpisode(new TimeLimit(new Counter(), { stepsMax: 5, mode }), 1, idle);
    const { stepCount, terminated, truncated } = limited("truncated");
    assert.deepEqual({ stepCount, terminated, truncated }, { stepCount: 5, terminated: false, truncated: true });
    const faithful = limited("faithful");
    assert.deepEqual([faithful.stepCount, faithful.terminated, faithful.truncated], [5, true, false]);
    assert.equal(faithful.return, limited("truncated").return);
  });

  it("leaves an end of the task at the same step an end", () => {
    class Ending extends Counter {
      override step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
        super.step(action, observationOut, maskOut);
        this.record.terminated = this.count === 5;
        return this.record;
      }
    }
    const { terminated, truncated } = playEpisode(new TimeLimit(new Ending(), { stepsMax: 5, mode: "truncated" }), 1, idle);
    assert.deepEqual([terminated, truncated], [true, true]);
    assert.equal(playEpisode(new TimeLimit(new Ending(), { stepsMax: 6, mode: "truncated" }), 1, idle).truncated, false);
  });

  it("passes the rest of a step on", () => {
    const env = new TimeLimit(new Counter(), { stepsMax: 1, mode: "truncated" });
    const out = new Float64Array(2);
    env.reset(1, out, new Uint8Array(0));
    const result = env.step(Float64Array.of(2), out, new Uint8Array(0));
    assert.equal(result.reward, (out[1] as number) + 2);
    assert.equal(result.elapsedS, 2);
    assert.deepEqual([...result.info], [2]);
  });

  it("is a whole number", () => {
    assert.throws(() => new TimeLimit(new Counter(), { stepsMax: 0, mode: "truncated" }), /a time limit is a whole number >= 1, got 0/);
  });
});
