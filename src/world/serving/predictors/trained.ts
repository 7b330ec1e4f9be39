/**
 * A classifier of length classes that was trained on features of prompts, as SSJF's proxy model is: inference on typed arrays.
 * @see Qiu et al., "Efficient interactive LLM serving with proxy model-based sequence length prediction", 2024
 */
import { z } from "zod";
import { SequentialInference } from "../../../learn/nets/inference.ts";
import { CheckpointError } from "../../../learn/nets/manifest.ts";
import type { NetworkPolicyData } from "../../../learn/policy.ts";
import { policyFor } from "../../../learn/policy-file.ts";
import { type Box, type Discrete, discrete } from "../../../learn/spaces.ts";
import { policyField, policyOf, type StoredPolicy } from "../../base/policy-field.ts";
import { law } from "../../workload/index.ts";
import { latencyOf, type PredictorPlugin } from "./predictor.ts";

/** A policy that chooses the class of a length. */
export interface LengthClassifier {
  readonly kind: "categorical";
  readonly network: NetworkPolicyData["network"];
  /** Mean tokens of the answers of each class that it was trained on, shortest first. */
  readonly classTokens: Float32Array;
}

/** What such a policy chooses. */
export const lengthClasses = (count: number): Discrete => discrete("lengthClass", count);

/** Mean of the released predictions of SSJF's five-class predictor (traces/ssjf-predictor-latency-means.csv). */
const LATENCY_S = 0.007894;

const schema = z.strictObject({
  kind: z.literal("trained"),
  file: policyField.describe("Manifest of a stored length classifier; its weights lie beside it."),
  says: z
    .enum(["class", "mean"])
    .default("class")
    .describe("The mean tokens of the likeliest class, or those of all classes by their probabilities."),
  latency: law("duration").default({ kind: "deterministic", value: LATENCY_S }),
});

export const trained: PredictorPlugin<"trained", z.output<typeof schema>> = {
  kind: "trained",
  doc: "A network that was trained on prompts: it sees their features, and nothing of the answer.",
  schema,
  policies: ["file"],
  create:
    ({ file, says, latency }) =>
    ({ rng }) => {
      const { network, classTokens } = classifierOf(policyOf(file));
      const inference = new SequentialInference(network);
      const logits = new Float64Array(classTokens.length);
      const word = says === "class" ? tokensOfLikeliest : meanTokens;
      return {
        sees: "prompt",
        predict: (features) => {
          inference.forward(features, logits);
          return word(logits, classTokens);
        },
        latencyS: latencyOf(latency, rng),
      };
    },
};

/** Why a stored policy cannot tell lengths by these features; undefined if it can. */
export function trainedProblem(policy: StoredPolicy, features: Box): string | undefined {
  try {
    const actionSpace = lengthClasses(classifierOf(policy).classTokens.length);
    policyFor({ name: "these prompts", observationSpace: features, actionSpace, masked: false }, policy);
    return undefined;
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof RangeError) return error.message;
    throw error;
  }
}

/** @throws {CheckpointError} for a policy of another use */
function classifierOf({ about, data }: StoredPolicy): LengthClassifier {
  const { kind, classTokens } = data as Partial<LengthClassifier>;
  if (kind === "categorical" && classTokens instanceof Float32Array) return data as unknown as LengthClassifier;
  throw new CheckpointError(`it is a policy for ${about.environment}, and no length classifier`);
}

/** Of equally likely classes the shorter one. */
function tokensOfLikeliest(logits: Float64Array, classTokens: Float32Array): number {
  let likeliest = 0;
  for (let k = 1; k < logits.length; k++) if ((logits[k] as number) > (logits[likeliest] as number)) likeliest = k;
  return classTokens[likeliest] as number;
}

function meanTokens(logits: Float64Array, classTokens: Float32Array): number {
  let [sum, weighted] = [0, 0];
  for (let k = 0; k < logits.length; k++) {
    const weight = Math.exp(logits[k] as number);
    sum += weight;
    weighted += weight * (classTokens[k] as number);
  }
  return weighted / sum;
}
