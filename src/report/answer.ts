/** What a reader wants to know first, worked out once for the terminal and for the page. */
import type { RunOutput, SummaryEntry } from "../experiment/result.ts";
import { briefUnit, intervalText, NBSP, quantityText } from "./format.ts";
import { isPartial } from "./interruption.ts";
import { sentenceOf } from "./sentence.ts";

/** One number with how sure it is. Absent numbers are left out, not shown as blanks. */
export interface Fact {
  readonly label: string;
  readonly metric: string;
  readonly value: string;
  readonly interval: string | null;
  /** "at least this" for a censored percentile, or why there is no value. */
  readonly remark: string | null;
}

export interface Group {
  readonly kind: "service" | "cloud" | "batch";
  readonly name: string;
  readonly facts: readonly Fact[];
}

export interface Answer {
  readonly sentence: string;
  readonly groups: readonly Group[];
  /** How the intervals were made, in words. */
  readonly intervals: string;
}

const SERVICE_FACTS = [
  ["p99 latency", "latency_p99_s"],
  ["mean latency", "latency_mean_s"],
  ["median latency", "latency_p50_s"],
  ["within the SLO", "slo_attainment"],
  ["time outside the SLO", "slo_violation_minutes"],
  ["requests", "requests_arrived"],
  ["answered", "requests_finished"],
  ["failed", "requests_failed"],
  ["rejected", "requests_rejected"],
  ["timed out", "requests_timed_out"],
  ["dropped", "requests_dropped"],
  ["unfinished at the end", "requests_unfinished"],
] as const;
/** Of models on GPUs, below what every service has. */
const SERVING_FACTS = [
  ...SERVICE_FACTS,
  ["tokens a second", "output_tokens_per_s"],
  ["answers within the SLO a second", "goodput_per_s"],
  ["energy a request", "energy_mean_j_per_request"],
  ["dynamic energy a token", "energy_mean_j_per_token"],
  ["GPU energy a token, idle included", "gpu_energy_mean_j_per_token"],
  ["carbon a request", "carbon_mean_g_per_request"],
  ["GPUs busy", "gpu_utilization_mean"],
  ["mean batch", "batch_size_mean"],
] as const;
/** Of engines that write token by token. */
const TOKEN_FACTS = [
  ["mean time to the first token", "ttft_mean_s"],
  ["mean time per token after it", "tpot_mean_s"],
] as const;
/** Ways to lose a request: shown where it happened. */
const LOSSES: ReadonlySet<string> = new Set([
  "requests_failed",
  "requests_rejected",
  "requests_timed_out",
  "requests_dropped",
  "requests_unfinished",
]);
const BATCH_FACTS = [
  ["jobs finished", "jobs_completed"],
  ["jobs arrived", "jobs_arrived"],
  ["mean wait", "wait_mean_s"],
  ["mean time to finish", "turnaround_mean_s"],
  ["deadlines missed", "deadlines_missed"],
] as const;
const CLOUD_FACTS = [
  ["energy", "energy.total_j"],
  ["carbon (CO₂e)", "carbon.total_g"],
] as const;

export function answerOf(output: RunOutput): Answer {
  const series = output.runs[0]?.series;
  const services = series?.services.map((service) => service.name) ?? [];
  const batches = series?.batches.map((batch) => batch.name) ?? [];
  const groups: Group[] = [
    ...services.map((name) => group(output, { kind: "service", name, facts: factsOf(output, name) })),
    cloudGroup(output),
    ...batches.map((name) => group(output, { kind: "batch", name, facts: BATCH_FACTS })),
  ];
  return {
    sentence: sentenceOf(output, services, batches),
    groups: groups.filter((g) => g.facts.length > 0),
    intervals: intervalWords(output),
  };
}

/** Only models make batches. */
function factsOf(output: RunOutput, name: string): GroupPlan["facts"] {
  const metric = (quantity: string) => output.summary[`workloads.${name}.${quantity}`];
  if (metric("batch_size_mean") === undefined) return SERVICE_FACTS;
  return typeof metric("ttft_mean_s")?.mean === "number" ? [...SERVING_FACTS, ...TOKEN_FACTS] : SERVING_FACTS;
}

interface GroupPlan {
  readonly kind: "service" | "batch";
  readonly name: string;
  readonly facts: readonly (readonly [label: string, quantity: string])[];
}

function group(output: RunOutput, plan: GroupPlan): Group {
  const facts = plan.facts.flatMap(([label, quantity]) => {
    const metric = `workloads.${plan.name}.${quantity}`;
    return LOSSES.has(quantity) && output.summary[metric]?.mean === 0 ? [] : factOf(output, label, metric);
  });
  return { kind: plan.kind, name: plan.name, facts };
}

