/**
 * A latency-critical service: requests arrive, are routed to a replica, wait, run, and end in one of four ways.
 * Semantics: docs/design.md, "A service". Hot: bench/run.ts.
 */
import { NO_EVENT, PHASE, powInt, type Rng, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Need, OracleQueueRule, QueueRule, ReplicaIndex, RouteRule } from "./ports.ts";
import { Replica, type ReplicaListener } from "./replica.ts";
import { NONE, REQUEST_STATE, RequestPool } from "./request-pool.ts";
import { FifoQueue, KeyQueue } from "./request-queue.ts";
import { RequestCursor } from "./request-view.ts";
import type { Server } from "./server.ts";
import { type EndedRequest, OUTCOME, type Outcome, type ServiceStats } from "./service-stats.ts";

export interface ServiceOptions {
  readonly name: string;
  /** Running requests a replica admits; Infinity for processor sharing without a limit. */
  readonly concurrency: number;
  /** Waiting requests a replica admits; Infinity without a limit. */
  readonly queueLimit: number;
  readonly reserved: Need;
  readonly capCores: number;
  readonly weight: number;
  readonly memoryLimitB: number;
  readonly memoryUse: { readonly baseB: number; readonly perRequestB: number };
  readonly restartS: number;
  readonly attempts: number;
  readonly timeoutS: number;
  readonly backoffS: number;
  /** Priority of each class, in declared order. */
  readonly classPriorities: readonly number[];
}

export interface ServicePolicy {
  readonly queue: QueueRule | OracleQueueRule | undefined; // undefined: first come, first served
  readonly route: RouteRule;
}

/** What the service reports upwards. */
export interface ServiceListener {
  requestEnded(request: EndedRequest, user: number): void;
  /** A server ran out of memory: the world chooses what to kill. */
  memoryExceeded(server: Server): void;
}

/** Retries wait at most this many times the base, as Envoy's do. */
const BACKOFF_CAP = 10;

