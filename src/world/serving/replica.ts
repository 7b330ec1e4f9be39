/** One replica of a model on its GPU: a queue, and the batch under way. Energy and progress are exact between events. */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import { FifoQueue, KeyQueue } from "../cluster/request-queue.ts";
import type { Device, Drawn } from "./device.ts";
import type { BatchEngine } from "./engines.ts";
import type { ServedModel } from "./model-serving.ts";
import { slowdownsOf } from "./operators.ts";
import { occupyServer, type Replica, type ReplicaListener, type ReplicaWork } from "./replica-port.ts";

export class BatchReplica implements Replica {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  readonly device: Device;
  /** Requests that wait, by key. */
  readonly queue = new KeyQueue();
  /** Members of the batch under way. */
  running: Request[] = [];
  watcher: Replica["watcher"] = undefined;
  /** Time with a batch, and that time counted for each member, of batches that ended. */
  #busyS = 0;
  #memberS = 0;
  readonly #simulation: Simulation;
  readonly #engine: BatchEngine;
  readonly #agingS: number;
  readonly #listener: ReplicaListener;
  readonly #onForm = (): void => this.#start();
  readonly #onEnd = (): void => this.#finish();
  /** All that are here and unfinished, in order of entry. */
  readonly #entered = new FifoQueue();
  /** Work of the batch under way and what is left of it at `#paceS`, both at the greatest clock; and how much longer it takes from then on. */
  #workS = 0;
  #leftS = 0;
  #slowdown = 1;
  readonly #slowdownAt: (clockHz: number) => number;
  #paceS = 0;
  #startS = 0;
  #end: EventId = NO_EVENT;
  #form: EventId = NO_EVENT;
  #formS = Infinity;

