/**
 * What the cluster asks of those who decide. Rules answer at an event, from views of what is observable. Their functions
 * are properties, not methods: the compiler then refuses a rule whose parameter type asks for more than the view shows.
 */
import type { Rng } from "../../kernel/index.ts";
import type { JobId, ReplicaId, ServerId } from "../base/id.ts";
import type { Forecast } from "../energy/signal.ts";

/** One reused cursor over a request's observable columns; valid only during the call. */
export interface RequestView {
  readonly id: number;
  /** Intended arrival, seconds. */
  readonly arrivalS: number;
  /** Index of the class in the declared order; 0 without classes. */
  readonly classIndex: number;
  /** The class's declared priority; higher goes first. */
  readonly priority: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** When it must be answered by its SLO, seconds; Infinity without one. */
  readonly deadlineS: number;
  /** What a length predictor said of its answer less what is written, tokens; 0 without a predictor. */
  readonly predictedTokens: number;
}

/** What shows of a request once it is at a replica. */
export interface QueuedRequestView extends RequestView {
  /** Does it hold a place, or did it until this moment? */
  readonly isRunning: boolean;
  /** When it would be answered if it began now and had nothing to wait for, by what is known of its length, seconds; of services, now. */
  readonly earliestEndS: number;
  // Of requests to models; of others 0. Seconds are those of the request alone at the greatest clock.
  /** Seconds that those tokens take, at least one of them; an encoder's, which are known. */
  readonly predictedLeftS: number;
  /** Seconds of service that it had, since it was last promoted. */
  readonly attainedS: number;
  readonly isPromoted: boolean;
  /** Seconds until its first token: its prompt. */
  readonly firstTokenS: number;
  /** Seconds of work that it would have to do again if it gave way now. */
  readonly recomputeS: number;
}

/** What a scenario adds by `oracle: [work]`: the truth no real scheduler has. */
export interface OracleRequestView extends QueuedRequestView {
  readonly workS: number;
  readonly remainingWorkS: number;
}

/** What a queue rule says beside its key. */
interface QueueTraits {
  /** Interrupts the running request of greatest key when a lesser one waits; a service resumes it where it stopped. */
  readonly preempts?: boolean;
  /** Of models: once the first of those who wait has waited longer, the queue goes by arrival. */
  readonly agingS?: number;
  /** Of models: who has waited longer since it last ran is promoted; its `attainedS` counts anew. */
  readonly promotesAfterS?: number;
  /** Does the key of one who runs grow with its service? */
  readonly demotes?: boolean;
}

/** Orders a replica's queue: the least key goes first, equal keys by arrival, then id. */
export interface QueueRule extends QueueTraits {
  readonly kind: "queue";
  readonly key: (request: QueuedRequestView) => number;
  /** Asked when it would begin: is it too late to be answered in time? Then it is dropped. */
  readonly isLate?: (request: QueuedRequestView) => boolean;
}

/** A queue rule that may look at true work. */
export interface OracleQueueRule extends QueueTraits {
  readonly kind: "oracle-queue";
  readonly key: (request: OracleRequestView) => number;
}

export type AnyQueueRule = QueueRule | OracleQueueRule;

/** What a batch job asks for and says of itself. Its true work is not here. */
export interface JobView {
  readonly id: JobId;
  readonly workload: string;
  readonly cores: number;
  readonly memoryB: number;
  readonly arrivalS: number;
  /** Absolute seconds, or Infinity. */
  readonly deadlineS: number;
  /** How long the job may wait, seconds, or Infinity. */
  readonly slackS: number;
  readonly priority: number;
}

export interface Need {
  readonly cores: number;
  readonly memoryB: number;
}

/** Columns by server id, to read only; free resources as last reported. Zeros where an index lacks the server. */
export interface FleetColumns {
  readonly freeCores: ArrayLike<number>;
  readonly freeMemoryB: ArrayLike<number>;
  /** 1 if the server accepts work. */
  readonly open: ArrayLike<number>;
  readonly cores: ArrayLike<number>;
  readonly memoryB: ArrayLike<number>;
  /** Watts at rest and flat out, from the server kind. */
  readonly idleW: ArrayLike<number>;
  readonly peakW: ArrayLike<number>;
}

/**
 * Fast answers about free resources, over telemetry's mirror: exact at delay 0, stale otherwise (a bad choice comes back
 * as a refusal). All ties go to the lowest id.
 */
export interface FleetIndex {
  /** The lowest id that fits. */
  firstFit(need: Need): ServerId | undefined;
  /** The server that fits with the fewest free cores left, then the least free memory, then the lowest id. */
  bestFit(need: Need): ServerId | undefined;
  /** The server that fits with the most free cores, then the most free memory, then the lowest id. */
  worstFit(need: Need): ServerId | undefined;
  /** The server that fits with the least (peakW - idleW) / cores, then as `bestFit`. */
  leastPower(need: Need): ServerId | undefined;
  /** `count` different servers that fit (fewer if there are fewer), uniformly at random. */
  sample(count: number, need: Need, rng: Rng): readonly ServerId[];
  columns(): Readonly<FleetColumns>;
}

/** Chooses a server for a job or a service's replica; undefined leaves it queued. */
export interface PlaceRule {
  readonly kind: "place";
  readonly choose: (job: JobView, fleet: FleetIndex, rng: Rng) => ServerId | undefined;
}

/** The replicas of one service that are up, by position 0..count-1. */
export interface ReplicaIndex {
  readonly count: number;
  id(position: number): ReplicaId;
  /** Requests waiting and running there; of a model on GPUs, on all replicas that share a GPU with it. */
  loadOf(position: number): number;
}

/** Chooses a replica for a request. Draw the same number of times at each call, whatever the replicas' state. */
export interface RouteRule {
  readonly kind: "route";
  /** @returns a position below `replicas.count`, which is at least 1. */
  readonly choose: (request: RequestView, replicas: ReplicaIndex, rng: Rng) => number;
}

/** Decides at its arrival when a job may start: absolute seconds, `nowS` for at once. Asked once a job. */
export interface DelayRule {
  readonly kind: "delay";
  readonly startS: (job: JobView, nowS: number, carbon: Forecast) => number;
}

export type Rule = AnyQueueRule | PlaceRule | RouteRule | DelayRule;
