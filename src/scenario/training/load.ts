/** From a training file to all that decides a training. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { OFFLINE_ALGORITHMS } from "../../learn/algorithms/index.ts";
import type { BackendName } from "../../learn/backends/backend.ts";
import type { Env } from "../../learn/env.ts";
import { EnvError } from "../../learn/env-error.ts";
import { TASKS } from "../../learn/tasks/index.ts";
import { type Contest, type ContestOptions, openScenario, openTask } from "../contest.ts";
import { type EnvSource, envOf } from "../env-source.ts";
import { readNamed, resolveFrom } from "../extends.ts";
import { externalsOf } from "../externals.ts";
import { Findings } from "../findings.ts";
import { loadScenario } from "../index.ts";
import type { Place, Source } from "../place.ts";
import { SpecError } from "../problem.ts";
import { firstForeignSeed, firstSharedSeed, foreignSeedText, type SeedUse } from "../seed-ranges.ts";
import { type Assignment, applySets, assignAll } from "../set.ts";
import { shape } from "../shape.ts";
import { parseYaml } from "../source.ts";
import { nearest } from "../suggest.ts";
import { at, type MapTree, type Path, placeOf, type Tree, toPlain } from "../tree.ts";
import { checkFit, stepBudgetOf } from "./algorithm.ts";
import { checkDataSeeds, type LoadedData, loadData } from "./data.ts";
import { type TrainingShape, trainingSchema } from "./schema.ts";

export interface LoadedTraining {
  readonly source: EnvSource;
  /** Options with their defaults. */
  readonly algorithm: { readonly kind: string; readonly options: Readonly<Record<string, unknown>> };
  /** What is learned from; empty where the algorithm acts itself. */
  readonly data: readonly LoadedData[];
  /** One an agent. */
  readonly seeds: readonly number[];
  /** What steps are: of the environment, or of the learning. */
  readonly countedIn: "steps" | "updates";
  /** Steps of each agent. */
  readonly stepBudget: number;
  readonly evaluation: { readonly everySteps: number; readonly seeds: readonly number[] };
  /** Mean return at which the training ends; undefined: it uses its budget up. */
  readonly stopReward: number | undefined;
  readonly backend: BackendName;
  /** Of the tables and kinds that the scenario names; undefined for a task. */
  readonly dataSha256: string | undefined;
  /** One line each, in the style of errors. */
  readonly warnings: readonly string[];
  /** Over all of the above and the scenario: whatever decides a result. */
  readonly sha256: string;
}

/** What a command line says in place of the file. */
export interface TrainingFlags {
  /** `path=value`, in order. */
  readonly set?: readonly string[];
  readonly seed?: string | undefined;
  readonly episodes?: string | undefined;
  readonly backend?: string | undefined;
}

export interface TrainingOptions extends Omit<ContestOptions, "load"> {
  readonly flags?: TrainingFlags;
}

/** @throws {SpecError} with all problems of the first pass that fails. */
export function loadTraining(file: string, options: TrainingOptions): LoadedTraining {
  const where = { file, dir: dirname(file) };
  const said = parseYaml(readNamed(options.read, file, { source: where, line: 0, col: 0 }, "the file"), where);
  const tree = said.kind === "map" ? withFlags(said, options) : said;
  const shaped = shape(tree, toPlain(tree), trainingSchema);
  if (!shaped.ok) throw new SpecError(shaped.problems);
  const { algorithm, seeds, evaluate, stop, backend } = shaped.value;
  const findings = new Findings(tree);
  checkChoices(shaped.value, findings);
  checkBudget(shaped.value, findings);
  checkSeeds(shaped.value, findings);
  checkDataSeeds(shaped.value, findings);
  stopAt(findings);
  const { source, sha256, dataSha256, warnings } = sourceOf(shaped.value, tree, options, findings);
  const env = envIn(source, shaped.value, findings);
  checkFit(shaped.value, env, findings);
  stopAt(findings);
  const data = shaped.value.data === undefined ? [] : dataOf(shaped.value, tree, options, findings);
  const stepsEach = shaped.value.episodes === undefined ? 1 : episodeStepsOf(env, findings);
  const { kind, ...algorithmOptions } = algorithm;
  const stepBudget = stepBudgetOf(shaped.value, stepsEach, findings);
  stopAt(findings);
  return {
    source,
    algorithm: { kind, options: algorithmOptions },
    data,
    seeds,
    countedIn: isOffline(kind) ? "updates" : "steps",
    stepBudget,
    evaluation: { everySteps: evaluate.every * stepsEach, seeds: evaluate.seeds },
    stopReward: stop?.reward,
    backend,
    dataSha256,
    warnings,
    sha256: createHash("sha256")
      .update(
        JSON.stringify({
          ...shaped.value,
          ...(data.length > 0 && { data: data.map(({ identity, seeds: played }) => [identity, played]) }),
          scenario: sha256,
        }),
      )
      .digest("hex"),
  };
}

