/** Steps of environments as training plays them: eight lanes, every step checked, actions drawn at random; here and in threads. */

import { openLanes } from "../src/experiment/env-source.ts";
import { rootRng } from "../src/kernel/index.ts";
import { NO_MASK } from "../src/learn/env.ts";
import { LocalLanes } from "../src/learn/lanes.ts";
import { type Space, sample } from "../src/learn/spaces.ts";
import { makeEnv, TASKS } from "../src/learn/tasks/index.ts";
import { serverlessTable } from "../src/learn/tasks/serverless-table.ts";
import { VectorEnv } from "../src/learn/vector-env.ts";
import { type EnvSource, envOf } from "../src/scenario/env-source.ts";
import { type BenchCase, median } from "./harness.ts";
import type { Measured } from "./measured.ts";
import { load } from "./scenario.ts";

const LANE_COUNT = 8;
const REPEATS = 5;
const US_PER_S = 1e6;
/** Steps of each lane in a repeat. */
const TASK_STEPS = 50_000;
const SCENARIO_STEPS = 20;
const FLUID_STEPS = 1000;
const THREADED_TASK_STEPS = 5_000;
/** Steps a second that are judged; the others are to be read. */
const RATES_MIN: Readonly<Record<string, number>> = { "ServerlessTable-v0": 1e6 };
const REQUESTS_PER_S_MIN = 1e6;
const FLUID_SERVICES = 10;
const FLUID_PER_S_MIN = 1e5;
const TABLE = "ServerlessTable-v0";

const SERVER = `
kind: server
cores: 8
memory: 32 GiB
clocks: [2.0 GHz]
power: { kind: linear, idle: 100 W, peak: 200 W }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;
const RATE_PER_S = 800;
const PERIOD_S = 15;
/** Four servers of eight cores; a request is 10 ms of work, a decision every 15 s is 12,000 requests. */
const SCENARIO = `
name: scaling
seed: 1
duration: 1 h
warmup: 15 s
sites: { here: { servers: { kind: ./server.yaml, count: 4 } } }
workloads:
  web:
    kind: service
    concurrency: 8
    replicas: 2
    startup: 5 s
    slo: { latency: 100 ms }
    work: { kind: exponential, mean: 10 ms }
    arrivals: { kind: poisson, rate: ${RATE_PER_S} req/s }
controllers:
  mine:
    kind: external
    target: { workload: web }
    period: ${PERIOD_S} s
    act: [{ kind: replicas, min: 2, max: 4 }]
    reward: "slo_attainment - 0.05 * replicas"
