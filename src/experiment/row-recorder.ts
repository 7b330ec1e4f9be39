/** Rows that a scenario asks for by `record:`, kept as columns until the run ends. */
import type { Job, StretchEnd } from "../world/cluster/job.ts";
import type { RequestWatcher } from "../world/cluster/request-service.ts";
import type { Server } from "../world/cluster/server.ts";
import { OUTCOME, OUTCOME_NAMES } from "../world/cluster/service-stats.ts";
import type { Recorder, Struck } from "../world/ports.ts";
import type { Device } from "../world/serving/device.ts";
import { ModelServing } from "../world/serving/model-serving.ts";
import type { RequestUnit, World } from "../world/world.ts";
import type { ColumnTable } from "./result.ts";
import { TableBuilder } from "./table-builder.ts";

export interface RowOptions {
  /** Share of requests, 0..1. */
  readonly requests: number;
  readonly jobs: boolean;
  readonly power: boolean;
  readonly events: boolean;
}

const REQUEST_COLUMNS = {
  id: "double",
  attempt: "double",
  workload: "text",
  class: "text",
  arrival_s: "double",
  prompt_tokens: "double",
  output_tokens: "double",
  start_s: "double",
  first_token_s: "double",
  finish_s: "double",
  outcome: "text",
  replica: "double",
  server: "text",
  energy_j: "double",
  carbon_g: "double",
} as const;
const JOB_COLUMNS = {
  id: "double",
  workload: "text",
  arrival_s: "double",
  start_s: "double",
  finish_s: "double",
  outcome: "text",
  restarts: "double",
  server: "text",
  energy_j: "double",
  carbon_g: "double",
} as const;
const POWER_COLUMNS = { time_s: "double", server: "text", watts: "double", utilization: "double", clock_hz: "double" } as const;

const NO_TOKENS = { promptTokens: 0, outputTokens: 0 } as const;

/** Multiples of the golden ratio spread evenly over [0, 1): sampling by id needs no random stream. */
const GOLDEN = 0.6180339887498949;

/** The recorders that `options` ask for; `tables` and `events` are read once the run has ended. */
export function recordRows(
  world: World,
  options: RowOptions,
): { tables(): Readonly<Record<string, ColumnTable>>; readonly events: string[] } {
  const tables: Record<string, () => ColumnTable> = {};
  const events: string[] = [];
  if (options.requests > 0) tables.requests = requestRows(world, options.requests);
  if (options.jobs) tables.jobs = jobRows(world);
  if (options.power) tables.power = powerRows(world);
  if (options.events) world.addRecorder(new EventLines(events));
  return { tables: () => Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table()])), events };
}

function requestRows(world: World, share: number): () => ColumnTable {
  const builder = new TableBuilder(REQUEST_COLUMNS);
  world.addRecorder({
    requestsOf:
      ({ service, name, classNames, noCarbon }) =>
      (request, nowS) => {
        if (service.isFluid) return; // it has no single ones
        if ((request.id * GOLDEN) % 1 >= share) return;
        const tokens = service instanceof ModelServing ? service.sequenceOf(request) : NO_TOKENS;
        builder.add({
          id: request.id,
          attempt: request.attempt,
          workload: name,
          class: classNames[request.classIndex] ?? "", // a service without classes
          arrival_s: request.arrivalS,
          prompt_tokens: tokens.promptTokens || Number.NaN, // 0: a model that has no such thing
          output_tokens: tokens.outputTokens || Number.NaN,
          start_s: request.startS,
          first_token_s: request.firstTokenS,
          finish_s: nowS,
          outcome: OUTCOME_NAMES[request.outcome],
          replica: request.replica,
          server: service.placeOf(request.replica),
          energy_j: request.energyJ,
          carbon_g: noCarbon === undefined ? request.carbonG : Number.NaN,
        });
      },
  });
  return () => builder.table();
}

