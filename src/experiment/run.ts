/** One run of one scenario with one seed: build, play, measure. */
import { join } from "node:path";
import { EnvError } from "../learn/env-error.ts";
import { type BuiltWorld, buildWorld } from "../scenario/build.ts";
import type { ScenarioSpec } from "../scenario/spec.ts";
import { MSER5_VALUES_MIN, mser5 } from "../stats/index.ts";
import { OUTCOME } from "../world/cluster/service-stats.ts";
import { batchMetrics } from "../world/metrics/batch-metrics.ts";
import { MetricBook } from "../world/metrics/book.ts";
import { energyMetrics, withholdGrams } from "../world/metrics/energy-metrics.ts";
import { faultMetrics } from "../world/metrics/fault-metrics.ts";
import { identities } from "../world/metrics/identities.ts";
import { serviceMetrics } from "../world/metrics/service-metrics.ts";
import { servingMetrics } from "../world/metrics/serving-metrics.ts";
import type { World } from "../world/world.ts";
import type { RunHooks, RunSeed } from "./hooks.ts";
import type { RunResult } from "./result.ts";
import { recordRows } from "./row-recorder.ts";
import { SeriesRecorder } from "./series-recorder.ts";
import { TraceRecorder } from "./trace-recorder.ts";

/** What crosses to a worker. */
export interface LoadedSpec {
  readonly spec: ScenarioSpec;
  /** A folder, made when needed, for what is written while the run goes; absent: nothing is. */
  readonly spool?: string;
}

/** A scenario that keeps numbers only: rows of many runs would fill a disk. */
export function withoutRows(spec: ScenarioSpec): LoadedSpec {
  return { spec: { ...spec, record: { requests: 0, jobs: false, power: false, events: false, trace: false } } };
}

/** Events between two looks at the clock. */
const EVENTS_PER_SLICE = 20_000;
/** Longest time without letting signals and timers in, milliseconds. */
const BREATH_MS = 50;
/** Latencies that the warm-up is judged by. */
const PILOT_SAMPLES_MAX = 1e6;

export const runSeed: RunSeed<LoadedSpec> = async ({ spec, spool }, seed, hooks) => {
  const { warmupS, isSettled } = spec.warmup === "auto" ? await pilot(spec, seed, hooks) : { warmupS: spec.warmup, isSettled: true };
  const endS = warmupS + spec.duration;
  const built = buildWorld(spec, { seed, warmupS });
  const { world } = built;
  const faultKinds = Object.fromEntries(Object.entries(spec.faults).map(([key, { kind }]) => [key, kind]));
  const series = new SeriesRecorder(world, { warmupS, endS, faultKinds });
  const rows = recordRows(world, spec.record);
  const trace = spec.record.trace && spool !== undefined ? startTrace(spec, world, join(spool, `trace-${seed}.json`)) : undefined;
  built.begin();
  const isWhole = await play(built, endS, hooks).catch((error: unknown) => {
    throw error instanceof EnvError ? new EnvError(`${spec.name}, seed ${seed}: ${error.message}`) : error;
  });
  const traceFile = trace?.close({ scenario: spec.name, seed });
  return { ...result({ spec, seed, warmupS, isSettled, built, series, rows, isWhole }), ...(traceFile !== undefined && { traceFile }) };
};

function startTrace({ workloads }: ScenarioSpec, world: World, path: string): TraceRecorder {
  const engines = Object.entries(workloads).flatMap(([name, each]) => (each.kind === "model-serving" ? [[name, each.engine.kind]] : []));
  return new TraceRecorder(world, { path, engines: Object.fromEntries(engines) });
}

/** Plays until `endS` or until asked to stop; false if it was stopped. */
async function play({ world: { simulation } }: BuiltWorld, endS: number, hooks: RunHooks): Promise<boolean> {
  let breathMs = performance.now();
  while (!simulation.runSome(endS, EVENTS_PER_SLICE)) {
    if (performance.now() - breathMs < BREATH_MS) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (hooks.shouldStop()) return false;
    hooks.onProgress(simulation.nowS / endS);
    breathMs = performance.now();
  }
  return true;
}

