/**
 * A latency-critical service: requests arrive, are routed to a replica, wait, run, and end in one of five ways.
 * Semantics: docs/design.md, "A service". Hot: bench/run.ts.
 */
import { NO_EVENT, PHASE, powInt, type Rng, type Simulation } from "../../kernel/index.ts";
import type { AnyQueueRule, RouteRule } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { type ReplicaOptions, type ReplicaOwner, ReplicaSet, type RoomListener } from "./replica-set.ts";
import { NONE, REQUEST_STATE, type Request, RequestPool } from "./request-pool.ts";
import type { OpenTotals, Receiver, ReplicatedService, RequestWatcher } from "./request-service.ts";
import { RequestCursor } from "./request-view.ts";
import { OUTCOME, type Outcome, type ServiceStats } from "./service-stats.ts";

export interface ServiceOptions extends ReplicaOptions {
  readonly name: string;
  /** Running requests a replica admits; Infinity for processor sharing without a limit. */
  readonly concurrency: number;
  /** Waiting requests a replica admits; Infinity without a limit. */
  readonly queueLimit: number;
  readonly attempts: number;
  readonly timeoutS: number;
  readonly backoffS: number;
  /** Priority of each class, in declared order. */
  readonly classPriorities: readonly number[];
}

export interface ServicePolicy {
  readonly queue: AnyQueueRule | undefined; // undefined: first come, first served
  readonly route: RouteRule;
}

/** Retries wait at most this many times the base, as Envoy's do. */
const BACKOFF_CAP = 10;

export class Service implements ReplicaOwner, ReplicatedService, Receiver {
  readonly isFluid = false;
  readonly options: ServiceOptions;
  readonly set: ReplicaSet;
  readonly stats: ServiceStats;
  readonly requests = new RequestPool();
  readonly watchers: RequestWatcher[] = [];
  /** A user of a closed loop has their answer, whatever it is. */
  userFree: (user: number) => void = () => {};
  readonly #simulation: Simulation;
  readonly #policy: ServicePolicy;
  readonly #cursor: RequestCursor;
  /** First attempts and retries draw apart, so that a fault shifts nobody's first route. */
  readonly #routeRng: Rng;
  readonly #retryRng: Rng;
  readonly #onTimeout = (slot: number): void => this.#timedOut(this.requests.at(slot));
  readonly #onRetry = (slot: number): void => this.#attempt(this.requests.at(slot));

