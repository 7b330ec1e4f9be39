/**
 * One replica of a model: a queue, and batches that pass through its stages, each on a GPU of its own. A model that is not cut has one
 * stage. Energy and progress are exact between events.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import type { Device, Drawn } from "./device.ts";
import type { BatchEngine } from "./engines.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { ServedModel } from "./model-serving.ts";
import { type Link, partsOf, transferOf } from "./partition.ts";
import { BatchProgress } from "./progress.ts";
import { occupyServer, type Place, type Replica, type ReplicaListener, type ReplicaWork, type Used } from "./replica-port.ts";
import { type Spent, Stage, type StageListener } from "./stage.ts";

/** Requests that go through the stages together. */
interface Batch {
  readonly members: readonly Request[];
  /** Seconds that the whole model alone takes at the greatest clock for what the batch does of its members. */
  readonly workS: number;
  /** On the way to its next stage. */
  sent: EventId;
}

export class BatchReplica implements Replica, StageListener {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  readonly devices: readonly Device[];
  readonly queue: ModelQueue;
  readonly progress: BatchProgress;
  watcher: Replica["watcher"] = undefined;
  /** Batches under way, in order of their beginning. */
  #batches: readonly Batch[] = [];
  /** Stage time counted for each member, of those that passed. */
  #memberS = 0;
  readonly #simulation: Simulation;
  readonly #engine: BatchEngine;
  readonly #listener: ReplicaListener;
  readonly #stages: readonly Stage[];
  /** The link between them; undefined for a single one. */
  readonly #link: Link | undefined;
  readonly #onForm = (): void => this.#formNow();
  /** Those who went back since the last batch was formed: asked about once more where they find no place in the next. */
  #leftovers: Request[] = [];
  #form: EventId = NO_EVENT;
  #formS = Infinity;
  /** Does the first stage wait for its turn? The batch is formed when it comes. */
  #isAsking = false;
  /** By stage: the batch on it, and those that wait for it. */
  readonly #on: (Batch | undefined)[];
  readonly #before: Batch[][];

