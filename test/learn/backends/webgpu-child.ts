/** Trains on WebGPU and writes what came out to the file named on the command line: its driver may hang, crash, or break a pipe. */
import { writeFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { agentRngs } from "../../../bench/nets-updates.ts";
import { BackendError, openBackend } from "../../../src/learn/backends/index.ts";
import { TRAININGS, trained } from "../nets/training.ts";

export interface WebgpuResult {
  readonly device?: string;
  /** Why there is none. */
  readonly refused?: string;
  /** Numbers after one update, of each training. */
  readonly afterOne?: Readonly<Record<string, readonly number[]>>;
  readonly afterHundred?: readonly number[];
  /** Ten updates of agent 2: twice alone, and beside agents 1 and 3. */
  readonly again?: readonly (readonly number[])[];
  /** Tensors before and after ten updates. */
  readonly tensors?: readonly [before: number, after: number];
}

async function result(): Promise<WebgpuResult> {
  try {
    const backend = await openBackend("webgpu");
    const afterOne: Record<string, readonly number[]> = {};
    for (const name of Object.keys(TRAININGS)) afterOne[name] = await trained(name, { seeds: [1], updates: 1 });
    const afterHundred = await trained("regression", { seeds: [1], updates: 100 });
    const alone = { seeds: [2], updates: 10 };
    const again = [
      await trained("regression", alone),
      await trained("regression", alone),
      await trained("regression", { seeds: [1, 2, 3], updates: 10, agent: 1 }),
    ];
    const result = { device: backend.device, afterOne, afterHundred, again, tensors: tensors() };
    backend.close();
    return result;
  } catch (error) {
    if (error instanceof BackendError) return { refused: `${error.message} (${error.hint})` };
    throw error;
  }
}

function tensors(): [number, number] {
  const training = TRAININGS.regression?.(agentRngs([1]));
  training?.update();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 10; i++) training?.update();
  return [before, tf.memory().numTensors];
}

writeFileSync(process.argv[2] as string, JSON.stringify(await result()));
process.exit(0); // the driver's threads would keep it alive
