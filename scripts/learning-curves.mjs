/**
 * Trains an algorithm on a reference task over several seeds and writes its learning curves to results/learning/.
 *   node scripts/learning-curves.mjs CartPole-v1 ppo --steps 100000 --seeds 1-10 [--options '{"lanes":8}']
 * One row for each seed and evaluation: the mean return of episodes that ended in training since the last row, and of twenty episodes
 * of the stochastic and of the greedy policy. Same command, same digits.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { algorithmOf } from "../dist/src/learn/algorithms/index.js";
import { openBackend } from "../dist/src/learn/backends/index.js";
import { makeEnv } from "../dist/src/learn/tasks/index.js";
import { Training } from "../dist/src/learn/train.js";

const ROWS = 20;
const EVALUATION_SEEDS = Array.from({ length: 20 }, (_, i) => 1_000_000 + i); // no training or tuning uses these

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string" },
    seeds: { type: "string", default: "1-10" },
    options: { type: "string", default: "{}" },
    backend: { type: "string", default: "wasm" },
    name: { type: "string" },
    out: { type: "string", default: "results/learning" },
  },
});
const [task, kind] = positionals;
const [firstSeed, lastSeed] = values.seeds.split("-").map(Number);
const stepBudget = Number(values.steps);
const options = JSON.parse(values.options);
const name = values.name ?? `${task}-${kind}`;

const backend = await openBackend(values.backend);
const rows = ["seed,steps,training_return,stochastic_return,greedy_return"];
mkdirSync(values.out, { recursive: true });
for (let seed = firstSeed; seed <= (lastSeed ?? firstSeed); seed++) {
  for (const row of await curve(seed)) rows.push(row);
  writeFileSync(`${values.out}/${name}.csv`, `${rows.join("\n")}\n`);
  console.log(rows.at(-1));
}
const command = `node scripts/learning-curves.mjs ${process.argv.slice(2).map(quoted).join(" ")}`;
const made = { command, algorithm: kind, options: algorithmOf(kind).schema.parse(options), task, stepBudget, backend: backend.device };
writeFileSync(`${values.out}/${name}.json`, `${JSON.stringify(made, null, 2)}\n`);

async function curve(seed) {
  const training = await Training.begin({
    algorithm: algorithmOf(kind),
    options,
    makeEnv: () => makeEnv(task),
    seeds: [seed],
    stepBudget,
    evaluation: { everySteps: stepBudget / ROWS, seeds: EVALUATION_SEEDS },
  });
  const lines = [];
  let ended = [];
  await training.run(({ steps, episodes, evaluations }) => {
    ended.push(...episodes.map((episode) => episode.return));
    if (evaluations === undefined) return;
    const [{ stochastic, greedy }] = evaluations;
    lines.push([seed, steps, ...[ended, stochastic, greedy].map(meanText)].join(","));
    ended = [];
  });
  training.dispose();
  return lines;
}

function meanText(numbers) {
  return numbers.length === 0 ? "" : (numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toFixed(1);
}

function quoted(argument) {
  return /^[\w./-]+$/.test(argument) ? argument : `'${argument}'`;
}