interface Ended {
  readonly spec: ScenarioSpec;
  readonly seed: number;
  readonly warmupS: number;
  /** False where `auto` found no time at which every service's latencies are steady. */
  readonly isSettled: boolean;
  readonly built: BuiltWorld;
  readonly series: SeriesRecorder;
  readonly rows: ReturnType<typeof recordRows>;
  readonly isWhole: boolean;
}

function result({ spec, seed, warmupS, isSettled, built, series, rows, isWhole }: Ended): RunResult {
  const { world, loop } = built;
  for (const [name, external] of built.externals) external.finish(loop.look(name));
  const { simulation } = world;
  const { nowS } = simulation;
  world.finalize();
  const book = new MetricBook();
  for (const unit of world.services) serviceMetrics(book, unit, nowS);
  for (const unit of world.servings) servingMetrics(book, unit, nowS);
  for (const unit of world.batches) batchMetrics(book, unit, nowS);
  energyMetrics(book, world, nowS);
  withholdGrams(book, world);
  faultMetrics(book, world, Object.keys(spec.faults), series.stretches);
  controllerMetrics(book, Object.keys(spec.controllers), built);
  book.set("run.warmup_s", warmupS, isSettled ? undefined : { reason: "latencies were still drifting in the second half of the pilot" });
  book.set("run.measured_s", Math.max(0, nowS - warmupS));
  return {
    seed,
    metrics: book.metrics,
    notes: book.notes,
    latencyCounts: book.latencyCounts,
    identities: identities(world),
    eventLogHash: simulation.eventHash,
    eventCount: simulation.eventCount,
    series: series.finish(),
    tables: rows.tables(),
    ...(spec.record.events && { eventLines: rows.events }),
    ...(isWhole ? {} : { interruptedAtS: nowS }),
  };
}

function controllerMetrics(book: MetricBook, names: readonly string[], { loop, externals }: BuiltWorld): void {
  for (const name of names) {
    const stats = loop.statsOf(name);
    if (stats === undefined) continue; // a rule, asked at events
    book.set(`controllers.${name}.decisions`, stats.decisions);
    book.set(`controllers.${name}.actions`, stats.actions);
    book.set(`controllers.${name}.refusals`, stats.refused);
  }
  for (const [name, { rewardMean, stepCount, badReward }] of externals) {
    const metric = `controllers.${name}.reward_mean`;
    if (stepCount === 0) book.missing(metric, "no step ended");
    else if (badReward === undefined) book.set(metric, rewardMean, { n: stepCount });
    else
      book.missing(
        metric,
        `the reward of the step that ends at ${badReward.endS} s is ${badReward.value}; use a formula that is always a number`,
      );
  }
}

/**
 * `warmup: auto`: plays the run once, judges the latencies of each service in order of finish by MSER-5, and takes the
 * latest of the times at which they settle. The measured run then starts anew with that warm-up. A service with too few
 * finished requests to judge asks for none.
 */
async function pilot(spec: ScenarioSpec, seed: number, hooks: RunHooks): Promise<{ warmupS: number; isSettled: boolean }> {
  const built = buildWorld(spec, { seed, warmupS: 0 });
  const units = built.world.requestUnits.filter(({ service }) => !service.isFluid); // a fluid one is as settled as its load
  const samples = new Map(units.map(({ service }) => [service, { latencyS: [] as number[], arrivalS: [] as number[] }]));
  built.world.addRecorder({
    requestsOf: ({ service }) => {
      const mine = samples.get(service);
      return (request, nowS) => {
        if (mine === undefined || request.outcome !== OUTCOME.finished || mine.latencyS.length >= PILOT_SAMPLES_MAX) return;
        mine.latencyS.push(nowS - request.arrivalS);
        mine.arrivalS.push(request.arrivalS);
      };
    },
  });
  built.begin();
  await play(built, spec.duration, hooks);
  let warmupS = 0;
  let isSettled = true;
  for (const { latencyS, arrivalS } of samples.values()) {
    if (latencyS.length < MSER5_VALUES_MIN) continue;
    const { dropCount, settled } = mser5(latencyS);
    if (dropCount > 0) warmupS = Math.max(warmupS, arrivalS[dropCount - 1] as number);
    isSettled &&= settled;
  }
  return { warmupS, isSettled };
}
