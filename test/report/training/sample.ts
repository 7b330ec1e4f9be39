/** A training of two agents, with numbers that can be worked out by hand. */
import { type TrainingOutput, trainedAgent } from "../../../src/experiment/training/output.ts";
import type { AgentPoint, CurvePoint } from "../../../src/learn/learning-curve.ts";
import type { TrainingPageParts } from "../../../src/report/training/page.ts";
import { tInterval } from "../../../src/stats/index.ts";

const point = (stochastic: readonly number[], greedy: readonly number[], more: Partial<AgentPoint> = {}): AgentPoint => ({
  ...{ stochastic, greedy, episodeCount: 2, trainingReturn: 5, measures: { policyLoss: 0.25 } },
  ...more,
});
export const CURVE: readonly CurvePoint[] = [
  { steps: 100, agents: [point([10, 14], [8, 8]), point([1, 3], [2, 2])] },
  { steps: 200, agents: [point([11, 11], [12, 12]), point([20, 22], [2, 2], { episodeCount: 0, trainingReturn: Number.NaN })] },
];
const found = (bestSteps: number) => ({ curve: CURVE, bestSteps, interval: tInterval });
export const OUTPUT: TrainingOutput = {
  ...{ version: "9.9.9", name: "mine", sha256: "ab", environment: "CartPole-v1", backend: "wasm", data: [], countedIn: "steps" },
  algorithm: { kind: "ppo", options: { lanes: 16, gamma: 0.99 }, changed: ["lanes"] },
  ...{
    seeds: [1000, 1001],
    stepBudget: 4000,
    steps: 200,
    ended: "goal",
    goal: 21,
    evaluationEvery: 100,
    evaluationSeeds: [2000, 2001],
    curve: CURVE,
  },
  agents: [trainedAgent(1000, 0, found(100)), trainedAgent(1001, 1, found(200))],
};

export function trainingPage(more: Partial<TrainingOutput> = {}): TrainingPageParts {
  return {
    output: { ...OUTPUT, ...more },
    device: "a processor",
    command: "cybertwin train mine.yaml --set name='<b>'",
    policies: [
      { file: "policy-best.json", steps: 200, sha256: "ab" },
      { file: "agents/seed-1001/policy-best.json", steps: 200, sha256: "cd" },
    ],
    interval: tInterval,
  };
}