  constructor(
    simulation: Simulation,
    options: ServiceOptions,
    policy: ServicePolicy,
    stats: ServiceStats,
    rng: Rng,
    listener: RoomListener,
  ) {
    this.options = options;
    this.stats = stats;
    this.#simulation = simulation;
    this.#policy = policy;
    this.set = new ReplicaSet(simulation, { ...options, isOrdered: policy.queue !== undefined }, this, listener);
    this.#routeRng = rng.fork("route");
    this.#retryRng = rng.fork("retry");
    this.#cursor = new RequestCursor({
      priority: ({ classIndex }) => options.classPriorities[classIndex] ?? 0, // without classes all are alike
      remainingS: (request) => this.#remainingS(request),
      earliestEndS: () => simulation.nowS,
    });
  }

  /** Those with a place on a server, oldest first. */
  get replicas(): readonly Replica[] {
    return this.set.present;
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
    const request = this.requests.add(nowS, workS);
    request.classIndex = classIndex;
    request.user = user;
    request.sloS = this.stats.sloLatencyS(classIndex);
    this.stats.arrived(request);
    this.#attempt(request);
  }

  get energyJ(): number {
    return this.set.energyJ;
  }

  areaS(nowS: number): number {
    return this.stats.areaS(nowS);
  }

  // Each request is counted when it ends.
  catchUp(): void {}
  finalize(): void {}

  placeOf(replica: number): string {
    return this.set.placeOf(replica); // "": no replica was up
  }

  openTotals(): OpenTotals {
    let energyJ = 0;
    let carbonG = 0;
    let workS = 0;
    for (const request of this.requests.open()) {
      energyJ += request.energyJ;
      carbonG += request.carbonG;
      if (request.state !== REQUEST_STATE.running) continue;
      const { container, server } = this.set.at(request.replica);
      energyJ += container.phiJ - request.phiStartJ;
      carbonG += container.taskCarbonG(server.options.intensity.gPerJ) - request.carbonStartG;
      workS += request.remainingS - container.remainingS(request.slot);
    }
    return { energyJ, carbonG, workS };
  }

  /** It outgrew its memory. */
  replicaKilled(replica: Replica): void {
    this.stats.oomRestarts++;
    this.replicaLost(replica);
  }

  requestFinished(slot: number, replica: Replica): void {
    const request = this.requests.at(slot);
    this.#bookStretch(request, replica, 0);
    this.#end(request, OUTCOME.finished);
    this.#startNext(replica);
    this.set.requestLeft(replica);
  }

  marksMoved(replica: Replica, phiJ: number, carbonG: number): void {
    const { container } = replica;
    for (let i = 0; i < container.count; i++) {
      const request = this.requests.at(container.taskAt(i));
      request.phiStartJ -= phiJ;
      request.carbonStartG -= carbonG;
    }
  }

  /** Everything in the replica fails: first what runs, then what waits, each in order of service. */
  replicaLost(replica: Replica): void {
    const { container, queue, server } = replica;
    this.set.refresh();
    const lost: Request[] = [];
    server.touch(container);
    while (container.count > 0) {
      const leftS = Math.max(0, container.nextTag - container.v);
      const request = this.requests.at(container.pop());
      this.#bookStretch(request, replica, leftS);
      lost.push(request);
    }
    while (queue.length > 0) lost.push(queue.pop());
    server.settle();
    this.set.emptied(replica);
    for (const request of lost) this.#attemptEnded(request, OUTCOME.failed);
  }

  #attempt(request: Request): void {
    this.stats.attemptCount++;
    const replica = this.#route(request);
    if (replica === undefined) {
      request.replica = NONE;
      this.#attemptEnded(request, OUTCOME.failed);
    } else this.#offer(request, replica);
  }

  #route(request: Request): Replica | undefined {
    const { up, upIndex, allIndex } = this.set;
    if (this.replicas.length === 1) return up[0];
    const rng = request.attempt === 1 ? this.#routeRng : this.#retryRng;
    const isAnyUp = up.length > 0;
    // With none up the rule is asked all the same and its answer dropped: later requests must find the same draws.
    const position = this.#policy.route.choose(this.#cursor.at(request), isAnyUp ? upIndex : allIndex, rng);
    return isAnyUp ? up[position] : undefined;
  }

  #offer(request: Request, replica: Replica): void {
    const { options } = this;
    request.replica = replica.id;
    const rule = this.#policy.queue;
    if (rule !== undefined) request.key = this.#cursor.keyOf(rule, request);
    if (this.#cursor.isLate(rule, request)) {
      this.#end(request, OUTCOME.dropped); // a retry, or one that had to wait for nobody
      return;
    }
    if (replica.container.count < options.concurrency) {
      this.#start(request, replica);
    } else if (replica.queue.length >= options.queueLimit) {
      this.#attemptEnded(request, OUTCOME.rejected); // whoever was interrupted for it would have nowhere to wait
      return;
    } else if (rule?.preempts && this.#preemptFor(request, replica, rule)) {
      this.#start(request, replica);
    } else {
      request.state = REQUEST_STATE.queued;
      replica.queue.push(request);
    }
    if (options.timeoutS < Infinity)
      request.timeout = this.#simulation.schedule(options.timeoutS, PHASE.fault, this.#onTimeout, request.slot);
    this.set.requestCame(replica);
  }

  #start(request: Request, replica: Replica): void {
    const { server, container } = replica;
    request.state = REQUEST_STATE.running;
    if (Number.isNaN(request.startS)) request.startS = this.#simulation.nowS;
    server.touch(container);
    container.add(request.slot, request.id, request.remainingS);
    request.phiStartJ = container.phiJ;
    request.carbonStartG = container.taskCarbonG(server.options.intensity.gPerJ);
    server.settle();
  }

  #startNext(replica: Replica): void {
    const rule = this.#policy.queue;
    while (replica.queue.length > 0 && replica.container.count < this.options.concurrency && replica.isUp) {
      const request = replica.queue.pop();
      if (this.#cursor.isLate(rule, request)) {
        this.#end(request, OUTCOME.dropped);
        continue;
      }
      this.#start(request, replica);
      return;
    }
  }

  /** Interrupts the running request of greatest key if `request` goes before it. */
  #preemptFor(request: Request, replica: Replica, rule: AnyQueueRule): boolean {
    const { container } = replica;
    replica.server.touch(container);
    let worst = this.requests.at(container.taskAt(0));
    for (let i = 0; i < container.count; i++) {
      const running = this.requests.at(container.taskAt(i));
      running.key = this.#cursor.keyOf(rule, running);
      if (running.key > worst.key || (running.key === worst.key && running.id > worst.id)) worst = running;
    }
    if (!(request.key < worst.key)) return false;
    this.#bookStretch(worst, replica, container.remove(worst.slot));
    replica.server.settle();
    worst.state = REQUEST_STATE.queued;
    worst.key = this.#cursor.keyOf(rule, worst);
    replica.queue.push(worst);
    return true;
  }

  #remainingS(request: Request): number {
    if (request.state !== REQUEST_STATE.running) return request.remainingS;
    return this.set.at(request.replica).container.remainingS(request.slot);
  }

  /** Adds what a running request has drawn and done since it went in. Call before the server settles: the marks still hold. */
  #bookStretch(request: Request, replica: Replica, leftS: number): void {
    const { container, server } = replica;
    request.energyJ += container.phiJ - request.phiStartJ;
    request.carbonG += container.taskCarbonG(server.options.intensity.gPerJ) - request.carbonStartG;
    this.stats.workDoneS.add(request.remainingS - leftS);
    request.remainingS = leftS;
  }

  /** The client gives up: the request leaves the queue or the core at once, as a propagated deadline makes it. */
  #timedOut(request: Request): void {
    const replica = this.set.at(request.replica);
    request.timeout = NO_EVENT;
    if (request.state === REQUEST_STATE.queued) {
      replica.queue.remove(request);
    } else {
      replica.server.touch(replica.container);
      this.#bookStretch(request, replica, replica.container.remove(request.slot));
      replica.server.settle();
      this.#startNext(replica);
    }
    this.set.requestLeft(replica);
    this.#attemptEnded(request, OUTCOME.timedOut);
  }

  #attemptEnded(request: Request, outcome: Outcome): void {
    const { options } = this;
    const { attempt } = request;
    this.stats.attemptsFailed++;
    if (attempt >= options.attempts) {
      this.#end(request, outcome);
      return;
    }
    this.#cancelTimeout(request);
    request.attempt = attempt + 1;
    request.state = REQUEST_STATE.backoff;
    request.remainingS = request.workS;
    request.startS = Number.NaN;
    // Full jitter over a doubling window, capped: docs/design.md, "Retries".
    const windowS = options.backoffS * Math.min(powInt(2, attempt) - 1, BACKOFF_CAP);
    this.#simulation.schedule(windowS * this.#retryRng.uniform(), PHASE.arrive, this.#onRetry, request.slot);
  }

  #end(request: Request, outcome: Outcome): void {
    this.#cancelTimeout(request);
    request.outcome = outcome;
    this.requests.remove(request);
    const { nowS } = this.#simulation;
    this.stats.ended(request, nowS);
    for (let i = 0; i < this.watchers.length; i++) (this.watchers[i] as RequestWatcher)(request, nowS);
    if (request.user !== NONE) this.userFree(request.user);
  }

  #cancelTimeout(request: Request): void {
    if (request.timeout === NO_EVENT) return;
    this.#simulation.cancel(request.timeout);
    request.timeout = NO_EVENT;
  }
}
