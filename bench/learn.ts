/** Steps a second of environments as training plays them: eight lanes, every step checked, actions drawn at random. */
import { rootRng } from "../src/kernel/index.ts";
import { LocalLanes } from "../src/learn/lanes.ts";
import { sample } from "../src/learn/spaces.ts";
import { makeEnv, TASKS } from "../src/learn/tasks/index.ts";
import { VectorEnv } from "../src/learn/vector-env.ts";

const LANE_COUNT = 8;
const STEP_COUNT = 50_000; // of each lane
const REPEATS = 7;
const US_PER_S = 1e6;
/** Steps a second that are judged; the others are to be read. */
const RATES_MIN: Readonly<Record<string, number>> = { "ServerlessTable-v0": 1e6 };

export async function learn(say: (text: string) => void): Promise<boolean> {
  let good = true;
  for (const { id, form } of TASKS) {
    if (form !== "single") continue;
    const perS = stepsPerS(id);
    const rateMin = RATES_MIN[id];
    good &&= perS >= (rateMin ?? 0);
    const judged = rateMin === undefined ? "" : `, at least ${(rateMin / 1e6).toFixed(1)}: ${perS >= rateMin ? "good" : "short"}`;
    say(`${id.padEnd(28)} ${(perS / 1e6).toFixed(2).padStart(6)} M steps/s${judged}`);
  }
  return good;
}

/** By CPU time, the median of seven; the draws of the actions are part of it. */
function stepsPerS(id: string): number {
  const envs = Array.from({ length: LANE_COUNT }, () => makeEnv(id));
  const vector = new VectorEnv(new LocalLanes(envs));
  const { actions, masks } = vector.buffers;
  const rng = rootRng(1).fork("bench");
  const seats = envs.map(({ actionSpace }, lane) => ({
    actionSpace,
    action: actions.subarray((lane * actions.length) / LANE_COUNT, ((lane + 1) * actions.length) / LANE_COUNT),
    mask: masks.subarray((lane * masks.length) / LANE_COUNT, ((lane + 1) * masks.length) / LANE_COUNT),
  }));
  const taken: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    vector.reset(1);
    const before = process.cpuUsage();
    for (let t = 0; t < STEP_COUNT; t++) {
      for (const { actionSpace, action, mask } of seats) sample(actionSpace, rng, action, mask);
      vector.step();
    }
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / US_PER_S);
  }
  return (LANE_COUNT * STEP_COUNT) / (taken.sort((a, b) => a - b)[REPEATS >> 1] as number);
}
