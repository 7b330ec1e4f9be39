/** What can be seen of a request's prompt before it is answered: features, made without a text. */
import type { Rng } from "../../../kernel/index.ts";
import type { Box, Floats } from "../../../learn/spaces.ts";
import type { Plugin } from "../../base/plugin.ts";

export interface Prompts {
  readonly features: Box;
  /** Writes the features of prompts from a stream of its own: of the next one, whose answer has so many tokens. */
  writer(rng: Rng): (outputTokens: number, featuresOut: Floats) => void;
}

export type PromptPlugin<Kind extends string, Spec> = Plugin<Kind, Spec, Prompts>;
