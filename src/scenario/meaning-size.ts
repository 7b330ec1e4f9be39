/** Whether a job or a replica fits on any server. */
import type { ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { Findings } from "./findings.ts";
import type { Ground } from "./meaning-load.ts";
import type { Parts } from "./parts.ts";
import type { ServiceSpec, WorkloadSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

const GIB = 1_073_741_824;

/** A job or a replica must fit on at least one of the servers it may use. */
export function checkFit(workload: WorkloadSpec, path: Path, { servers, kinds, parts }: Ground, findings: Findings): void {
  const offers = [...new Set(servers.map(({ group }) => group.kind))].map((kind) => kinds[kind] as ServerKindSpec);
  for (const need of needsOf(workload, parts)) {
    if (offers.some(({ cores, memory }) => need.cores <= cores && need.memoryB <= memory)) continue;
    const field = offers.some(({ cores }) => need.cores <= cores) ? need.memoryPath : need.coresPath;
    const largest = offers.map(({ cores, memory }) => size(cores, memory)).join("; ");
    const message = `${need.what} larger than every server: it needs ${size(need.cores, need.memoryB)}`;
    findings.problem([...path, ...field], message, `The servers have ${largest}.`);
    return;
  }
}

interface Need {
  readonly what: string;
  readonly cores: number;
  readonly memoryB: number;
  readonly coresPath: Path;
  readonly memoryPath: Path;
}

function* needsOf(workload: WorkloadSpec, parts: Parts): Generator<Need> {
  if (workload.kind === "service") {
    const coresPath = workload.requests?.cpu === undefined ? ["concurrency"] : ["requests", "cpu"];
    const memoryB = workload.requests?.memory ?? 0;
    yield { what: "makes a replica", cores: requestedCores(workload), memoryB, coresPath, memoryPath: ["requests", "memory"] };
    return;
  }
  const table = workload.arrivals === undefined ? undefined : parts.traceOf(workload.arrivals);
  const { cores, memory_b: memoryB } = table?.numbers ?? {};
  if (table === undefined || (cores === undefined && memoryB === undefined)) {
    yield { what: "makes a job", cores: workload.cores, memoryB: workload.memory, coresPath: ["cores"], memoryPath: ["memory"] };
    return;
  }
  const field = ["arrivals"];
  for (let row = 0; row < table.rowCount; row++) {
    const need = { cores: cores?.[row] ?? workload.cores, memoryB: memoryB?.[row] ?? workload.memory };
    yield { what: `replay a trace whose job ${row + 1} is`, ...need, coresPath: field, memoryPath: field };
  }
}

/** `fcfs`: a core per slot; `ps`: 1; never more than the limit. @see docs/design.md, "A service" */
function requestedCores({ requests, limits, discipline, concurrency }: ServiceSpec): number {
  if (requests?.cpu !== undefined) return requests.cpu;
  return Math.min(discipline === "fcfs" && typeof concurrency === "number" ? concurrency : 1, limits?.cpu ?? Infinity);
}

function size(cores: number, memoryB: number): string {
  return `${cores} ${cores === 1 ? "core" : "cores"} and ${Number((memoryB / GIB).toPrecision(4))} GiB`;
}
