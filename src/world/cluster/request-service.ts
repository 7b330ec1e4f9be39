/** What answers requests, as those see it who count and record: a service on cores, or models on GPUs. */

import type { Replica } from "./replica.ts";
import type { ReplicaOptions, ReplicaSet } from "./replica-set.ts";
import type { Request } from "./request-pool.ts";
import type { ServiceStats } from "./service-stats.ts";

/** Hears of each request that ended; the record is read at once, never kept. Of a fluid service it stands for `count` of them. */
export type RequestWatcher = (request: Request, nowS: number) => void;

/** Joules, grams and reference-core seconds of requests still under way, so far. */
export interface OpenTotals {
  readonly energyJ: number;
  readonly carbonG: number;
  readonly workS: number;
}

export interface RequestService {
  /** Are its requests no events? Then a record stands for several. */
  readonly isFluid: boolean;
  readonly stats: ServiceStats;
  /** Those under way. Records may be used again: read them at once. */
  readonly requests: { open(): Iterable<Request> };
  readonly watchers: RequestWatcher[];
  readonly queuedCount: number;
  readonly runningCount: number;
  /** Dynamic joules of its requests, integrated where they run. */
  readonly energyJ: number;
  /** Area under the number in system up to `nowS`, request-seconds. */
  areaS(nowS: number): number;
  openTotals(): OpenTotals;
  /** Where a replica runs, by name; "" for NONE. */
  placeOf(replica: number): string;
}

/** A service on cores: its replicas come, go and are lost. */
export interface ReplicatedService extends RequestService {
  readonly options: ReplicaOptions & { readonly name: string };
  readonly set: ReplicaSet;
  /** Those with a place on a server, oldest first. */
  readonly replicas: readonly Replica[];
  /** Everything in the replica fails. */
  replicaLost(replica: Replica): void;
  /** Counts what has ended, for whoever looks at it: of a fluid service, up to its last interval. That changes nothing of what happens. */
  catchUp(): void;
  /** Brings the books up to now: at the end of a run. */
  finalize(): void;
}

/** Who takes requests: `size` is work in reference-core seconds, or tokens of a model's answer; models have prompts too. */
export interface Receiver {
  arrive(size: number, classIndex: number, user: number, promptTokens: number): void;
}
