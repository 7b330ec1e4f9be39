/** `series.json`: what the page needs beside `summary.json`, so that a stored folder gives the same page again. */
import type { BatchSeries, Note, RunOutput, RunResult, RunSeries, ServiceSeries, SiteSeries } from "../experiment/result.ts";
import { refuseBadNumbers } from "./to-json.ts";

/** Raised when the shape of the file changes, so that an old folder is refused by name instead of misread. */
const FORMAT = 2;

/** The stored result cannot be read: not ours, of another version, or damaged. */
export class StoredResultError extends Error {}

type Numbers = Float64Array | Float32Array;
/** Typed arrays become plain lists with null for NaN, so that any script can read them. */
type Stored<T> = T extends Numbers
  ? readonly (number | null)[]
  : T extends readonly (infer Item)[]
    ? readonly Stored<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Stored<T[Key]> }
      : T;

interface SeriesDocument {
  readonly format: number;
  readonly scenario: { readonly text: string; readonly file: string };
  readonly startUtc: string | null;
  readonly warmupS: number;
  readonly expectations: RunOutput["expectations"];
  readonly runs: readonly {
    readonly notes: Readonly<Record<string, Note>>;
    readonly eventCount: number;
    readonly interruptedAtS: number | null;
    readonly series: Stored<RunSeries>;
  }[];
}

export function toSeriesJson(output: RunOutput): string {
  const document: SeriesDocument = {
    format: FORMAT,
    scenario: { text: output.scenario.text, file: output.scenario.file },
    startUtc: output.startUtc,
    warmupS: output.warmupS,
    expectations: output.expectations,
    runs: output.runs.map((run) => ({
      notes: run.notes,
      eventCount: run.eventCount,
      interruptedAtS: run.interruptedAtS ?? null,
      series: stored(run.series) as Stored<RunSeries>,
    })),
  };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document)}\n`;
}

/** @throws {StoredResultError} if the two texts do not belong together or are not ours. */
export function fromJson(summaryText: string, seriesText: string): RunOutput {
  const summary = parse(summaryText, "summary.json") as SummaryDocument;
  const series = parse(seriesText, "series.json") as SeriesDocument;
  if (series.format !== FORMAT) throw new StoredResultError(`series.json has format ${series.format}, this version reads ${FORMAT}`);
  if (series.runs.length !== summary.runs.length) {
    throw new StoredResultError(`series.json has ${series.runs.length} runs, summary.json ${summary.runs.length}`);
  }
  return {
    version: summary.cybertwin,
    scenario: { ...summary.scenario, ...series.scenario },
    startUtc: series.startUtc,
    durationS: summary.durationS,
    warmupS: series.warmupS,
    seeds: summary.seeds,
    runs: summary.runs.map((run, i) => runFrom(run, series.runs[i] as SeriesDocument["runs"][number])),
    summary: summary.summary,
    expectations: series.expectations,
  };
}

interface SummaryDocument {
  readonly cybertwin: string;
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly durationS: number;
  readonly seeds: readonly number[];
  readonly runs: readonly Pick<RunResult, "seed" | "metrics" | "identities" | "eventLogHash">[];
  readonly summary: RunOutput["summary"];
}

function parse(text: string, file: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StoredResultError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || !Array.isArray((value as { runs?: unknown }).runs)) {
    throw new StoredResultError(`${file} is not a result of a run (no list "runs")`);
  }
  return value;
}

function runFrom(run: SummaryDocument["runs"][number], rest: SeriesDocument["runs"][number]): RunResult {
  return {
    seed: run.seed,
    metrics: run.metrics,
    notes: rest.notes,
    identities: run.identities,
    eventLogHash: run.eventLogHash,
    eventCount: rest.eventCount,
    series: seriesFrom(rest.series),
    tables: {},
    ...(rest.interruptedAtS === null ? {} : { interruptedAtS: rest.interruptedAtS }),
  };
}

function seriesFrom(series: Stored<RunSeries>): RunSeries {
  return {
    ...series,
    sites: series.sites.map(siteFrom),
    servers: { ...series.servers, utilization: Float32Array.from(doubles(series.servers.utilization)) },
    gpus: {
      ...series.gpus,
      powerW: Float32Array.from(doubles(series.gpus.powerW)),
      clockHz: Float32Array.from(doubles(series.gpus.clockHz)),
    },
    services: series.services.map(serviceFrom),
    models: series.models.map((model) => ({ ...model, queued: doubles(model.queued), running: doubles(model.running) })),
    batches: series.batches.map(batchFrom),
  };
}

function siteFrom(site: Stored<SiteSeries>): SiteSeries {
  const byAccount = (stored: Stored<SiteSeries["energyJ"]>) =>
    Object.fromEntries(Object.entries(stored).map(([account, values]) => [account, doubles(values)]));
  return {
    name: site.name,
    energyJ: byAccount(site.energyJ),
    carbonG: byAccount(site.carbonG),
    intensityGPerKwh: doubles(site.intensityGPerKwh),
  };
}

function serviceFrom(service: Stored<ServiceSeries>): ServiceSeries {
  return {
    name: service.name,
    sloLatencyS: service.sloLatencyS,
    requestsArrived: doubles(service.requestsArrived),
    requestsFailed: doubles(service.requestsFailed),
    latencyMeanS: doubles(service.latencyMeanS),
    latencyP50S: doubles(service.latencyP50S),
    latencyP99S: doubles(service.latencyP99S),
    histogramEdgesS: doubles(service.histogramEdgesS),
    histogramCounts: doubles(service.histogramCounts),
  };
}

function batchFrom(batch: Stored<BatchSeries>): BatchSeries {
  return { ...batch, queued: doubles(batch.queued), running: doubles(batch.running) };
}

function stored(value: unknown): unknown {
  if (value instanceof Float32Array) return Array.from(value, (v) => (Number.isNaN(v) ? null : Number(v.toPrecision(9)))); // 9 digits name every float32
  if (value instanceof Float64Array) return Array.from(value, (v) => (Number.isNaN(v) ? null : v));
  if (Array.isArray(value)) return value.map(stored);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stored(item)]));
}

function doubles(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (v) => v ?? Number.NaN);
}