  constructor(
    simulation: Simulation,
    place: { readonly id: ReplicaId; readonly model: ServedModel; readonly device: Device },
    rules: { readonly engine: BatchEngine; readonly agingS: number },
    listener: ReplicaListener,
  ) {
    this.id = place.id;
    this.model = place.model;
    this.device = place.device;
    this.#simulation = simulation;
    this.#engine = rules.engine;
    this.#agingS = rules.agingS;
    this.#listener = listener;
    this.#slowdownAt = slowdownsOf(this.model.kind, this.device.options.kind);
    this.device.hold(() => this.#clockChanged());
    occupyServer(this.device.server);
  }

  get isUp(): boolean {
    return this.device.isUp;
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  get runningCount(): number {
    return this.running.length;
  }

  /** Requests waiting and running. */
  get load(): number {
    return this.queue.length + this.running.length;
  }

  /** The batch to come where none is under way. */
  get openPlaces(): number {
    return this.running.length > 0 ? 0 : this.#engine.maxBatch;
  }

  drawn(): Drawn {
    return this.running.length === 0 ? { energyJ: 0, carbonG: 0 } : this.device.stretch();
  }

  underWay(): ReplicaWork | undefined {
    return this.running.length === 0 ? undefined : this.#batchWork(0);
  }

  /** Time with a batch, and for each member, up to now. */
  get usedS(): { readonly busyS: number; readonly memberS: number } {
    const openS = this.running.length === 0 ? 0 : this.#simulation.nowS - this.#startS;
    return { busyS: this.#busyS + openS, memberS: this.#memberS + openS * this.running.length };
  }

  /** A request joins the queue; its key, state and work are set. */
  enter(request: Request): void {
    this.queue.push(request);
    this.#entered.push(request);
    this.#planForm(false);
  }

  /** Its server went down, or its device is lost: all that are here, first the batch, then the queue, each in order. */
  lose(): readonly Request[] {
    this.#simulation.cancel(this.#form);
    this.#form = NO_EVENT;
    const lost = [...this.running];
    if (lost.length > 0) {
      this.#simulation.cancel(this.#end);
      this.#end = NO_EVENT;
      this.watcher?.(this.#batchWork(0));
      this.#closeBatch();
    }
    while (this.queue.length > 0) lost.push(this.queue.pop());
    for (const request of lost) this.#entered.remove(request);
    return lost;
  }

  /** Forms a batch once all else at that instant has happened: now where it is urgent or full, else when the first has waited. */
  #planForm(isUrgent: boolean): void {
    const first = this.#entered.first;
    if (this.running.length > 0 || first === undefined) return;
    const { nowS } = this.#simulation;
    const isNow = isUrgent || this.queue.length >= this.#engine.maxBatch;
    const dueS = isNow ? nowS : Math.max(nowS, first.arrivalS + this.#engine.batchWaitS);
    if (this.#form !== NO_EVENT) {
      if (dueS < this.#formS) this.#simulation.rescheduleAt(this.#form, dueS);
      else return;
    } else this.#form = this.#simulation.scheduleAt(dueS, PHASE.control, this.#onForm);
    this.#formS = dueS;
  }

  #start(): void {
    this.#form = NO_EVENT;
    const { nowS } = this.#simulation;
    this.running = this.#pick(nowS);
    let shortestS = Infinity;
    let longestS = 0;
    for (const request of this.running) {
      request.state = REQUEST_STATE.running;
      if (Number.isNaN(request.startS)) request.startS = nowS;
      shortestS = Math.min(shortestS, request.remainingS);
      longestS = Math.max(longestS, request.remainingS);
    }
    this.#startS = nowS;
    this.#workS = this.#engine.isContinuous ? shortestS : longestS;
    this.device.run(this.model.activity);
    this.#end = this.#simulation.schedule(this.#pace(this.#workS), PHASE.finish, this.#onEnd);
  }

  /** From now on the clock decides how long the rest takes. @returns so many seconds */
  #pace(leftS: number): number {
    this.#leftS = leftS;
    this.#paceS = this.#simulation.nowS;
    this.#slowdown = this.#slowdownAt(this.device.clockHz);
    return leftS * this.#slowdown;
  }

  #clockChanged(): void {
    if (this.running.length === 0) return;
    const doneS = (this.#simulation.nowS - this.#paceS) / this.#slowdown;
    this.#end = this.#simulation.reschedule(this.#end, this.#pace(Math.max(0, this.#leftS - doneS)));
  }

  /** The next batch: by key, or by entry once the first has waited too long. Nobody runs now: all that are here wait. */
  #pick(nowS: number): Request[] {
    const first = this.#entered.first as Request;
    const servedS = first.workS - first.remainingS;
    const isAged = nowS - first.arrivalS - servedS > this.#agingS;
    const batch: Request[] = [];
    let next: Request | undefined = first;
    while (this.queue.length > 0 && batch.length < this.#engine.maxBatch) {
      if (!isAged) {
        batch.push(this.queue.pop());
        continue;
      }
      const aged = next as Request;
      this.queue.remove(aged);
      batch.push(aged);
      next = aged.next;
    }
    return batch;
  }

  #finish(): void {
    this.#end = NO_EVENT;
    const batch = this.running;
    this.watcher?.(this.#batchWork(1));
    this.#closeBatch();
    let isCutShort = false;
    for (const request of batch) {
      request.remainingS = Math.max(0, request.remainingS - this.#workS);
      if (request.remainingS === 0) {
        this.#entered.remove(request);
        this.#listener.finished(request);
        continue;
      }
      request.state = REQUEST_STATE.queued;
      request.key = this.#listener.keyOf(request);
      this.queue.push(request);
      isCutShort = true;
    }
    this.#planForm(isCutShort);
  }

  /** What the batch comes to, before it is booked: prompts of those that are new in it, answers of those that it completes. */
  #batchWork(steps: 0 | 1): ReplicaWork {
    let promptTokens = 0;
    let outputTokens = 0;
    for (const request of this.running) {
      const sequence = this.#listener.sequenceOf(request);
      if (request.remainingS === request.workS) promptTokens += steps * sequence.promptTokens;
      if (request.remainingS <= this.#workS) outputTokens += steps * sequence.outputTokens;
    }
    return {
      kind: steps === 0 ? "unfinished" : "batch",
      startS: this.#startS,
      steps,
      requests: this.running.length,
      promptTokens,
      outputTokens,
    };
  }

  /** Shares what the batch drew equally among its members: each held one of its places all the time. */
  #closeBatch(): void {
    const batch = this.running;
    const { energyJ, carbonG } = this.device.rest();
    for (const request of batch) {
      request.energyJ += energyJ / batch.length;
      request.carbonG += carbonG / batch.length;
    }
    const spentS = this.#simulation.nowS - this.#startS;
    this.#busyS += spentS;
    this.#memberS += spentS * batch.length;
    this.running = [];
  }
}
