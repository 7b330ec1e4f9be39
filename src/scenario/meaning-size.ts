/** Whether a job or a replica fits on any server. */
import type { ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { Findings } from "./findings.ts";
import type { FleetServer, ServiceSpec, WorkloadSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

const GIB = 1_073_741_824;
type Kinds = Readonly<Record<string, ServerKindSpec>>;

/** A job or a replica must fit on at least one of the servers it may use. */
export function checkFit(workload: WorkloadSpec, path: Path, servers: readonly FleetServer[], kinds: Kinds, findings: Findings): void {
  const need = needOf(workload);
  const offers = [...new Set(servers.map(({ group }) => group.kind))].map((kind) => kinds[kind] as ServerKindSpec);
  if (offers.some(({ cores, memory }) => need.cores <= cores && need.memoryB <= memory)) return;
  const field = offers.some(({ cores }) => need.cores <= cores) ? need.memoryPath : need.coresPath;
  const largest = offers.map(({ cores, memory }) => size(cores, memory)).join("; ");
  const what = workload.kind === "batch" ? "a job" : "a replica";
  const message = `makes ${what} larger than every server: it needs ${size(need.cores, need.memoryB)}`;
  findings.problem([...path, ...field], message, `The servers have ${largest}.`);
}

interface NeedOf {
  readonly cores: number;
  readonly memoryB: number;
  readonly coresPath: Path;
  readonly memoryPath: Path;
}

function needOf(workload: WorkloadSpec): NeedOf {
  if (workload.kind === "batch") return { cores: workload.cores, memoryB: workload.memory, coresPath: ["cores"], memoryPath: ["memory"] };
  const coresPath = workload.requests?.cpu === undefined ? ["concurrency"] : ["requests", "cpu"];
  return { cores: requestedCores(workload), memoryB: workload.requests?.memory ?? 0, coresPath, memoryPath: ["requests", "memory"] };
}

/** `fcfs`: a core per slot; `ps`: 1. @see docs/design.md, "A service" */
function requestedCores({ requests, discipline, concurrency }: ServiceSpec): number {
  if (requests?.cpu !== undefined) return requests.cpu;
  return discipline === "fcfs" && typeof concurrency === "number" ? concurrency : 1;
}

function size(cores: number, memoryB: number): string {
  return `${cores} ${cores === 1 ? "core" : "cores"} and ${Number((memoryB / GIB).toPrecision(4))} GiB`;
}