function stopAt({ problems }: Findings): void {
  if (problems.length > 0) throw new SpecError(problems);
}

/** The document as the command line has it. */
function withFlags(tree: MapTree, { flags = {}, cwd }: TrainingOptions): MapTree {
  const assignments = [
    ...flagOf("seed", "seeds", flags.seed, cwd),
    ...(flags.episodes === undefined || !tree.entries.has("steps") ? [] : flagOf("episodes", "steps", "null", cwd)),
    ...flagOf("episodes", "episodes", flags.episodes, cwd),
    ...flagOf("backend", "backend", flags.backend, cwd),
  ];
  return assignAll(applySets(tree, flags.set ?? [], cwd), assignments);
}

function flagOf(flag: string, key: string, text: string | undefined, cwd: string): readonly Assignment[] {
  if (text === undefined) return [];
  const source: Source = { file: `--${flag} ${text}`, dir: cwd };
  const place: Place = { source, line: 0, col: 0 };
  return [{ path: [key], value: parseYaml(text, source), place }];
}

const isOffline = (kind: string): boolean => OFFLINE_ALGORITHMS.some((algorithm) => algorithm.kind === kind);

function checkChoices({ scenario, task, agent }: TrainingShape, findings: Findings): void {
  if (scenario === undefined && task === undefined) {
    findings.problem([], "the file must say what to learn in", "Hint: scenario: my.yaml, or task: CartPole-v1.");
  } else if (scenario !== undefined && task !== undefined) {
    findings.problem(["task"], "excludes scenario", "Keep one of them.");
  } else if (task !== undefined && agent !== undefined) {
    findings.problem(["agent"], "is for scenarios: a task has one agent", "Leave it out.");
  }
}

/** Who acts has steps, who learns from data has updates. */
function checkBudget({ algorithm: { kind }, data, steps, episodes, updates }: TrainingShape, findings: Findings): void {
  if (isOffline(kind)) {
    const acting = `is for algorithms that act, and ${kind} learns from data`;
    if (steps !== undefined) findings.problem(["steps"], acting, "Say updates instead.");
    if (episodes !== undefined) findings.problem(["episodes"], acting, "Say updates instead.");
    if (data === undefined)
      findings.problem([], `the file must say what ${kind} learns from`, "Hint: data: { policy: mine.json, seeds: 1000..1049 }.");
    if (updates === undefined) findings.problem([], "the file must say how long to train", "Hint: updates: 20000.");
    return;
  }
  const learning = `is for algorithms that learn from data, and ${kind} acts itself`;
  const offline = OFFLINE_ALGORITHMS.map((algorithm) => algorithm.kind).join(", ");
  if (data !== undefined) findings.problem(["data"], learning, `Those are: ${offline}.`);
  if (updates !== undefined) findings.problem(["updates"], learning, "Say steps instead.");
  else if (steps === undefined && episodes === undefined) {
    findings.problem([], "the file must say how long to train", "Hint: steps: 100000, or episodes: 500.");
  } else if (steps !== undefined && episodes !== undefined) {
    findings.problem(["episodes"], "excludes steps", "Keep one of them.");
  }
}

