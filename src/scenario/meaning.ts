/** What shape alone cannot see: names that point nowhere, sizes that fit nowhere, loads that nothing can carry. */
import { columnNamesOf } from "../world/workload/index.ts";
import { Findings } from "./findings.ts";
import { checkClassShares } from "./meaning-classes.ts";
import { checkEndless } from "./meaning-endless.ts";
import { checkExpectations, checkMetricName } from "./meaning-expect.ts";
import { checkFaults } from "./meaning-faults.ts";
import { checkFluid } from "./meaning-fluid.ts";
import { checkGpus } from "./meaning-gpus.ts";
import { checkLoad, replicasMaxOf } from "./meaning-load.ts";
import { checkControllers } from "./meaning-names.ts";
import { checkServing } from "./meaning-serving.ts";
import { checkFit } from "./meaning-size.ts";
import { checkTraceUse } from "./meaning-trace.ts";
import { checkUsers } from "./meaning-users.ts";
import type { Parts } from "./parts.ts";
import type { Problem } from "./problem.ts";
import {
  type BatchSpec,
  fleetOf,
  type ScenarioSpec,
  type ServerGroupSpec,
  type ServiceSpec,
  type ServingSpec,
  type WorkloadSpec,
} from "./spec.ts";
import type { Path, Tree } from "./tree.ts";

/** Checks a scenario whose shape is right and whose files are read. */
export function checkMeaning(
  spec: ScenarioSpec,
  tree: Tree,
  parts: Parts,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const findings = new Findings(tree);
  if (!checkFleetSize(spec, findings)) return findings; // nothing else is worth counting
  const fleet = fleetOf(spec.sites);
  checkSites(spec, parts, findings);
  if (Object.keys(spec.workloads).length > 0 && fleet.length === 0) {
    findings.problem(
      ["workloads"],
      "need a server to run on, and no site has any",
      'Hint: sites: { west: { servers: { kind: "dell-r740" } } }.',
    );
  }
  for (const [name, workload] of Object.entries(spec.workloads)) {
    const path = ["workloads", name];
    workload.sites?.forEach((site, i) => void findings.requireName([...path, "sites", i], site, "site", Object.keys(spec.sites)));
    checkWorkload(workload, path, parts, findings);
    checkTraceUse(workload, path, { endS: spec.duration + (spec.warmup === "auto" ? 0 : spec.warmup), parts }, findings);
    if (spec.start === undefined && (workload.arrivals?.profile as { kind: string } | undefined)?.kind === "diurnal")
      findings.warn(
        [...path, "arrivals", "profile"],
        "takes time 0 for 00:00 UTC: the scenario has no `start`",
        "Hint: start: 2021-07-01T08:00:00Z.",
      );
    if (workload.kind === "service") checkFluid(workload, name, { spec, parts }, findings);
    const allowed = fleet.filter(({ site }) => workload.sites === undefined || workload.sites.includes(site));
    if (allowed.length === 0) continue;
    const ground = { servers: allowed, kinds: spec.serverKinds, parts, replicasMax: replicasMaxOf(spec, name, parts) };
    if (workload.kind === "model-serving") checkServing(workload, path, { servers: allowed, spec, parts }, findings);
    else checkFit(workload, path, ground, findings);
    if (workload.kind === "service") checkLoad(workload, path, ground, findings);
    if (workload.kind !== "batch" && Object.keys(spec.faults).length > 0) checkUsers(workload, path, "faults", parts, findings);
  }
  checkControllers(spec, fleet, parts, findings);
  checkFaults(spec, fleet, parts, findings);
  checkEndless(spec, parts, findings);
  checkExpectations(spec, parts, findings);
  if (spec.precision !== undefined) checkMetricName(spec.precision.metric, ["precision", "metric"], { spec, parts }, findings);
  return findings;
}

/** More servers than a run can hold. */
const SERVERS_MAX = 200_000;

function checkFleetSize({ sites }: ScenarioSpec, findings: Findings): boolean {
  const inGroups = (groups: readonly ServerGroupSpec[]): number => groups.reduce((sum, { count }) => sum + count, 0);
  let servers = 0;
  for (const site of Object.values(sites)) {
    servers += inGroups(site.servers);
    for (const rack of Object.values(site.racks)) servers += rack.count * inGroups(rack.servers);
  }
  if (servers <= SERVERS_MAX) return true;
  findings.problem(
    ["sites"],
    `must have at most ${SERVERS_MAX} servers, got ${servers}`,
    "Hint: a smaller fleet under a smaller load says the same.",
  );
  return false;
}

function checkSites(spec: ScenarioSpec, parts: Parts, findings: Findings): void {
  const endS = spec.duration + (spec.warmup === "auto" ? spec.duration : spec.warmup); // the longest that auto may find
  for (const [site, { rows, racks, servers, carbon }] of Object.entries(spec.sites)) {
    const path = ["sites", site];
    for (const [rack, { row, servers: groups }] of Object.entries(racks)) {
      if (row !== undefined) findings.requireName([...path, "racks", rack, "row"], row, "row", Object.keys(rows));
      checkGroups(groups, [...path, "racks", rack, "servers"], spec, parts, findings);
    }
    checkGroups(servers, [...path, "servers"], spec, parts, findings);
    const trouble = carbon === undefined ? undefined : parts.carbonProblem(carbon, { startEpochS: spec.start?.epochS, endS });
    if (trouble !== undefined) findings.problem([...path, "carbon"], `does not fit the run: ${trouble}`);
  }
}

