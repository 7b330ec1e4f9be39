/** From a gate file to who is measured on what, all of it loaded and checked. */
import { dirname } from "node:path";
import { type Contest, type Contestant, type ContestOptions, checkUnseen, enter, openScenario, openTask } from "../contest.ts";
import { readNamed, resolveFrom } from "../extends.ts";
import { Findings } from "../findings.ts";
import type { Place } from "../place.ts";
import { SpecError } from "../problem.ts";
import { firstForeignSeed, foreignSeedText } from "../seed-ranges.ts";
import { shape } from "../shape.ts";
import { parseYaml } from "../source.ts";
import { at, placeOf, type Tree, toPlain } from "../tree.ts";
import { gateSchema } from "./schema.ts";

export interface LoadedGate {
  readonly contest: Contest;
  readonly policy: Contestant;
  readonly heuristic: Contestant;
  readonly metric: string;
  readonly seeds: readonly number[];
  readonly margin: number;
  /** Where the baseline lies, or will. */
  readonly baseline: string;
  /** Where the file names it. */
  readonly baselinePlace: Place;
}

const SEEDS_MIN = 10;

/** Loads a gate with its policies, and its scenario with each of them. @throws {SpecError} with all problems of the first pass that fails. */
export function loadGateWith(file: string, options: ContestOptions): LoadedGate {
  const source = { file, dir: dirname(file) };
  const tree = parseYaml(readNamed(options.read, file, { source, line: 0, col: 0 }, "the file"), source);
  const shaped = shape(tree, toPlain(tree), gateSchema);
  if (!shaped.ok) throw new SpecError(shaped.problems);
  const { task, scenario, agent, seeds, margin, baseline } = shaped.value;
  const findings = new Findings(tree);
  const foreign = firstForeignSeed("gates", seeds);
  if (seeds.length < SEEDS_MIN)
    findings.problem(["seeds"], `must be at least ${SEEDS_MIN}: fewer show no advantage`, 'Hint: "3001..3100".');
  if (foreign !== undefined) findings.problem(["seeds"], foreignSeedText("gates", foreign));
  if (findings.problems.length > 0) throw new SpecError(findings.problems);

  const placed = (key: string): Tree => at(tree, [key]) as Tree;
  const contest =
    task !== undefined
      ? openTask(task, placeOf(tree, ["task"]))
      : openScenario(
          resolveFrom(placed("scenario").place, scenario as string),
          { agent, place: placeOf(tree, [agent === undefined ? "scenario" : "agent"]) },
          options,
        );
  const { metric = contest.metric } = shaped.value;
  checkMetric(metric, contest, findings);
  const policy = enter(contest, placed("policy"), { ...options, field: "policy" });
  const heuristic = enter(contest, placed("heuristic"), { ...options, field: "heuristic" });
  if (policy.stored === undefined)
    findings.problem(["policy"], "must be a stored policy, or there is nothing to gate", 'Hint: "mine.json".');
  if (findings.problems.length > 0) throw new SpecError(findings.problems);
  for (const one of [policy, heuristic]) checkUnseen(one, seeds, placeOf(tree, ["seeds"]));
  const baselinePlace = placed("baseline").place;
  return { contest, policy, heuristic, metric, seeds, margin, baseline: resolveFrom(baselinePlace, baseline), baselinePlace };
}

/** A gate holds on to a reward: more of it is better. */
function checkMetric(metric: string, contest: Contest, findings: Findings): void {
  const known = contest.kind === "task" ? [contest.metric] : rewardsOf(contest.scenario.spec.controllers);
  if (!known.includes(metric))
    findings.problem(["metric"], `must be a reward, got ${JSON.stringify(metric)}`, `There are: ${known.join(", ")}.`);
}

function rewardsOf(controllers: Readonly<Record<string, { readonly kind: string }>>): readonly string[] {
  return Object.keys(controllers).flatMap((name) => (controllers[name]?.kind === "external" ? [`controllers.${name}.reward_mean`] : []));
}