  constructor(simulation: Simulation, place: Place, engine: BatchEngine, listener: ReplicaListener) {
    this.id = place.id;
    this.model = place.model;
    this.devices = place.devices;
    this.#simulation = simulation;
    this.#engine = engine;
    this.queue = place.queue;
    this.#listener = listener;
    const { kind, activity } = this.model;
    const gpu = this.#first.options.kind;
    const parts = partsOf(kind, gpu, this.devices.length);
    this.#stages = parts.map((part, index) => {
      const device = this.devices[index] as Device;
      return new Stage(simulation, { index, device, part }, activity, this);
    });
    const slowdown = (): number =>
      parts.reduce(
        (sum, { share, slowdownAt }, index) => sum + share * slowdownAt((this.devices[index] as Device).clock.hzFor(activity)),
        0,
      );
    this.progress = new BatchProgress(listener, slowdown);
    this.#link = gpu.roofline?.link;
    this.#on = parts.map(() => undefined);
    this.#before = parts.map(() => []);
    occupyServer(this.#first.server);
  }

  get #first(): Device {
    return this.devices[0] as Device;
  }

  get isUp(): boolean {
    return this.devices.every((device) => device.isUp);
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  get runningCount(): number {
    return this.#batches.reduce((sum, { members }) => sum + members.length, 0);
  }

  /** Requests waiting and running. */
  get load(): number {
    return this.queue.length + this.runningCount;
  }

  /** The batch to come where it can begin at once. */
  get openPlaces(): number {
    return this.#first.turns.isFree ? this.#engine.maxBatch : 0;
  }

  drawn(): Drawn {
    let energyJ = 0;
    let carbonG = 0;
    for (const stage of this.#stages) {
      const drawn = stage.drawn();
      energyJ += drawn.energyJ;
      carbonG += drawn.carbonG;
    }
    return { energyJ, carbonG };
  }

  underWay(): readonly ReplicaWork[] {
    return this.#stages.filter(({ isRunning }) => isRunning).map((stage) => this.#work(stage, 0));
  }

  get usedS(): Used {
    let busyS = 0;
    let memberS = this.#memberS;
    for (const stage of this.#stages) {
      busyS += stage.busyS;
      memberS += stage.spentS * (this.#on[stage.index]?.members.length ?? 0);
    }
    return { gpuS: busyS, busyS, memberS };
  }

  /** A request joins the queue; its work is set. */
  enter(request: Request): void {
    this.queue.enter(request);
    this.#planForm(false);
  }

  /** A server went down, or a device is lost: all that are here, first the batches, then the queue, each in order. */
  lose(): readonly Request[] {
    this.#simulation.cancel(this.#form);
    this.#form = NO_EVENT;
    this.#isAsking = false;
    for (const stage of this.#stages) {
      if (stage.isRunning) this.watcher?.(this.#work(stage, 0));
      this.#book(stage.index, stage.stop());
      (this.#before[stage.index] as Batch[]).length = 0;
    }
    const lost: Request[] = [];
    for (const { members, sent } of this.#batches) {
      this.#simulation.cancel(sent);
      lost.push(...members);
    }
    this.#batches = [];
    for (const request of lost) this.queue.leave(request);
    this.#leftovers = [];
    lost.push(...this.queue.empty());
    return lost;
  }

  /** Forms a batch once all else at that instant has happened: now where it is urgent or full, else when the first has waited. */
  #planForm(isUrgent: boolean): void {
    if (this.#isAsking || this.#on[0] !== undefined) return;
    const first = this.queue.firstWaiting;
    if (first === undefined) return;
    const { nowS } = this.#simulation;
    const isNow = isUrgent || this.queue.length >= this.#engine.maxBatch;
    const dueS = isNow ? nowS : Math.max(nowS, first.arrivalS + this.#engine.batchWaitS);
    if (this.#form !== NO_EVENT) {
      if (dueS < this.#formS) this.#simulation.rescheduleAt(this.#form, dueS);
      else return;
    } else this.#form = this.#simulation.scheduleAt(dueS, PHASE.control, this.#onForm);
    this.#formS = dueS;
  }

  #formNow(): void {
    this.#form = NO_EVENT;
    this.#isAsking = true;
    (this.#stages[0] as Stage).ask();
  }

  turnCame({ index }: Stage): number | undefined {
    const batch = index === 0 ? this.#start() : ((this.#before[index] as Batch[]).shift() as Batch);
    this.#on[index] = batch;
    return batch?.workS;
  }

  /** @returns nothing where all who waited were too late */
  #start(): Batch | undefined {
    this.#isAsking = false;
    const { nowS } = this.#simulation;
    const members = this.#pick(nowS);
    if (members.length === 0) return undefined;
    let shortestS = Infinity;
    let longestS = 0;
    for (const request of members) {
      shortestS = Math.min(shortestS, request.remainingS);
      longestS = Math.max(longestS, request.remainingS);
    }
    const batch = { members, workS: this.#engine.isContinuous ? shortestS : longestS, sent: NO_EVENT };
    this.#batches = [...this.#batches, batch];
    return batch;
  }

  #pick(nowS: number): Request[] {
    const { queue } = this;
    const batch: Request[] = [];
    queue.open(nowS);
    while (batch.length < this.#engine.maxBatch) {
      const next = queue.next();
      if (next === undefined) break;
      queue.take(next, nowS);
      batch.push(next);
    }
    for (const request of this.#leftovers) if (request.state === REQUEST_STATE.queued) queue.rekey(request);
    this.#leftovers = [];
    return batch;
  }

  passed(stage: Stage, spent: Spent): void {
    const { index } = stage;
    const batch = this.#on[index] as Batch;
    this.watcher?.(this.#work(stage, 1));
    this.#book(index, spent);
    const next = this.#stages[index + 1];
    if (next !== undefined) this.#send(batch, next);
    if (next === undefined) this.#finish(batch);
    const isUrgent = this.#leftovers.length > 0; // be it that the first stage was busy when they went back
    if (index === 0 || isUrgent) this.#planForm(isUrgent);
  }

  #send(batch: Batch, next: Stage): void {
    const arrive = (): void => {
      batch.sent = NO_EVENT;
      (this.#before[next.index] as Batch[]).push(batch);
      next.ask();
    };
    batch.sent = this.#simulation.schedule(this.#transferS(batch, next), PHASE.control, arrive);
  }

  /** Each member sends the messages of its part of the work, all at the same time; the slower end of the link carries the bytes of all. */
  #transferS({ members, workS }: Batch, next: Stage): number {
    const { latency, bandwidth } = this.#link as Link;
    let messages = 0;
    let bytes = 0;
    for (const request of members) {
      const { promptTokens: prompt, outputTokens: output } = this.#listener.sequenceOf(request);
      const whole = transferOf(this.model.kind, { prompt, output });
      const part = Math.min(1, workS / request.workS);
      messages = Math.max(messages, whole.messages * part);
      bytes += whole.bytes * part;
    }
    const previous = this.#stages[next.index - 1] as Stage;
    const left = Math.min(previous.device.linkFactor, next.device.linkFactor);
    return messages * latency + bytes / (bandwidth * left);
  }

  #finish(batch: Batch): void {
    this.#batches = this.#batches.filter((each) => each !== batch);
    for (const request of batch.members) {
      request.remainingS = Math.max(0, request.remainingS - batch.workS);
      if (request.remainingS === 0) {
        this.queue.leave(request);
        this.#listener.finished(request);
        continue;
      }
      this.queue.competes(request, this.#simulation.nowS);
      this.#leftovers.push(request);
    }
  }

  /** What the batch on a stage comes to there, before it is booked: prompts of those that are new in it, answers of those that it completes. */
  #work({ index, startS }: Stage, steps: 0 | 1): ReplicaWork {
    const { members, workS } = this.#on[index] as Batch;
    const isLast = index === this.#stages.length - 1;
    let promptTokens = 0;
    let outputTokens = 0;
    for (const request of isLast && steps === 1 ? members : []) {
      const sequence = this.#listener.sequenceOf(request);
      if (request.remainingS === request.workS) promptTokens += sequence.promptTokens;
      if (request.remainingS <= workS) outputTokens += sequence.outputTokens;
    }
    const kind = steps === 0 ? "unfinished" : "batch";
    return { kind, stage: index, startS, steps, requests: members.length, promptTokens, outputTokens };
  }

  /** Shares what a batch drew on a stage equally among its members: each held one of its places all the time. */
  #book(stage: number, { spentS, energyJ, carbonG }: Spent): void {
    const members = this.#on[stage]?.members ?? [];
    this.#on[stage] = undefined;
    for (const request of members) {
      request.energyJ += energyJ / members.length;
      request.carbonG += carbonG / members.length;
    }
    this.#memberS += spentS * members.length;
  }
}
