/** One replica of a service: a container on a server, with a queue before it. */
import type { ReplicaId } from "../base/id.ts";
import { Container, type ContainerOwner } from "./container.ts";
import type { RequestQueue } from "./request-queue.ts";
import type { Server } from "./server.ts";

/** What a replica tells its service. */
export interface ReplicaListener {
  requestFinished(slot: number, replica: Replica): void;
  marksMoved(replica: Replica, phiJ: number, carbonG: number): void;
  /** As of `ContainerOwner`. */
  speedChanged?(): void;
}

interface ReplicaShape {
  readonly weight: number;
  readonly capCores: number;
  /** As of the replica. */
  readonly readySinceS: number;
  /** As of its container. */
  readonly taskCount: number | undefined;
}

export class Replica implements ContainerOwner {
  readonly id: ReplicaId;
  readonly server: Server;
  readonly container: Container;
  readonly queue: RequestQueue;
  /** Since when it is ready, seconds; NaN while it starts, or starts again for its memory. A server that is down counts apart. */
  readySinceS: number;
  /** It is being taken out: it finishes what it has. */
  isDraining = false;
  /** Memory it uses now, bytes. */
  memoryB = 0;
  readonly #listener: ReplicaListener;

  constructor(
    id: ReplicaId,
    server: Server,
    queue: RequestQueue,
    listener: ReplicaListener,
    { weight, capCores, readySinceS, taskCount }: ReplicaShape,
  ) {
    this.id = id;
    this.readySinceS = readySinceS;
    this.server = server;
    this.queue = queue;
    this.container = new Container(this, false, taskCount);
    this.container.shape({ weight, taskCores: 1, capCores });
    this.#listener = listener;
  }

  get isReady(): boolean {
    return !Number.isNaN(this.readySinceS);
  }

  /** Is it ready, on a server that is up? */
  get isUp(): boolean {
    return this.isReady && this.server.isUp;
  }

  get takesRequests(): boolean {
    return this.isUp && !this.isDraining;
  }

  /** Requests waiting and running. */
  get load(): number {
    return this.queue.length + this.container.count;
  }

  taskFinished(task: number): void {
    this.#listener.requestFinished(task, this);
  }

  speedChanged(): void {
    this.#listener.speedChanged?.();
  }

  rebased(_container: Container, phiJ: number, carbonG: number): void {
    this.#listener.marksMoved(this, phiJ, carbonG);
  }
}
