/** Updates per second on the backend named on the command line, a population after the other; prints JSON. */
import * as tf from "@tensorflow/tfjs-core";
import { BackendError, openBackend } from "../src/learn/backends/index.ts";
import { agentRngs, ddpg, ppo, type Training } from "./nets-updates.ts";

interface Rates {
  /** Updates of the whole population, a second of CPU time. */
  readonly perCpuS: number;
  /** The same, a second on the wall. */
  readonly perWallS: number;
}
export interface NetsRow extends Rates {
  readonly update: string;
  readonly population: number;
}
export interface NetsResult {
  readonly device?: string;
  /** Why there is none. */
  readonly refused?: string;
  readonly rows: readonly NetsRow[];
}

const POPULATIONS = [1, 8, 64, 512];
const UPDATES: Readonly<Record<string, (seeds: readonly number[]) => Training>> = {
  "DDPG 2x64, batch 64": (seeds) => ddpg(agentRngs(seeds), { batch: 64, hidden: 64 }),
  "PPO 2x64, minibatch 256": (seeds) => ppo(agentRngs(seeds), { batch: 256, hidden: 64 }),
};
const MEASURED_S = 2;
const ROUNDS = 3;
const WAIT_EVERY = 10;

async function measure(backend: string): Promise<NetsResult> {
  const { device, close } = await openBackend(backend);
  const rows: NetsRow[] = [];
  for (const [update, begin] of Object.entries(UPDATES)) {
    for (const population of POPULATIONS) {
      tf.engine().startScope();
      const training = begin(Array.from({ length: population }, (_, i) => i + 1));
      const first = await run(training, 0); // compiles; plain JavaScript needs twenty seconds for the greatest, and has compiled by then
      const rates = first.perWallS * MEASURED_S < 1 ? [first] : [];
      while (rates.length < ROUNDS && rates[0] !== first) rates.push(await run(training, MEASURED_S));
      tf.engine().endScope();
      tf.disposeVariables();
      // The best of the rounds: neighbours on a shared machine only ever slow it down.
      const best = (rate: keyof Rates): number => Math.max(...rates.map((it) => it[rate]));
      rows.push({ update, population, perCpuS: best("perCpuS"), perWallS: best("perWallS") });
    }
  }
  close();
  return { device, rows };
}

async function run(training: Training, leastS: number): Promise<Rates> {
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  let count = 0;
  do {
    training.update();
    count++;
    if (count % WAIT_EVERY === 0 || leastS === 0) await finished(training);
  } while ((performance.now() - startMs) / 1e3 < leastS);
  await finished(training);
  const { user, system } = process.cpuUsage(startCpu);
  return { perCpuS: (count * 1e6) / (user + system), perWallS: (count * 1e3) / (performance.now() - startMs) };
}

/** A GPU goes on while the program does; reading one of its results waits for it. */
async function finished({ parts }: Training): Promise<void> {
  const [first] = Object.values(parts).flatMap(({ variables }) => Object.values(variables));
  const total = tf.sum(first as tf.Variable);
  await total.data();
  total.dispose();
}

const result = await measure(process.argv[2] as string).catch((error: unknown): NetsResult => {
  if (error instanceof BackendError) return { refused: error.message, rows: [] };
  throw error;
});
process.stdout.write(JSON.stringify(result), () => process.exit(0)); // a GPU's driver keeps threads
