/** Whether faults strike something, at times that are said, and are noticed. */
import type { Table } from "../world/base/table.ts";
import type { GpuKindSpec } from "../world/serving/gpu-kind.ts";
import type { Findings } from "./findings.ts";
import { checkGpuClock } from "./meaning-gpus.ts";
import { serversOf } from "./meaning-names.ts";
import { isSearched } from "./meaning-placement.ts";
import type { Parts } from "./parts.ts";
import { type FaultSpec, type FleetServer, gpuNamesOf, type ScenarioSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

export function checkFaults(spec: ScenarioSpec, fleet: readonly FleetServer[], parts: Parts, findings: Findings): void {
  const endS = spec.duration + (spec.warmup === "auto" ? 0 : spec.warmup);
  for (const [name, fault] of Object.entries(spec.faults)) {
    const path = ["faults", name];
    const { count, fraction } = fault.target;
    const servers = serversOf(fault.target, [...path, "target"], fleet, findings);
    if (count !== undefined && fraction !== undefined) findings.problem([...path, "target", "fraction"], "must not be given beside count");
    checkSchedule(fault, path, findings);
    if (servers !== undefined && parts.faults.get(fault.kind)?.strikes === "gpu") checkGpus(fault, path, { spec, servers }, findings);
    else if (servers !== undefined) checkServers(fault, path, servers, findings);
    if (fault.at !== undefined && fault.at >= endS)
      findings.warn([...path, "at"], `is after the run's end (${endS} s): this fault never comes`);
  }
}

function checkServers(fault: FaultSpec, path: Path, servers: readonly FleetServer[], findings: Findings): void {
  const { kind, target } = fault;
  const names = servers.map(({ name }) => name);
  if (target.gpu !== undefined)
    findings.problem([...path, "target", "gpu"], `must be a server: ${kind} strikes servers`, `Hint: server: ${names[0]}.`);
  if ((fault.trace as Table | undefined)?.texts.gpu !== undefined)
    findings.problem([...path, "trace"], `has a column gpu, and ${kind} strikes servers`, "Hint: column server.");
  checkCount(fault, path, { struck: names.length, what: "servers" }, findings);
  checkTrace(fault, path, { column: "server", names }, findings);
}

interface GpuTargets {
  readonly spec: ScenarioSpec;
  readonly servers: readonly FleetServer[];
}

function checkGpus(fault: FaultSpec, path: Path, { spec, servers }: GpuTargets, findings: Findings): void {
  const { kind, target, clock } = fault;
  const names = servers.flatMap(gpuNamesOf).filter((name) => target.gpu === undefined || name === target.gpu);
  if (names.length === 0) {
    findings.problem(
      [...path, "target"],
      `must name servers with GPUs: ${kind} strikes GPUs`,
      "Hint: gpus: { kind: a100-80gb } on a group of servers.",
    );
    return;
  }
  checkCount(fault, path, { struck: names.length, what: "GPUs" }, findings);
  checkTrace(fault, path, { column: "server", names: servers.map(({ name }) => name) }, findings);
  checkTrace(fault, path, { column: "gpu", names }, findings);
  const kinds = new Set(servers.flatMap(({ group }) => group.gpus?.kind ?? []));
  for (const name of typeof clock === "number" ? kinds : [])
    checkGpuClock(clock as number, { name, kind: spec.gpuKinds[name] as GpuKindSpec }, [...path, "clock"], findings);
  if (kind === "gpu-nvlink-slow") checkLink(path, { spec, servers }, findings);
}

/** A link is used by the GPUs of one replica, and by keys and values that go to another where the engine has no link of its own. */
function checkLink(path: Path, { spec, servers }: GpuTargets, findings: Findings): void {
  const isUsed = Object.values(spec.workloads).some(
    (workload) =>
      workload.kind === "model-serving" &&
      (isSearched(workload) ||
        (workload.engine.kind === "disaggregated" && workload.engine.link === undefined) ||
        Object.values(workload.models).some(({ parallel }) => parallel > 1)) &&
      servers.some(({ site }) => workload.sites?.includes(site) ?? true),
  );
  if (isUsed) return;
  findings.problem(
    path,
    "slows a link that nothing uses: no model there has parallel above 1, no placement cuts one, and no engine sends keys and values over it",
    "Hint: parallel: 2, or leave the fault out.",
  );
}

function checkCount(
  { target: { count } }: FaultSpec,
  path: Path,
  { struck, what }: { struck: number; what: string },
  findings: Findings,
): void {
  if (count !== undefined && count > struck)
    findings.problem([...path, "target", "count"], `must be at most the ${struck} ${what} of the target, got ${count}`);
}

/** A trace may narrow a row to one of the target's. */
function checkTrace(
  { trace }: FaultSpec,
  path: Path,
  { column, names }: { column: "server" | "gpu"; names: readonly string[] },
  findings: Findings,
): void {
  const known = new Set(names);
  const stranger = (trace as Table | undefined)?.texts[column]?.find((name) => !known.has(name));
  if (stranger === undefined) return;
  const message = `names the ${column === "gpu" ? "GPU" : column} ${JSON.stringify(stranger)}, which is not in the target`;
  findings.problem([...path, "trace"], message, `The target has: ${[...known].slice(0, 5).join(", ")}${known.size > 5 ? ", ..." : ""}.`);
}

/** Times are said in one of three ways, each whole. */
function checkSchedule(fault: FaultSpec, path: Path, findings: Findings): void {
  const pairs = [["at", "duration"], ["mtbf", "mttr"], ["trace"]] as const;
  const begun = pairs.filter((fields) => fields.some((field) => fault[field] !== undefined));
  const [only] = begun;
  if (begun.length !== 1 || only === undefined) {
    findings.problem(path, `must say when: at and duration, mtbf and mttr, or trace; got ${begun.length === 0 ? "none" : "several"}`);
    return;
  }
  for (const field of only) {
    if (fault[field] === undefined && field !== "duration") findings.problem([...path, field], "is missing"); // no duration: to the end
  }
}
