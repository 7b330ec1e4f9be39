/** Lanes in threads against lanes in this thread, bit by bit, and what goes wrong in them. */
import { strict as assert } from "node:assert";
import { EnvError } from "../../src/learn/env-error.ts";
import { LaneThreads } from "../../src/learn/lane-threads.ts";
import { type LanePlayer, LocalLanes } from "../../src/learn/lanes.ts";
import { type Episode, VectorEnv } from "../../src/learn/vector-env.ts";
import { type Fault, makeFaulty } from "./faulty.ts";

const LANES = 5;
const workerFile = new URL("./lane-thread.js", import.meta.url);

function lanes(workers: number, fault: Fault = "none"): LanePlayer {
  if (workers === 0) return new LocalLanes(Array.from({ length: LANES }, () => makeFaulty(fault)));
  return new LaneThreads({ workerFile, source: fault, spec: makeFaulty("none"), laneCount: LANES, workers });
}

/** Everything that 23 steps of two episodes' length show, and the state at their end. */
async function played(workers: number): Promise<unknown> {
  const episodes: Episode[] = [];
  const vector = new VectorEnv(lanes(workers), { onEpisode: (episode) => episodes.push(episode) });
  const history: unknown[] = [];
  await vector.reset(3);
  for (let t = 0; t < 23; t++) {
    for (let lane = 0; lane < LANES; lane++) vector.buffers.actions[lane] = (t + lane) % 3;
    await vector.step();
    history.push(Object.entries(vector.buffers).map(([name, values]) => [name, [...values]]));
  }
  const state = vector.save();
  await vector.close();
  return { episodes, history, state };
}

/** Lets the lanes pick by `picks` until something is thrown. */
async function failure(workers: number, fault: Fault, picks: readonly number[]): Promise<unknown> {
  const vector = new VectorEnv(lanes(workers, fault));
  try {
    await vector.reset(1);
    for (let t = 0; t < 3; t++) {
      vector.buffers.actions.set(t < 2 ? new Array(LANES).fill(0) : picks);
      await vector.step();
    }
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await vector.close();
  }
}

describe("lanes in threads", function () {
  this.timeout(20_000);

  it("play what lanes in this thread play, whatever the number of threads", async () => {
    const here = await played(0);
    assert.equal((here as { episodes: unknown[] }).episodes.length, LANES * 4); // an episode is five steps
    for (const workers of [1, 2, 4, 9]) assert.deepEqual(await played(workers), here, `${workers} threads`);
  });

  it("go on from a state that was saved with another number of threads", async () => {
    const [first, second] = [new VectorEnv(lanes(2)), new VectorEnv(lanes(3))];
    await first.reset(4);
    const act = async (vector: VectorEnv, t: number): Promise<void> => {
      vector.buffers.actions.fill(t % 2);
      await vector.step();
    };
    for (let t = 0; t < 8; t++) await act(first, t);
    await second.restore(first.save());
    for (let t = 8; t < 20; t++) {
      await act(first, t);
      await act(second, t);
      assert.deepEqual(second.buffers, first.buffers);
    }
    await Promise.all([first.close(), second.close()]);
  });

  it("throw what lanes in this thread throw, that of the first lane that fails", async () => {
    const picks = [0, 1, 0, 2, 2];
    for (const workers of [0, 1, 2, 4]) {
      const error = await failure(workers, "nan", picks);
      assert.ok(error instanceof EnvError);
      assert.match(
        error.message,
        /^seed 1, lane 3, Counter-v0, step 3: the reward is NaN, which is no finite number; an environment answers with finite numbers/,
      );
      const other = await failure(workers, "range", picks);
      assert.ok(other instanceof RangeError);
      assert.equal(other.message, "out of range at 3");
      const outside = await failure(workers, "none", [0, 7, 0, 0, 9]);
      assert.ok(outside instanceof EnvError);
      assert.match(outside.message, /^seed 1, lane 1, Counter-v0, step 3: action pick is 7, not in 0\.\.2/);
    }
  });

  it("wait for steps that take long", async () => {
    const vector = new VectorEnv(lanes(2, "slow"));
    await vector.reset(1);
    vector.buffers.actions.fill(2);
    const late = vector.step();
    assert.ok(late instanceof Promise);
    await late;
    assert.deepEqual(
      [...vector.buffers.observations].filter((_, i) => i % 2 === 0),
      [1, 1, 1, 1, 1],
    );
    vector.buffers.actions.fill(0);
    await vector.step();
    await vector.close();
  });

  it("say when a thread dies or has nothing to play", async () => {
    assert.match(`${await failure(2, "exit", [0, 0, 0, 2, 0])}`, /a thread that played environments ended with exit code 7/);
    const error = await failure(2, "unmade", []);
    assert.ok(error instanceof EnvError);
    assert.equal(error.message, "nothing to make it of");
    const missing = new LaneThreads({
      workerFile: new URL("./no-such-file.js", import.meta.url),
      source: "none",
      spec: makeFaulty("none"),
      laneCount: 2,
      workers: 2,
    });
    await assert.rejects(async () => missing.begin(), /Cannot find module/);
    await missing.close();
  });
});
