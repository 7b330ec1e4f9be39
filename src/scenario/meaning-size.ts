/** Whether a job or a replica fits on any server. */
import type { ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { Findings } from "./findings.ts";
import type { Ground } from "./meaning-load.ts";
import type { Parts } from "./parts.ts";
import type { BatchSpec, ServiceSpec } from "./spec.ts";
import { findJob } from "./trace-rows.ts";
import type { Path } from "./tree.ts";

const GIB = 1_073_741_824;

/** A job or a replica must fit on at least one of the servers it may use. */
export function checkFit(workload: ServiceSpec | BatchSpec, path: Path, { servers, kinds, parts }: Ground, findings: Findings): void {
  const offers = [...new Set(servers.map(({ group }) => group.kind))].map((kind) => kinds[kind] as ServerKindSpec);
  const fits: Fits = (needCores, memoryB) => offers.some(({ cores, memory }) => needCores <= cores && memoryB <= memory);
  const need = misfitOf(workload, parts, fits);
  if (need === undefined) return;
  const field = fits(need.cores, 0) ? need.memoryPath : need.coresPath;
  const largest = offers.map(({ cores, memory }) => size(cores, memory)).join("; ");
  const message = `${need.what} larger than every server: it needs ${size(need.cores, need.memoryB)}`;
  findings.problem([...path, ...field], message, `The servers have ${largest}.`);
}

type Fits = (cores: number, memoryB: number) => boolean;

interface Need {
  readonly what: string;
  readonly cores: number;
  readonly memoryB: number;
  readonly coresPath: Path;
  readonly memoryPath: Path;
}

/** The first need that no server meets. */
function misfitOf(workload: ServiceSpec | BatchSpec, parts: Parts, fits: Fits): Need | undefined {
  if (workload.kind === "service") {
    const cores = requestedCores(workload);
    const memoryB = workload.requests?.memory ?? 0;
    if (fits(cores, memoryB)) return undefined;
    const coresPath = workload.requests?.cpu === undefined ? ["concurrency"] : ["requests", "cpu"];
    return { what: "makes a replica", cores, memoryB, coresPath, memoryPath: ["requests", "memory"] };
  }
  const trace = workload.arrivals === undefined ? undefined : parts.traceOf(workload.arrivals);
  if (trace === undefined || (trace.numbers.cores === undefined && trace.numbers.memory_b === undefined)) {
    const { cores, memory: memoryB } = workload;
    return fits(cores, memoryB) ? undefined : { what: "makes a job", cores, memoryB, coresPath: ["cores"], memoryPath: ["memory"] };
  }
  const job = findJob(trace, { cores: workload.cores, memoryB: workload.memory }, ({ cores, memoryB }) => fits(cores, memoryB));
  const path = ["arrivals"];
  return job && { what: `replay a trace whose job ${job.row + 1} is`, ...job.size, coresPath: path, memoryPath: path };
}

/** `fcfs`: a core per slot; `ps`: 1; never more than the limit. @see docs/design.md, "A service" */
export function requestedCores({ requests, limits, discipline, concurrency }: ServiceSpec): number {
  if (requests?.cpu !== undefined) return requests.cpu;
  return Math.min(discipline === "fcfs" && typeof concurrency === "number" ? concurrency : 1, limits?.cpu ?? Infinity);
}

function size(cores: number, memoryB: number): string {
  return `${cores} ${cores === 1 ? "core" : "cores"} and ${Number((memoryB / GIB).toPrecision(4))} GiB`;
}
