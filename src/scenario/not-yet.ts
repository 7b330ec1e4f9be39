/** Words of the vocabulary (scenarios/everything.yaml) that are not modelled yet: refused by name, never ignored. A line goes when its part comes. */
import type { Family } from "./family.ts";
import type { Path } from "./tree.ts";

const KINDS: Readonly<Partial<Record<Family, readonly string[]>>> = {
  workload: ["app", "function", "kubernetes"],
  controller: [
    ...["firm", "simppo", "aware", "flash", "sizeless", "smart-overclock"],
    ...["vpa", "schedutil", "heracles", "cap-tree", "carbon-milp", "carbon-lowest-slot", "carbon-lowest-window", "carbon-threshold"],
    ...["fcfs", "priority", "sjf", "srpt", "first-fit", "best-fit", "worst-fit", "power-of-d", "random"],
  ],
  fault: [...["network-loss", "network-delay", "stress-injector", "observation-stale", "policy-down", "server-slow-cpu"]],
  forecast: ["persistence", "profile", "noisy", "white", "bias", "trace"],
  law: ["hyperexponential", "gamma", "lognormal", "weibull", "bounded-pareto", "uniform", "table", "trace", "roofline"],
  arrival: ["poisson", "renewal", "gamma", "mmpp", "uniform", "trace", "closed"],
  profile: ["diurnal"],
  "power model": ["dvfs", "sqrt", "cubic", "square", "constant"],
};

/** Paths of keys; `*` stands for any one name. */
const KEYS: readonly string[] = [
  "record.spans",
  "sites.*.powerCap",
  "sites.*.price",
  "sites.*.battery",
  "sites.*.solar",
  "sites.*.wind",
  "sites.*.rows.*.powerCap",
  "sites.*.racks.*.powerCap",
  "sites.*.carbon.forecast",
  "workloads.*.contention",
  "workloads.*.requests.llc",
  "workloads.*.requests.memoryBandwidth",
  "workloads.*.limits.llc",
  "workloads.*.limits.memoryBandwidth",
  "workloads.*.resilience.retryBudget",
  "workloads.*.resilience.hedgeAfter",
  "workloads.*.resilience.breaker",
  "workloads.*.arrivals.profile",
  "workloads.*.resilience",
];

export function isKindNotYet(family: Family, kind: string): boolean {
  return KINDS[family]?.includes(kind) ?? false;
}

export function isKeyNotYet(path: Path): boolean {
  return KEYS.some((pattern) => matches(pattern.split("."), path));
}

function matches(pattern: readonly string[], path: Path): boolean {
  return pattern.length === path.length && pattern.every((step, i) => step === "*" || step === String(path[i]));
}
