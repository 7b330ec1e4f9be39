/** Updates against references in the same process, and the memory that 10,000 of them leave; prints JSON. */
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../src/learn/backends/index.ts";
import { type BenchCase, type BenchResult, measure } from "./harness.ts";
import { agentRngs, ddpg, ppo, type Training } from "./nets-updates.ts";

/** What was there after 10,000 updates less what was there after ten. */
export interface Grown {
  readonly tensors: number;
  readonly bytes: number;
  readonly "bytes of WebAssembly": number;
}

const SIZES = { batch: 256, hidden: 64 };
const POPULATION = 64;
const UPDATES = 10_000;

await openBackend("cpu");
await openBackend("wasm");

/** The same update on the reference backend. */
function wasmOverCpu(): BenchCase {
  const count = 10;
  const sides = { wasm: ppo(agentRngs([1]), SIZES), cpu: ppo(agentRngs([1]), SIZES) };
  const updates = (backend: keyof typeof sides) => async (): Promise<void> => {
    await tf.setBackend(backend);
    for (let i = 0; i < count; i++) sides[backend].update();
  };
  return {
    name: "PPO on wasm over cpu",
    unit: "updates",
    operationCount: count,
    ratioMin: 4,
    ours: updates("wasm"),
    reference: updates("cpu"),
  };
}

/** The same agents one after the other. */
function populationOverLone(name: string, begin: (seeds: readonly number[]) => Training): BenchCase {
  const seeds = Array.from({ length: POPULATION }, (_, i) => i + 1);
  const together = begin(seeds);
  const alone = seeds.map((seed) => begin([seed]));
  return {
    name: `${name}, ${POPULATION} agents over as many lone ones`,
    unit: "updates",
    operationCount: POPULATION,
    ratioMin: 1.1,
    ours: () => together.update(),
    reference: () => {
      for (const training of alone) training.update();
    },
  };
}

async function ratioOf(make: () => BenchCase): Promise<readonly [BenchResult, number]> {
  const benchCase = make();
  const result = await measure(benchCase);
  tf.disposeVariables();
  await tf.setBackend("wasm");
  return [result, benchCase.ratioMin];
}

function growth(): Grown {
  const training = ddpg(agentRngs([1]), { batch: 64, hidden: 64 });
  const { wasm } = tf.backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } };
  for (let i = 0; i < 10; i++) training.update();
  const before = { ...tf.memory(), heap: wasm.HEAPU8.byteLength };
  for (let i = 0; i < UPDATES; i++) training.update();
  const after = { ...tf.memory(), heap: wasm.HEAPU8.byteLength };
  return {
    tensors: after.numTensors - before.numTensors,
    bytes: after.numBytes - before.numBytes,
    "bytes of WebAssembly": after.heap - before.heap,
  };
}

const grown = growth();
const ratios = [
  await ratioOf(wasmOverCpu),
  await ratioOf(() => populationOverLone("DDPG", (seeds) => ddpg(agentRngs(seeds), { batch: 64, hidden: 64 }))),
  await ratioOf(() => populationOverLone("PPO", (seeds) => ppo(agentRngs(seeds), SIZES))),
];
process.stdout.write(JSON.stringify({ ratios, grown }));
