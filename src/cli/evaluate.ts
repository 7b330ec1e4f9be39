/** `cybertwin evaluate <scenario.yaml | task> --policy FILE|KIND` */
import { evaluationOutput } from "../experiment/evaluation/output.ts";
import { evaluationToJson, evaluationToTable } from "../report/evaluation.ts";
import { firstForeignSeed, foreignSeedText } from "../scenario/seed-ranges.ts";
import type { Args, Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { measureAll, WORKERS } from "./measuring.ts";
import { parseSeeds } from "./seeds.ts";
import { UsageError } from "./usage-error.ts";

export const evaluate: Command = {
  words: { usage: "<scenario.yaml | task>", min: 1, max: 1 },
  options: {
    policy: {
      type: "text",
      doc: "Who decides: the .json file of a stored policy, a kind, or a mapping",
      example: 'ppo.json or "{ kind: hpa, cpuUtilization: 0.6 }"',
    },
    against: { type: "text", doc: "Whom it is compared with, seed by seed, said likewise", example: "hpa" },
    seeds: {
      type: "text",
      doc: "2000..2999, or your own below 1000; none that a policy was trained with or chosen by",
      example: "2101..2110",
    },
    agent: { type: "text", doc: "The external controller, where a scenario has several", example: "scaler" },
    metric: { type: "text", doc: "What is compared: the agent's mean reward, unless said", example: "workloads.web.latency_p99_s" },
    workers: WORKERS,
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    quiet: { type: "switch", doc: "No progress and no warnings" },
  },
  run: evaluateCommand,
};

async function evaluateCommand(args: Args, io: Io, engine: Engine): Promise<number> {
  const { texts } = args;
  const seeds = parseSeeds(required(args, "seeds", "--seeds 2101..2110"));
  const foreign = firstForeignSeed("evaluation", seeds);
  if (foreign !== undefined) throw new UsageError(`--seeds ${foreignSeedText("evaluation", foreign)}.`);
  const words = { subject: args.words[0] as string, policy: required(args, "policy", "--policy ppo.json, or --policy hpa"), seeds };
  const optional = { agent: texts.get("agent"), against: texts.get("against"), metric: texts.get("metric") };
  const { contest, metric, policies, against } = await engine.loadEvaluation({ ...words, ...optional }, io.cwd);
  if (contest.kind === "scenario" && !args.switches.has("quiet")) for (const warning of contest.scenario.warnings) io.err(`${warning}\n`);
  const all = [...policies, ...against];
  const measured = await measureAll(
    all.map((contestant) => ({ contestant, metric, seeds })),
    args,
    io,
    engine,
  );
  if (measured === undefined) return EXIT.interrupted;
  const evaluated = all.map((contestant, i) => ({ contestant, values: measured[i] as readonly number[] }));
  const output = evaluationOutput({
    ...{ version: engine.version, contest, metric, seeds, interval: engine.meanInterval },
    ...{ policies: evaluated.slice(0, policies.length), against: evaluated.slice(policies.length) },
  });
  io.out(texts.get("format") === "json" ? evaluationToJson(output) : evaluationToTable(output));
  return EXIT.good;
}

function required({ texts }: Args, name: string, example: string): string {
  const text = texts.get(name);
  if (text === undefined) throw new UsageError(`--${name} is missing.`, `Hint: ${example}.`);
  return text;
}
