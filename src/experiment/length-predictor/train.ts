/** Trains a length classifier on drawn requests and makes a stored policy of it. Loads TensorFlow.js. */
import { rootRng } from "../../kernel/index.ts";
import { type PolicyAbout, spacesOf } from "../../learn/policy-file.ts";
import { type ClassifierOptions, trainClassifiers } from "../../learn/supervised.ts";
import { type LengthClassifier, lengthClasses } from "../../world/serving/predictors/trained.ts";
import { makePrompts } from "../../world/serving/prompts/index.ts";
import { drawExamples, type LengthExamples, type LengthTask, promptsOf } from "./examples.ts";

export interface LengthTraining {
  readonly task: LengthTask;
  readonly options: ClassifierOptions;
  /** One classifier a seed, its first weights and its order of minibatches; the first seed draws the requests that all learn from. */
  readonly seeds: readonly [number, ...number[]];
  /** Draws the requests by which epochs and classifiers are chosen. */
  readonly tuningSeed: number;
  readonly trainingCount: number;
  readonly validationCount: number;
}

export interface LengthTrained {
  readonly about: Omit<PolicyAbout, "command" | "cybertwin">;
  readonly data: LengthClassifier;
  /** Of each seed: mean cross-entropy on the requests of the tuning seed, nats, and after how many epochs. */
  readonly losses: readonly { readonly seed: number; readonly validationLoss: number; readonly epochs: number }[];
}

/** A backend must be open. */
export async function trainLengthClassifier(setting: LengthTraining): Promise<LengthTrained> {
  const { task, options, seeds, tuningSeed } = setting;
  const training = drawExamples(task, setting.trainingCount, rootRng(seeds[0]));
  const validation = drawExamples(task, setting.validationCount, rootRng(tuningSeed));
  const labelCount = task.classesFrom.length;
  const rngs = seeds.map((seed) => rootRng(seed).fork("learner"));
  const trained = await trainClassifiers({ options, labelCount, training, validation, rngs });
  const best = trained.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  const spec = {
    name: "synthetic prompts",
    observationSpace: makePrompts(promptsOf(task)).features,
    actionSpace: lengthClasses(labelCount),
    masked: false,
  };
  return {
    about: {
      algorithm: {
        kind: "classifier",
        options: { ...options, signal: task.signal, classesFrom: task.classesFrom, validationCount: setting.validationCount },
      },
      environment: spec.name,
      ...spacesOf(spec),
      trainingSeeds: [...seeds],
      tuningSeeds: [tuningSeed],
      steps: setting.trainingCount,
      meanReturn: null,
    },
    data: { kind: "categorical", network: best.network, classTokens: meansOf(training, labelCount) },
    losses: trained.map(({ validationLoss, epochs }, i) => ({ seed: seeds[i] as number, validationLoss, epochs })),
  };
}

function meansOf({ tokens, labels }: LengthExamples, labelCount: number): Float32Array {
  const [sums, counts] = [new Float64Array(labelCount), new Float64Array(labelCount)];
  for (const [i, label] of labels.entries()) {
    sums[label] = (sums[label] as number) + (tokens[i] as number);
    counts[label] = (counts[label] as number) + 1;
  }
  return Float32Array.from(sums, (sum, label) => sum / (counts[label] as number));
}