function checkGroups(groups: readonly ServerGroupSpec[], path: Path, spec: ScenarioSpec, parts: Parts, findings: Findings): void {
  for (const [i, group] of groups.entries()) {
    const kind = spec.serverKinds[group.kind];
    if (kind === undefined) throw new Error(`server kind ${group.kind} was not loaded`);
    const trouble = parts.powerProblem(kind);
    if (trouble !== undefined) findings.problem([...path, i, "kind"], `names a kind whose power does not fit its clocks: ${trouble}`);
    if (group.gpus !== undefined) checkGpus(group.gpus, [...path, i, "gpus"], spec, findings);
    if (group.clock === undefined || kind.clocks.includes(group.clock)) continue;
    const levels = kind.clocks.map((clock) => `${clock / 1e9} GHz`).join(", ");
    findings.problem(
      [...path, i, "clock"],
      `must be a clock of ${JSON.stringify(group.kind)}, got ${group.clock / 1e9} GHz`,
      `Hint: ${levels}.`,
    );
  }
}

function checkWorkload(workload: WorkloadSpec, path: Path, parts: Parts, findings: Findings): void {
  if (workload.kind === "model-serving") {
    checkOpen(workload, path, parts, findings);
    return;
  }
  checkWork(workload, path, parts, findings);
  if (workload.kind === "service") checkService(workload, path, parts, findings);
  else checkBatch(workload, path, findings);
}

/** Work is a law, or a column of the trace that the arrivals replay. */
function checkWork(workload: ServiceSpec | BatchSpec, path: Path, parts: Parts, findings: Findings): void {
  const { work, arrivals } = workload;
  const trace = arrivals === undefined ? undefined : parts.traceOf(arrivals);
  const columns = trace === undefined ? undefined : columnNamesOf(trace);
  if (work === undefined) {
    const classes = workload.kind === "service" ? Object.values(workload.classes ?? {}) : [];
    const isSaidByClass = classes.length > 0 && classes.every((each) => each.work !== undefined);
    if (columns?.includes("work_s") !== true && !isSaidByClass)
      findings.problem([...path, "work"], "is missing", 'Hint: "5 ms", a law, or a trace with a work_s column.');
  } else if (work.kind === "trace") {
    const column = String(work.column);
    if (columns === undefined) findings.problem([...path, "work"], "is a trace column, but the arrivals are not a trace");
    else if (!columns.includes(column))
      findings.problem(
        [...path, "work"],
        `names the column ${JSON.stringify(column)}, which the trace lacks`,
        `There are: ${columns.join(", ")}.`,
      );
  }
}

function checkService(service: ServiceSpec, path: Path, parts: Parts, findings: Findings): void {
  const { classes, requests, limits, memoryUse } = service;
  if (classes !== undefined) {
    checkClassShares(classes, service.slo, path, findings);
    for (const [name, { work }] of Object.entries(classes)) {
      if (work?.kind === "trace")
        findings.problem([...path, "classes", name, "work"], "must be a law: a trace says the work of every class in one column");
    }
    const row = parts.traceOf(service.arrivals)?.texts.class?.find((name) => !Object.hasOwn(classes, name));
    if (row !== undefined)
      findings.problem(
        [...path, "arrivals"],
        `replay a trace with requests of class ${JSON.stringify(row)}, which the service lacks`,
        `There are: ${Object.keys(classes).join(", ")}.`,
      );
  }
  checkOpen(service, path, parts, findings);
  if (memoryUse !== undefined) checkUsers(service, path, "memoryUse", parts, findings);
  if (service.work !== undefined && parts.meanOfLaw(service.work) === 0) checkUsers(service, path, "no work", parts, findings);
  for (const what of ["cpu", "memory"] as const) {
    const asked = requests?.[what];
    const limit = limits?.[what];
    if (asked !== undefined && limit !== undefined && asked > limit)
      findings.problem([...path, "limits", what], `must be at least requests.${what}`);
  }
  if (memoryUse !== undefined && limits?.memory !== undefined && memoryUse.base > limits.memory) {
    findings.problem([...path, "memoryUse", "base"], "must not exceed limits.memory: no replica would ever start");
  }
}

/** What arrives at all that answer requests. */
function checkOpen(service: ServiceSpec | ServingSpec, path: Path, parts: Parts, findings: Findings): void {
  if (parts.meanRate(service.arrivals).kind === "none" && service.arrivals.kind !== "closed") {
    findings.problem([...path, "arrivals"], `of kind ${JSON.stringify(service.arrivals.kind)} are for batch workloads`);
  }
  if (service.queueLimit !== undefined) checkUsers(service, path, "a queueLimit", parts, findings);
}

function checkBatch(batch: BatchSpec, path: Path, findings: Findings): void {
  if (batch.deadline !== undefined && batch.slack !== undefined) {
    findings.problem([...path, "slack"], "must not be given beside deadline", "Slack is deadline minus work: give one of them.");
  }
  const counted = batch.arrivals === undefined || batch.arrivals.kind === "uniform";
  if (counted && batch.jobs === undefined)
    findings.problem([...path, "jobs"], "is missing: nothing else says how many jobs there are", "Hint: 500.");
  if (batch.arrivals?.kind === "closed") findings.problem([...path, "arrivals"], 'of kind "closed" are for services');
}
