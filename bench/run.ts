/**
 * Requests through the whole of a run: YAML, world, metrics, SLO windows, watts, grams and the event hash. The reference is a
 * bare loop over the same queue with the same draws, and the two must agree on every request's latency.
 */

import type { LoadedScenario } from "../src/scenario/index.ts";
import { type Answered, bareSharing, bareStation, type Load } from "./bare-queue.ts";
import type { BenchCase } from "./harness.ts";
import { load, play } from "./scenario.ts";

const REQUEST_COUNT = 1e6;
const LOAD = 0.9;
const MEAN_WORK_S = 0.01;
const WORKLOAD = "web";
/** Cgroup weights of a critical service and of a best-effort job. */
const SERVICE_WEIGHT = 1024;
const JOB_WEIGHT = 3;
/** At most 2.5 times the CPU time of the bare loop. */
const RATIO_MIN = 1 / 2.5;
const MEAN_RELATIVE = 1e-6;

export function* runCases(): Generator<BenchCase> {
  yield station("M/M/1", 1);
  yield station("M/M/8", 8);
  yield sharing("sharing 8 cores beside a job", 8);
}

function station(name: string, cores: number): BenchCase {
  const load = loadOf(cores);
  return requests(name, { load, cores, service: `concurrency: ${cores}`, job: "" }, () => bareStation(load, cores));
}

/** The job takes what the requests leave: one core is promised to them, the weights decide about the rest. */
function sharing(name: string, cores: number): BenchCase {
  const load = loadOf(cores);
  const capCores = (cores * SERVICE_WEIGHT) / (SERVICE_WEIGHT + JOB_WEIGHT);
  const job = `endless: { kind: batch, jobs: 1, cores: ${cores - 1}, work: 1000 day }`;
  return requests(name, { load, cores, service: "discipline: ps", job }, () => bareSharing(load, capCores));
}

/** An M/M/c for so many requests. */
export function stationScenario(cores: number, requestCount: number): LoadedScenario {
  return scenarioOf({ load: loadOf(cores, requestCount), cores, service: `concurrency: ${cores}`, job: "" });
}

function loadOf(cores: number, requestCount = REQUEST_COUNT): Load {
  const ratePerS = (LOAD * cores) / MEAN_WORK_S;
  return { seed: 1, workload: WORKLOAD, ratePerS, meanWorkS: MEAN_WORK_S, endS: requestCount / ratePerS };
}

interface Told {
  readonly load: Load;
  readonly cores: number;
  /** Fields of the service, and a second workload. */
  readonly service: string;
  readonly job: string;
}

function requests(name: string, told: Told, reference: () => Answered): BenchCase {
  const scenario = scenarioOf(told);
  const expected = reference();
  return {
    name,
    unit: "requests",
    operationCount: expected.count,
    ratioMin: RATIO_MIN,
    ours: async () => {
      const { metrics } = await play(scenario, told.load.seed);
      agree(name, expected, {
        count: metrics[`workloads.${WORKLOAD}.requests_finished`] as number,
        latencyS: (metrics[`workloads.${WORKLOAD}.latency_mean_s`] as number) * expected.count,
      });
    },
    reference: () => {
      reference();
    },
  };
}

const scenarioOf = (told: Told): LoadedScenario => load(yaml(told), { "server.yaml": serverYaml(told.cores) });

function agree(name: string, expected: Answered, got: Answered): void {
  const isClose = Math.abs(got.latencyS / expected.latencyS - 1) < MEAN_RELATIVE;
  if (got.count !== expected.count || !isClose)
    throw new Error(`${name}: ${JSON.stringify(got)}, the bare loop ${JSON.stringify(expected)}`);
}

function yaml({ load: { ratePerS, meanWorkS, endS }, service, job }: Told): string {
  return `
name: bench-run
start: 2021-07-01T00:00:00Z
duration: ${endS} s
sites:
  here: { pue: 1.2, carbon: { kind: constant, value: 300 g/kWh }, servers: { kind: ./server.yaml, count: 1 } }
workloads:
  ${WORKLOAD}:
    kind: service
    replicas: 1
    ${service}
    work: { kind: exponential, mean: ${meanWorkS} s }
    arrivals: { kind: poisson, rate: ${ratePerS} req/s }
    slo: { latency: 100 ms, percentile: 0.99, window: 1 min }
    priority: critical
  ${job}
`;
}

const serverYaml = (cores: number): string => `
kind: server
cores: ${cores}
memory: 32 GiB
clocks: [2.0 GHz]
power: { kind: spec, watts: [100, 130, 150, 165, 180, 195, 210, 230, 250, 275, 300] }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;