function jobRows(world: World): () => ColumnTable {
  const builder = new TableBuilder(JOB_COLUMNS);
  const unknown = new Set(world.batches.filter(({ noCarbon }) => noCarbon !== undefined).map(({ workload }) => workload));
  const add = (job: Job, outcome: string, at: { finishS: number; server: string; energyJ: number; carbonG: number }): void =>
    builder.add({
      id: job.id,
      workload: job.workload.name,
      arrival_s: job.arrivalS,
      start_s: job.firstStartS,
      finish_s: at.finishS,
      outcome,
      restarts: job.restarts,
      server: at.server,
      energy_j: at.energyJ,
      carbon_g: unknown.has(job.workload) ? Number.NaN : at.carbonG,
    });
  world.addRecorder({
    jobFinished: (job, server, nowS) =>
      add(job, "finished", { finishS: nowS, server: server.options.name, energyJ: job.energyJ, carbonG: job.carbonG }),
  });
  return () => {
    for (const pool of world.pools) {
      for (const job of pool.openJobs()) {
        const { server, container } = job;
        const energyJ = job.energyJ + (server === undefined ? 0 : container.phiJ);
        const carbonG = job.carbonG + (server === undefined ? 0 : container.taskCarbonG(server.options.intensity.gPerJ));
        add(job, job.state, { finishS: Number.NaN, server: server?.options.name ?? "", energyJ, carbonG });
      }
    }
    return builder.table();
  };
}

/** One row a change of watts, utilisation or clock of a server or a GPU; the first row of each is its state at the start. */
function powerRows(world: World): () => ColumnTable {
  const builder = new TableBuilder(POWER_COLUMNS);
  // The last row of each server, by id; NaN equals nothing, so each gets its first row.
  const lastW = new Float64Array(world.servers.length).fill(Number.NaN);
  const lastCores = new Float64Array(world.servers.length);
  const lastHz = new Float64Array(world.servers.length);
  const add = (server: Server, nowS: number): void => {
    const { id, powerW, usedCores, clockHz } = server;
    if (lastW[id] === powerW && lastCores[id] === usedCores && lastHz[id] === clockHz) return;
    lastW[id] = powerW;
    lastCores[id] = usedCores;
    lastHz[id] = clockHz;
    builder.add({ time_s: nowS, server: server.options.name, watts: powerW, utilization: server.utilization, clock_hz: clockHz });
  };
  for (const server of world.servers) add(server, 0);
  const addDevice = (device: Device, nowS: number): void => {
    const { powerW, clockHz, options } = device;
    builder.add({ time_s: nowS, server: options.name, watts: powerW, utilization: device.isBusy ? 1 : 0, clock_hz: clockHz });
  };
  for (const device of world.devices) addDevice(device, 0);
  world.addRecorder({ powerChanged: add, devicePowerChanged: addDevice });
  return () => builder.table();
}

/** One JSON object a line: what happened to jobs and servers. Requests have a table of their own. */
class EventLines implements Recorder {
  readonly #lines: string[];
  constructor(lines: string[]) {
    this.#lines = lines;
  }
  requestsOf({ name: workload, service }: RequestUnit): RequestWatcher {
    return ({ outcome, id, count }, nowS) => {
      if (outcome === OUTCOME.finished) return;
      this.#add({ time_s: nowS, event: `request-${OUTCOME_NAMES[outcome]}`, workload, ...(service.isFluid ? { count } : { id }) }); // ids count within a service
    };
  }
  stretchEnded(job: Job, server: Server, end: StretchEnd, nowS: number): void {
    this.#add({
      time_s: nowS,
      event: `job-${end}`,
      workload: job.workload.name,
      id: job.id,
      server: server.options.name,
      since_s: job.startS,
    });
  }
  faultBegan(fault: string, { options }: Struck, nowS: number): void {
    this.#add({ time_s: nowS, event: "fault-began", fault, server: options.name });
  }
  faultEnded(fault: string, { options }: Struck, nowS: number): void {
    this.#add({ time_s: nowS, event: "fault-ended", fault, server: options.name });
  }
  #add(event: Readonly<Record<string, string | number>>): void {
    this.#lines.push(JSON.stringify(event));
  }
}
