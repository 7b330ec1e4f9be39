/** Small worlds for rules: made of plain data, with nothing behind it. */
import { controllers, type Deciders, type Decision } from "../../src/control/index.ts";
import type { Rng } from "../../src/kernel/index.ts";
import type { JobId, ReplicaId } from "../../src/world/base/id.ts";
import type { JobView, OracleRequestView, ReplicaIndex } from "../../src/world/cluster/ports.ts";
import type { Forecast } from "../../src/world/energy/signal.ts";
import type { ServiceTelemetry, Telemetry } from "../../src/world/ports.ts";

/** A controller as a scenario makes it: parsed by its own schema, defaults filled in. */
export function make<D extends Decision>(decides: D, spec: { readonly kind: string }): Deciders[D] {
  const plugin = controllers.get(spec.kind);
  if (plugin === undefined) throw new Error(`no controller "${spec.kind}"`);
  if (plugin.decides !== decides) throw new Error(`"${spec.kind}" decides ${plugin.decides}, not ${decides}`);
  return plugin.create(plugin.schema.parse(spec)) as Deciders[D];
}

export const request = (given: Partial<OracleRequestView> = {}): OracleRequestView => ({
  id: 0,
  arrivalS: 0,
  classIndex: 0,
  priority: 0,
  attempt: 1,
  deadlineS: Number.POSITIVE_INFINITY,
  isRunning: false,
  predictedTokens: 0,
  predictedLeftS: 0,
  attainedS: 0,
  isPromoted: false,
  firstTokenS: 0,
  recomputeS: 0,
  earliestEndS: 0,
  workS: 1,
  remainingWorkS: 1,
  ...given,
});

export const job = (given: Partial<JobView> = {}): JobView => ({
  id: 0 as JobId,
  workload: "etl",
  cores: 1,
  memoryB: 0,
  arrivalS: 0,
  deadlineS: Number.POSITIVE_INFINITY,
  slackS: Number.POSITIVE_INFINITY,
  priority: 0,
  ...given,
});

export const replicas = (loads: readonly number[]): ReplicaIndex => ({
  count: loads.length,
  id: (position) => position as ReplicaId,
  loadOf: (position) => {
    const load = loads[position];
    if (load === undefined) throw new Error(`no replica at ${position}`);
    return load;
  },
});

/** Steps of one hour; the last value goes on for ever. */
export const hourly = (values: readonly number[]): Forecast => ({
  predict: (_nowS, timeS) => values[Math.min(values.length - 1, Math.floor(timeS / 3600))] as number,
});

export const telemetry = (nowS: number, carbon: Forecast, names: readonly string[] = ["etl"]): Telemetry => ({
  nowS,
  sampledAtS: nowS,
  workloads: Object.fromEntries(names.map((name) => [name, batchTelemetry])),
  servers: [],
  gpus: [],
  carbon,
});

const batchTelemetry = {
  kind: "batch",
  arrivalRatePerS: 0,
  latencyP50S: Number.NaN,
  latencyP99S: Number.NaN,
  queued: 3,
  running: 1,
  busyCores: 1,
} as const;

/** What a scrape says of a service that has nothing to do. */
export const serviceTelemetry = (given: Partial<ServiceTelemetry> = {}): ServiceTelemetry => ({
  ...batchTelemetry,
  kind: "service",
  queued: 0,
  running: 0,
  busyCores: 0,
  sloS: undefined,
  ended: 0,
  good: 0,
  replicas: 1,
  readyReplicas: 1,
  oomRestarts: 0,
  cpuUtilization: 0,
  cpuLimitUtilization: 0,
  limitCores: 1,
  memoryB: 0,
  limitMemoryB: Number.POSITIVE_INFINITY,
  ...given,
});

/** Counts the draws that pass through. */
export class CountingRng implements Rng {
  draws = 0;
  readonly #source: Rng;

  constructor(source: Rng) {
    this.#source = source;
  }

  uniform(): number {
    this.draws++;
    return this.#source.uniform();
  }

  int(bound: number): number {
    this.draws++;
    return this.#source.int(bound);
  }

  fork(name: string): Rng {
    return this.#source.fork(name);
  }
}
