/** Trains PPO on a reference task and prints what the whole process has cost. */
import { ppo } from "../src/learn/algorithms/ppo.ts";
import { openBackend } from "../src/learn/backends/index.ts";
import { makeEnv } from "../src/learn/tasks/index.ts";
import { Training } from "../src/learn/train.ts";
import { printCost } from "./child.ts";

await printCost(async (input) => {
  const { task, steps } = input as { readonly task: string; readonly steps: number };
  await openBackend("wasm");
  const training = await Training.begin({ algorithm: ppo, makeEnv: () => makeEnv(task), seeds: [1], stepBudget: steps });
  await training.run();
  await training.dispose();
});