/** Nobody may be chosen by what he learned from, nor use up what verdicts are made with. */
function checkSeeds({ seeds, evaluate }: TrainingShape, findings: Findings): void {
  const check = (path: Path, use: SeedUse, own: readonly number[]): void => {
    const foreign = firstForeignSeed(use, own);
    if (foreign !== undefined) findings.problem(path, foreignSeedText(use, foreign));
  };
  check(["seeds"], "training", seeds);
  check(["evaluate", "seeds"], "evaluation", evaluate.seeds);
  const shared = firstSharedSeed(evaluate.seeds, seeds);
  if (shared === undefined) return;
  const hint = "Hint: seeds: 1000 and evaluate.seeds: 2000..2019.";
  findings.problem(["evaluate", "seeds"], `must not be trained on, and ${shared} is one of seeds`, hint);
}

/** @throws {SpecError} */
function dataOf(value: TrainingShape, tree: Tree, { flags: _, ...options }: TrainingOptions, findings: Findings): readonly LoadedData[] {
  const reads = { ...options, load: loadScenario };
  const data = loadData(value, tree, { ...reads, contest: contestOf(value, tree, reads), findings });
  stopAt(findings);
  return data;
}

function contestOf({ task, scenario = "", agent }: TrainingShape, tree: Tree, options: ContestOptions): Contest {
  if (task !== undefined) return openTask(task, placeOf(tree, ["task"]));
  const { place } = at(tree, ["scenario"]) as Tree;
  return openScenario(resolveFrom(place, scenario), { agent, place }, options);
}

interface FoundSource {
  readonly source: EnvSource;
  /** Of the scenario. */
  readonly sha256: string | undefined;
  readonly dataSha256: string | undefined;
  readonly warnings: readonly string[];
}

function sourceOf({ task, agent, scenario = "" }: TrainingShape, tree: Tree, options: TrainingOptions, findings: Findings): FoundSource {
  if (task !== undefined) {
    checkTask(task, findings);
    stopAt(findings);
    return { source: { kind: "task", id: task }, sha256: undefined, dataSha256: undefined, warnings: [] };
  }
  const named = resolveFrom((at(tree, ["scenario"]) as Tree).place, scenario);
  const { cwd, catalogue, read } = options;
  const { spec, sha256, dataSha256, warnings } = loadScenario(named, { read, cwd, catalogue });
  const externals = externalsOf(spec).map(({ name }) => name);
  if (agent !== undefined) findings.requireName(["agent"], agent, "controller of kind external", externals);
  else if (externals.length > 1) {
    const hint = `Hint: agent: ${externals[0]}; there are: ${externals.join(", ")}.`;
    findings.problem(["scenario"], `has ${externals.length} controllers of kind external, and one learns here`, hint);
  }
  stopAt(findings);
  return { source: { kind: "scenario", spec, agent }, sha256, dataSha256, warnings };
}

function checkTask(id: string, findings: Findings): void {
  const task = TASKS.find((known) => known.id === id);
  if (task?.form === "single") return;
  const ids = TASKS.filter(({ form }) => form === "single").map((known) => known.id);
  const near = nearest(id, ids);
  const hint = near === undefined || task !== undefined ? `There are: ${ids.join(", ")}.` : `Did you mean ${JSON.stringify(near)}?`;
  findings.problem(
    ["task"],
    task === undefined ? `names ${JSON.stringify(id)}, which is no task` : "has several agents, and one learns here",
    hint,
  );
}

function envIn(source: EnvSource, { task }: TrainingShape, findings: Findings): Env {
  try {
    return envOf(source);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    findings.problem([task === undefined ? "scenario" : "task"], `is nothing to learn in: ${error.message}`);
    throw new SpecError(findings.problems);
  }
}

function episodeStepsOf({ name, episodeSteps = Number.POSITIVE_INFINITY }: Env, findings: Findings): number {
  if (Number.isFinite(episodeSteps)) return episodeSteps;
  findings.problem(["episodes"], `have no length of their own in ${name}, and schedules need the whole`, "Say steps instead.");
  throw new SpecError(findings.problems);
}
