/** Whether expectations name metrics that this scenario will have. */
import { isOperationalGrams, type MetricSubjects, metricsOf, type NamedMetric, NEEDS } from "../world/metrics/catalogue.ts";
import { makeEngine } from "../world/serving/engines.ts";
import type { Findings } from "./findings.ts";
import type { Parts } from "./parts.ts";
import { noCarbonIn, type ScenarioSpec, type ServiceSpec, type ServingSpec, type WorkloadSpec } from "./spec.ts";
import { nearest } from "./suggest.ts";
import type { Path } from "./tree.ts";

const SECTIONS = ["workloads", "sites", "controllers", "faults"] as const;

export function checkExpectations(spec: ScenarioSpec, parts: Parts, findings: Findings): void {
  if (spec.expect.length === 0) return;
  const metrics = metricsOf(subjectsOf(spec, parts));
  for (const [i, { metric, min, max }] of spec.expect.entries()) {
    checkMetric(metric, ["expect", i, "metric"], { spec, parts, metrics }, findings);
    if (min !== undefined && max !== undefined && min > max) findings.problem(["expect", i, "min"], "must not exceed max");
  }
}

/** A metric that someone names at `path` of the document that `findings` is about. */
export function checkMetricName(
  metric: string,
  path: Path,
  { spec, parts }: { spec: ScenarioSpec; parts: Parts },
  findings: Findings,
): void {
  checkMetric(metric, path, { spec, parts, metrics: metricsOf(subjectsOf(spec, parts)) }, findings);
}

/** First what the metric is of, then the metric itself. */
function checkMetric(
  metric: string,
  path: Path,
  { spec, parts, metrics }: { spec: ScenarioSpec; parts: Parts; metrics: readonly NamedMetric[] },
  findings: Findings,
): void {
  const [section, name] = metric.split(".") as [string, string | undefined];
  const known = SECTIONS.find((one) => one === section);
  if (known !== undefined) {
    if (!findings.requireName(path, name ?? "", known.slice(0, -1), Object.keys(spec[known]))) return;
  } else if (!findings.requireName(path, section, "section", [...SECTIONS, "energy", "carbon", "tenants", "run"])) return;
  const found = metrics.find((one) => one.name === metric);
  if (found === undefined) {
    const near = nearest(
      metric,
      metrics.map((one) => one.name),
    );
    const hint = near === undefined ? "Every metric: docs/metrics.md." : `Did you mean ${JSON.stringify(near)}?`;
    findings.problem(path, `names ${JSON.stringify(metric)}, which is no metric of this scenario`, hint);
  } else if (!isThere(found, spec, parts)) {
    const fields = NEEDS[found.entry.needs as keyof typeof NEEDS].join(" or ");
    findings.problem(path, `names ${JSON.stringify(metric)}, which is only there if workloads.${found.subject} says ${fields}`);
  } else if (found.entry.isBySteps && !worksBySteps(spec.workloads[name as string])) {
    const message = `names ${JSON.stringify(metric)}, which is only there with an engine by steps: others answer a request as a whole`;
    findings.problem(path, message, "Hint: engine: { kind: vllm }.");
  } else {
    const unknown = isOperationalGrams(metric) ? noCarbonIn(spec.sites, sitesOf(section, name as string, spec)) : undefined;
    if (unknown !== undefined)
      findings.problem(path, `names ${JSON.stringify(metric)}, which nobody can know: ${unknown}`, 'Hint: carbon: "300 g/kWh".');
  }
}

const worksBySteps = (workload: WorkloadSpec | undefined): boolean =>
  workload?.kind === "model-serving" && makeEngine(workload.engine).kind === "steps";

/** The sites whose grids a metric's grams come from; undefined: all. */
function sitesOf(section: string, name: string, spec: ScenarioSpec): readonly string[] | undefined {
  if (section === "sites") return [name];
  const all = Object.keys(spec.sites);
  if (section === "workloads") return spec.workloads[name]?.sites;
  if (section !== "tenants") return undefined;
  return Object.values(spec.workloads).flatMap(({ tenant, sites }) => (tenant === name ? (sites ?? all) : []));
}

function subjectsOf(spec: ScenarioSpec, parts: Parts): MetricSubjects {
  const workloads = Object.entries(spec.workloads);
  return {
    service: workloads.filter(([, { kind }]) => kind === "service").map(([name]) => name),
    class: (workload) => Object.keys((spec.workloads[workload] as ServiceSpec | ServingSpec).classes ?? {}),
    serving: workloads.filter(([, { kind }]) => kind === "model-serving").map(([name]) => name),
    model: (serving) => Object.keys((spec.workloads[serving] as ServingSpec).models),
    batch: workloads.filter(([, { kind }]) => kind === "batch").map(([name]) => name),
    site: Object.keys(spec.sites),
    tenant: [...new Set(workloads.flatMap(([, { tenant }]) => tenant ?? []))],
    controller: Object.entries(spec.controllers)
      .filter(([, { kind }]) => parts.controllers.get(kind)?.decides === "periodic")
      .map(([name]) => name),
    external: Object.keys(spec.controllers).filter((name) => spec.controllers[name]?.kind === "external"),
    fault: Object.keys(spec.faults),
  };
}

function isThere({ entry, subject }: NamedMetric, spec: ScenarioSpec, parts: Parts): boolean {
  if (entry.needs === undefined) return true;
  const workload = spec.workloads[subject as string] as WorkloadSpec;
  if (NEEDS[entry.needs].some((field) => Reflect.get(workload, field) !== undefined)) return true;
  // A trace of jobs may bring the deadline of each.
  return (
    entry.needs === "deadline" && workload.arrivals !== undefined && parts.traceOf(workload.arrivals)?.numbers.deadline_s !== undefined
  );
}
