/** What a reader wants to know first, worked out once for the terminal and for the page. */
import type { RunOutput, SummaryEntry } from "../experiment/result.ts";
import { briefUnit, durationText, grouped, intervalText, NBSP, quantityText, shortCount } from "./format.ts";

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
  ["failed", "requests_failed"],
  ["rejected", "requests_rejected"],
] as const;
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
    ...services.map((name) => group(output, { kind: "service", name, facts: SERVICE_FACTS })),
    cloudGroup(output),
    ...batches.map((name) => group(output, { kind: "batch", name, facts: BATCH_FACTS })),
  ];
  return {
    sentence: sentenceOf(output, services, batches),
    groups: groups.filter((g) => g.facts.length > 0),
    intervals: intervalWords(output),
  };
}

interface GroupPlan {
  readonly kind: "service" | "batch";
  readonly name: string;
  readonly facts: readonly (readonly [label: string, quantity: string])[];
}

function group(output: RunOutput, plan: GroupPlan): Group {
  const facts = plan.facts.flatMap(([label, quantity]) => factOf(output, label, `workloads.${plan.name}.${quantity}`));
  return { kind: plan.kind, name: plan.name, facts };
}

function cloudGroup(output: RunOutput): Group {
  const facts = CLOUD_FACTS.flatMap(([label, metric]) => factOf(output, label, metric)).map((fact) =>
    fact.metric === "carbon.total_g" ? { ...fact, remark: carbonParts(output) ?? fact.remark } : fact,
  );
  const sites = output.runs[0]?.series.sites.map((site) => site.name) ?? [];
  const busy = sites.flatMap((name) =>
    factOf(output, sites.length > 1 ? `utilization of ${name}` : "utilization", `sites.${name}.utilization_mean`),
  );
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
    if (note?.censored) return "at least this: some requests were cut off before they finished";
    if (note?.reason !== undefined) return note.reason;
  }
  return null;
}

/** What an interval was made from, in two words. */
export function estimatorWords(entry: SummaryEntry): string {
  switch (entry.estimator) {
    case "replications":
      return `${entry.n}${NBSP}seeds`;
    case "batch-means":
      return `batches of one${NBSP}run`;
    case "single":
      return `one run, no${NBSP}interval`;
    default:
      return entry.estimator;
  }
}

function intervalWords(output: RunOutput): string {
  if (output.runs.length > 1)
    return `Means over ${output.runs.length} runs with different seeds; ranges are 95${NBSP}% confidence intervals over those runs.`;
  const batched = Object.values(output.summary).some((entry) => entry.estimator === "batch-means");
  if (batched) return `One run; ranges are 95${NBSP}% confidence intervals from batches within it. More seeds give intervals for the rest.`;
  return "One run, so no intervals: run more seeds to learn how sure these numbers are.";
}

function sentenceOf(output: RunOutput, services: readonly string[], batches: readonly string[]): string {
  const named = services.slice(0, 3).flatMap((name) => serviceClause(output, name));
  const more = services.length > 3 ? [`(and ${services.length - 3} more services)`] : [];
  const clauses = [[...named, ...more].join(", "), energyClause(output), batchClause(output, batches)].filter((clause) => clause !== "");
  if (clauses.length === 0) return `${durationText(output.durationS)} were simulated; nothing was measured.`;
  return `In ${durationText(output.durationS)}, ${clauses.join("; ")}.`;
}

function mean(output: RunOutput, metric: string): number | null {
  return output.summary[metric]?.mean ?? null;
}

function serviceClause(output: RunOutput, name: string): string[] {
  const attained = mean(output, `workloads.${name}.slo_attainment`);
  const arrived = mean(output, `workloads.${name}.requests_arrived`);
  const sloS = output.runs[0]?.series.services.find((service) => service.name === name)?.sloLatencyS ?? null;
  const requests = arrived === null ? "its requests" : `${shortCount(Math.round(arrived))} requests`;
  if (attained !== null && sloS !== null) {
    return [`${name} answered ${quantityText(attained, "fraction")} of ${requests} within ${quantityText(sloS, "s")}`];
  }
  const p99 = mean(output, `workloads.${name}.latency_p99_s`);
  return p99 === null ? [] : [`${name} answered 99${NBSP}% of ${requests} within ${quantityText(p99, "s")}`];
}

function energyClause(output: RunOutput): string {
  const energy = mean(output, "energy.total_j");
  const carbon = mean(output, "carbon.total_g");
  if (energy === null) return "";
  const drew = `the cloud drew ${quantityText(energy, "J")}`;
  return carbon === null ? drew : `${drew} and emitted ${quantityText(carbon, "g")}${NBSP}CO₂e`;
}

function batchClause(output: RunOutput, batches: readonly string[]): string {
  const done = batches.map((name) => mean(output, `workloads.${name}.jobs_completed`)).filter((value) => value !== null);
  const asked = batches.map((name) => mean(output, `workloads.${name}.jobs_arrived`)).filter((value) => value !== null);
  if (done.length === 0) return "";
  const finished = jobCount(done);
  return asked.length === done.length ? `${finished} of ${jobCount(asked)} jobs finished` : `${finished} jobs finished`;
}

/** Whole jobs: a mean over seeds of 83.5 reads as 84 in a sentence, and as 83.5 on its card. */
function jobCount(counts: readonly number[]): string {
  return grouped(Math.round(counts.reduce((sum, count) => sum + count, 0)));
}
