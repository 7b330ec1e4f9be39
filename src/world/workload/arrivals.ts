/** When work arrives: open processes give times since `start`, in order; closed ones are users that the service drives. */
import type { ReadPiece } from "../base/bytes.ts";
import type { MadeLaw } from "./law.ts";
import type { ClockOptions } from "./profile.ts";
import type { Replay } from "./trace/replay.ts";
import type { Trace } from "./trace/trace.ts";

export interface ArrivalProcess {
  /** Absolute time of the next arrival in seconds, or Infinity when there is none. Never decreases. */
  nextS(): number;
  /** Columns of the trace row of the arrival that `nextS` returned last, or undefined where arrivals follow a law. */
  readonly row?: number;
}

export interface ArrivalOptions extends ClockOptions {
  /** How many arrive in all; only `uniform` asks, the others go on for ever. */
  readonly jobs?: number;
}

interface Timed {
  /** Long-run mean arrivals per second, over whole periods of the profile; NaN where `jobs` decides. */
  readonly meanRatePerS: number;
  /** Greatest arrival rate that profile and state allow; NaN where `jobs` or a trace decides. */
  readonly peakRatePerS: number;
}

/** Arrivals as a stream of known rate: what a service needs that plays no single request. */
export interface ArrivalStream {
  /** Squared coefficient of variation of the gaps, in the profile's time; 1 is Poisson. */
  readonly gapCv2: number;
  /** How many arrive up to a time, in the mean. Ask in rising order. */
  expectedBy(timeS: number): number;
}

/** Arrivals from a law: they come whatever becomes of them. */
export interface OpenArrivals extends Timed {
  readonly kind: "open";
  create(options: ArrivalOptions): ArrivalProcess;
  /** Of independent gaps; undefined where gaps depend on each other. The rate is that of `create` with the same options. */
  readonly stream?: (options: ClockOptions) => ArrivalStream;
}

/** Arrivals replayed from a file, with columns of their own. */
export interface TraceArrivals extends Timed {
  readonly kind: "trace";
  readonly trace: Trace;
  /** From its first row on. */
  replay(read: ReadPiece): Replay;
}

/** Users that each think, send one request, and wait for its answer: the service drives them. */
export interface ClosedArrivals {
  readonly kind: "closed";
  readonly users: number;
  readonly thinkTime: MadeLaw;
}

export type ArrivalFactory = OpenArrivals | TraceArrivals | ClosedArrivals;
