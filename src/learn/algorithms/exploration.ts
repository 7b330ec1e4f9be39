/** How learners with deterministic policies explore: noise for each lane, which begins anew with each episode. */
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import { GaussianNoise, type Noise, OrnsteinUhlenbeckNoise } from "../noise.ts";
import { linear } from "../schedule.ts";
import { agentStreams, type Setting } from "./algorithm.ts";
import { UnfitError } from "./unfit-error.ts";

const fraction = z.number().min(0).max(1);

/** On the unit scale, [-1, 1] for low to high. */
export const explorationFields = {
  noise: z.enum(["gaussian", "ornstein-uhlenbeck"]),
  sigma: z.number().min(0).describe("deviation of Gaussian noise; of the other the diffusion, per square root of a second"),
  thetaPerS: z.number().positive().default(0.15).describe("how strongly Ornstein-Uhlenbeck noise is drawn back, per second"),
  noiseStepS: z
    .number()
    .positive()
    .default(1)
    .describe("dt of Ornstein-Uhlenbeck noise: it remembers 1 / (thetaPerS noiseStepS) steps; published code has 0.01 as well as 1"),
  noiseScaleEnd: fraction.default(1).describe("what the noise is multiplied by in the end; it begins with 1"),
  noiseUntil: fraction.gt(0).default(1).describe("fraction of training at which the end is reached"),
};
export interface ExplorationOptions {
  readonly noise: "gaussian" | "ornstein-uhlenbeck";
  readonly sigma: number;
  readonly thetaPerS: number;
  readonly noiseStepS: number;
  readonly noiseScaleEnd: number;
  readonly noiseUntil: number;
}

/** @throws {UnfitError} for noise that would grow without bound */
export function checkExploration({ noise, thetaPerS, noiseStepS }: ExplorationOptions): void {
  const limit = 2 / thetaPerS;
  if (noise === "gaussian" || noiseStepS < limit) return;
  const rule = `must be below 2 / thetaPerS = ${limit} for Ornstein-Uhlenbeck noise, which grows without bound otherwise`;
  throw new UnfitError("noiseStepS", `${rule}, got ${noiseStepS}`);
}

interface Lane {
  readonly noise: Noise;
  readonly stream: Rng;
  /** Number of the running episode. */
  episode: number;
  /** Draws in it so far. */
  draws: number;
}

export class Exploration {
  /** By agent. */
  readonly #lanes: readonly (readonly Lane[])[];
  readonly #scale: (fraction: number) => number;
  readonly #drawn: Float32Array;

  constructor(setting: Setting, laneCount: number, options: ExplorationOptions) {
    const size = setting.spec.actionSpace.slots.length;
    const spec = { mu: 0, thetaPerS: options.thetaPerS, sigma: options.sigma, stepS: options.noiseStepS };
    const make = (): Noise => (options.noise === "gaussian" ? new GaussianNoise(options.sigma) : new OrnsteinUhlenbeckNoise(size, spec));
    this.#scale = linear({ from: 1, to: options.noiseScaleEnd, until: options.noiseUntil });
    this.#drawn = new Float32Array(size);
    this.#lanes = agentStreams(setting)("noise").map((stream) =>
      Array.from({ length: laneCount }, (_, i) => begin({ noise: make(), stream: stream.fork(`${i}`), episode: 0, draws: 0 }, 0)),
    );
  }

  /** Adds the noise of one lane to its decision, a row of `decisions`, and keeps it within [-1, 1]. */
  addTo(decision: Float32Array, agent: number, lane: number, done: number): void {
    const scale = this.#scale(done);
    this.#draw(this.#lanes[agent]?.[lane] as Lane);
    for (let i = 0; i < decision.length; i++) {
      const noisy = (decision[i] as number) + scale * (this.#drawn[i] as number);
      decision[i] = Math.min(Math.max(noisy, -1), 1);
    }
  }

  /** Begins anew where episodes have ended. */
  observe(agent: number, { terminated, truncated }: VectorBuffers): void {
    this.#lanes[agent]?.forEach((lane, i) => {
      if (terminated[i] === 1 || truncated[i] === 1) begin(lane, lane.episode + 1);
    });
  }

  #draw(lane: Lane): void {
    lane.noise.sampleInto(this.#drawn);
    lane.draws++;
  }

  /** Episode and draws of each lane of each agent. */
  save(): readonly (readonly (readonly [episode: number, draws: number])[])[] {
    return this.#lanes.map((lanes) => lanes.map(({ episode, draws }) => [episode, draws] as const));
  }

  /** Draws again what the running episodes have drawn. */
  restore(states: ReturnType<Exploration["save"]>): void {
    states.forEach((lanes, agent) => {
      lanes.forEach(([episode, draws], i) => {
        const lane = begin(this.#lanes[agent]?.[i] as Lane, episode);
        while (lane.draws < draws) this.#draw(lane);
      });
    });
  }
}

function begin(lane: Lane, episode: number): Lane {
  lane.episode = episode;
  lane.draws = 0;
  lane.noise.reset(lane.stream.fork(`${episode}`));
  return lane;
}

/** Decisions on the unit scale, drawn evenly: what is done before anything is learned. */
export function drawUnit(decisions: Float32Array, rng: Rng): void {
  for (let i = 0; i < decisions.length; i++) decisions[i] = 2 * rng.uniform() - 1;
}
