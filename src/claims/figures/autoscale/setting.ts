/** The service of scenarios/autoscale.yaml under those who scale it: runs of a day, and how the day went. */
import { parse } from "yaml";
import type { LoadedSpec } from "../../../experiment/run.ts";
import { envOf } from "../../../scenario/env-source.ts";
import type { Lab } from "../../lab.ts";
import { packageBytes, packageText } from "../../package-files.ts";

const POLICY = "autoscaler";
const FOLDER = "results/policies";
const SERVER = "catalogue/servers/small-8c.yaml";

/** The learned policy, and Kubernetes' autoscaler as the scenario has it: as it is best paid on tuning days. */
export const WHO = ["agent", "hpa"] as const;
export type Who = (typeof WHO)[number];
export const WORDS: Readonly<Record<Who, string>> = { agent: "learned policy", hpa: "tuned HPA" };

export type Mode = "events" | "fluid";

/** What watchers are paid who decide nothing: numbers of a run that no metric has. */
const WATCHED = {
  paper: { kind: "paper", alpha: 0.5 },
  allowed: "ready_replicas * limit_cores",
  used: "cpu_limit_utilization",
} as const;

/** Of a run, by what rows call them. */
export const METRICS = {
  "reward.gated": { metric: "controllers.scaler.reward_mean", unit: "1" },
  "reward.paper": { metric: "controllers.paper.reward_mean", unit: "1" },
  slo_attainment: { metric: "workloads.web.slo_attainment", unit: "1" },
  replicas: { metric: "workloads.web.replicas_mean", unit: "replicas" },
  cores: { metric: "controllers.allowed.reward_mean", unit: "cores" },
  utilization: { metric: "controllers.used.reward_mean", unit: "1" },
} as const;

interface Tree {
  readonly workloads: { readonly web: Record<string, unknown> & { memoryUse: Record<string, unknown> } };
  readonly controllers: Record<string, Record<string, unknown>>;
}

function treeOf(who: Who, mode: Mode): Tree {
  const tree = parse(packageText("scenarios/autoscale.yaml")) as Tree;
  const { web } = tree.workloads;
  if (mode === "fluid") {
    web.mode = "fluid";
    web.memoryUse.perRequest = 0;
  }
  const scaler = tree.controllers.scaler as Record<string, unknown>;
  if (who === "agent") scaler.policy = { kind: "stored", file: `${POLICY}.json`, mode: "stochastic" };
  return tree;
}

/** Of the scaler, to see as it sees. */
function watcherOf(tree: Tree, more: object): Record<string, unknown> {
  const { kind, target, period, telemetry } = tree.controllers.scaler as Record<string, unknown>;
  return { kind, target, period, telemetry, ...more };
}

function loaded(lab: Lab, tree: Tree, who: Who): LoadedSpec {
  const kind = { [SERVER]: packageText(SERVER) };
  if (who === "hpa") return lab.load({ scenario: { ...tree }, files: kind });
  const files = { ...kind, [`${POLICY}.json`]: packageText(`${FOLDER}/${POLICY}.json`) };
  return lab.load({ scenario: { ...tree }, files, weights: { [`${POLICY}.bin`]: packageBytes(`${FOLDER}/${POLICY}.bin`) } });
}

export function dayOf(lab: Lab, who: Who, mode: Mode): LoadedSpec {
  const tree = treeOf(who, mode);
  for (const [name, reward] of Object.entries(WATCHED)) tree.controllers[name] = watcherOf(tree, { reward });
  return loaded(lab, tree, who);
}

/** Looked at through the day. */
export const SEEN = {
  load: { formula: "arrival_rate_per_s", unit: "1/s" },
  cores: { formula: "ready_replicas * limit_cores", unit: "cores" },
  utilization: { formula: "cpu_limit_utilization", unit: "1" },
  p99: { formula: "latency_p99_s", unit: "s" },
  attainment: { formula: "slo_attainment", unit: "1" },
} as const;
export type Seen = keyof typeof SEEN;
const SEEN_NAMES = Object.keys(SEEN) as readonly Seen[];

const MEMORY_B = 1024 * 1024 * 1024;

/**
 * Means over stretches of equal length, from the day that `run` with this seed plays. A second agent looks on at the scaler's
 * decisions; its own set-point is the memory limit that is there already.
 */
export function seriesOf(lab: Lab, who: Who, seed: number, stretches: number): Readonly<Record<Seen, readonly number[]>> {
  const tree = treeOf(who, "events");
  const observe = SEEN_NAMES.map((name) => SEEN[name].formula);
  tree.controllers.watcher = watcherOf(tree, { observe, act: [{ kind: "limits.memory", min: MEMORY_B, max: 2 * MEMORY_B }] });
  const env = envOf({ kind: "scenario", spec: loaded(lab, tree, who).spec, agent: "watcher" });
  const observation = new Float64Array(SEEN_NAMES.length);
  const noMask = new Uint8Array(0);
  const action = Float64Array.of(MEMORY_B);
  const rows: Float64Array[] = [];
  env.reset(seed, observation, noMask);
  for (let hasEnded = false; !hasEnded; ) {
    hasEnded = env.step(action, observation, noMask).truncated;
    rows.push(observation.slice());
  }
  const meanOf = (slot: number, stretch: number): number => {
    const from = Math.floor((stretch * rows.length) / stretches);
    const until = Math.floor(((stretch + 1) * rows.length) / stretches);
    return rows.slice(from, until).reduce((sum, row) => sum + (row[slot] as number), 0) / (until - from);
  };
  const series = SEEN_NAMES.map((name, slot) => [name, Array.from({ length: stretches }, (_, stretch) => meanOf(slot, stretch))] as const);
  return Object.fromEntries(series) as Record<Seen, number[]>;
}
