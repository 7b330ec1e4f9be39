/** Training in a scenario, its lanes in threads: the same bits as in this thread. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { openLanes } from "../../src/experiment/env-source.ts";
import { ppo } from "../../src/learn/algorithms/ppo.ts";
import { openBackend } from "../../src/learn/backends/index.ts";
import { EnvError } from "../../src/learn/env-error.ts";
import { Training, type TrainingState } from "../../src/learn/train.ts";
import { type EnvSource, envOf } from "../../src/scenario/env-source.ts";
import { loadYaml } from "../world/run-yaml.ts";

const SCENARIO = `
name: lanes
seed: 1
duration: 120 s
warmup: 15 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web:
    kind: service
    discipline: ps
    slo: { latency: 200 ms }
    work: { kind: exponential, mean: 50 ms }
    arrivals: { kind: poisson, rate: 10 req/s }
controllers:
  mine:
    kind: external
    target: { workload: web }
    period: 15 s
    observe: [arrival_rate_per_s, latency_p99_s, replicas]
    act: [{ kind: replicas, min: 1, max: 6 }]
    reward: "slo_attainment - 0.05 * replicas"
`;

async function trained(source: EnvSource, workers: number): Promise<TrainingState> {
  const training = await Training.begin({
    algorithm: ppo,
    options: { hidden: [8], lanes: 3, rolloutSteps: 10, minibatchSize: 15, epochs: 1 },
    makeEnv: () => envOf(source),
    openLanes: (laneCount) => openLanes({ source, laneCount, workers }),
    seeds: [1, 2],
    stepBudget: 75,
  });
  await training.run();
  const state = await training.save();
  await training.dispose();
  return state;
}

describe("environments by what they are made of", function () {
  this.timeout(60_000);
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("train a population in a scenario to the same bits with threads", async () => {
    const source: EnvSource = { kind: "scenario", spec: loadYaml(SCENARIO).spec };
    const here = await trained(source, 0);
    assert.ok(here.lanes.every(({ lanes }) => lanes.every(({ episode }) => episode > 1))); // an episode is eight steps
    assert.deepEqual(await trained(source, 2), here);
  });

  it("train in a task likewise", async () => {
    const source: EnvSource = { kind: "task", id: "CartPole-v1" };
    assert.deepEqual(await trained(source, 2), await trained(source, 0));
  });

  it("are refused where there is nothing to decide", () => {
    assert.throws(() => openLanes({ source: { kind: "task", id: "CartPole-v7" }, laneCount: 2, workers: 2 }), EnvError);
    const { spec } = loadYaml(SCENARIO.slice(0, SCENARIO.indexOf("controllers:")));
    assert.throws(() => openLanes({ source: { kind: "scenario", spec }, laneCount: 2, workers: 2 }), /no controller of kind "external"/);
  });
});
