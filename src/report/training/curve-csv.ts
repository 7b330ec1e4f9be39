/** `curve.csv`: a row for each evaluation and agent. */
import type { AgentPoint, CurvePoint } from "../../learn/learning-curve.ts";
import { csvCell } from "../csv-cell.ts";

const HEAD = ["seed", "steps", "episodes", "training_return", "stochastic_return", "greedy_return"];

/** @param seeds of the agents, in order */
export function curveToCsv(curve: readonly CurvePoint[], seeds: readonly number[]): string {
  const names = measureNames(curve);
  const rows = curve.flatMap(({ steps, agents }) =>
    agents.map((point, agent) => [
      ...[seeds[agent] as number, steps, point.episodeCount],
      ...[point.trainingReturn, meanOf(point.stochastic), meanOf(point.greedy)].map(finite),
      ...names.map((name) => finite(point.measures[name] ?? Number.NaN)),
    ]),
  );
  return [[...HEAD, ...names.map(snakeCase)], ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

/** All that the algorithm measures, in the order in which it first did. */
export function measureNames(curve: readonly CurvePoint[]): readonly string[] {
  return [...new Set(curve.flatMap(({ agents }) => agents.flatMap(({ measures }) => Object.keys(measures))))];
}

/** What a point says, by TensorBoard's tags. */
export function scalarsOf({ stochastic, greedy, trainingReturn, measures }: AgentPoint): Readonly<Record<string, number>> {
  const all = {
    "return/stochastic": meanOf(stochastic),
    "return/greedy": meanOf(greedy),
    "return/training": trainingReturn,
    ...Object.fromEntries(Object.entries(measures).map(([name, value]) => [`learning/${snakeCase(name)}`, value])),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
