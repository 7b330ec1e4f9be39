/**
 * The replicas of one service as they come and go: who is there, who takes requests, what each may use, and what those that
 * left have used. A new one takes requests after `startupS`; one that is taken out finishes what it has.
 */
import { PHASE, type Simulation, Sum } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Need, ReplicaIndex } from "./ports.ts";
import { Replica, type ReplicaListener } from "./replica.ts";
import { FifoQueue, KeyQueue } from "./request-queue.ts";
import type { Server } from "./server.ts";

export interface ReplicaOptions {
  readonly reserved: Need;
  /** Most cores that the slots of a replica can use. */
  readonly slotCores: number;
  /** Most cores and memory of a replica, until someone sets others. */
  readonly limitCores: number;
  readonly memoryLimitB: number;
  readonly weight: number;
  readonly memoryUse: { readonly baseB: number; readonly perRequestB: number };
  /** From its placement until a new replica takes requests, and until one does that was killed for its memory. */
  readonly startupS: number;
  readonly restartS: number;
}

interface SetOptions extends ReplicaOptions {
  /** Does a rule order their queues? */
  readonly isOrdered: boolean;
  /** How many tasks the container of each is made for: more make it grow. */
  readonly taskCount?: number;
}

/** Whose replicas they are. */
export interface ReplicaOwner extends ReplicaListener {
  /** It outgrew its memory: everything in it is to fail. */
  replicaKilled(replica: Replica): void;
  /** Others take requests, or each may use other cores; asked only of those who plan by it. */
  upChanged?(): void;
}

/** What a service reports upwards. */
export interface RoomListener {
  /** A server ran out of memory: the world chooses what to kill. */
  memoryExceeded(server: Server): void;
  /** A replica came to a server or left it. */
  roomChanged(server: Server): void;
}

export class ReplicaSet {
  /** Those with a place on a server, oldest first: ready, starting, restarting or draining. */
  readonly present: Replica[] = [];
  /** Those that take requests. */
  up: readonly Replica[] = [];
  /** What route rules see: those that take requests, or all while none does. */
  readonly upIndex: ReplicaIndex = indexOver(() => this.up);
  readonly allIndex: ReplicaIndex = indexOver(() => this.present);
  /** Most cores and memory that each may use now. */
  limitCores: number;
  memoryLimitB: number;
  readonly #simulation: Simulation;
  readonly #options: SetOptions;
  readonly #owner: ReplicaOwner;
  readonly #listener: RoomListener;
  /** By id, undefined once it has left: ids never repeat. */
  readonly #byId: (Replica | undefined)[] = [];
  readonly #goneEnergyJ = new Sum();
  #goneBusyCoreS = 0;
  /** Replica-seconds up to `#areaAtS`. */
  #areaS = 0;
  #areaAtS = 0;
  readonly #onReady = (id: number): void => this.#ready(id);
  readonly #onDrained = (id: number): void => this.#drained(id);

  constructor(simulation: Simulation, options: SetOptions, owner: ReplicaOwner, listener: RoomListener) {
    this.#simulation = simulation;
    this.#options = options;
    this.#owner = owner;
    this.#listener = listener;
    this.limitCores = options.limitCores;
    this.memoryLimitB = options.memoryLimitB;
  }

  /** @throws {Error} if it has left. */
  at(id: number): Replica {
    const replica = this.#byId[id];
    if (replica === undefined) throw new Error(`replica ${id} is not there`);
    return replica;
  }

  /** What the next one will be called. */
  get nextId(): ReplicaId {
    return this.#byId.length as ReplicaId;
  }

  /** What each holds of its server. */
  get reserved(): Need {
    return this.#options.reserved;
  }

  /** Where a replica is, by its server's name; "" for one that is not there. */
  placeOf(id: number): string {
    return this.#byId[id]?.server.options.name ?? "";
  }

  /** How many there will be once those that drain have gone. */
  get wantedCount(): number {
    return this.present.reduce((count, { isDraining }) => count + (isDraining ? 0 : 1), 0);
  }

