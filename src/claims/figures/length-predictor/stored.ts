/** The stored length predictor, and requests that nothing in its training saw. */
import { drawExamples, type LengthExamples, type LengthTask } from "../../../experiment/length-predictor/examples.ts";
import { rootRng } from "../../../kernel/index.ts";
import { unpackPolicy } from "../../../learn/policy-file.ts";
import type { Floats } from "../../../learn/spaces.ts";
import type { StoredPolicy } from "../../../world/base/policy-field.ts";
import { type LengthClassifier, trained } from "../../../world/serving/predictors/trained.ts";
import { SIGNAL } from "../../../world/serving/prompts/synthetic.ts";
import { tokenScores } from "../../../world/serving/prompts/token-scores.ts";
import { quantileTable } from "../../../world/workload/index.ts";
import { packageBytes, packageText } from "../../package-files.ts";
import { traceColumns } from "../../traces.ts";

export const POLICY = "length-predictor";
export const LENGTHS = "ssjf-output-quantiles.csv";
const FOLDER = "results/policies";

/** As a scenario names them. */
export const storedFiles = () => ({
  files: { [`${POLICY}.json`]: packageText(`${FOLDER}/${POLICY}.json`), [LENGTHS]: packageText(`traces/${LENGTHS}`) },
  weights: { [`${POLICY}.bin`]: packageBytes(`${FOLDER}/${POLICY}.bin`) },
});

/** The lengths and classes of the SSJF study. */
export const studyTask = (): LengthTask => ({
  lengths: quantileTable(packageText(`traces/${LENGTHS}`).split("\n"), LENGTHS),
  signal: SIGNAL,
  classesFrom: [...traceColumns("ssjf-confusion-5.csv", ["tokens_from"]).tokens_from],
});

export type Word = "class" | "mean";
export const WORDS: readonly Word[] = ["class", "mean"];

export interface Predictor {
  readonly classTokens: readonly number[];
  /** Tokens that it says of a prompt. */
  word(says: Word, features: Floats): number;
}

export function storedPredictor(): Predictor {
  const { files, weights } = storedFiles();
  const file: StoredPolicy = { file: POLICY, ...unpackPolicy(files[`${POLICY}.json`] as string, weights[`${POLICY}.bin`] as Uint8Array) };
  const latency = { kind: "deterministic", value: 0 } as const;
  const made = WORDS.map((says) =>
    trained.create({ kind: "trained", file, says, latency })({ rng: rootRng(0), otherTokens: () => () => 0 }),
  );
  return {
    classTokens: [...(file.data as unknown as LengthClassifier).classTokens],
    word: (says, features) => {
      const predictor = made[WORDS.indexOf(says)];
      if (predictor?.sees !== "prompt") throw new Error("the stored predictor sees no prompts");
      return predictor.predict(features);
    },
  };
}

/** Drawn by the first seed of figures. */
const TEST_SEED = 4000;
export const TEST_COUNT = 30_000;

export interface Judged {
  readonly requests: LengthExamples;
  /** What it says of each. */
  readonly said: Readonly<Record<Word, Float64Array>>;
  /** The class that it takes for the likeliest. */
  readonly classes: Int32Array;
  /**
   * Share of each request of all: those of one length have that length's own share together, so that what is summed over them has
   * the law's lengths and not those that happened to be drawn.
   */
  readonly shares: Float64Array;
}

export function judgedRequests(task: LengthTask): Judged {
  const requests = drawExamples(task, TEST_COUNT, rootRng(TEST_SEED));
  const predictor = storedPredictor();
  const saidOf = (says: Word): Float64Array =>
    Float64Array.from({ length: TEST_COUNT }, (_, i) => predictor.word(says, featuresOf(requests, i)));
  const said = { class: saidOf("class"), mean: saidOf("mean") };
  return {
    requests,
    said,
    classes: Int32Array.from(said.class, (tokens) => predictor.classTokens.indexOf(tokens)),
    shares: sharesOf(requests, task),
  };
}

export const featuresOf = ({ features, width }: LengthExamples, i: number): Float32Array => features.subarray(i * width, (i + 1) * width);

function sharesOf({ tokens }: LengthExamples, { lengths }: LengthTask): Float64Array {
  const { leastTokens, shares } = tokenScores(lengths);
  const counts = new Uint32Array(shares.length);
  for (const length of tokens) counts[length - leastTokens] = (counts[length - leastTokens] as number) + 1;
  if (counts.includes(0)) throw new Error("a length was never drawn");
  return Float64Array.from(tokens, (length) => (shares[length - leastTokens] as number) / (counts[length - leastTokens] as number));
}