function cloudGroup(output: RunOutput): Group {
  const facts = CLOUD_FACTS.flatMap(([label, metric]) => factOf(output, label, metric)).map((fact) =>
    fact.metric === "carbon.total_g" ? { ...fact, remark: carbonParts(output) ?? fact.remark } : fact,
  );
  const sites = output.runs[0]?.series.sites.map((site) => site.name) ?? [];
  // The busy share of GPUs is another; where there are none it is null.
  const hasGpus = Object.entries(output.summary).some(([metric, { mean }]) => metric.endsWith(".gpu_utilization_mean") && mean !== null);
  const used = hasGpus ? "CPU utilization" : "utilization";
  const busy = sites.flatMap((name) => factOf(output, sites.length > 1 ? `${used} of ${name}` : used, `sites.${name}.utilization_mean`));
  return { kind: "cloud", name: "cloud", facts: [...facts, ...busy] };
}

function carbonParts(output: RunOutput): string | null {
  const operational = output.summary["carbon.operational_g"]?.mean;
  const embodied = output.summary["carbon.embodied_g"]?.mean;
  if (typeof operational !== "number" || typeof embodied !== "number") return null;
  return `operation ${quantityText(operational, "g")}, hardware ${quantityText(embodied, "g")}`;
}

function factOf(output: RunOutput, label: string, metric: string): Fact[] {
  const entry = output.summary[metric];
  if (!entry) return [];
  const brief = { ...entry, unit: briefUnit(entry.mean, entry.unit, metric) };
  return [
    {
      label,
      metric,
      value: quantityText(entry.mean, brief.unit, metric),
      interval: intervalOf(brief, metric),
      remark: remarkOf(output, metric),
    },
  ];
}

/** The interval in readable units; null where there is none or where it is a point. */
export function intervalOf(entry: SummaryEntry, metric: string): string | null {
  if (entry.ciLow === entry.ciHigh) return null;
  return intervalText(entry.ciLow, entry.ciHigh, entry.unit, metric);
}

/** What a reader must know about a metric beyond its number, from the first run that has something to say. */
export function remarkOf(output: RunOutput, metric: string): string | null {
  for (const run of output.runs) {
    const note = run.notes[metric];
    if (note?.censored) return `at least this: some ${isOfJobs(output, metric) ? "jobs" : "requests"} were cut off before they finished`;
    const isOfRunAlone = note?.halfWidth !== undefined && output.summary[metric]?.estimator !== "batch-means";
    if (note?.reason !== undefined && !isOfRunAlone) return note.reason;
  }
  return null;
}

function isOfJobs(output: RunOutput, metric: string): boolean {
  return output.runs.some(({ series }) => series.batches.some(({ name }) => metric.startsWith(`workloads.${name}.`)));
}

/** What an interval was made from, in two words. */
export function estimatorWords(entry: SummaryEntry): string {
  switch (entry.estimator) {
    case "replications":
      return `${entry.n}${NBSP}seeds`;
    case "pooled":
      return `all of ${entry.n}${NBSP}seeds${entry.ciLow === null ? ", too few for an interval" : ""}`;
    case "batch-means":
      return `batches of one${NBSP}run`;
    case "single":
      return `${entry.n > 1 ? `${entry.n}${NBSP}interrupted runs` : "one run"}, no${NBSP}interval`;
    default:
      return entry.estimator;
  }
}

function intervalWords(output: RunOutput): string {
  const whole = output.runs.filter(({ interruptedAtS }) => interruptedAtS === undefined).length;
  if (isPartial(output)) return "Interrupted, so no intervals: these are numbers of a part of the time.";
  if (whole > 1)
    return `Means over ${whole} runs with different seeds; ranges are 95${NBSP}% confidence intervals over those runs.${leftOut(output, whole)}`;
  const batched = Object.values(output.summary).some((entry) => entry.estimator === "batch-means");
  if (batched)
    return `One run; ranges are 95${NBSP}% confidence intervals from batches within it. More seeds give intervals for the rest.${leftOut(output, whole)}`;
  return `One run, so no intervals: run more seeds to learn how sure these numbers are.${leftOut(output, whole)}`;
}

function leftOut({ runs }: RunOutput, whole: number): string {
  const cut = runs.length - whole;
  if (cut === 0) return "";
  return cut === 1 ? " One interrupted run is left out." : ` ${cut} interrupted runs are left out.`;
}
