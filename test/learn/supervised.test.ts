/** Classifiers: what they learn, when they stop, and that a population changes nothing. */
import { strict as assert } from "node:assert";
import { type Rng, rootRng } from "../../src/kernel/index.ts";
import { openBackend } from "../../src/learn/backends/index.ts";
import { SequentialInference } from "../../src/learn/nets/inference.ts";
import {
  type ClassifierOptions,
  classifierSchema,
  type Examples,
  type TrainedClassifier,
  trainClassifiers,
} from "../../src/learn/supervised.ts";

/** Label 1 with chance 0.9 where both numbers have the same sign, else with 0.1: no line tells them apart. */
function examples(count: number, rng: Rng): Examples {
  const features = Float32Array.from({ length: 2 * count }, () => 2 * rng.uniform() - 1);
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const isSame = (features[2 * i] as number) * (features[2 * i + 1] as number) > 0;
    return Number(isSame === rng.uniform() < 0.9);
  });
  return { width: 2, features, labels };
}

const training = examples(4000, rootRng(1));
const validation = examples(2000, rootRng(2));
const train = (seeds: readonly number[], more: Partial<ClassifierOptions> = {}): Promise<readonly TrainedClassifier[]> =>
  trainClassifiers({
    options: { ...classifierSchema.parse({ hidden: [16], learningRate: 0.01, batchSize: 100, epochsMax: 12, patience: 3 }), ...more },
    labelCount: 2,
    training,
    validation,
    rngs: seeds.map(rootRng),
  });

describe("a classifier", () => {
  before(async () => {
    await openBackend("wasm");
  });

  it("comes to the rate of the noise: right for nine out of ten, at their entropy", async () => {
    const [{ network, validationLoss }] = (await train([3])) as [TrainedClassifier];
    const inference = new SequentialInference(network);
    const logits = new Float64Array(2);
    const fresh = examples(20_000, rootRng(4));
    let right = 0;
    for (const [i, label] of fresh.labels.entries()) {
      inference.forward(fresh.features.subarray(2 * i, 2 * i + 2), logits);
      right += Number(Number((logits[1] as number) > (logits[0] as number)) === label);
    }
    // -0.9 ln 0.9 - 0.1 ln 0.1 = 0.325 nats, and ln 2 = 0.693 of who guesses. Between the signs the chances step, those of a network slope.
    assert.ok(right / 20_000 > 0.86 && right / 20_000 < 0.91, `${right / 20_000}`);
    assert.ok(validationLoss > 0.29 && validationLoss < 0.45, `${validationLoss}`);
  });

  it("learns among others what it learns alone, to the bit, whoever stops first", async () => {
    const together = await train([5, 6], { patience: 1 });
    const alone = [...(await train([5], { patience: 1 })), ...(await train([6], { patience: 1 }))];
    assert.deepEqual(together, alone);
    assert.notDeepEqual(together[0], together[1]);
  });

  it("keeps the epoch of the least loss, not the last one", async () => {
    const [short] = await train([7], { epochsMax: 1 });
    const [long] = await train([7], { epochsMax: 12, patience: 12 });
    assert.equal(short?.epochs, 1);
    assert.ok((long?.epochs as number) > 1 && (long?.validationLoss as number) < (short?.validationLoss as number));
  });
});
