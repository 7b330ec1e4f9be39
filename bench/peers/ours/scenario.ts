/**
 * A station of CORES from YAML to metrics, customers from a file.
 * scenario.js FILE CUSTOMERS CORES fcfs|ps OUT END_S; with OUT "-", nobody asks for each customer, as in a timed run.
 */
import { readFileSync } from "node:fs";
import type { RunResult } from "../../../src/experiment/result.ts";
import { load, play } from "../../scenario.ts";
import { report, writeFinishes } from "./driver.ts";

const [file, count, cores, discipline, out, endS] = process.argv.slice(2) as [string, string, string, string, string, string];

const service = discipline === "ps" ? `discipline: ps\n    requests: { cpu: ${cores} }` : `concurrency: ${cores}`;
const yaml = `
name: peers-queue
start: 2021-07-01T00:00:00Z
duration: ${endS} s
sites:
  here: { pue: 1.2, carbon: { kind: constant, value: 300 g/kWh }, servers: { kind: ./server.yaml, count: 1 } }
workloads:
  web:
    kind: service
    ${service}
    work: { kind: trace, column: work_s }
    arrivals: { kind: trace, file: ./customers.csv }
    slo: { latency: 10 s, percentile: 0.99, window: 1 min }
record: { requests: ${out === "-" ? 0 : 1} }
`;
const server = `
kind: server
cores: ${cores}
memory: 32 GiB
clocks: [2.0 GHz]
power: { kind: spec, watts: [100, 130, 150, 165, 180, 195, 210, 230, 250, 275, 300] }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;

/** The first so many rows of the file, header kept. */
function prefix(text: string, rowCount: number): string {
  let end = 0;
  for (let line = 0; line <= rowCount; line++) end = text.indexOf("\n", end) + 1;
  return text.slice(0, end);
}

const scenario = load(yaml, { "customers.csv": prefix(readFileSync(file, "utf8"), Number(count)), "server.yaml": server });
let result: RunResult | undefined;
await report(async () => {
  result = await play(scenario, 1);
  const { metrics, eventLogHash: eventHash } = result;
  return {
    eventHash,
    finished: metrics["workloads.web.requests_finished"],
    meanS: metrics["workloads.web.latency_mean_s"],
    p99S: metrics["workloads.web.latency_p99_s"],
    energyJ: metrics["energy.total_j"],
  };
});

const rows = result?.tables.requests;
if (rows !== undefined && out !== "-") {
  const doubles = (name: string): Float64Array => rows.columns.find((column) => column.name === name)?.data as Float64Array;
  const [ids, finishes] = [doubles("id"), doubles("finish_s")];
  const first = ids.reduce((least, id) => Math.min(least, id), Infinity); // ids count arrivals
  const finishS = new Float64Array(rows.rowCount);
  for (let row = 0; row < rows.rowCount; row++) finishS[(ids[row] as number) - first] = finishes[row] as number;
  writeFinishes(out, finishS);
}
