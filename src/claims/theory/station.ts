/** Scenarios of one service on one server kind, with a mean service time of one second: the plain stage of most claims. */
import type { Setting } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import type { ControlRow } from "../replicate.ts";
import { type Queue, runLength, warmupLength } from "../run-length.ts";

export type Tree = Readonly<Record<string, unknown>>;

export const EXPONENTIAL: Tree = { kind: "exponential", mean: "1 s" };

/** A server kind of `cores` cores of reference speed; 100 W at rest and 200 W at work unless said otherwise. */
export const serverKind = (cores: number, more: Tree = {}): string =>
  JSON.stringify({
    kind: "server",
    cores,
    memory: "64 GiB",
    clocks: ["1 GHz"],
    power: { kind: "linear", idle: "100 W", peak: "200 W" },
    embodied: 0,
    lifetime: "4 year",
    source: "theory",
    ...more,
  });

export interface Station extends Queue {
  readonly name: string;
  readonly cores?: number;
  /** Fields of the service `s`, over these: FCFS with one slot for each core, exponential work, Poisson arrivals at the load. */
  readonly service?: Tree;
  /** Fields of the scenario, such as `controllers`. */
  readonly more?: Tree;
  /** Measured time and warm-up in seconds; from theory unless given. */
  readonly durationS?: number;
  readonly warmupS?: number;
}

export function station({ name, cores = 1, service = {}, more = {}, durationS, warmupS, ...queue }: Station): Setting {
  return {
    scenario: {
      name,
      warmup: warmupS ?? warmupLength(queue),
      duration: durationS ?? Math.ceil(runLength(queue) / cores),
      sites: { site: { servers: { kind: "./server.yaml" } } },
      workloads: {
        s: {
          kind: "service",
          concurrency: cores,
          work: EXPONENTIAL,
          arrivals: { kind: "poisson", rate: queue.load * cores },
          ...service,
        },
      },
      ...more,
    },
    files: { "server.yaml": serverKind(cores) },
  };
}

/** A metric of the service `s`. */
export const ofS =
  (name: string) =>
  (run: Finding): number =>
    metricOf(run, `workloads.s.${name}`);

/** Arrivals per second of the measured time, and busy share: known in every queue that serves all that comes. */
export function openControls({ load, cores = 1 }: { readonly load: number; readonly cores?: number }): readonly ControlRow[] {
  return [
    { of: arrivalRate, knownMean: load * cores },
    { of: (run) => metricOf(run, "sites.site.utilization_mean"), knownMean: load },
  ];
}

export const arrivalRate = (run: Finding): number => metricOf(run, "workloads.s.requests_arrived") / metricOf(run, "run.measured_s");