export class Service implements ReplicaListener {
  readonly options: ServiceOptions;
  readonly replicas: Replica[] = [];
  readonly stats: ServiceStats;
  readonly pool = new RequestPool();
  readonly #simulation: Simulation;
  readonly #policy: ServicePolicy;
  readonly #listener: ServiceListener;
  readonly #cursor: RequestCursor;
  /** First attempts and retries draw apart, so that a fault shifts nobody's first route. */
  readonly #routeRng: Rng;
  readonly #retryRng: Rng;
  #up: Replica[] = [];
  readonly #all: ReplicaIndex;
  readonly #upIndex: ReplicaIndex;
  readonly #ended: EndedRequest = {
    id: 0,
    outcome: 0,
    attempt: 1,
    classIndex: 0,
    arrivalS: 0,
    startS: 0,
    energyJ: 0,
    carbonG: 0,
    replica: NONE,
  };
  readonly #onTimeout = (slot: number): void => this.#timedOut(slot);
  readonly #onRetry = (slot: number): void => this.#attempt(slot);
  readonly #onRestart = (index: number): void => this.#restarted(this.replicas[index] as Replica);

  constructor(
    simulation: Simulation,
    options: ServiceOptions,
    policy: ServicePolicy,
    stats: ServiceStats,
    rng: Rng,
    listener: ServiceListener,
  ) {
    this.options = options;
    this.stats = stats;
    this.#simulation = simulation;
    this.#policy = policy;
    this.#listener = listener;
    this.#routeRng = rng.fork("route");
    this.#retryRng = rng.fork("retry");
    this.#cursor = new RequestCursor(this.pool, options.classPriorities, (slot) => this.#remainingS(slot));
    this.#all = indexOver(() => this.replicas);
    this.#upIndex = indexOver(() => this.#up);
  }

  /** Adds a replica on a server that has room for it. */
  addReplica(server: Server): Replica {
    const { options } = this;
    const queue = this.#policy.queue === undefined ? new FifoQueue(this.pool) : new KeyQueue(this.pool);
    const capCores = Math.min(options.capCores, server.cores);
    const replica = new Replica(this.replicas.length as ReplicaId, server, queue, this, { weight: options.weight, capCores });
    server.addContainer(replica.container, options.reserved);
    server.settle();
    this.replicas.push(replica);
    if (replica.isUp) this.#up.push(replica); // refresh() would look at all of them for each one added
    this.#updateMemory(replica);
    return replica;
  }

  /** Takes note of replicas that came up or went down. */
  refresh(): void {
    this.#up = this.replicas.filter((replica) => replica.isUp);
  }

  get queuedCount(): number {
    return this.replicas.reduce((sum, replica) => sum + replica.queue.length, 0);
  }

  get runningCount(): number {
    return this.replicas.reduce((sum, replica) => sum + replica.container.count, 0);
  }

  /** A request arrives now. */
  arrive(workS: number, classIndex: number, user: number): void {
    const { nowS } = this.#simulation;
    const slot = this.pool.open(nowS, workS);
    this.pool.classIndex[slot] = classIndex;
    this.pool.user[slot] = user;
    this.stats.arrived(nowS, classIndex);
    this.#attempt(slot);
  }

  /** Joules, grams and work of requests still under way, so far. */
  openTotals(): { energyJ: number; carbonG: number; workS: number } {
    let energyJ = 0;
    let carbonG = 0;
    let workS = 0;
    const { pool } = this;
    for (let slot = 0; slot < pool.slotCount; slot++) {
      if (pool.state[slot] === REQUEST_STATE.free) continue;
      energyJ += pool.energyJ[slot] as number;
      carbonG += pool.carbonG[slot] as number;
      if (pool.state[slot] !== REQUEST_STATE.running) continue;
      const { container, server } = this.replicas[pool.replica[slot] as number] as Replica;
      energyJ += container.phiJ - (pool.phiStartJ[slot] as number);
      carbonG += container.taskCarbonG(server.options.intensity.gPerJ) - (pool.carbonStartG[slot] as number);
      workS += (pool.remainingS[slot] as number) - container.remainingS(slot);
    }
    return { energyJ, carbonG, workS };
  }

  /** Kills a replica that outgrew its memory; it is back after `restartS`. */
  outOfMemory(replica: Replica): void {
    this.stats.oomRestarts++;
    replica.isReady = false;
    this.replicaLost(replica);
    this.#simulation.schedule(this.options.restartS, PHASE.fault, this.#onRestart, replica.id);
  }

  requestFinished(slot: number, replica: Replica): void {
    this.#bookStretch(slot, replica, 0);
    this.#end(slot, OUTCOME.finished);
    this.#startNext(replica);
    if (this.options.memoryUse.perRequestB > 0) this.#updateMemory(replica);
  }

  marksMoved(replica: Replica, phiJ: number, carbonG: number): void {
    const { pool } = this;
    for (let i = 0; i < replica.container.count; i++) {
      const slot = replica.container.taskAt(i);
      pool.phiStartJ[slot] = (pool.phiStartJ[slot] as number) - phiJ;
      pool.carbonStartG[slot] = (pool.carbonStartG[slot] as number) - carbonG;
    }
  }

  /** Everything in the replica fails: first what runs, then what waits, each in order of service. */
  replicaLost(replica: Replica): void {
    const { container, queue, server } = replica;
    this.#up = this.#up.filter((other) => other !== replica);
    const lost: number[] = [];
    server.touch(container);
    while (container.count > 0) {
      const leftS = Math.max(0, container.nextTag - container.v);
      const slot = container.pop();
      this.#bookStretch(slot, replica, leftS);
      lost.push(slot);
    }
    while (queue.length > 0) lost.push(queue.pop());
    server.settle();
    this.#updateMemory(replica);
    for (const slot of lost) this.#attemptEnded(slot, OUTCOME.failed);
  }

  /** The replica's server is up again. */
  replicaBack(replica: Replica): void {
    this.refresh();
    this.#updateMemory(replica);
  }

  #restarted(replica: Replica): void {
    replica.isReady = true;
    this.replicaBack(replica);
  }

  #attempt(slot: number): void {
    this.stats.attemptCount++;
    const replica = this.#route(slot);
    if (replica === undefined) {
      this.pool.replica[slot] = NONE;
      this.#attemptEnded(slot, OUTCOME.failed);
    } else this.#offer(slot, replica);
  }

  #route(slot: number): Replica | undefined {
    if (this.replicas.length === 1) return this.#up[0];
    const rng = this.pool.attempt[slot] === 1 ? this.#routeRng : this.#retryRng;
    const isAnyUp = this.#up.length > 0;
    // With none up the rule is asked all the same and its answer dropped: later requests must find the same draws.
    const position = this.#policy.route.choose(this.#cursor.at(slot), isAnyUp ? this.#upIndex : this.#all, rng);
    return isAnyUp ? this.#up[position] : undefined;
  }

  #offer(slot: number, replica: Replica): void {
    const { pool, options } = this;
    pool.replica[slot] = replica.id;
    const rule = this.#policy.queue;
    if (rule !== undefined) pool.key[slot] = this.#key(slot);
    if (replica.container.count < options.concurrency) {
      this.#start(slot, replica);
    } else if (replica.queue.length >= options.queueLimit) {
      this.#attemptEnded(slot, OUTCOME.rejected); // whoever was interrupted for it would have nowhere to wait
      return;
    } else if (rule?.preempts && this.#preemptFor(slot, replica)) {
      this.#start(slot, replica);
    } else {
      pool.state[slot] = REQUEST_STATE.queued;
      replica.queue.push(slot);
    }
    if (options.timeoutS < Infinity) pool.timeout[slot] = this.#simulation.schedule(options.timeoutS, PHASE.fault, this.#onTimeout, slot);
    if (options.memoryUse.perRequestB > 0) this.#updateMemory(replica);
  }

  #start(slot: number, replica: Replica): void {
    const { pool } = this;
    const { server, container } = replica;
    pool.state[slot] = REQUEST_STATE.running;
    if (Number.isNaN(pool.startS[slot])) pool.startS[slot] = this.#simulation.nowS;
    server.touch(container);
    container.add(slot, pool.id[slot] as number, pool.remainingS[slot] as number);
    pool.phiStartJ[slot] = container.phiJ;
    pool.carbonStartG[slot] = container.taskCarbonG(server.options.intensity.gPerJ);
    server.settle();
  }

  #startNext(replica: Replica): void {
    if (replica.queue.length > 0 && replica.container.count < this.options.concurrency && replica.isUp) {
      this.#start(replica.queue.pop(), replica);
    }
  }

  /** Interrupts the running request of greatest key if `slot` goes before it. */
  #preemptFor(slot: number, replica: Replica): boolean {
    const { pool } = this;
    const { container } = replica;
    replica.server.touch(container);
    let worst = container.taskAt(0);
    for (let i = 0; i < container.count; i++) {
      const running = container.taskAt(i);
      pool.key[running] = this.#key(running);
      const difference = (pool.key[running] as number) - (pool.key[worst] as number);
      if (difference > 0 || (difference === 0 && (pool.id[running] as number) > (pool.id[worst] as number))) worst = running;
    }
    if (!((pool.key[slot] as number) < (pool.key[worst] as number))) return false;
    this.#bookStretch(worst, replica, container.remove(worst));
    replica.server.settle();
    pool.state[worst] = REQUEST_STATE.queued;
    pool.key[worst] = this.#key(worst);
    replica.queue.push(worst);
    return true;
  }

  #key(slot: number): number {
    const rule = this.#policy.queue as QueueRule | OracleQueueRule;
    const cursor = this.#cursor.at(slot);
    const key = rule.kind === "queue" ? rule.key(cursor) : rule.key(cursor.oracle);
    if (Number.isNaN(key)) throw new Error(`queue rule of ${this.options.name} gave NaN for request ${this.pool.id[slot]}`);
    return key;
  }

  #remainingS(slot: number): number {
    const { pool } = this;
    if (pool.state[slot] !== REQUEST_STATE.running) return pool.remainingS[slot] as number;
    return (this.replicas[pool.replica[slot] as number] as Replica).container.remainingS(slot);
  }

  /** Adds what a running request has drawn and done since it went in. Call before the server settles: the marks still hold. */
  #bookStretch(slot: number, replica: Replica, leftS: number): void {
    const { pool } = this;
    const { container, server } = replica;
    pool.energyJ[slot] = (pool.energyJ[slot] as number) + (container.phiJ - (pool.phiStartJ[slot] as number));
    const carbonG = container.taskCarbonG(server.options.intensity.gPerJ) - (pool.carbonStartG[slot] as number);
    pool.carbonG[slot] = (pool.carbonG[slot] as number) + carbonG;
    this.stats.workDoneS.add((pool.remainingS[slot] as number) - leftS);
    pool.remainingS[slot] = leftS;
  }

  /** The client gives up: the request leaves the queue or the core at once, as a propagated deadline makes it. */
  #timedOut(slot: number): void {
    const { pool } = this;
    const replica = this.replicas[pool.replica[slot] as number] as Replica;
    pool.timeout[slot] = NO_EVENT;
    if (pool.state[slot] === REQUEST_STATE.queued) {
      replica.queue.remove(slot);
    } else {
      replica.server.touch(replica.container);
      this.#bookStretch(slot, replica, replica.container.remove(slot));
      replica.server.settle();
      this.#startNext(replica);
    }
    if (this.options.memoryUse.perRequestB > 0) this.#updateMemory(replica);
    this.#attemptEnded(slot, OUTCOME.timedOut);
  }

  #attemptEnded(slot: number, outcome: Outcome): void {
    const { pool, options } = this;
    const attempt = pool.attempt[slot] as number;
    this.stats.attemptsFailed++;
    if (attempt >= options.attempts) {
      this.#end(slot, outcome);
      return;
    }
    this.#cancelTimeout(slot);
    pool.attempt[slot] = attempt + 1;
    pool.state[slot] = REQUEST_STATE.backoff;
    pool.remainingS[slot] = pool.workS[slot] as number;
    pool.startS[slot] = Number.NaN;
    // Full jitter over a doubling window, capped: docs/design.md, "Retries".
    const windowS = options.backoffS * Math.min(powInt(2, attempt) - 1, BACKOFF_CAP);
    this.#simulation.schedule(windowS * this.#retryRng.uniform(), PHASE.arrive, this.#onRetry, slot);
  }

  #end(slot: number, outcome: Outcome): void {
    const { pool } = this;
    const ended = this.#ended;
    this.#cancelTimeout(slot);
    ended.id = pool.id[slot] as number;
    ended.outcome = outcome;
    ended.attempt = pool.attempt[slot] as number;
    ended.classIndex = pool.classIndex[slot] as number;
    ended.arrivalS = pool.arrivalS[slot] as number;
    ended.startS = pool.startS[slot] as number;
    ended.energyJ = pool.energyJ[slot] as number;
    ended.carbonG = pool.carbonG[slot] as number;
    ended.replica = pool.replica[slot] as number;
    const user = pool.user[slot] as number;
    pool.close(slot);
    this.stats.ended(ended, this.#simulation.nowS);
    this.#listener.requestEnded(ended, user);
  }

  #cancelTimeout(slot: number): void {
    const timeout = this.pool.timeout[slot] as number;
    if (timeout === NO_EVENT) return;
    this.#simulation.cancel(timeout);
    this.pool.timeout[slot] = NO_EVENT;
  }

  #updateMemory(replica: Replica): void {
    const { memoryUse, memoryLimitB } = this.options;
    const usedB = replica.isUp ? memoryUse.baseB + memoryUse.perRequestB * replica.load : 0;
    replica.server.usedMemoryB += usedB - replica.memoryB;
    replica.memoryB = usedB;
    if (usedB > memoryLimitB) this.outOfMemory(replica);
    else if (replica.server.usedMemoryB > replica.server.options.memoryB) this.#listener.memoryExceeded(replica.server);
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
