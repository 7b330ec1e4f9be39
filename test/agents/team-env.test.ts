/** Several external controllers: a team that acts at once, and agents that take turns at their own periods. */
import { strict as assert } from "node:assert";
import { runSeed } from "../../src/experiment/run.ts";
import { NO_MASK } from "../../src/learn/env.ts";
import { type ScenarioSpec, scenarioEnv, scenarioTeamEnv, scenarioTurnEnv } from "../../src/scenario/index.ts";
import { loadYaml, metric, near } from "../world/run-yaml.ts";
import { pair } from "./policies.ts";

const masks = [NO_MASK, NO_MASK];
const measured = (spec: ScenarioSpec, seed: number) => runSeed({ spec }, seed, { shouldStop: () => false, onProgress: () => {} });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("several external controllers", () => {
  it("act as a team at the same instants, and earn as if each were measured in a run", async () => {
    const { spec } = loadYaml(pair(15, 15));
    const env = scenarioTeamEnv(spec);
    assert.deepEqual(
      env.agents.map(({ name }) => name),
      ["first", "second"],
    );
    assert.deepEqual(env.infoNames, ["first.refusals", "first.slo_attainment", "second.refusals", "second.slo_attainment"]);
    const observations = [new Float64Array(2), new Float64Array(3)];
    env.reset(5, observations, masks);
    const rewards: number[][] = [];
    let elapsedS = 0;
    for (let ended = false; !ended; ) {
      // As it is: two replicas of the one, three of the other.
      const result = env.step([Float64Array.of(2), Float64Array.of(3)], observations, masks);
      rewards.push([...result.rewards]);
      elapsedS += result.elapsedS;
      ended = result.truncated;
    }
    assert.deepEqual([rewards.length, elapsedS], [10, 140]); // from 30 s by 15 s to 165 s, and 5 s
    const run = await measured(spec, 5);
    ["first", "second"].forEach((name, i) => {
      near(metric(run, `controllers.${name}.reward_mean`), mean(rewards.map((each) => each[i] as number)));
    });
  });

  it("take turns at their own periods, by hand", () => {
    const text = pair(20, 30).replace("warmup: 20 s", "warmup: 0 s").replace("150 s", "70 s");
    const paid = text.replace(/reward: "0\.5.*"/, 'reward: "1"').replace(/reward: "slo.*"/, 'reward: "10"');
    const env = scenarioTurnEnv(loadYaml(paid).spec);
    assert.equal(env.stepS, 20);
    env.reset(1);
    const story: (readonly number[])[] = [];
    for (let ended = false; !ended; ) {
      const { acting } = env;
      const { elapsedS, rewards, truncated } = env.step(Float64Array.of(2));
      story.push([acting, elapsedS, ...rewards]);
      ended = truncated;
    }
    assert.deepEqual(story, [
      [0, 0, 0, 0], // both are due at 0 s: nothing happens between
      [1, 20, 1, 0],
      [0, 10, 0, 10],
      [1, 10, 1, 0],
      [0, 20, 1, 10],
      [0, 0, 0, 0],
      [1, 10, 1, 10], // 70 s: the end cuts both steps
    ]);
    env.reset(1);
    assert.equal(env.step(Float64Array.of(2)).truncated, false);
  });

  it("earn in turns what is measured in a run", async () => {
    const { spec } = loadYaml(pair(20, 30));
    const env = scenarioTurnEnv(spec);
    const earned: number[][] = [[], []];
    env.reset(5);
    const dueS = [20, 30];
    let nowS = 20;
    for (let ended = false; !ended; ) {
      const { elapsedS, rewards, truncated } = env.step(Float64Array.of(env.acting === 0 ? 2 : 3));
      nowS += elapsedS;
      ended = truncated;
      rewards.forEach((reward, i) => {
        const period = [20, 30][i] as number;
        if (elapsedS === 0 || (nowS !== (dueS[i] as number) + period && !truncated)) return;
        dueS[i] = nowS;
        earned[i]?.push(reward);
      });
    }
    const run = await measured(spec, 5);
    ["first", "second"].forEach((name, i) => {
      near(metric(run, `controllers.${name}.reward_mean`), mean(earned[i] as number[]));
      assert.equal(run.notes[`controllers.${name}.reward_mean`]?.n, earned[i]?.length);
    });
  });

  it("see at their own turn only, and nobody sees what another has chosen at the same instant", () => {
    const { spec } = loadYaml(pair(15, 15));
    const shown = (chosen: number): readonly number[] => {
      const env = scenarioTurnEnv(spec);
      env.reset(3);
      env.step(Float64Array.of(chosen));
      const seen = new Float64Array(3);
      env.observe(1, seen, NO_MASK);
      return [...seen];
    };
    assert.deepEqual(shown(2), shown(6));
  });

  it("are told which form fits them", () => {
    const { spec } = loadYaml(pair(20, 30));
    assert.throws(
      () => scenarioTeamEnv(spec),
      /pair is no team that acts at once: first decides every 20 s and second every 30 s; give them one period, or play it in turns/,
    );
    assert.throws(
      () => scenarioEnv(spec),
      /pair has several controllers of kind "external", and one is to be the agent: say which of first, second/,
    );
    const { spec: none } = loadYaml(pair(20, 30).replace(/controllers:[\s\S]*/, ""));
    assert.throws(() => scenarioTurnEnv(none), /pair has no controller of kind "external" to decide for; add one/);
  });
});
