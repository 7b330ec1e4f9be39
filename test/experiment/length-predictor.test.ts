/** Training of length predictors: against the best possible, and what is stored of it. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { IdealPredictor } from "../../src/claims/figures/length-predictor/ideal.ts";
import { storedPredictor, studyTask } from "../../src/claims/figures/length-predictor/stored.ts";
import { classOf, drawExamples, type LengthTask, promptsOf } from "../../src/experiment/length-predictor/examples.ts";
import { type LengthTrained, trainLengthClassifier } from "../../src/experiment/length-predictor/train.ts";
import { rootRng } from "../../src/kernel/index.ts";
import { openBackend } from "../../src/learn/backends/index.ts";
import { SequentialInference } from "../../src/learn/nets/inference.ts";
import { packPolicy, unpackPolicy } from "../../src/learn/policy-file.ts";
import { classifierSchema } from "../../src/learn/supervised.ts";
import { trainedProblem } from "../../src/world/serving/predictors/trained.ts";
import { makePrompts } from "../../src/world/serving/prompts/index.ts";

const ROOT = new URL("../../../", import.meta.url); // from dist/test/experiment
/** A clear signal, and the classes of the study. */
const TASK: LengthTask = { ...studyTask(), signal: 0.9 };
const train = (): Promise<LengthTrained> =>
  trainLengthClassifier({
    task: TASK,
    options: classifierSchema.parse({ hidden: [32], learningRate: 0.005, batchSize: 128, epochsMax: 10, patience: 3 }),
    seeds: [11],
    tuningSeed: 12,
    trainingCount: 12_000,
    validationCount: 3000,
  });

describe("training a length predictor", () => {
  let trained: LengthTrained;
  before(async () => {
    await openBackend("wasm");
    trained = await train();
  });

  it("comes within three points of the best that its prompts allow", () => {
    const inference = new SequentialInference(trained.data.network);
    const { features, labels, width } = drawExamples(TASK, 20_000, rootRng(13));
    const logits = new Float64Array(5);
    const right = labels.filter((label, i) => {
      inference.forward(features.subarray(i * width, (i + 1) * width), logits);
      return logits.indexOf(Math.max(...logits)) === label;
    }).length;
    const bound = new IdealPredictor(TASK).accuracy();
    const accuracy = right / 20_000;
    // The best is 69 %; one deviation of a share of 20,000 is 0.3 points, so five of them bound it from above.
    assert.ok(accuracy > bound - 0.03 && accuracy < bound + 0.016, `${accuracy} of ${bound}`);
  });

  it("gives the same bytes again", async () => {
    const bytes = ({ about, data }: LengthTrained) => packPolicy({ ...about, command: "again", cybertwin: "0.0.0" }, data);
    assert.deepEqual(bytes(await train()), bytes(trained));
  });

  it("gives a class the mean of its own answers", () => {
    const { tokens } = drawExamples(TASK, 12_000, rootRng(11));
    TASK.classesFrom.forEach((_, label) => {
      const own = [...tokens].filter((length) => classOf(TASK.classesFrom, length) === label);
      const mean = own.reduce((sum, length) => sum + length, 0) / own.length;
      assert.ok(Math.abs((trained.data.classTokens[label] as number) - mean) < 1e-4 * mean);
    });
  });
});

describe("the stored length predictor", () => {
  const file = "results/policies/length-predictor";
  const stored = unpackPolicy(readFileSync(new URL(`${file}.json`, ROOT), "utf8"), readFileSync(new URL(`${file}.bin`, ROOT)));

  it("says how it was made, on seeds that are for that", () => {
    const { trainingSeeds, tuningSeeds, command } = stored.about;
    assert.deepEqual([trainingSeeds, tuningSeeds, command], [[1000, 1001, 1002], [2000], "node scripts/train-length-predictor.mjs"]);
  });

  it("fits the prompts that scenarios have, with classes that rise", () => {
    assert.equal(trainedProblem({ file, ...stored }, makePrompts(promptsOf(studyTask())).features), undefined);
    const { classTokens } = storedPredictor();
    assert.deepEqual(
      classTokens,
      classTokens.toSorted((a, b) => a - b),
    );
  });
});
