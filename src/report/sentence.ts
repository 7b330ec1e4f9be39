/** The result in one sentence, for the head of the terminal and of the page. */
import type { RunOutput } from "../experiment/result.ts";
import { durationText, grouped, NBSP, quantityText, shortCount } from "./format.ts";
import { interruptionText, isPartial } from "./interruption.ts";

/** More services than this are only counted. */
const SERVICES_NAMED = 3;

export function sentenceOf(output: RunOutput, services: readonly string[], batches: readonly string[]): string {
  const named = services.slice(0, SERVICES_NAMED).flatMap((name) => serviceClause(output, name));
  const unnamed = services.length - SERVICES_NAMED;
  const more = unnamed > 0 ? [`(and ${unnamed} more ${unnamed === 1 ? "service" : "services"})`] : [];
  const clauses = [[...named, ...more].join(", "), energyClause(output), batchClause(output, batches)].filter((clause) => clause !== "");
  if (clauses.length === 0) return `${durationText(output.durationS)} were simulated; nothing was measured.`;
  if (!isPartial(output)) return `In ${durationText(output.durationS)}, ${clauses.join("; ")}.`;
  const cut = interruptionText(output) as string;
  return `${cut.charAt(0).toUpperCase()}${cut.slice(1)}. Until then, ${clauses.join("; ")}.`;
}

function mean(output: RunOutput, metric: string): number | null {
  return output.summary[metric]?.mean ?? null;
}

/** An SLO is judged over all arrivals; a percentile only over the answered, so what was lost is told beside it. */
function serviceClause(output: RunOutput, name: string): string[] {
  const metric = (quantity: string) => mean(output, `workloads.${name}.${quantity}`);
  const arrived = metric("requests_arrived");
  const finished = metric("requests_finished");
  if (arrived === null || finished === null) return [];
  if (arrived === 0) return [`${name} had no requests`];
  const asked = requestCount(arrived);
  if (finished === 0) return [`${name} answered none of ${asked}`];
  const attained = metric("slo_attainment");
  const sloS = output.runs[0]?.series.services.find((service) => service.name === name)?.sloLatencyS ?? null;
  if (attained !== null && sloS !== null) {
    return [`${name} answered ${quantityText(attained, "fraction")} of ${asked} within ${quantityText(sloS, "s")}`];
  }
  const p99 = metric("latency_p99_s");
  const most = p99 === null ? null : `99${NBSP}% of`;
  const within = p99 === null ? "" : ` within ${quantityText(p99, "s")}`;
  const lost = Math.round(arrived) - Math.round(finished);
  if (lost === 0) return [`${name} answered ${most ?? "all of"} ${asked}${within}`];
  const answered = answeredOf(finished, arrived, lost);
  return [`${name} answered ${answered} ${asked}${most === null ? "" : `, ${most} those${within}`}`];
}

/** "3,200 of", or "all but 3 of" where both counts would read the same. */
function answeredOf(finished: number, arrived: number, lost: number): string {
  const [some, all] = [finished, arrived].map((count) => shortCount(Math.round(count)));
  return some === all ? `all but ${shortCount(lost)} of` : `${some} of`;
}

/** Whole requests, as for jobs. */
function requestCount(count: number): string {
  const whole = Math.round(count);
  return `${shortCount(whole)} ${whole === 1 ? "request" : "requests"}`;
}

function energyClause(output: RunOutput): string {
  const energy = mean(output, "energy.total_j");
  const carbon = mean(output, "carbon.total_g");
  if (energy === null) return "";
  const drew = `the cloud drew ${quantityText(energy, "J")}`;
  return carbon === null ? drew : `${drew} and emitted ${quantityText(carbon, "g")}${NBSP}CO₂e`;
}

function batchClause(output: RunOutput, batches: readonly string[]): string {
  const counts = (quantity: string) =>
    batches.map((name) => mean(output, `workloads.${name}.${quantity}`)).filter((value) => value !== null);
  const done = counts("jobs_completed");
  const asked = counts("jobs_arrived");
  if (done.length === 0) return "";
  const finished = wholeSum(done);
  if (asked.length !== done.length) return `${grouped(finished)} ${finished === 1 ? "job" : "jobs"} finished`;
  const arrived = wholeSum(asked);
  return `${grouped(finished)} of ${grouped(arrived)} ${arrived === 1 ? "job" : "jobs"} finished`;
}

/** Whole jobs: a mean over seeds of 83.5 reads as 84 in a sentence, and as 83.5 on its card. */
function wholeSum(counts: readonly number[]): number {
  return Math.round(counts.reduce((sum, count) => sum + count, 0));
}
