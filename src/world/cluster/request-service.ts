/** What answers requests, as those see it who count and record: a service on cores, or models on GPUs. */
import type { Request, RequestPool } from "./request-pool.ts";
import type { ServiceStats } from "./service-stats.ts";

/** Hears of each request that ended; the record is read at once, never kept. */
export type RequestWatcher = (request: Request, nowS: number) => void;

/** Joules, grams and reference-core seconds of requests still under way, so far. */
export interface OpenTotals {
  readonly energyJ: number;
  readonly carbonG: number;
  readonly workS: number;
}

export interface RequestService {
  readonly stats: ServiceStats;
  readonly requests: RequestPool;
  readonly watchers: RequestWatcher[];
  readonly queuedCount: number;
  readonly runningCount: number;
  /** Dynamic joules of its requests, integrated where they run. */
  readonly energyJ: number;
  openTotals(): OpenTotals;
  /** Where a replica runs, by name; "" for NONE. */
  placeOf(replica: number): string;
}

/** Who takes requests: `size` is work in reference-core seconds, or tokens of a model's answer; models have prompts too. */
export interface Receiver {
  arrive(size: number, classIndex: number, user: number, promptTokens: number): void;
}
