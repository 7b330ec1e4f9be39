/** A replica as its workload sees it, whatever its engine: requests go in, some come out, joules are known at any time. */
import type { ReplicaId } from "../base/id.ts";
import { Container } from "../cluster/container.ts";
import type { Request } from "../cluster/request-pool.ts";
import type { Server } from "../cluster/server.ts";
import type { Device, Drawn } from "./device.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { ServedModel } from "./model-serving.ts";
import type { Progress } from "./progress.ts";
import type { Sequence } from "./sequence.ts";
import type { StepReplica } from "./step-replica.ts";

export interface Replica {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  /** All of one server: one for each of its stages, or those that share every step. */
  readonly devices: readonly Device[];
  /** Of those who are here. */
  readonly progress: Progress;
  readonly isUp: boolean;
  readonly queuedCount: number;
  readonly runningCount: number;
  /** Requests waiting and running. */
  readonly load: number;
  /** Requests that may enter beside those that a limit of the queue lets wait. */
  readonly openPlaces: number;
  /** Told of each piece of work as it ends; undefined where nobody listens. */
  watcher: ((work: ReplicaWork) => void) | undefined;
  /** Up to now. */
  readonly usedS: Used;
  /** The pieces of work under way, in order of its devices. */
  underWay(): readonly ReplicaWork[];
  /** What those who run have drawn and not been given yet. */
  drawn(): Drawn;
  /** A request joins. */
  enter(request: Request): void;
  /** Its server went down, or its device is lost: all that are here, first those who run, then those who wait, each in order. */
  lose(): readonly Request[];
}

/** Seconds with requests that run. */
export interface Used {
  /** Of each device, summed. */
  readonly gpuS: number;
  /** Of batches and steps: what GPUs do in lockstep counts once. */
  readonly busyS: number;
  /** The same, counted for each of the requests in them. */
  readonly memberS: number;
}

/** What a replica is made for, and those who will wait there. */
export interface Place {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  /** All of one server: one for each of its stages, or those that share every step. */
  readonly devices: readonly Device[];
  readonly queue: ModelQueue;
}

/** What a replica did without a pause: one batch, or steps of the same requests. */
export interface ReplicaWork {
  /** Of an engine by steps what these compute; `unfinished`: its server went down before its end, or the run ended. */
  readonly kind: "batch" | "prefill" | "decode" | "mixed" | "unfinished";
  /** Whose of its devices did it. */
  readonly stage: number;
  readonly startS: number;
  /** 1 for a batch, 0 for what is unfinished. */
  readonly steps: number;
  readonly requests: number;
  /** Computed in it, and written to answers: of a batch that goes through stages, in the last. */
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What a replica tells its workload, and asks it. */
export interface ReplicaListener {
  finished(request: Request): void;
  failed(request: Request): void;
  /** Who goes on with a request whose prompt is computed: chosen now, undefined where none is up. */
  decoderOf(request: Request): StepReplica | undefined;
  /** It would be too late, and was given up before it began or went on. */
  dropped(request: Request): void;
  /** What the queue rule says of a request. */
  keyOf(request: Request): number;
  isLate(request: Request): boolean;
  attainedS(request: Request): number;
  /** Seconds that it takes alone, at the greatest clock, until it has written so many tokens. */
  workS(request: Request, tokens: number): number;
  sequenceOf(request: Request): Sequence;
}

/** A process keeps its server awake and its static watts in the account of what is reserved. */
export function occupyServer(server: Server): void {
  const owner = { taskFinished: () => {}, rebased: () => {} }; // it never has a task
  server.addContainer(new Container(owner, false), { cores: 0, memoryB: 0 });
  server.settle();
}
