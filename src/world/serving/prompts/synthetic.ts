/**
 * Prompts without a text, whose features tell part of how long the answer will be.
 *
 * The score z of a length is its normal quantile among the lengths of a table. Of it the prompt settles t, with z = sqrt(signal) t
 * + sqrt(1 - signal) e; what is left to chance, e, is standard normal. What is asked, the intent, is hidden. Long answers lean to some
 * intents: P(intent | t) is proportional to exp(lean t). Two strengths are seen, how much material the prompt brings and how much
 * detail it asks for: t and a number without meaning, rotated by the angle of the intent, so that the same strengths say a
 * long answer for one intent and a short one for another. A cue names the intent, and is right nine times out of ten.
 *
 * Whoever sees the features alone can know no more than these laws allow: docs/serving.md, "A predictor that is trained".
 */
import { randomNormal } from "d3-random";
import { z } from "zod";
import type { Rng } from "../../../kernel/index.ts";
import { box, type Floats } from "../../../learn/spaces.ts";
import { pick } from "../../base/pick.ts";
import { fileField, tableOf } from "../../workload/file-field.ts";
import { quantileTable } from "../../workload/index.ts";
import type { PromptPlugin } from "./prompts.ts";
import { type TokenScores, tokenScores } from "./token-scores.ts";

export interface Intent {
  readonly name: string;
  /** Of the two strengths, radians: 0 where the material alone says how long the answer is, a quarter turn where the detail does. */
  readonly angleRad: number;
  /** Above 0 where long answers are more often of this intent. */
  readonly lean: number;
}

/** Chosen here: translations are as long as the material, articles long, summaries short. */
export const INTENTS: readonly Intent[] = [
  { name: "translate", angleRad: 0, lean: 0 },
  { name: "summarise", angleRad: Math.PI / 5, lean: -1.2 },
  { name: "ask", angleRad: (2 * Math.PI) / 5, lean: -0.6 },
  { name: "write", angleRad: (3 * Math.PI) / 5, lean: 1.2 },
  { name: "code", angleRad: (4 * Math.PI) / 5, lean: 0.6 },
];
/** Chosen here. */
export const CUE_RIGHT = 0.9;
/** With the released lengths the best possible five-class predictor is right for 59.1 %, at a rank correlation of 0.786; the one released with SSJF was at 60.0 % and 0.774. */
export const SIGNAL = 0.78;

const FEATURES = box([
  ...INTENTS.map(({ name }) => ({ name: `cue.${name}`, low: 0, high: 1 })),
  { name: "material", low: -Infinity, high: Infinity },
  { name: "detail", low: -Infinity, high: Infinity },
]);

const schema = z.strictObject({
  kind: z.literal("synthetic"),
  lengths: fileField.describe("Quantiles of lengths of answers: how long is long. Longer and shorter ones look like its ends."),
  signal: z.number().min(0).max(1).default(SIGNAL).describe("Share of the variance of a length's score that its prompt settles."),
});

/** P(intent | t), in the order of the intents. */
export function intentShares(t: number, out: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < INTENTS.length; k++) {
    out[k] = Math.exp((INTENTS[k] as Intent).lean * t);
    sum += out[k] as number;
  }
  for (let k = 0; k < INTENTS.length; k++) out[k] = (out[k] as number) / sum;
}

export const synthetic: PromptPlugin<"synthetic", z.output<typeof schema>> = {
  kind: "synthetic",
  doc: "Features without a text: a cue of what is asked, how much material and how much detail. They tell part of the answer's length.",
  schema,
  files: { lengths: quantileTable },
  create: ({ lengths, signal }) => ({ features: FEATURES, writer: (rng) => writer(tokenScores(tableOf(lengths)), signal, rng) }),
};

function writer({ leastTokens, scores }: TokenScores, signal: number, rng: Rng): (outputTokens: number, featuresOut: Floats) => void {
  const [settled, chance] = [Math.sqrt(signal), Math.sqrt(1 - signal)];
  const normal = randomNormal.source(rng.fork("strengths").uniform)();
  const [intentRng, cueRng] = [rng.fork("intent"), rng.fork("cue")];
  const shares = new Float64Array(INTENTS.length);
  return (outputTokens, featuresOut) => {
    const at = Math.min(Math.max(outputTokens - leastTokens, 0), scores.length - 1);
    const t = settled * (scores[at] as number) + chance * normal();
    const other = normal();
    intentShares(t, shares);
    const intent = pick(shares, intentRng.uniform());
    const angle = (INTENTS[intent] as Intent).angleRad;
    featuresOut.fill(0);
    featuresOut[cueOf(intent, cueRng)] = 1;
    featuresOut[INTENTS.length] = Math.cos(angle) * t - Math.sin(angle) * other;
    featuresOut[INTENTS.length + 1] = Math.sin(angle) * t + Math.cos(angle) * other;
  };
}

/** The intent, or one time out of ten any other. */
function cueOf(intent: number, rng: Rng): number {
  const [u, other] = [rng.uniform(), rng.int(INTENTS.length - 1)];
  if (u < CUE_RIGHT) return intent;
  return other < intent ? other : other + 1;
}
