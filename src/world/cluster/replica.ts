/** One replica of a service: a container on a server, with a queue before it. */
import type { ReplicaId } from "../base/id.ts";
import { Container, type ContainerOwner } from "./container.ts";
import type { RequestQueue } from "./request-queue.ts";
import type { Server } from "./server.ts";

/** What a replica tells its service. */
export interface ReplicaListener {
  requestFinished(slot: number, replica: Replica): void;
  marksMoved(replica: Replica, phiJ: number, carbonG: number): void;
}

export class Replica implements ContainerOwner {
  readonly id: ReplicaId;
  readonly server: Server;
  readonly container: Container;
  readonly queue: RequestQueue;
  /** False while it restarts after running out of memory; a server that is down counts apart. */
  isReady = true;
  /** Memory it uses now, bytes. */
  memoryB = 0;
  readonly #listener: ReplicaListener;

  constructor(id: ReplicaId, server: Server, queue: RequestQueue, listener: ReplicaListener, shape: { weight: number; capCores: number }) {
    this.id = id;
    this.server = server;
    this.queue = queue;
    this.container = new Container(this, false);
    this.container.shape({ weight: shape.weight, taskCores: 1, capCores: shape.capCores });
    this.#listener = listener;
  }

  get isUp(): boolean {
    return this.isReady && this.server.isUp;
  }

  /** Requests waiting and running. */
  get load(): number {
    return this.queue.length + this.container.count;
  }

  taskFinished(task: number): void {
    this.#listener.requestFinished(task, this);
  }

  rebased(_container: Container, phiJ: number, carbonG: number): void {
    this.#listener.marksMoved(this, phiJ, carbonG);
  }
}
