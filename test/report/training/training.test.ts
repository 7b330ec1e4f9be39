/** Table, CSV, JSON and picture of a training whose numbers are worked out by hand. */
import { strict as assert } from "node:assert";
import { meanReturn, type TrainingOutput, trainedAgent, winnerOf } from "../../../src/experiment/training/output.ts";
import type { AgentPoint, CurvePoint } from "../../../src/learn/learning-curve.ts";
import { curveToCsv, scalarsOf } from "../../../src/report/training/curve-csv.ts";
import { curveToSvg } from "../../../src/report/training/files.ts";
import { trainingToJson } from "../../../src/report/training/to-json.ts";
import { trainingToTable } from "../../../src/report/training/to-table.ts";
import { tInterval } from "../../../src/stats/index.ts";

const point = (stochastic: readonly number[], greedy: readonly number[], more: Partial<AgentPoint> = {}): AgentPoint => ({
  ...{ stochastic, greedy, episodeCount: 2, trainingReturn: 5, measures: { policyLoss: 0.25 } },
  ...more,
});
const CURVE: readonly CurvePoint[] = [
  { steps: 100, agents: [point([10, 14], [8, 8]), point([1, 3], [2, 2])] },
  { steps: 200, agents: [point([11, 11], [12, 12]), point([20, 22], [2, 2], { episodeCount: 0, trainingReturn: Number.NaN })] },
];
const found = (bestSteps: number) => ({ curve: CURVE, bestSteps, interval: tInterval });
const OUTPUT: TrainingOutput = {
  ...{ version: "9.9.9", name: "mine", sha256: "ab", environment: "CartPole-v1", algorithm: { kind: "ppo", options: { lanes: 8 } } },
  ...{ seeds: [1000, 1001], stepBudget: 4000, steps: 200, ended: "goal", goal: 21, evaluationSeeds: [2000, 2001], curve: CURVE },
  agents: [trainedAgent(1000, 0, found(100)), trainedAgent(1001, 1, found(200))],
};

describe("what a training leaves", () => {
  it("is a table with best and last of each agent", () => {
    // Two returns m - d and m + d: the interval is m -+ 12.706 d, since t(0.975; 1) = 12.706 and s / sqrt(2) = d.
    assert.equal(
      trainingToTable(OUTPUT),
      `mine | CartPole-v1 | ppo | 200 of 4,000 steps, goal reached | cybertwin 9.9.9

  seed  policy  steps  mean return  95 % interval    greedy  95 % interval
  1000  best    100    12           [-13.4 to 37.4]  8
  1000  last    200    11                            12
  1001  best    200    21           [8.29 to 33.7]   2
  1001  last    200    21           [8.29 to 33.7]   2

Over 2 episodes by which the best was chosen: judge it by others, with cybertwin evaluate.
`,
    );
  });

  it("says that nothing was evaluated yet", () => {
    const agents = [{ seed: 1000, best: undefined, last: undefined }];
    assert.match(
      trainingToTable({ ...OUTPUT, agents, curve: [], ended: "interrupted" }),
      /interrupted \|.*\n\nNo policy has been evaluated yet\.\n$/,
    );
  });

  it("is a row of CSV for each evaluation and agent; what was not measured is empty", () => {
    assert.equal(
      curveToCsv(CURVE, [1000, 1001]),
      `seed,steps,episodes,training_return,stochastic_return,greedy_return,policy_loss
1000,100,2,5,12,8,0.25
1001,100,2,5,2,2,0.25
1000,200,2,5,11,12,0.25
1001,200,0,,21,2,0.25
`,
    );
  });

  it("is scalars for TensorBoard, without those that are not there", () => {
    assert.deepEqual(scalarsOf(CURVE[1]?.agents[1] as AgentPoint), {
      ...{ "return/stochastic": 21, "return/greedy": 2, "learning/policy_loss": 0.25 },
    });
  });

  it("is JSON without the curve", () => {
    const document = JSON.parse(trainingToJson(OUTPUT));
    assert.deepEqual([document.format, document.cybertwin, document.curve, document.goal], [1, "9.9.9", undefined, 21]);
    assert.deepEqual(document.agents[0].best.stochastic.mean, 12);
    assert.deepEqual(document.agents[0].best.greedy, { mean: 8, low: 8, high: 8 });
  });

  it("is a picture: of one agent with interval and greedy policy, of several a line each", () => {
    const alone = { ...OUTPUT, seeds: [1000], curve: CURVE.map((at) => ({ ...at, agents: at.agents.slice(0, 1) })) };
    const one = curveToSvg(alone, tInterval);
    for (const text of [
      "mean of 2 episodes",
      "95 % interval",
      "greedy policy",
      "episodes of the training",
      "goal 21",
      "seed 1000: 11 after 200 steps",
    ]) {
      assert.ok(one.includes(text), text);
    }
    const several = curveToSvg(OUTPUT, tInterval);
    for (const text of ["each of 2 seeds, mean of 2 episodes", "mean of the seeds", "seed 1001: 21 after 200 steps"])
      assert.ok(several.includes(text), text);
    assert.ok(!`${one}${several}`.includes("NaN"));
    assert.equal(curveToSvg(OUTPUT, tInterval), several);
  });

  it("has no interval where one episode was played", () => {
    assert.deepEqual(meanReturn([7], tInterval), { mean: 7, low: null, high: null });
  });

  it("has a winner: the best of the bests, the first of equals", () => {
    assert.equal(winnerOf([{ meanReturn: 1 }, undefined, { meanReturn: 3 }, { meanReturn: 3 }]), 2);
    assert.equal(winnerOf([undefined, undefined]), 0);
  });
});
