/**
 * Trains an algorithm on a reference task over several seeds and writes its learning curves to results/learning/.
 *   node scripts/learning-curves.mjs CartPole-v1 ppo --steps 100000 --seeds 1-10 [--options '{"lanes":8}']
 * One row for each seed and evaluation: the mean return of episodes that ended in training since the last row, and of twenty episodes
 * of the stochastic and of the greedy policy. Same command, same digits.
 *
 * Offline algorithms learn from episodes of a heuristic of the task, whose actions are now and then drawn evenly instead; a step is an update:
 *   node scripts/learning-curves.mjs Pendulum-v1 td3-bc --heuristic energy-pump --drawn 0.3 --episodes 50 --steps 5000 --seeds 1-10
 * Each seed has data of its own. What their episodes returned, and what the heuristic alone returns in the twenty, is written with the rest.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { algorithmOf, OFFLINE_ALGORITHMS } from "../dist/src/learn/algorithms/index.js";
import { openBackend } from "../dist/src/learn/backends/index.js";
import { returns } from "../dist/src/learn/evaluate.js";
import { RecordingEnv } from "../dist/src/learn/recording-env.js";
import { heuristicPolicy } from "../dist/src/learn/tasks/heuristic.js";
import { makeEnv, TASKS } from "../dist/src/learn/tasks/index.js";
import { Training } from "../dist/src/learn/train.js";

const ROWS = 20;
const EVALUATION_SEEDS = Array.from({ length: 20 }, (_, i) => 1_000_000 + i); // no training or tuning uses these

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string" },
    seeds: { type: "string", default: "1-10" },
    options: { type: "string", default: "{}" },
    heuristic: { type: "string" },
    drawn: { type: "string", default: "0" },
    episodes: { type: "string", default: "50" },
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
const offline = OFFLINE_ALGORITHMS.find((known) => known.kind === kind);
const algorithm = offline ?? algorithmOf(kind);
const seeds = Array.from({ length: (lastSeed ?? firstSeed) - firstSeed + 1 }, (_, i) => firstSeed + i);

const backend = await openBackend(values.backend);
const data = offline && seeds.map(dataOf);
const curves = await train();
mkdirSync(values.out, { recursive: true });
const rows = ["seed,steps,training_return,stochastic_return,greedy_return", ...curves.flat()];
writeFileSync(`${values.out}/${name}.csv`, `${rows.join("\n")}\n`);
const command = `node scripts/learning-curves.mjs ${process.argv.slice(2).map(quoted).join(" ")}`;
const made = { command, algorithm: kind, options: algorithm.schema.parse(options), task, stepBudget, backend: backend.device };
if (data !== undefined) {
  const alone = returns(heuristic(), makeEnv(task), EVALUATION_SEEDS, "greedy");
  made.data = { meanReturns: data.map((own) => Number(meanText(own.returns))), meanReturnOfHeuristic: Number(meanText(alone)) };
}
writeFileSync(`${values.out}/${name}.json`, `${JSON.stringify(made, null, 2)}\n`);

/** All seeds as a population: each learns what it would learn alone. */
async function train() {
  const training = await Training.begin({
    algorithm,
    options,
    ...(data && { data: data.map(({ transitions }) => transitions) }),
    makeEnv: () => makeEnv(task),
    seeds,
    stepBudget,
    evaluation: { everySteps: stepBudget / ROWS, seeds: EVALUATION_SEEDS },
  });
  const lines = seeds.map(() => []);
  const ended = seeds.map(() => []);
  await training.run(({ steps, episodes, evaluations }) => {
    for (const episode of episodes) ended[episode.agent].push(episode.return);
    evaluations?.forEach(({ stochastic, greedy }, agent) => {
      lines[agent].push([seeds[agent], steps, ...[ended[agent], stochastic, greedy].map(meanText)].join(","));
      ended[agent].length = 0;
    });
    if (evaluations !== undefined) console.log(lines.map((own) => own.at(-1)).join("   "));
  });
  await training.dispose();
  return lines;
}

/** What the heuristic met in episodes of this seed, and what they returned. */
function dataOf(seed) {
  const env = new RecordingEnv(makeEnv(task));
  const episodes = Array.from({ length: Number(values.episodes) }, (_, i) => 2_000_000 + 1000 * seed + i);
  const found = returns(withDraws(heuristic(), env.actionSpace, Number(values.drawn)), env, episodes, "stochastic");
  return { transitions: env.transitions, returns: found };
}

function heuristic() {
  const { heuristics = {}, create } = TASKS.find(({ id }) => id === task);
  return heuristicPolicy(heuristics[values.heuristic], create().actionSpace.slots.length);
}

/** A policy of reals whose actions are drawn evenly with probability `share`. */
function withDraws(policy, { low, high }, share) {
  return {
    ...policy,
    decide(observation, mask, rng, out) {
      if (rng.uniform() >= share) policy.decide(observation, mask, rng, out);
      else for (let i = 0; i < out.length; i++) out[i] = low[i] + rng.uniform() * (high[i] - low[i]);
    },
  };
}

function meanText(numbers) {
  return numbers.length === 0 ? "" : (numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toFixed(1);
}

function quoted(argument) {
  return /^[\w./-]+$/.test(argument) ? argument : `'${argument}'`;
}
