/** Who guesses, when a request arrives, how long its answer will be. */
import type { Rng } from "../../../kernel/index.ts";
import type { Floats } from "../../../learn/spaces.ts";
import type { Plugin } from "../../base/plugin.ts";
import { type LawSpec, law, makeLaw } from "../../workload/index.ts";

interface Timed {
  /** From a request's arrival to its word, seconds; the request can only be queued then. */
  readonly latencyS: () => number;
}
/** Stands for a predictor whose errors were measured elsewhere: it is shown the truth, and says it with those errors. */
export interface AnswerPredictor extends Timed {
  readonly sees: "answer";
  /** What it says of an answer of so many tokens. */
  readonly predict: (outputTokens: number) => number;
}
/** Guesses from what can be seen of a prompt. */
export interface PromptPredictor extends Timed {
  readonly sees: "prompt";
  /** Tokens that it says, of a prompt with these features. */
  readonly predict: (features: Floats) => number;
}
export type LengthPredictor = AnswerPredictor | PromptPredictor;

export interface PredictorContext {
  readonly rng: Rng;
  /** Tokens of some other answer of the same workload, drawn from `rng`. */
  readonly otherTokens: (rng: Rng) => () => number;
}

export type PredictorFactory = (context: PredictorContext) => LengthPredictor;
export type PredictorPlugin<Kind extends string, Spec> = Plugin<Kind, Spec, PredictorFactory>;

/** The field that every predictor has. */
export const latencyField = { latency: law("duration").default({ kind: "deterministic", value: 0 }) };

export function latencyOf(latency: LawSpec, rng: Rng): () => number {
  return makeLaw(latency).factory(rng.fork("latency")).draw;
}