  get energyJ(): number {
    return this.present.reduce((sum, { container }) => sum + container.energyJ.value, this.#goneEnergyJ.value);
  }

  /** Busy core-seconds up to `nowS`, of those that have left too. */
  busyCoreS(nowS: number): number {
    return this.present.reduce((sum, { container }) => sum + container.busyCoreSAt(nowS), this.#goneBusyCoreS);
  }

  /** Area under the number that hold room on a server up to `nowS`, replica-seconds. */
  areaS(nowS: number): number {
    return this.#areaS + this.present.length * (nowS - this.#areaAtS);
  }

  /** Adds a replica on a server that has room for it. @param startupS 0: it takes requests at once */
  add(server: Server, startupS = this.#options.startupS): void {
    const { weight, reserved, isOrdered, taskCount } = this.#options;
    const readySinceS = startupS === 0 ? this.#simulation.nowS : Number.NaN;
    const shape = { weight, capCores: this.#capOn(server), readySinceS, taskCount };
    const queue = isOrdered ? new KeyQueue() : new FifoQueue();
    const replica = new Replica(this.nextId, server, queue, this.#owner, shape);
    server.addContainer(replica.container, reserved);
    server.settle();
    this.#areaS = this.areaS(this.#simulation.nowS);
    this.#areaAtS = this.#simulation.nowS;
    this.#byId.push(replica);
    this.present.push(replica);
    if (replica.takesRequests) this.refresh();
    this.#updateMemory(replica);
    if (!replica.isReady) this.#simulation.schedule(startupS, PHASE.fault, this.#onReady, replica.id);
    this.#listener.roomChanged(server);
  }

  /** Takes out `count` of them: those that take no requests before those that do, of equals the youngest. */
  drain(count: number): void {
    if (count === 0) return;
    const leaving: Replica[] = [];
    for (const takes of [false, true]) {
      for (let i = this.present.length - 1; i >= 0 && leaving.length < count; i--) {
        const replica = this.present[i] as Replica;
        if (!replica.isDraining && replica.takesRequests === takes) leaving.push(replica);
      }
    }
    for (const replica of leaving) replica.isDraining = true;
    this.refresh(); // before there is room: whoever comes into it may send a request away from here
    for (const replica of leaving) if (replica.load === 0) this.#leave(replica);
  }

  /** Most cores of each replica from now on. */
  limitCoresTo(cores: number): void {
    if (cores === this.limitCores) return;
    this.limitCores = cores;
    for (const { server, container } of this.present) {
      server.touch(container);
      container.capCores = this.#capOn(server);
      server.settle();
    }
    this.#owner.upChanged?.();
  }

  /** Most memory of each replica from now on; who uses more is killed at once. */
  limitMemoryTo(memoryB: number): void {
    if (memoryB === this.memoryLimitB) return;
    this.memoryLimitB = memoryB;
    for (const replica of [...this.present]) this.#updateMemory(replica);
  }

  /** Takes note of replicas that came up, went down or drain. */
  refresh(): void {
    this.up = this.present.filter((replica) => replica.takesRequests);
    this.#owner.upChanged?.();
  }

  requestCame(replica: Replica): void {
    if (this.#options.memoryUse.perRequestB > 0) this.#updateMemory(replica);
  }

  requestLeft(replica: Replica): void {
    if (this.#options.memoryUse.perRequestB > 0) this.#updateMemory(replica);
    if (replica.isDraining) this.#leaveIfEmpty(replica);
  }

  /** Nothing is in it any more, for its server is down or its memory was exceeded. */
  emptied(replica: Replica): void {
    this.#updateMemory(replica);
    if (replica.isDraining) this.#leaveIfEmpty(replica);
  }

  /** Kills a replica for its memory; it is back after `restartS`, unless it is being taken out. */
  kill(replica: Replica): void {
    replica.readySinceS = Number.NaN;
    this.#owner.replicaKilled(replica);
    if (!replica.isDraining) this.#simulation.schedule(this.#options.restartS, PHASE.fault, this.#onReady, replica.id);
  }

  /** It can take requests again, for it is ready or its server is up. */
  back(replica: Replica): void {
    this.refresh();
    this.#updateMemory(replica);
  }

  /** It has started, unless it was taken out meanwhile. */
  #ready(id: number): void {
    const replica = this.#byId[id];
    if (replica === undefined) return;
    replica.readySinceS = this.#simulation.nowS;
    this.back(replica);
  }

  /** As an event: the server may be about to tell of others that finished in it. */
  #leaveIfEmpty(replica: Replica): void {
    if (replica.load === 0) this.#simulation.schedule(0, PHASE.finish, this.#onDrained, replica.id);
  }

  /** Said once for each request that left it empty. */
  #drained(id: number): void {
    const replica = this.#byId[id];
    if (replica !== undefined) this.#leave(replica);
  }

  #leave(replica: Replica): void {
    const { server, container } = replica;
    server.usedMemoryB -= replica.memoryB;
    server.removeContainer(container, this.#options.reserved);
    this.#goneEnergyJ.add(container.energyJ.value);
    this.#goneBusyCoreS += container.busyCoreS;
    this.#areaS = this.areaS(this.#simulation.nowS);
    this.#areaAtS = this.#simulation.nowS;
    this.#byId[replica.id] = undefined;
    this.present.splice(this.present.indexOf(replica), 1);
    this.#owner.upChanged?.();
    this.#listener.roomChanged(server);
  }

  #capOn(server: Server): number {
    return Math.min(this.limitCores, this.#options.slotCores, server.cores);
  }

  #updateMemory(replica: Replica): void {
    const { memoryUse } = this.#options;
    const { server } = replica;
    const usedB = replica.isUp ? memoryUse.baseB + memoryUse.perRequestB * replica.load : 0;
    server.usedMemoryB += usedB - replica.memoryB;
    replica.memoryB = usedB;
    if (usedB > this.memoryLimitB) this.kill(replica);
    else if (server.usedMemoryB > server.options.memoryB) this.#listener.memoryExceeded(server);
  }
}

function indexOver(replicas: () => readonly Replica[]): ReplicaIndex {
  return {
    get count() {
      return replicas().length;
    },
    id: (position) => (replicas()[position] as Replica).id,
    loadOf: (position) => (replicas()[position] as Replica).load,
  };
}
