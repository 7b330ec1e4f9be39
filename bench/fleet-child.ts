/** One fleet and its jobs, from the scenario file to the metrics. */
import { printCost } from "./child.ts";
import type { FleetSize } from "./fleet.ts";
import { load, play } from "./scenario.ts";

const SERVER = `
kind: server
cores: 32
memory: 96 GiB
clocks: [2.0 GHz]
power: { kind: spec, watts: [100, 130, 150, 165, 180, 195, 210, 230, 250, 275, 300] }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;

const yaml = ({ serverCount, rule, endS }: FleetSize): string => `
name: bench-fleet
start: 2021-07-01T00:00:00Z
duration: ${endS} s
sites:
  here: { pue: 1.2, carbon: { kind: constant, value: 300 g/kWh }, servers: { kind: ./server.yaml, count: ${serverCount} } }
workloads:
  etl: { kind: batch, arrivals: { kind: trace, file: ./jobs.csv } }
controllers:
  place: { kind: ${rule}, target: { workload: etl } }
`;

await printCost(async (input) => {
  const size = input as FleetSize;
  const scenario = load(yaml(size), { "server.yaml": SERVER }, { "jobs.csv": size.jobsFile });
  const { metrics } = await play(scenario, 1);
  const arrived = metrics["workloads.etl.jobs_arrived"];
  if (arrived !== size.jobCount) throw new Error(`${arrived} jobs arrived, not ${size.jobCount}`);
});
