/** Every metric that a run may have: what it means, in which unit, and over which time. docs/metrics.md is made from this. */
import { ACCOUNTS } from "../energy/account.ts";

/**
 * `arrivals`: whatever arrived at or after the end of the warm-up, also if it ended later. `windows`: the SLO's windows,
 * counted from the end of the warm-up. `run`: from `start` to the end, warm-up included.
 */
export type MetricTime = "arrivals" | "windows" | "run";

export interface MetricEntry {
  /** Steps in angle brackets stand for names of the scenario, or for a word of a closed list (`LISTS`). */
  readonly pattern: string;
  /** "1" for counts and fractions. */
  readonly unit: string;
  /** One sentence. */
  readonly meaning: string;
  readonly time: MetricTime;
  /** When it is null; absent: never. */
  readonly nullIf?: string;
  /** What the workload must say; absent: the metric is always there. */
  readonly needs?: keyof typeof NEEDS;
  /** Only where an engine works by steps; elsewhere it is always null. */
  readonly isBySteps?: true;
}

/** What may stand in a pattern for a word of a closed list. */
export const LISTS = {
  percentile: ["p50", "p90", "p95", "p99", "p999"],
  rank: ["p50", "p90", "p99"],
  account: ACCOUNTS.map((account) => account.replaceAll("-", "_")),
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Fields of a workload that bring metrics with them: any of them does; for `deadline`, a trace's column deadline_s too. */
export const NEEDS = { slo: ["slo"], deadline: ["deadline", "slack"], floor: ["floor"] } as const;

/** Of the metrics of `isOperationalGrams`. */
const NO_CARBON = "a site that it may use has no `carbon`";
const SOME_NO_CARBON = "a site has no `carbon`";
const NONE_FINISHED = "no such request finished";
const NO_JOB_FINISHED = "no such job finished";

/** Of a service as a whole and of each of its classes. */
const REQUESTS: readonly MetricEntry[] = [
  count("requests_arrived", "Requests that arrived."),
  count("requests_finished", "Of them, those that were answered."),
  count("requests_rejected", "Of them, those whose last attempt found the queue full."),
  count("requests_failed", "Of them, those whose last attempt lost its replica or found none up."),
  count("requests_timed_out", "Of them, those whose last attempt ran into the timeout."),
  count("requests_dropped", "Of them, those that a queue rule gave up because they would have been answered too late."),
  count("requests_unfinished", "Of them, those still under way at the end of the run."),
  {
    pattern: "throughput_per_s",
    unit: "1/s",
    meaning: "Answered requests over the measured time.",
    time: "arrivals",
    nullIf: "the run was stopped within the warm-up",
  },
  latency("latency_mean_s", "Mean time from intended arrival to answer, retries and their pauses included."),
  latency("latency_<percentile>_s", "Nearest-rank percentile of that time (p999 is the 99.9th); exact up to a million requests."),
  latency("latency_max_s", "Longest such time."),
  latency("wait_mean_s", "Mean time from intended arrival until the attempt that was answered first ran."),
  {
    ...latency("energy_mean_j_per_request", "Dynamic joules of an answered request, before PUE, over all its attempts."),
    unit: "J/request",
  },
  grams(latency("carbon_mean_g_per_request", "Operational grams of those joules."), "g/request"),
  {
    pattern: "slo_attainment",
    unit: "1",
    meaning: "Share of requests answered within the SLO; rejected, failed, timed out and dropped ones count as missed.",
    time: "arrivals",
    nullIf: "no request arrived",
    needs: "slo",
  },
];

const REPLICAS = "Replicas of the model, one that spans several GPUs being one.";

/** Of a workload of models as a whole and of each of its models. */
const TOKENS: readonly MetricEntry[] = [
  ...REQUESTS,
  count("output_tokens", "Tokens of answered requests."),
  {
    pattern: "output_tokens_per_s",
    unit: "1/s",
    meaning: "Those tokens over the measured time.",
    time: "arrivals",
    nullIf: "the run was stopped within the warm-up",
  },
  {
    pattern: "energy_mean_j_per_token",
    unit: "J/token",
    meaning:
      "Dynamic joules of answered requests to models that write tokens, over those tokens, before PUE; no watts of a process that waits.",
    time: "arrivals",
    nullIf: "no token was written",
  },
  {
    pattern: "gpu_energy_mean_j_per_token",
    unit: "J/token",
    meaning:
      "All that the GPUs drew which serve models that write tokens, idle, lost work and other models on them included, over the tokens of answered requests, before PUE.",
    time: "run",
    nullIf: "no token was written",
  },
  {
    pattern: "gpu_energy_mean_j_per_request",
    unit: "J/request",
    meaning: "All that its GPUs drew, idle, lost work and other models on them included, over its answered requests, before PUE.",
    time: "run",
    nullIf: NONE_FINISHED,
  },
  grams({
    pattern: "gpu_carbon_mean_g_per_request",
    unit: "g/request",
    meaning: "Operational grams of those joules, over its answered requests.",
    time: "run",
    nullIf: NONE_FINISHED,
  }),
  {
    pattern: "goodput_per_s",
    unit: "1/s",
    meaning: "Requests answered within the SLO over the measured time.",
    time: "arrivals",
    nullIf: "the run was stopped within the warm-up",
    needs: "slo",
  },
  ...["mean", "<rank>", "max"].flatMap((statistic) => [
    tokenTime(`ttft_${statistic}_s`, "Time to first token: from arrival to the end of the step that wrote it."),
    tokenTime(`tpot_${statistic}_s`, "Time per output token: mean gap between the tokens of a request, requests with one left out."),
  ]),
  tokenTime("itl_mean_s", "Inter-token latency: mean of all gaps between tokens that follow each other."),
  tokenTime("itl_max_s", "Longest such gap."),
];

/** Of a workload of requests as a whole. */
const WHOLE: readonly MetricEntry[] = [
  {
    pattern: "slo_windows_met",
    unit: "1",
    meaning: "Share of windows whose percentile kept within the SLO, windows without requests left out.",
    time: "windows",
    nullIf: "no window had a request",
    needs: "slo",
  },
  { pattern: "slo_windows_empty", unit: "1", meaning: "Windows without requests.", time: "windows", needs: "slo" },
  { pattern: "slo_violation_minutes", unit: "min", meaning: "Time in windows that did not keep it.", time: "windows", needs: "slo" },
  total("in_system_mean", "1", "Mean number of requests waiting, running, pausing before a retry or with a predictor."),
  total("energy_j", "J", "Dynamic joules of its requests, before PUE, answered or not."),
  grams(total("carbon_g", "g", "Operational grams of those joules.")),
];

const SERVICE: readonly MetricEntry[] = [
  ...WHOLE,
  total("attempts", "1", "Attempts at requests: first ones and retries."),
  total("oom_restarts", "1", "Replicas killed because they outgrew their memory."),
  total("replicas_mean", "1", "Mean number of replicas that hold room on a server."),
];

const SERVING: readonly MetricEntry[] = [
  ...WHOLE,
  total(
    "gpu_utilization_mean",
    "1",
    "Mean share of the time that its replicas had a batch under way, mean over the GPUs that each holds, servers that are down included.",
  ),
  { ...total("batch_size_mean", "1", "Mean number of members of the batches under way."), nullIf: "no batch began" },
  total("preemptions", "1", "Times that a request gave up its KV memory and began anew."),
  {
    ...total("kv_cache_usage_max", "1", "Greatest share of the blocks of a replica's KV memory in use; 0 where it has no limit."),
    nullIf: "the engine keeps no KV memory",
    isBySteps: true,
  },
];

const BATCH: readonly MetricEntry[] = [
  count("jobs_arrived", "Jobs that arrived."),
  count("jobs_completed", "Of them, those that finished."),
  count("jobs_unfinished", "Of them, those still waiting or running at the end of the run."),
  ...["mean", "<rank>", "max"].flatMap((statistic) => [
    jobTime(`wait_${statistic}_s`, "Time from arrival to the first start, for finished jobs."),
    jobTime(`turnaround_${statistic}_s`, "Time from arrival to finish."),
  ]),
  { ...count("deadlines_missed", "Jobs that finished late, or were late already when the run ended."), needs: "deadline" },
  {
    pattern: "deadline_attainment",
    unit: "1",
    meaning: "Share of jobs in time, among those that finished or were late.",
    time: "arrivals",
    nullIf: "no deadline came due",
    needs: "deadline",
  },
  total("restarts", "1", "Times that a running job went back to the queue: a crash, an eviction, lack of memory, or suspension."),
  total("evictions", "1", "Of them, those that made room for others."),
  total("oom_kills", "1", "Of them, those for lack of memory on the server."),
  total("placements_refused", "1", "Choices of the place rule that did not fit: its view was old."),
  total("work_lost_core_s", "core s", "Work since the last checkpoint that was lost at such a time, at the cores asked for."),
  {
    pattern: "floor_days_met",
    unit: "1",
    meaning: "Share of whole days, counted from `start`, on which at least `floor` jobs finished.",
    time: "run",
    nullIf: "the run holds no whole day",
    needs: "floor",
  },
  {
    pattern: "floor_shortfall_jobs",
    unit: "1",
    meaning: "Jobs missing to the floor, over those days.",
    time: "run",
    nullIf: "the run holds no whole day",
    needs: "floor",
  },
  { ...jobTime("energy_mean_j_per_job", "Dynamic joules of a finished job, before PUE, lost work included."), unit: "J/job" },
  grams(jobTime("carbon_mean_g_per_job", "Operational grams of those joules."), "g/job"),
  total("energy_j", "J", "Dynamic joules of its jobs, before PUE, finished or not."),
  grams(total("carbon_g", "g", "Operational grams of those joules.")),
];

const CLOUD: readonly MetricEntry[] = [
  total("energy.total_j", "J", "All that the sites drew: servers, power supplies and facility."),
  total("energy.it_j", "J", "What the servers drew at the wall."),
  total("energy.<account>_j", "J", "The part of one account; the accounts sum to the total (docs/design.md)."),
  { ...total("carbon.total_g", "g", "Operational and embodied grams of CO2 equivalent."), nullIf: SOME_NO_CARBON },
  { ...total("carbon.operational_g", "g", "Joules drawn times the grid's intensity when they were drawn."), nullIf: SOME_NO_CARBON },
  total("carbon.embodied_g", "g", "Making the servers, spread evenly over their lifetime."),
  { ...total("carbon.<account>_g", "g", "The operational grams of one account."), nullIf: SOME_NO_CARBON },
  {
    pattern: "carbon.sci_g_per_unit",
    unit: "g/unit",
    meaning: "Software Carbon Intensity: operational and embodied grams per finished request or job.",
    time: "run",
    nullIf: `no request or job finished, or ${SOME_NO_CARBON}`,
  },
];

const SITE: readonly MetricEntry[] = [
  {
    ...total("utilization_mean", "1", "Mean share of its cores that were busy, cores of servers that are down included."),
    nullIf: "the site has no servers",
  },
  { ...total("availability", "1", "Mean share of its servers that were up."), nullIf: "the site has no servers" },
  {
    ...total("gpu_utilization_mean", "1", "Mean share of its GPUs that were busy, GPUs of servers that are down included."),
    nullIf: "the site has no GPUs",
  },
  { ...total("gpu_availability", "1", "Mean share of its GPUs that were up, and not lost."), nullIf: "the site has no GPUs" },
  total("gpu_energy_j", "J", "What its GPUs drew, before PUE."),
  { ...total("gpu_clock_mean_hz", "Hz", "Mean clock of its GPUs over time, busy or not."), nullIf: "the site has no GPUs" },
  { ...total("gpu_clock_greatest_share", "1", "Share of its GPUs' time at their greatest clock."), nullIf: "the site has no GPUs" },
  {
    ...total("gpu_throttled_share", "1", "Share of its GPUs' time at less than their clock for heat or a cap on watts."),
    nullIf: "the site has no GPUs",
  },
  total("gpu_clock_switches", "1", "Times that another clock of a GPU was set."),
  total("energy_j", "J", "All that the site drew."),
  { ...total("power_mean_w", "W", "That, over the time of the run."), nullIf: "no time passed" },
  { ...total("pue_mean", "1", "All that it drew over what its servers drew."), nullIf: "the site drew nothing" },
  { ...total("carbon_g", "g", "Its operational grams."), nullIf: "the site has no `carbon`" },
];

const TENANT: readonly MetricEntry[] = [
  total("energy_j", "J", "Dynamic joules of the tenant's requests and jobs, before PUE."),
  grams(total("carbon_g", "g", "Operational grams of those joules.")),
];

const CONTROLLER: readonly MetricEntry[] = [
  total("decisions", "1", "Times that a controller with a period saw telemetry and decided."),
  total("actions", "1", "Actions that it took."),
  total("refusals", "1", "Of them, those that the world refused."),
];

const EXTERNAL: readonly MetricEntry[] = [
  {
    ...total("reward_mean", "1", "Mean reward of the steps from the end of the warm-up on, whoever decides, or nobody."),
    nullIf: "no step ended, or a step's reward was no number",
  },
];

const FAULT: readonly MetricEntry[] = [
  total("count", "1", "Times that the fault struck a server, or a GPU."),
  {
    pattern: "time_to_recover_mean_s",
    unit: "s",
    meaning: "From onset to the first of three clean SLO windows in a row, the slowest service deciding.",
    time: "windows",
    nullIf: "no service has an SLO, the fault did not strike in the measured time, or no service recovered",
  },
];

const RUN: readonly MetricEntry[] = [
  total("run.warmup_s", "s", "Length of the warm-up, as given or as found by `warmup: auto`."),
  total("run.measured_s", "s", "Time after it."),
];

/** By what they are about, in the order of docs/metrics.md. */
export const METRIC_GROUPS: readonly { readonly title: string; readonly prefix: string; readonly entries: readonly MetricEntry[] }[] = [
  { title: "Services", prefix: "workloads.<service>.", entries: [...REQUESTS, ...SERVICE] },
  { title: "Classes of a service", prefix: "workloads.<service>.<class>.", entries: REQUESTS },
  { title: "Models on GPUs", prefix: "workloads.<serving>.", entries: [...TOKENS, ...SERVING] },
  { title: "Each of its models", prefix: "workloads.<serving>.<model>.", entries: [...TOKENS, total("replicas", "1", REPLICAS)] },
  { title: "Classes of requests to models", prefix: "workloads.<serving>.<class>.", entries: REQUESTS },
  { title: "Batch workloads", prefix: "workloads.<batch>.", entries: BATCH },
  { title: "The whole cloud", prefix: "", entries: CLOUD },
  { title: "Sites", prefix: "sites.<site>.", entries: SITE },
  { title: "Tenants", prefix: "tenants.<tenant>.", entries: TENANT },
  { title: "Controllers with a period", prefix: "controllers.<controller>.", entries: CONTROLLER },
  { title: "External controllers", prefix: "controllers.<external>.", entries: EXTERNAL },
  { title: "Faults", prefix: "faults.<fault>.", entries: FAULT },
  { title: "The run", prefix: "", entries: RUN },
];

/** Every entry with its whole pattern. */
export const METRICS: readonly MetricEntry[] = METRIC_GROUPS.flatMap(({ prefix, entries }) =>
  entries.map((entry) => ({ ...entry, pattern: prefix + entry.pattern })),
);

/** The names that a scenario gives to what is measured. */
export interface MetricSubjects {
  readonly service: readonly string[];
  /** Of a service, or of requests to models. */
  readonly class: (workload: string) => readonly string[];
  readonly serving: readonly string[];
  readonly model: (serving: string) => readonly string[];
  readonly batch: readonly string[];
  readonly site: readonly string[];
  readonly tenant: readonly string[];
  /** Those with a period only. */
  readonly controller: readonly string[];
  /** Those of kind "external". */
  readonly external: readonly string[];
  readonly fault: readonly string[];
}

export interface NamedMetric {
  readonly name: string;
  readonly entry: MetricEntry;
  /** The workload, site ... that it is of; undefined for the whole cloud. */
  readonly subject: string | undefined;
}

/** Every metric that a scenario with these names may have, `needs` not looked at. */
export function metricsOf(subjects: MetricSubjects): readonly NamedMetric[] {
  return METRICS.flatMap((entry) => namesOf(entry.pattern, subjects).map(({ name, subject }) => ({ name, subject, entry })));
}

function namesOf(pattern: string, subjects: MetricSubjects, subject?: string): readonly { name: string; subject: string | undefined }[] {
  const placeholder = /<([a-z]+)>/.exec(pattern)?.[1];
  if (placeholder === undefined) return [{ name: pattern, subject }];
  const fill = (word: string, of: string | undefined) => namesOf(pattern.replace(`<${placeholder}>`, word), subjects, of);
  if (placeholder in LISTS) return LISTS[placeholder as keyof typeof LISTS].flatMap((word) => fill(word, subject));
  if (placeholder === "class" || placeholder === "model")
    return subjects[placeholder](subject as string).flatMap((word) => fill(word, subject));
  return subjects[placeholder as Exclude<keyof MetricSubjects, "class" | "model">].flatMap((word) => fill(word, word));
}

/** Does the metric need to know what the grid emits? */
export function isOperationalGrams(name: string): boolean {
  return name.startsWith("carbon.") ? name !== "carbon.embodied_g" : /\.(gpu_)?carbon_[a-z_]+$/.test(name);
}

function grams(entry: MetricEntry, unit = entry.unit): MetricEntry {
  return { ...entry, unit, nullIf: entry.nullIf === undefined ? NO_CARBON : `${entry.nullIf}, or ${NO_CARBON}` };
}

function count(pattern: string, meaning: string): MetricEntry {
  return { pattern, unit: "1", meaning, time: "arrivals" };
}

function total(pattern: string, unit: string, meaning: string): MetricEntry {
  return { pattern, unit, meaning, time: "run" };
}

function latency(pattern: string, meaning: string): MetricEntry {
  return { pattern, unit: "s", meaning, time: "arrivals", nullIf: NONE_FINISHED };
}

function tokenTime(pattern: string, meaning: string): MetricEntry {
  return { pattern, unit: "s", meaning, time: "arrivals", nullIf: "no such answer came token by token", isBySteps: true };
}

function jobTime(pattern: string, meaning: string): MetricEntry {
  return { pattern, unit: "s", meaning, time: "arrivals", nullIf: NO_JOB_FINISHED };
}
