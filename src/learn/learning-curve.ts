/** How a training went: at each evaluation, what was found and what happened since the one before, agent by agent. */
import type { Measures } from "./algorithms/algorithm.ts";
import type { Evaluation } from "./evaluate.ts";

export interface CurvePoint {
  /** Steps of each agent so far. */
  readonly steps: number;
  readonly agents: readonly AgentPoint[];
}
export interface AgentPoint extends Evaluation {
  /** Episodes that ended in training since the last point, and the mean of their returns; NaN if there was none. */
  readonly episodeCount: number;
  readonly trainingReturn: number;
  /** Means over the updates since the last point. */
  readonly measures: Readonly<Record<string, number>>;
}

interface Mean {
  sum: number;
  count: number;
}
/** What has gathered since the last point. */
interface Gathered {
  readonly returns: Mean;
  readonly measures: Record<string, Mean>;
}

/** Plain data. */
export interface CurveState {
  readonly points: readonly CurvePoint[];
  readonly gathered: readonly Gathered[];
}

/** The numbers of the learning are not finite any more; the message names agent, measure and step. */
export class DivergedError extends Error {}

export class LearningCurve {
  readonly #agentCount: number;
  #points: CurvePoint[] = [];
  #gathered: Gathered[];

  constructor(agentCount: number) {
    this.#agentCount = agentCount;
    this.#gathered = this.#nothing();
  }

  get points(): readonly CurvePoint[] {
    return this.#points;
  }

  addReturn(agent: number, value: number): void {
    add((this.#gathered[agent] as Gathered).returns, value);
  }

  /** @throws {DivergedError} for a number that is not finite */
  addMeasures(measures: Measures, steps: number): void {
    for (const [name, values] of Object.entries(measures)) {
      values.forEach((value, agent) => {
        if (!Number.isFinite(value)) {
          throw new DivergedError(
            `agent ${agent + 1} of ${this.#agentCount}, step ${steps}: ${name} is ${value}, the training diverged; lower the learning rate, or the reward's scale`,
          );
        }
        const gathered = (this.#gathered[agent] as Gathered).measures;
        gathered[name] ??= { sum: 0, count: 0 };
        add(gathered[name], value);
      });
    }
  }

  addPoint(steps: number, evaluations: readonly Evaluation[]): void {
    const agents = evaluations.map((evaluation, agent): AgentPoint => {
      const { returns, measures } = this.#gathered[agent] as Gathered;
      const means = Object.entries(measures).map(([name, mean]) => [name, meanOf(mean)] as const);
      return { ...evaluation, episodeCount: returns.count, trainingReturn: meanOf(returns), measures: Object.fromEntries(means) };
    });
    this.#points.push({ steps, agents });
    this.#gathered = this.#nothing();
  }

  save(): CurveState {
    return { points: this.#points, gathered: this.#gathered };
  }

  restore({ points, gathered }: CurveState): void {
    this.#points = [...points];
    this.#gathered = structuredClone([...gathered]);
  }

  #nothing(): Gathered[] {
    return Array.from({ length: this.#agentCount }, () => ({ returns: { sum: 0, count: 0 }, measures: {} }));
  }
}

function add(mean: Mean, value: number): void {
  mean.sum += value;
  mean.count++;
}

const meanOf = ({ sum, count }: Mean): number => sum / count;
