/**
 * Who is measured on what: a reference task, or an external controller of a scenario, and the policies that decide in it. A scenario
 * is loaded as `run` loads it, with the policy put where the scenario would name it itself.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { type StoredPolicySpec, storedPolicy } from "../agents/stored-policy.ts";
import type { Env } from "../learn/env.ts";
import { CheckpointError } from "../learn/nets/manifest.ts";
import type { Policy } from "../learn/policy.ts";
import { type PolicyAbout, policyFor, policySha256, spacesOf } from "../learn/policy-file.ts";
import { type Heuristic, heuristicPolicy } from "../learn/tasks/heuristic.ts";
import { makeEnv, TASKS } from "../learn/tasks/index.ts";
import type { SingleTask } from "../learn/tasks/task.ts";
import type { AnyPlugin } from "../world/base/plugin.ts";
import { policyOf } from "../world/base/policy-field.ts";
import { externalsOf } from "./externals.ts";
import { FileLoader } from "./files.ts";
import type { LoadedScenario, LoadOptions } from "./load.ts";
import type { Place } from "./place.ts";
import { policySchemaOf } from "./policy-schema.ts";
import { SpecError } from "./problem.ts";
import { firstSharedSeed } from "./seed-ranges.ts";
import type { Assignment } from "./set.ts";
import { shape } from "./shape.ts";
import { nearest } from "./suggest.ts";
import { TableCache } from "./table-cache.ts";
import { type MapTree, type Tree, toPlain } from "./tree.ts";
import { PARTS } from "./wiring.ts";

export interface ContestOptions extends Omit<LoadOptions, "set" | "assignments" | "tables"> {
  load(file: string, options: LoadOptions): LoadedScenario;
}

export type Contest = TaskContest | ScenarioContest;
interface Described {
  /** A task's id, a scenario's name. */
  readonly name: string;
  /** Of the task's spaces, or of the scenario's text. */
  readonly sha256: string;
  /** What is measured unless somebody says otherwise. */
  readonly metric: string;
}
export interface TaskContest extends Described {
  readonly kind: "task";
  readonly task: SingleTask;
  readonly env: Env;
}
export interface ScenarioContest extends Described {
  readonly kind: "scenario";
  readonly file: string;
  /** The controller's key. */
  readonly agent: string;
  /** As it stands in the file, with nobody to decide. */
  readonly scenario: LoadedScenario;
}

export interface Contestant {
  /** As tables show it: `hpa { cpuUtilization: 0.6 }`, `ppo.json`. */
  readonly name: string;
  /** Of a stored policy only. */
  readonly mode?: StoredPolicySpec["mode"];
  readonly stored?: {
    readonly about: PolicyAbout;
    readonly sha256: string;
    /** Acts the same in both modes. */
    readonly deterministic: boolean;
  };
  /** What it is, whole and comparable: all that was said of it, a stored policy by its digest. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly player: TaskPlayer | ScenarioPlayer;
}
export interface TaskPlayer {
  readonly kind: "task";
  readonly policy: Policy;
  readonly env: Env;
}
export interface ScenarioPlayer {
  readonly kind: "scenario";
  readonly scenario: LoadedScenario;
}

const SINGLE_TASKS = TASKS.filter((task): task is SingleTask => task.form === "single");

export function isTask(id: string): boolean {
  return SINGLE_TASKS.some((task) => task.id === id);
}

/** @throws {SpecError} at `place` if there is none of that name. */
export function openTask(id: string, place: Place): TaskContest {
  const task = SINGLE_TASKS.find((one) => one.id === id);
  const ids = SINGLE_TASKS.map((one) => one.id);
  if (task === undefined) {
    const near = nearest(id, ids);
    const hint = near === undefined ? `There are: ${ids.join(", ")}.` : `Did you mean ${JSON.stringify(near)}?`;
    throw new SpecError([{ place, message: `${JSON.stringify(id)} is no task of one agent`, hint }]);
  }
  const env = makeEnv(id);
  return { kind: "task", name: id, sha256: sha256(JSON.stringify(spacesOf(env))), metric: "return", task, env };
}

/** @param agent may be left out where there is one external controller @throws {SpecError} */
export function openScenario(
  file: string,
  { agent, place }: { readonly agent: string | undefined; readonly place: Place },
  options: ContestOptions,
): ScenarioContest {
  const { load, ...reads } = options;
  const scenario = load(file, reads);
  const names = externalsOf(scenario.spec).map(({ name }) => name);
  const chosen = agent ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined || !names.includes(chosen)) {
    const which = agent !== undefined ? `no ${JSON.stringify(agent)} among its controllers` : `${names.length} controllers`;
    const hint = names.length === 0 ? "docs/learning.md says how to add one." : `Name one as the agent: ${names.join(", ")}.`;
    throw new SpecError([{ place, message: `${file} has ${which} of kind "external"`, hint }]);
  }
  const metric = `controllers.${chosen}.reward_mean`;
  // Whoever decides in the file is replaced, so it is no part of what is compared.
  const bare =
    scenario.spec.controllers[chosen]?.policy === undefined
      ? scenario
      : load(file, { ...reads, assignments: [policyOfAgent(chosen, { kind: "scalar", place, value: null })] });
  return { kind: "scenario", name: bare.spec.name, sha256: sha256(bare.text), metric, file, agent: chosen, scenario: bare };
}

