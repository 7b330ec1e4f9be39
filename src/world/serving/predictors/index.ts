/** Every length predictor: one line adds one. */
import { z } from "zod";
import { registry } from "../../base/plugin.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { noiseDial } from "./noise-dial.ts";
import { none } from "./none.ts";
import { oracle } from "./oracle.ts";
import type { PredictorFactory } from "./predictor.ts";
import { trained } from "./trained.ts";

export type { AnswerPredictor, LengthPredictor, PredictorContext, PromptPredictor } from "./predictor.ts";

const PREDICTORS = [none, oracle, confusionMatrix, noiseDial, trained] as const;
type AnyPredictor = (typeof PREDICTORS)[number];
export type PredictorSpec = Parameters<AnyPredictor["create"]>[0];

export const predictors: ReadonlyMap<string, AnyPredictor> = registry<AnyPredictor>("predictor", PREDICTORS);

const [first, ...rest] = PREDICTORS.map(({ schema }) => schema as unknown as z.ZodObject);
export const predictorSchema = z.discriminatedUnion("kind", [first as z.ZodObject, ...rest]) as unknown as z.ZodType<PredictorSpec>;

export function makePredictor(spec: PredictorSpec): PredictorFactory {
  const plugin = predictors.get(spec.kind);
  if (plugin === undefined) throw new Error(`predictor "${spec.kind}" is not registered`);
  return plugin.create(spec as never);
}
