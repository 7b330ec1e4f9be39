/**
 * Placement from YAML to metrics: FILE of tasks, JSON of the fleet, and "vms" (replicas of a service on the hosts, tasks as
 * its requests) or "jobs" (tasks as batch jobs of four cores). Prints what became of them.
 */
import { readFileSync } from "node:fs";
import type { RunResult } from "../../../src/experiment/result.ts";
import { load, play } from "../../scenario.ts";
import { CORES_PER_HOST, CORES_PER_VM, type Fleet, placementOf } from "../placing.ts";
import { report } from "./driver.ts";

const [file, fleetJson, as] = process.argv.slice(2) as [string, string, string];
const fleet = JSON.parse(fleetJson) as Fleet;

const workload =
  as === "vms"
    ? `kind: service
    replicas: ${fleet.vmCount}
    concurrency: ${CORES_PER_VM}
    requests: { cpu: ${CORES_PER_VM} }`
    : `kind: batch
    cores: ${CORES_PER_VM}`;
const yaml = `
name: peers-placement
start: 2021-07-01T00:00:00Z
duration: 6 min
sites:
  here: { pue: 1.2, carbon: { kind: constant, value: 300 g/kWh }, servers: { kind: ./server.yaml, count: ${fleet.hostCount} } }
workloads:
  tasks:
    ${workload}
    work: { kind: trace, column: work_s }
    arrivals: { kind: trace, file: ./tasks.csv }
controllers:
  place: { kind: first-fit, target: { workload: tasks } }
  ${as === "vms" ? "route: { kind: round-robin, target: { workload: tasks } }" : ""}
record: { ${as === "vms" ? "requests: 1" : "jobs: true"} }
`;
const server = `
kind: server
cores: ${CORES_PER_HOST}
memory: 512 GiB
clocks: [2.0 GHz]
power: { kind: linear, idle: 100 W, peak: 200 W }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;

const scenario = load(yaml, { "tasks.csv": readFileSync(file, "utf8"), "server.yaml": server });
await report(async () => answers(await play(scenario, 1)));

function answers(result: RunResult): object {
  const table = result.tables[as === "vms" ? "requests" : "jobs"];
  const column = (name: string): ArrayLike<number | string> => {
    const found = table?.columns.find((it) => it.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found.data;
  };
  const [servers, finishes] = [column("server"), column("finish_s")];
  const owners = column(as === "vms" ? "replica" : "id");
  const first = Array.from(owners as ArrayLike<number>).reduce((least, id) => Math.min(least, id), Infinity);
  const hosts: number[] = [];
  for (let row = 0; row < owners.length; row++) hosts[(owners[row] as number) - first] = hostIndex(servers[row] as string);
  return { ...placementOf(hosts, Float64Array.from(finishes as ArrayLike<number>)), energyJ: result.metrics["energy.total_j"] };
}

/** Servers are named by their place in the site. */
function hostIndex(name: string): number {
  const digits = /\d+$/.exec(name);
  if (digits === null) throw new Error(`no number in ${name}`);
  return Number(digits[0]);
}
