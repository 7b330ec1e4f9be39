/** What is learned from without acting: whose episodes, by which seeds. */
import { heuristicIn } from "../../agents/heuristic-policy.ts";
import type { StoredPolicySpec } from "../../agents/stored-policy.ts";
import type { Env } from "../../learn/env.ts";
import { GuardedEnv } from "../../learn/guarded-env.ts";
import type { Policy } from "../../learn/policy.ts";
import { policyFor } from "../../learn/policy-file.ts";
import { policyOf } from "../../world/base/policy-field.ts";
import type { Periodic } from "../../world/ports.ts";
import { pluginOf } from "../build-policies.ts";
import { type Contest, type Contestant, type ContestOptions, enter, type ScenarioContest } from "../contest.ts";
import { bareScenarioEnv, scenarioEnv } from "../env.ts";
import { externalsOf } from "../externals.ts";
import type { Findings } from "../findings.ts";
import type { PluginSpec } from "../parts.ts";
import { firstForeignSeed, firstSharedSeed, foreignSeedText } from "../seed-ranges.ts";
import { at, type Path, type Tree } from "../tree.ts";
import type { TrainingShape } from "./schema.ts";

/** Who plays, and where. */
export interface Player {
  readonly env: Env;
  /** Of the next episode: a heuristic remembers. */
  policy(): Policy;
}

export interface LoadedData {
  /** As tables show it: `hpa { cpuUtilization: 0.6 }`, `ppo.json`. */
  readonly policy: string;
  /** Of the episodes, one each. */
  readonly seeds: readonly number[];
  readonly mode: StoredPolicySpec["mode"];
  /** What the policy was itself trained with and chosen by. */
  readonly taughtBy: { readonly trainingSeeds: readonly number[]; readonly tuningSeeds: readonly number[] };
  /** All that decides what is played, comparable. */
  readonly identity: Readonly<Record<string, unknown>>;
  open(): Player;
}

/** Seeds that data may have: those of training, and none by which the learned policies are chosen. */
export function checkDataSeeds({ data = [], evaluate }: TrainingShape, findings: Findings): void {
  data.forEach(({ seeds }, i) => {
    const path = ["data", i, "seeds"];
    const foreign = firstForeignSeed("training", seeds);
    if (foreign !== undefined) findings.problem(path, foreignSeedText("training", foreign));
    const shared = firstSharedSeed(evaluate.seeds, seeds);
    const hint = "Hint: data.seeds: 1000..1049 and evaluate.seeds: 2000..2019.";
    if (shared !== undefined) findings.problem(path, `must not be evaluated by, and ${shared} is one of evaluate.seeds`, hint);
  });
}

/** @throws {SpecError} if there is no such policy, or it cannot decide here */
export function loadData(
  { data = [], evaluate }: TrainingShape,
  tree: Tree,
  { contest, findings, ...options }: ContestOptions & { readonly contest: Contest; readonly findings: Findings },
): readonly LoadedData[] {
  return data.map(({ seeds }, i) => {
    const path = ["data", i, "policy"];
    const value = (at(tree, path) ?? at(tree, ["data", "policy"])) as Tree;
    const contestant = enter(contest, value, { ...options, field: "policy" });
    const { trainingSeeds = [], tuningSeeds = [] } = contestant.stored?.about ?? {};
    const shared = firstSharedSeed(evaluate.seeds, trainingSeeds);
    if (shared !== undefined)
      findings.problem(
        path,
        `was itself trained with ${shared}, one of evaluate.seeds`,
        "Evaluate by other seeds: those of 2000..2999 are for that.",
      );
    if (contest.kind === "scenario") checkOrders(contest, contestant, path, findings);
    return {
      policy: contestant.name,
      seeds,
      mode: contestant.mode ?? "stochastic",
      taughtBy: { trainingSeeds, tuningSeeds },
      identity: contestant.identity,
      open: () => playerOf(contest, contestant),
    };
  });
}

/** A heuristic that orders more replicas than the agent may would show what nobody can learn. */
function checkOrders({ agent }: ScenarioContest, { player }: Contestant, path: Path, findings: Findings): void {
  if (player.kind !== "scenario") return;
  const { spec } = player.scenario;
  const policy = spec.controllers[agent]?.policy as PluginSpec;
  const most = "file" in policy ? undefined : pluginOf(policy.kind).replicasMax?.(policy as never);
  if (most === undefined) return;
  const external = externalsOf(spec).find(({ name }) => name === agent);
  const act = external?.spec.act.find(({ kind }) => kind === "replicas");
  if (act?.kind !== "replicas") {
    const acts = external?.spec.act.map(({ kind }) => kind).join(", ");
    findings.problem(
      path,
      `orders replicas, and controllers.${agent} acts on ${acts} alone`,
      "Add replicas to its act, or take another policy.",
    );
  } else if (most > act.max) {
    const hint = `Hint: maxReplicas: ${act.max}, or act: [{ kind: replicas, max: ${most} }].`;
    findings.problem(path, `orders up to ${most} replicas, and controllers.${agent} at most ${act.max}`, hint);
  }
}

function playerOf(contest: Contest, { player }: Contestant): Player {
  if (player.kind === "task") return { env: player.env, policy: () => player.policy };
  const { spec } = player.scenario;
  const { agent } = contest as ScenarioContest;
  const policy = spec.controllers[agent]?.policy as StoredPolicySpec | PluginSpec;
  if ("file" in policy) {
    const env = scenarioEnv(spec, agent);
    const stored = policyFor(env, policyOf((policy as StoredPolicySpec).file));
    return { env, policy: () => stored };
  }
  const env = bareScenarioEnv(spec, agent);
  const [external] = externalsOf(spec).filter(({ name }) => name === agent);
  if (external === undefined) throw new Error(`no controller "${agent}"`); // the contest is of it
  const { kind } = policy;
  const made = (): Periodic => pluginOf(kind).create(policy) as Periodic;
  return { env: new GuardedEnv(env), policy: () => heuristicIn({ env, external, kind, controller: made() }) };
}
