import { strict as assert } from "node:assert";
import { makeTeamEnv, makeTurnEnv } from "../../../src/learn/tasks/index.ts";

const NO_MASKS = [new Uint8Array(0), new Uint8Array(0)];
const both = <T>(make: (i: number) => T): [T, T] => [make(0), make(1)];

/** Common return of the choice of a table and of two entries, and the states seen on the way. */
function play(table: number, first: number, second: number): { readonly earned: number; readonly seen: string[] } {
  const env = makeTeamEnv("TwoStepGame-v0");
  const observations = both(() => new Float64Array(3));
  const seen: string[] = [];
  env.reset(1, observations, NO_MASKS);
  seen.push(observations.join(" | "));
  const opening = env.step([Float64Array.of(table), Float64Array.of(second)], observations, NO_MASKS);
  assert.deepEqual([[...opening.rewards], opening.terminated], [[0, 0], false]);
  seen.push(observations.join(" | "));
  const end = env.step([Float64Array.of(first), Float64Array.of(second)], observations, NO_MASKS);
  assert.deepEqual([end.terminated, end.truncated, end.elapsedS], [true, false, 1]);
  assert.equal(end.rewards[0], end.rewards[1]);
  return { earned: end.rewards[0] as number, seen };
}

describe("TwoStepGame-v0", () => {
  it("pays by the published tables: 7 everywhere, or 0, 1, 1, 8", () => {
    const entries = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const;
    assert.deepEqual(
      entries.map(([first, second]) => play(0, first, second).earned),
      [7, 7, 7, 7],
    );
    assert.deepEqual(
      entries.map(([first, second]) => play(1, first, second).earned),
      [0, 1, 1, 8],
    );
  });

  it("shows both agents the same state", () => {
    assert.deepEqual(play(0, 1, 1).seen, ["1,0,0 | 1,0,0", "0,1,0 | 0,1,0"]);
    assert.deepEqual(play(1, 1, 1).seen, ["1,0,0 | 1,0,0", "0,0,1 | 0,0,1"]);
  });

  it("asked in turns is the same game: nothing is earned, passes or is shown before the second has acted", () => {
    const env = makeTurnEnv("TwoStepGameTurns-v0");
    const look = (): string =>
      both((i) => {
        const out = new Float64Array(3);
        env.observe(i, out, new Uint8Array(0));
        return out;
      }).join(" | ");
    env.reset(1);
    const log: unknown[] = [];
    for (const action of [1, 0, 1, 1]) {
      const { acting } = env;
      const { rewards, elapsedS, terminated } = env.step(Float64Array.of(action));
      log.push([acting, [...rewards], elapsedS, terminated, look()]);
    }
    assert.deepEqual(log, [
      [0, [0, 0], 0, false, "1,0,0 | 1,0,0"],
      [1, [0, 0], 1, false, "0,0,1 | 0,0,1"],
      [0, [0, 0], 0, false, "0,0,1 | 0,0,1"],
      [1, [8, 8], 1, true, "0,0,0 | 0,0,0"],
    ]);
    assert.equal(env.acting, 0);
  });
});
