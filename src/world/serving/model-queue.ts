/**
 * Those who wait at a replica of a model, in the order of a queue rule: by key, or by entry once the first has waited too long.
 * Whoever starves is promoted, whoever would be too late is dropped when their turn comes.
 */
import type { AnyQueueRule } from "../cluster/ports.ts";
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import { FifoQueue, KeyQueue } from "../cluster/request-queue.ts";
import type { ReplicaListener } from "./replica-port.ts";

export class ModelQueue {
  readonly #byKey = new KeyQueue();
  /** All that are at the replica and unfinished, in order of entry; kept where that is asked. */
  readonly #entered = new FifoQueue();
  readonly #keepsEntry: boolean;
  /** Those who wait, by when they began to: kept where the rule promotes. */
  readonly #starving = new Set<Request>();
  readonly #agingS: number;
  readonly #promotesAfterS: number;
  readonly #drops: boolean;
  readonly #listener: ReplicaListener;
  #isAged = false;
  /** Does the rule let who waits interrupt who runs? */
  readonly interrupts: boolean;
  /** Does the key of one who runs grow with its service? */
  readonly demotes: boolean;
  /** May another go next for no other reason than that time has passed? */
  readonly movesWithTime: boolean;

  /** @param asksEntry is the first who entered asked, whatever the rule? */
  constructor(rule: AnyQueueRule | undefined, listener: ReplicaListener, asksEntry: boolean) {
    this.interrupts = rule?.preempts === true;
    this.demotes = rule?.demotes === true;
    this.#agingS = rule?.agingS ?? Infinity;
    this.#promotesAfterS = rule?.promotesAfterS ?? Infinity;
    this.#listener = listener;
    const ages = this.#agingS < Infinity;
    this.#drops = rule?.kind === "queue" && rule.isLate !== undefined;
    this.movesWithTime = ages || this.#promotesAfterS < Infinity || this.#drops;
    this.#keepsEntry = asksEntry || ages;
  }

  /** How many wait. */
  get length(): number {
    return this.#byKey.length;
  }

  /** Of those who wait, the first that entered: kept where that is asked. */
  get firstWaiting(): Request | undefined {
    let request = this.#entered.first;
    while (request?.state === REQUEST_STATE.running) request = request.next;
    return request;
  }

  /** Of those who wait, the one of least key. */
  get first(): Request | undefined {
    return this.#byKey.first;
  }

  /** A request comes to the replica; its waiting began when it arrived, or as it came from another replica. */
  enter(request: Request, waitsFromS = request.arrivalS): void {
    if (this.#keepsEntry) this.#entered.push(request);
    this.#listener.sequenceOf(request).waitsFromS = waitsFromS;
    this.#wait(request);
  }

  /** One who gave up its place waits again. */
  giveBack(request: Request, nowS: number): void {
    request.state = REQUEST_STATE.queued;
    this.competes(request, nowS);
  }

  /** One who ran until now may win its place again at once: the rule is asked of it as of one who runs, and once more by `rekey` if it does not. */
  competes(request: Request, nowS: number): void {
    this.#listener.sequenceOf(request).waitsFromS = nowS;
    this.#wait(request);
  }

  /** Before who goes next is asked: who starved is promoted, and whether the first has waited too long holds for this time. */
  open(nowS: number): void {
    if (this.#promotesAfterS < Infinity) this.#promote(nowS);
    const first = this.#agingS < Infinity ? this.firstWaiting : undefined;
    this.#isAged = first !== undefined && this.#waitedS(first, nowS) > this.#agingS;
  }

  /** Who goes next, left where it is. Those before it that would be too late are dropped. */
  next(): Request | undefined {
    for (;;) {
      const request = this.#isAged ? this.firstWaiting : this.#byKey.first;
      if (request === undefined || !this.#drops || !this.#listener.isLate(request)) return request;
      this.#remove(request);
      this.leave(request);
      this.#listener.dropped(request);
    }
  }

  /** One who waited runs from now on. */
  take(request: Request, nowS: number): void {
    this.#remove(request);
    const sequence = this.#listener.sequenceOf(request);
    sequence.waitedS += nowS - sequence.waitsFromS;
    request.state = REQUEST_STATE.running;
    if (Number.isNaN(request.startS)) request.startS = nowS;
  }

  /** Asks the rule again about one who waits: it held a place when it was asked, and no longer does. */
  rekey(request: Request): void {
    const key = this.#listener.keyOf(request);
    if (key === request.key) return;
    this.#byKey.remove(request);
    request.key = key;
    this.#byKey.push(request);
  }

  /** One who waits no more leaves the replica. */
  leave(request: Request): void {
    if (this.#keepsEntry) this.#entered.remove(request);
  }

  /** May one who waits take the place of one who runs? Whoever has waited too long keeps it. Asks the rule anew of who runs. */
  mayInterrupt(waiting: Request, running: Request): boolean {
    running.key = this.#listener.keyOf(running);
    return waiting.key < running.key && !(this.#listener.sequenceOf(running).waitedS > this.#agingS);
  }

  /** All who wait leave, in order of their keys. */
  empty(): readonly Request[] {
    const all: Request[] = [];
    for (let { first } = this; first !== undefined; first = this.first) {
      this.#remove(first);
      this.leave(first);
      all.push(first);
    }
    return all;
  }

  #promote(nowS: number): void {
    for (const request of this.#starving) {
      const sequence = this.#listener.sequenceOf(request);
      if (nowS - sequence.waitsFromS <= this.#promotesAfterS) break;
      sequence.waitedS += nowS - sequence.waitsFromS;
      sequence.waitsFromS = nowS;
      sequence.isPromoted = true;
      sequence.promotedAtS = this.#listener.attainedS(request);
      this.#remove(request);
      this.#wait(request);
    }
  }

  #wait(request: Request): void {
    request.key = this.#listener.keyOf(request);
    request.state = REQUEST_STATE.queued;
    this.#byKey.push(request);
    if (this.#promotesAfterS < Infinity) this.#starving.add(request);
  }

  #remove(request: Request): void {
    this.#byKey.remove(request);
    if (this.#promotesAfterS < Infinity) this.#starving.delete(request);
  }

  /** Since it arrived, time with a place not counted. */
  #waitedS(request: Request, nowS: number): number {
    const { waitedS, waitsFromS } = this.#listener.sequenceOf(request);
    return waitedS + nowS - waitsFromS;
  }
}
