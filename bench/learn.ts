/** What learning costs: environments, threads, networks, a training. */
import { costOf } from "./child.ts";
import { type BenchCase, measure } from "./harness.ts";
import { bareTable, envRates, threadTimes } from "./learn-envs.ts";
import { isGood, type Measured, measuredLine } from "./measured.ts";
import { inference, updateRates, updateRatios } from "./nets.ts";

const TASK = "CartPole-v1";
const STEPS = 100_000;
const TRAINING_S_MAX = 90;

export async function learn(say: (text: string) => void): Promise<boolean> {
  let good = true;
  for await (const measured of measureLearning((text) => say(`       ${text}`))) {
    say(measuredLine(measured));
    good &&= isGood(measured);
  }
  return good;
}

/** @param note is told what goes with the numbers that follow */
export async function* measureLearning(note: (text: string) => void): AsyncGenerator<Measured> {
  yield* envRates();
  yield await ratio(bareTable());
  yield* threadTimes();
  yield inference();
  yield training();
  yield* updateRates(note);
  yield* updateRatios();
}

async function ratio(benchCase: BenchCase): Promise<Measured> {
  const { name, ratioMedian } = await measure(benchCase);
  return { what: "speed over a reference", of: name, value: ratioMedian, unit: "times", required: { atLeast: benchCase.ratioMin } };
}

/** From the start of Node on. */
function training(): Measured {
  const { cpuS } = costOf("./train-child.js", { task: TASK, steps: STEPS });
  return { what: "a training", of: `PPO, ${TASK}, ${STEPS} steps`, value: cpuS, unit: "CPU seconds", required: { atMost: TRAINING_S_MAX } };
}
