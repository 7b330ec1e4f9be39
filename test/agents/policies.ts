/** A scenario with an external controller, and policies made by hand that fit it. */

import { type PolicyAbout, type PolicyData, packPolicy, spacesOf } from "../../src/learn/policy-file.ts";
import type { ScenarioSpec } from "../../src/scenario/index.ts";
import { scenarioEnv } from "../../src/scenario/index.ts";

export const SCALED = `
name: scaled
seed: 1
duration: 290 s
warmup: 20 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web:
    kind: service
    discipline: ps
    requests: { cpu: 0.5 }
    limits: { cpu: 1 }
    slo: { latency: 200 ms }
    work: { kind: exponential, mean: 50 ms }
    arrivals: { kind: poisson, rate: 30 req/s }
controllers:
  mine:
    kind: external
    target: { workload: web }
    observe: [arrival_rate_per_s, "log(1 + latency_p99_s)", replicas]
    act: [{ kind: replicas, min: 2, max: 12 }, { kind: limits.cpu, min: 0.5, max: 2 }]
    reward: { kind: gated }
    telemetry: { scrape: 5 s, delay: 5 s, loss: 0.1 }
    actuationDelay: 2 s
`;

/** Means by two rows of weights over the three observations, with a standard deviation on the unit scale. */
const GAUSSIAN: PolicyData = {
  kind: "gaussian",
  network: {
    architecture: { kind: "sequential", inputs: 3, layers: [{ kind: "dense", units: 2, activation: "linear" }] },
    weights: Float32Array.of(0.02, 0.01, 0.9, -0.4, -0.1, 0.05, 0.1, -0.2),
    statistics: new Float32Array(0),
  },
  logStd: Float32Array.of(-1, -1.5),
};

export function about(spec: ScenarioSpec): PolicyAbout {
  const env = scenarioEnv(spec);
  return {
    algorithm: { kind: "ppo", options: {} },
    environment: env.name,
    ...spacesOf(env),
    ...{ trainingSeeds: [1000], tuningSeeds: [2000], steps: 100, meanReturn: null },
    ...{ command: "cybertwin train scaled.yaml", cybertwin: "0.1.0" },
  };
}

/** The two files of a Gaussian policy for the scenario. */
export const packed = (spec: ScenarioSpec): ReturnType<typeof packPolicy> => packPolicy(about(spec), GAUSSIAN);

const service = (replicas: number, rate: number): string =>
  `{ kind: service, replicas: ${replicas}, requests: { cpu: 0.5 }, slo: { latency: 300 ms }, work: { kind: exponential, mean: 50 ms }, arrivals: { kind: poisson, rate: ${rate} req/s } }`;

/** Two services, each with a controller of its own. */
export const pair = (firstS: number, secondS: number): string => `
name: pair
seed: 1
duration: 150 s
warmup: 20 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: ${service(2, 20)}
  api: ${service(3, 30)}
controllers:
  first:
    kind: external
    target: { workload: web }
    period: ${firstS} s
    observe: [latency_p99_s, replicas]
    act: [{ kind: replicas, min: 1, max: 6 }]
    reward: "0.5 * min(1, slo_s / latency_p99_s) - 0.01 * replicas"
  second:
    kind: external
    target: { workload: api }
    period: ${secondS} s
    observe: [arrival_rate_per_s, queued, replicas]
    act: [{ kind: replicas, min: 1, max: 6 }]
    reward: "slo_attainment - 0.01 * busy_cores"
`;
