/** What one run leaves behind: numbers for scripts, series for pictures, rows for files. Plain data, so it crosses threads. */
import type { BucketCounts } from "../stats/index.ts";
import type { Account } from "../world/energy/account.ts";

export interface Note {
  /** Why a metric is null, or how to read it. */
  readonly reason?: string;
  /** More than 1 % of samples were cut off: the true value is at least this. */
  readonly censored?: boolean;
  /** "exact" or "log-histogram" for percentiles; "batch-means" for means of one run. */
  readonly estimator?: string;
  readonly n?: number;
  /** Half-width of the 95 % interval from within this run (batch means), in the metric's unit. */
  readonly halfWidth?: number;
}

export interface RunResult {
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly notes: Readonly<Record<string, Note>>;
  /** Latencies by buckets, by the common prefix of their metrics: `workloads.web.latency` for `…_p99_s`. Absent where results are read back. */
  readonly latencyCounts?: Readonly<Record<string, BucketCounts>>;
  readonly identities: Readonly<Record<string, boolean>>;
  readonly eventLogHash: string;
  readonly eventCount: number;
  readonly series: RunSeries;
  /** Tables asked for by `record:`, by file name without extension ("requests", "jobs", "power"). */
  readonly tables: Readonly<Record<string, ColumnTable>>;
  /** JSON lines of `events.jsonl`; absent unless asked for, empty where nothing happened. */
  readonly eventLines?: readonly string[];
  /** Where the trace of `record: { trace: true }` lies until it is moved beside the other files. */
  readonly traceFile?: string;
  /** Absent unless the run was interrupted: how far it came, seconds. */
  readonly interruptedAtS?: number;
}

export interface ColumnTable {
  readonly columns: readonly Column[];
  readonly rowCount: number;
}
export type Column =
  | { readonly name: string; readonly type: "double"; readonly data: Float64Array }
  | { readonly name: string; readonly type: "text"; readonly data: readonly string[] };

/** Time series in equal buckets over the whole run, warm-up included; of an interrupted run, the buckets that it completed. */
export interface RunSeries {
  readonly bucketS: number;
  readonly bucketCount: number;
  readonly warmupS: number;
  readonly sites: readonly SiteSeries[];
  readonly servers: ServerSeries;
  readonly gpus: GpuSeries;
  readonly services: readonly ServiceSeries[];
  /** Of the workloads of models on GPUs, in declared order. */
  readonly models: readonly ModelSeries[];
  readonly batches: readonly BatchSeries[];
  /** Stretches during which a fault held a target, in order of start. */
  readonly faults: readonly {
    readonly fault: string;
    readonly kind: string;
    readonly server: string;
    readonly startS: number;
    readonly endS: number;
  }[];
}
export interface SiteSeries {
  readonly name: string;
  /** Joules and grams of each bucket, by account; no grams for a site of which the grid is not known. */
  readonly energyJ: Readonly<Partial<Record<Account, Float64Array>>>;
  readonly carbonG: Readonly<Partial<Record<Account, Float64Array>>>;
  /** Carbon intensity at the middle of each bucket, g/kWh. */
  readonly intensityGPerKwh: Float64Array;
}
export interface ServerSeries {
  readonly names: readonly string[];
  readonly racks: readonly string[];
  /** Mean utilisation of server s in bucket b at `s * bucketCount + b`; NaN where it was down throughout. */
  readonly utilization: Float32Array;
}
export interface GpuSeries {
  readonly names: readonly string[];
  readonly sites: readonly string[];
  readonly kinds: readonly string[];
  /** Means of GPU g in bucket b at `g * bucketCount + b`; no watts while its server is down. */
  readonly powerW: Float32Array;
  readonly clockHz: Float32Array;
  /** Of each GPU the seconds at the clocks that it had, rising, over the whole run. */
  readonly residency: readonly (readonly { readonly clockHz: number; readonly timeS: number }[])[];
}
export interface ModelSeries {
  readonly workload: string;
  readonly model: string;
  /** Mean requests in each bucket; those with a predictor wait. */
  readonly queued: Float64Array;
  readonly running: Float64Array;
}
export interface ServiceSeries {
  readonly name: string;
  readonly sloLatencyS: number | null;
  /** By bucket of intended arrival; NaN where there was no request. */
  readonly requestsArrived: Float64Array;
  readonly requestsFailed: Float64Array; // failed, rejected or timed out
  readonly latencyMeanS: Float64Array;
  readonly latencyP50S: Float64Array;
  readonly latencyP99S: Float64Array;
  /** Histogram of measured latencies: counts between consecutive edges, edges log-spaced. */
  readonly histogramEdgesS: Float64Array;
  readonly histogramCounts: Float64Array;
}
export interface BatchSeries {
  readonly name: string;
  readonly queued: Float64Array; // mean jobs waiting in each bucket
  readonly running: Float64Array;
  /** The longest stretches of running, at most a few thousand, in order of start; `truncatedCount` says how many more there were. */
  readonly segments: readonly {
    readonly job: number;
    readonly server: string;
    readonly startS: number;
    readonly endS: number;
    readonly outcome: "finished" | "evicted" | "crashed" | "oom" | "suspended" | "running";
  }[];
  readonly truncatedCount: number;
}

/** What `run` prints and stores: the contract's document plus what pictures need. */
export interface RunOutput {
  readonly version: string;
  readonly scenario: { readonly name: string; readonly sha256: string; readonly text: string; readonly file: string };
  readonly startUtc: string | null;
  readonly durationS: number;
  readonly warmupS: number;
  readonly seeds: readonly number[];
  readonly runs: readonly RunResult[];
  readonly summary: Readonly<Record<string, SummaryEntry>>;
  readonly expectations: readonly Expectation[];
}
export interface SummaryEntry {
  readonly mean: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly n: number;
  readonly unit: string;
  /** "replications" (95 % t interval over seeds), "pooled" (percentile of all seeds' latencies), "batch-means" (within one run), or "single" (no interval: a note says why, or runs were interrupted). */
  readonly estimator: string;
}
export interface Expectation {
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
  readonly value: number | null;
  readonly met: boolean;
}
