/** From the words of a command line to who is measured on what. */
import {
  type Contest,
  type Contestant,
  type ContestOptions,
  checkUnseen,
  enter,
  inEachMode,
  isTask,
  openScenario,
  openTask,
} from "./contest.ts";
import { Findings } from "./findings.ts";
import { checkMetricName } from "./meaning-expect.ts";
import type { Place } from "./place.ts";
import { SpecError } from "./problem.ts";
import { parseYaml } from "./source.ts";
import type { Tree } from "./tree.ts";
import { PARTS } from "./wiring.ts";

export interface EvaluationWords {
  /** A task's id or a scenario's file. */
  readonly subject: string;
  readonly agent?: string | undefined;
  /** A file of a stored policy, a kind, or a mapping as a scenario has it. */
  readonly policy: string;
  readonly against?: string | undefined;
  readonly seeds: readonly number[];
  readonly metric?: string | undefined;
}

export interface LoadedEvaluation {
  readonly contest: Contest;
  readonly metric: string;
  /** One, or a stored one in each mode. */
  readonly policies: readonly Contestant[];
  readonly against: readonly Contestant[];
}

/** Loads what the words name. @throws {SpecError} */
export function loadEvaluationWith(words: EvaluationWords, options: ContestOptions): LoadedEvaluation {
  const { subject, agent, seeds } = words;
  const placeOf = (option: string): Place => ({ source: { file: option, dir: options.cwd }, line: 0, col: 0 });
  const contest = open(subject, agent, placeOf, options);
  const metric = words.metric ?? contest.metric;
  checkMetric(metric, contest, placeOf(`--metric ${metric}`));
  const contestants = (option: string, word: string | undefined): readonly Contestant[] => {
    if (word === undefined) return [];
    const value = readDecider(word, placeOf(`${option} ${word}`));
    const entered = inEachMode(value).map((each) => enter(contest, each, { ...options, field: "policy" }));
    for (const one of entered) checkUnseen(one, seeds, placeOf(`${option} ${word}`));
    return oncePerAct(entered);
  };
  return { contest, metric, policies: contestants("--policy", words.policy), against: contestants("--against", words.against) };
}

function open(subject: string, agent: string | undefined, placeOf: (option: string) => Place, options: ContestOptions): Contest {
  const place = placeOf(subject);
  if (isTask(subject) || !/[./\\]/.test(subject)) {
    if (agent !== undefined)
      throw new SpecError([{ place: placeOf(`--agent ${agent}`), message: "a task has one agent, and it needs no name" }]);
    return openTask(subject, place);
  }
  return openScenario(subject, { agent, place: agent === undefined ? place : placeOf(`--agent ${agent}`) }, options);
}

function checkMetric(metric: string, contest: Contest, place: Place): void {
  if (metric === contest.metric) return;
  if (contest.kind === "task") throw new SpecError([{ place, message: `a task has one metric, ${contest.metric}` }]);
  const findings = new Findings({ kind: "scalar", place, value: metric });
  checkMetricName(metric, [], { spec: contest.scenario.spec, parts: PARTS }, findings);
  if (findings.problems.length > 0) throw new SpecError(findings.problems);
}

/** `mine.json`, `hpa`, or `{ kind: hpa, cpuUtilization: 0.6 }`. */
function readDecider(word: string, place: Place): Tree {
  if (word.endsWith(".json")) return { kind: "scalar", place, value: word };
  const tree = parseYaml(word, place.source);
  if (tree.kind === "scalar" && typeof tree.value === "string")
    return { kind: "map", place, entries: new Map([["kind", { keyPlace: place, value: tree }]]) };
  if (tree.kind === "map") return tree;
  throw new SpecError([
    { place, message: "must be the .json file of a policy, a kind or a mapping", hint: 'Hint: "{ kind: hpa, cpuUtilization: 0.6 }".' },
  ]);
}

/** A policy that draws nothing acts the same in both modes. */
function oncePerAct(contestants: readonly Contestant[]): readonly Contestant[] {
  const [first] = contestants;
  if (first?.stored?.deterministic !== true || contestants.length === 1) return contestants;
  const { mode: _, ...only } = first;
  return [only];
}