`;

interface Stepping {
  /** Of each lane. */
  readonly steps: number;
  /** Threads; 0: none but this one. */
  readonly workers: number;
  readonly laneCount?: number;
}

interface Taken {
  readonly cpuS: number;
  readonly wallS: number;
}

export async function* envRates(): AsyncGenerator<Measured> {
  for (const { id, form } of TASKS) {
    if (form !== "single") continue;
    const { cpuS } = await stepping({ kind: "task", id }, { steps: TASK_STEPS, workers: 0 });
    const atLeast = RATES_MIN[id];
    yield {
      what: "steps of an environment",
      of: id,
      value: (TASK_STEPS * LANE_COUNT) / cpuS,
      unit: "a CPU second",
      ...(atLeast !== undefined && { required: { atLeast } }),
    };
  }
  const { cpuS } = await stepping(scenario(), { steps: SCENARIO_STEPS, workers: 0 });
  yield {
    what: "requests of steps in events",
    of: "M/M/c whose replicas are decided",
    value: (SCENARIO_STEPS * LANE_COUNT * PERIOD_S * RATE_PER_S) / cpuS,
    unit: "a CPU second",
    required: { atLeast: REQUESTS_PER_S_MIN },
  };
  for (const services of [1, FLUID_SERVICES]) {
    const { cpuS } = await stepping(fluid(services), { steps: FLUID_STEPS, workers: 0 });
    yield {
      what: "steps of a fluid scenario",
      of: services === 1 ? "a service whose replicas are decided" : `the same among ${services} services`,
      value: (FLUID_STEPS * LANE_COUNT) / cpuS,
      unit: "a CPU second",
    };
  }
  const laneCount = 2 * LANE_COUNT;
  const { wallS } = await stepping(fluid(FLUID_SERVICES), { steps: FLUID_STEPS, workers: 2, laneCount });
  yield {
    what: "steps of a fluid scenario",
    of: `the same, ${laneCount} lanes in two threads`,
    value: (FLUID_STEPS * laneCount) / wallS,
    unit: "a second on the wall",
    required: { atLeast: FLUID_PER_S_MIN },
  };
}

/** On the wall: threads are there to be faster, not cheaper. */
export async function* threadTimes(): AsyncGenerator<Measured> {
  const sources: readonly (readonly [string, EnvSource, number])[] = [
    [TABLE, { kind: "task", id: TABLE }, THREADED_TASK_STEPS],
    ["scenario in events", scenario(), SCENARIO_STEPS],
  ];
  for (const [name, source, steps] of sources) {
    for (const workers of [0, 1, 2, 4]) {
      const { wallS } = await stepping(source, { steps, workers });
      const where = workers === 0 ? "in process" : `${workers} thread${workers === 1 ? "" : "s"}`;
      yield { what: "a step of eight lanes", of: `${name}, ${where}`, value: (wallS * US_PER_S) / steps, unit: "us on the wall" };
    }
  }
}

/** The median of the repeats, after one that is thrown away; the draws of the actions are part of it. */
async function stepping(source: EnvSource, { steps, workers, laneCount = LANE_COUNT }: Stepping): Promise<Taken> {
  const vector = new VectorEnv(openLanes({ source, laneCount, workers }));
  const draw = drawerFor(vector, laneCount, envOf(source).actionSpace);
  const taken: Taken[] = [];
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    await vector.reset(1);
    const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
    for (let t = 0; t < steps; t++) {
      draw();
      const late = vector.step();
      if (late !== undefined) await late;
    }
    const { user, system } = process.cpuUsage(startCpu);
    if (repeat > 0) taken.push({ cpuS: (user + system) / US_PER_S, wallS: (performance.now() - startMs) / 1e3 });
  }
  await vector.close();
  return { cpuS: median(taken.map(({ cpuS }) => cpuS)), wallS: median(taken.map(({ wallS }) => wallS)) };
}

/** Draws an action into each lane. */
function drawerFor({ buffers: { actions, masks } }: VectorEnv, laneCount: number, space: Space): () => void {
  const rng = rootRng(1).fork("bench");
  const lanes = Array.from({ length: laneCount }, (_, lane) => ({
    action: actions.subarray((lane * actions.length) / laneCount, ((lane + 1) * actions.length) / laneCount),
    mask: masks.subarray((lane * masks.length) / laneCount, ((lane + 1) * masks.length) / laneCount),
  }));
  return () => {
    for (const { action, mask } of lanes) sample(space, rng, action, mask);
  };
}

/** Lanes with their checks over the bare environment, for as many steps and episodes. */
export function bareTable(): BenchCase {
  const { create, stepsMax } = serverlessTable as typeof serverlessTable & { readonly stepsMax: number };
  const vector = new VectorEnv(new LocalLanes(Array.from({ length: LANE_COUNT }, () => makeEnv(TABLE))));
  const env = create();
  const [action, observation] = [new Float32Array(1), new Float32Array(env.observationSpace.slots.length)];
  return {
    name: `${TABLE}: lanes with checks over none`,
    unit: "steps",
    operationCount: TASK_STEPS * LANE_COUNT,
    ratioMin: 0.2,
    ours: () => {
      vector.reset(1);
      for (let t = 0; t < TASK_STEPS; t++) {
        vector.buffers.actions.fill(t % 5);
        vector.step();
      }
    },
    reference: () => {
      for (let t = 0; t < TASK_STEPS * LANE_COUNT; t++) {
        if (t % stepsMax === 0) env.reset(t, observation, NO_MASK);
        action[0] = t % 5;
        env.step(action, observation, NO_MASK);
      }
    },
  };
}

/** No request is an event; each service has one to four replicas on shared cores, over a day. */
function fluid(services: number): EnvSource {
  const one = `
    kind: service
    mode: fluid
    discipline: ps
    requests: { cpu: 1 }
    limits: { cpu: 1 }
    slo: { latency: 200 ms }
    work: { kind: exponential, mean: 20 ms }
    arrivals: { kind: poisson, rate: 30 req/s, profile: { kind: diurnal, peakHour: 20, ratio: 3 } }`;
  const text = `
name: fluid
seed: 1
start: 2024-01-01T00:00:00Z
duration: 1 day
warmup: 15 s
sites: { here: { servers: { kind: ./server.yaml, count: 10 } } }
workloads:
${Array.from({ length: services }, (_, i) => `  web${i}:${one}`).join("\n")}
controllers:
  mine: { kind: external, target: { workload: web0 }, period: ${PERIOD_S} s, act: [{ kind: replicas, min: 1, max: 4 }] }
`;
  return { kind: "scenario", spec: load(text, { "server.yaml": SERVER }).spec };
}

const scenario = (): EnvSource => ({ kind: "scenario", spec: load(SCENARIO, { "server.yaml": SERVER }).spec });
