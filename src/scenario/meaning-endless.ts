/** Runs that would be accepted and then never end: more events, windows or users than any run can hold. */
import type { Findings } from "./findings.ts";
import type { Parts, PluginSpec } from "./parts.ts";
import type { ControllerSpec, ScenarioSpec, WorkloadSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

const RATE_MAX_PER_S = 1e9;
const WINDOWS_MAX = 1e7;
const JOBS_MAX = 1e8;
const USERS_MAX = 1e6;
const DECISIONS_MAX = 1e8;
/** Below this mean time between failures a server does little else. */
const MTBF_MIN_S = 1;

export function checkEndless(spec: ScenarioSpec, parts: Parts, findings: Findings): void {
  const endS = spec.duration + (spec.warmup === "auto" ? 0 : spec.warmup);
  for (const [name, workload] of Object.entries(spec.workloads)) checkSize(workload, ["workloads", name], { endS, parts }, findings);
  for (const [name, controller] of Object.entries(spec.controllers)) checkPeriods(controller, ["controllers", name], endS, findings);
  for (const [name, { mtbf }] of Object.entries(spec.faults)) {
    const meanS = mtbf === undefined ? Number.NaN : parts.meanOfLaw(mtbf);
    if (meanS < MTBF_MIN_S)
      findings.problem(["faults", name, "mtbf"], `must have a mean of at least ${MTBF_MIN_S} s, got ${meanS} s`, 'Hint: "1 day".');
  }
}

function checkSize(workload: WorkloadSpec, path: Path, { endS, parts }: { endS: number; parts: Parts }, findings: Findings): void {
  const { arrivals } = workload;
  if (arrivals !== undefined) checkArrivals(arrivals, [...path, "arrivals"], parts, findings);
  if (workload.kind === "batch") {
    if ((workload.jobs ?? 0) > JOBS_MAX) findings.problem([...path, "jobs"], `must be at most ${JOBS_MAX}, got ${workload.jobs}`);
    return;
  }
  const window = workload.slo?.window;
  if (window !== undefined && endS / window > WINDOWS_MAX) {
    const message = `must be so long that the run holds at most ${WINDOWS_MAX} windows, got ${window} s in a run of ${endS} s`;
    findings.problem([...path, "slo", "window"], message, 'Hint: "1 min".');
  }
}

function checkArrivals(arrivals: PluginSpec, path: Path, parts: Parts, findings: Findings): void {
  const rate = parts.meanRate(arrivals);
  if (rate.kind === "law" && rate.perS > RATE_MAX_PER_S)
    findings.problem(path, `come at ${rate.perS} a second, and at most ${RATE_MAX_PER_S} can be simulated`, 'Hint: rate: "400 req/s".');
  if (arrivals.kind === "closed" && (arrivals.users as number) > USERS_MAX)
    findings.problem(
      [...path, "users"],
      `must be at most ${USERS_MAX}, got ${arrivals.users}`,
      "Hint: an open arrival law stands for many users.",
    );
}

function checkPeriods({ period, telemetry }: ControllerSpec, path: Path, endS: number, findings: Findings): void {
  const check = (every: number | undefined, at: Path): void => {
    if (every === undefined || endS / every <= DECISIONS_MAX) return;
    const message = `must be so long that the run holds at most ${DECISIONS_MAX} of them, got ${every} s in a run of ${endS} s`;
    findings.problem(at, message, 'Hint: "15 s".');
  };
  check(period, [...path, "period"]);
  check(telemetry?.scrape, [...path, "telemetry", "scrape"]);
}