function policyOfAgent(agent: string, value: Tree): Assignment {
  return { path: ["controllers", agent, "policy"], value, place: value.place };
}

/**
 * A policy that is to decide. @param value its file's name or a mapping, at its place @param field what the file calls it, for messages
 * @throws {SpecError} if there is no such policy or it does not fit.
 */
export function enter(contest: Contest, value: Tree, { field, ...options }: ContestOptions & { readonly field: string }): Contestant {
  return contest.kind === "task" ? enterTask(contest, value, field, options) : enterScenario(contest, value, options);
}

/** A stored policy that says nothing of it, once for each mode; anything else as it stands. */
export function inEachMode(value: Tree): readonly Tree[] {
  const { place } = value;
  const scalar = (text: string): Tree => ({ kind: "scalar", place, value: text });
  const withMode = (entries: MapTree["entries"], mode: StoredPolicySpec["mode"]): Tree => {
    return { kind: "map", place, entries: new Map([...entries, ["mode", { keyPlace: place, value: scalar(mode) }]]) };
  };
  const modes: readonly StoredPolicySpec["mode"][] = ["stochastic", "greedy"];
  if (value.kind === "scalar") {
    const entries = new Map([
      ["kind", { keyPlace: place, value: scalar("stored") }],
      ["file", { keyPlace: place, value }],
    ]);
    return modes.map((mode) => withMode(entries, mode));
  }
  const isStored = value.kind === "map" && toPlain(value.entries.get("kind")?.value ?? value) === "stored";
  return isStored && !value.entries.has("mode") ? modes.map((mode) => withMode(value.entries, mode)) : [value];
}

function enterTask({ task, env }: TaskContest, value: Tree, field: string, options: ContestOptions): Contestant {
  const heuristics = task.heuristics ?? {};
  const tree: Tree = { kind: "map", place: value.place, entries: new Map([[field, { keyPlace: value.place, value }]]) };
  const policies = new Map<string, AnyPlugin>([[storedPolicy.kind, storedPolicy]]);
  for (const kind of Object.keys(heuristics)) {
    policies.set(kind, {
      kind,
      doc: "Written by hand.",
      schema: z.strictObject({ kind: z.literal(kind) }),
      create: () => heuristics[kind],
    });
  }
  const shaped = shape(tree, toPlain(tree), z.strictObject({ [field]: policySchemaOf(policies) }));
  if (!shaped.ok) throw new SpecError(shaped.problems);
  const loader = new FileLoader(options, tree, new TableCache());
  const loaded = loader.tables(shaped.value, [], { ...PARTS, registries: { ...PARTS.registries, policy: policies } });
  if (loader.problems.length > 0) throw new SpecError(loader.problems);
  const { [field]: spec } = loaded as Readonly<Record<string, StoredPolicySpec | { readonly kind: string }>>;
  if (spec === undefined || !("file" in spec)) {
    const kind = spec?.kind as string;
    const policy = heuristicPolicy(heuristics[kind] as Heuristic, env.actionSpace.slots.length);
    return { name: kind, identity: { kind }, player: { kind: "task", policy, env } };
  }
  try {
    return { ...storedContestant(spec), player: { kind: "task", policy: policyFor(env, policyOf(spec.file)), env } };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new SpecError([{ place: value.place, message: `${field}: ${error.message}` }]);
  }
}

function enterScenario({ file, agent }: ScenarioContest, value: Tree, { load, ...reads }: ContestOptions): Contestant {
  const scenario = load(file, { ...reads, assignments: [policyOfAgent(agent, value)] });
  const player: ScenarioPlayer = { kind: "scenario", scenario };
  const spec = scenario.spec.controllers[agent]?.policy as StoredPolicySpec | { readonly kind: string };
  if ("file" in spec) return { ...storedContestant(spec), player };
  const identity = toPlain(value) as Contestant["identity"];
  return { name: heuristicName(identity), identity, player };
}

/** `hpa { cpuUtilization: 0.6 }`: two settings of one kind must not look alike. */
function heuristicName({ kind, ...options }: Contestant["identity"]): string {
  const said = Object.entries(options).map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return said.length === 0 ? String(kind) : `${kind} { ${said.join(", ")} }`;
}

function storedContestant({ file, mode }: StoredPolicySpec): Omit<Contestant, "player"> {
  const policy = policyOf(file);
  const digest = policySha256(policy);
  return {
    name: basename(policy.file),
    mode,
    stored: { about: policy.about, sha256: digest, deterministic: policy.data.kind === "deterministic" },
    identity: { policy: digest, mode },
  };
}

/** What a policy learned by, or was chosen by, says nothing of it: @throws {SpecError} if one of the seeds is such a one. */
export function checkUnseen({ name, stored }: Contestant, seeds: readonly number[], place: Place): void {
  if (stored === undefined) return;
  const uses = [
    { seen: stored.about.trainingSeeds, how: "trained with" },
    { seen: stored.about.tuningSeeds, how: "chosen by" },
  ];
  for (const { seen, how } of uses) {
    const shared = firstSharedSeed(seeds, seen);
    if (shared === undefined) continue;
    const message = `seeds: ${shared} is one that ${name} was ${how}, so it says nothing of how good it is`;
    throw new SpecError([
      { place, message, hint: "Take others: gates have 3000..3999, comparisons 2000..2999, below 1000 all are yours." },
    ]);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
