/**
 * One replica whose engine works by steps: requests join and leave between them, and memory for keys and values is kept in blocks.
 * Steps of the same writing requests are a run: one event, its length in closed form. Semantics: docs/serving.md.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Request } from "../cluster/request-pool.ts";
import { FifoQueue } from "../cluster/request-queue.ts";
import type { Device, Drawn } from "./device.ts";
import type { StepEngine } from "./engines.ts";
import { blocksAtFirst, blocksFor, KvMemory } from "./kv-memory.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { ServedModel } from "./model-serving.ts";
import { StepProgress } from "./progress.ts";
import { occupyServer, type Place, type Replica, type ReplicaListener, type ReplicaWork } from "./replica-port.ts";
import type { Sequence } from "./sequence.ts";
import { isPrompt, type StepMix, StepPlan, stepWork } from "./step-plan.ts";
import { pairsOf, type StepTime } from "./step-time.ts";
import { Writers } from "./writers.ts";

export interface StepRules {
  readonly engine: StepEngine;
  /** Of its KV memory; Infinity without a limit. */
  readonly blocks: number;
  /** Of these, how many must be free once another is admitted. */
  readonly watermark: number;
  /** Most tokens of a prompt and its answer. */
  readonly tokenLimit: number;
  readonly timeAt: (clockHz: number) => StepTime;
}

export class StepReplica implements Replica {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  readonly device: Device;
  readonly devices: readonly Device[];
  readonly rules: StepRules;
  readonly memory: KvMemory;
  readonly queue: ModelQueue;
  readonly progress: StepProgress;
  watcher: Replica["watcher"] = undefined;
  /** Those admitted, in that order: first those who write, then those whose prompts are not done. */
  readonly running = new FifoQueue<Sequence>();
  readonly #writers = new Writers();
  /** Those who compute prompts in the next step; between steps at most the last admitted. */
  #prompts: Sequence[] = [];
  #admissions = 0;
  /** Do blocks follow tokens, from admission on or from the first token on? Else they stay those of the longest answer. */
  readonly #grows: boolean;
  /** Times that one gave way to another and began anew. */
  preemptions = 0;
  #busyS = 0;
  #memberS = 0;
  /** Joules and grams that one place has drawn: of all stretches that ended, by those who ran. */
  #placeJ = 0;
  #placeG = 0;
  readonly #simulation: Simulation;
  readonly #listener: ReplicaListener;
  readonly #plan: StepPlan;
  readonly #onPlan = (): void => this.#begin();
  readonly #onEnd = (): void => this.#finish();
  #planned: EventId = NO_EVENT;
  #end: EventId = NO_EVENT;
  #startS = 0;

  constructor(simulation: Simulation, place: Place, rules: StepRules, listener: ReplicaListener) {
    this.id = place.id;
    this.model = place.model;
    this.device = place.devices[0] as Device;
    this.queue = place.queue;
    this.devices = place.devices;
    this.rules = rules;
    this.progress = new StepProgress(listener, this.#writers, rules.timeAt, this.device);
    this.memory = new KvMemory(rules.blocks);
    this.#simulation = simulation;
    this.#listener = listener;
    this.#plan = new StepPlan(rules.timeAt(this.device.clockHz));
    this.#grows = rules.engine.reserves !== "answer" || rules.tokenLimit === Infinity;
    this.device.hold({ weightsB: place.model.kind.weights, clockChanged: () => this.#clockChanged() });
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

  get load(): number {
    return this.queue.length + this.running.length;
  }

  get openPlaces(): number {
    return this.rules.engine.maxBatch - this.running.length;
  }

  get usedS(): { readonly busyS: number; readonly memberS: number } {
    const openS = this.#end === NO_EVENT ? 0 : this.#simulation.nowS - this.#startS;
    return { busyS: this.#busyS + openS, memberS: this.#memberS + openS * this.running.length };
  }

  underWay(): readonly ReplicaWork[] {
    return this.#end === NO_EVENT ? [] : [this.#work(0)];
  }

  /** What the run under way comes to if so many of its steps are made. */
  #work(steps: number): ReplicaWork {
    return { ...stepWork(this.#plan.mix, this.#prompts, steps), stage: 0, startS: this.#startS, requests: this.running.length };
  }

  drawn(): Drawn {
    let { energyJ, carbonG } = this.#end === NO_EVENT ? { energyJ: 0, carbonG: 0 } : this.device.stretch();
    for (const { request } of this.running) {
      energyJ += this.#placeJ - request.phiStartJ;
      carbonG += this.#placeG - request.carbonStartG;
    }
    return { energyJ, carbonG };
  }

  /** Of each who runs, blocks of KV memory and the tokens that must find room there: those of the step under way included. */
  holdings(): readonly { readonly blocks: number; readonly tokens: number }[] {
    const next = this.#end === NO_EVENT ? 0 : 1;
    return [...this.running].map((sequence) => {
      const isWriting = this.#writers.has(sequence);
      const tokens = this.#writers.computedBy(sequence) + (isWriting ? next : 0);
      return { blocks: isWriting && this.#grows ? blocksFor(tokens) : sequence.blocks, tokens };
    });
  }

  enter(request: Request): void {
    const { queue } = this;
    queue.enter(request);
    if (this.#end === NO_EVENT) this.#planSoon();
    else if (queue.first === request && (this.openPlaces > 0 || queue.interrupts)) this.#cutRun();
  }

  lose(): readonly Request[] {
    const lost = [...this.running].map(({ request }) => request);
    this.#simulation.cancel(this.#planned);
    this.#planned = NO_EVENT;
    if (this.#end !== NO_EVENT) {
      this.#simulation.cancel(this.#end);
      this.watcher?.(this.#work(0));
      this.#closeStretch();
      if (this.#grows) this.memory.take(-this.#writers.blocksIn(1)); // those of the step under way
    }
    for (const sequence of this.running) this.#release(sequence);
    this.#prompts = [];
    for (const request of lost) this.queue.leave(request);
    lost.push(...this.queue.empty());
    return lost;
  }

  /** Plans once all else at that instant has happened. */
  #planSoon(): void {
    if (this.#planned === NO_EVENT) this.#planned = this.#simulation.schedule(0, PHASE.control, this.#onPlan);
  }

  #begin(): void {
    this.#planned = NO_EVENT;
    const steps = this.#schedule();
    if (this.running.length === 0) return;
    const { nowS } = this.#simulation;
    const mix = this.#mix();
    this.#startS = nowS;
    this.device.run(isPrompt(mix, this.rules.timeAt(this.device.clockHz)) ? "compute" : this.model.activity);
    this.#plan.begin(mix, this.rules.timeAt(this.device.clockHz), nowS, steps);
    this.#end = this.#simulation.scheduleAt(this.#plan.boundaryS(this.#plan.steps), PHASE.finish, this.#onEnd);
  }

  /** What is left of the run goes on at the new clock. */
  #clockChanged(): void {
    if (this.#end === NO_EVENT) return;
    const { nowS } = this.#simulation;
    this.#plan.bend(nowS, this.rules.timeAt(this.device.clockHz));
    this.#end = this.#simulation.rescheduleAt(this.#end, Math.max(nowS, this.#plan.boundaryS(this.#plan.steps)));
  }

  /** Gives tokens of the next step to those who write, then to the one whose prompt is half done, then admits those who wait. @returns how many equal steps can follow, itself included */
  #schedule(): number {
    if (this.queue.interrupts) this.#giveWay();
    const before = this.preemptions;
    if (this.#grows) this.#growWriters();
    let left = this.rules.engine.chunk - this.#writers.count;
    const [half] = this.#prompts;
    if (half !== undefined) {
      half.scheduled = Math.min(half.toCompute, left);
      if (this.#growPrompt(half)) left -= half.scheduled;
    }
    const hasPreempted = this.preemptions > before;
    if (!hasPreempted) this.#admit(left);
    // After any step another may go next and find its place, or who runs may have sunk below who waits.
    const { length, demotes, movesWithTime, interrupts } = this.queue;
    const mayTurn = length > 0 && (demotes || (movesWithTime && (interrupts || this.openPlaces > 0)));
    const isRun = this.#prompts.length === 0 && this.#writers.count > 0 && !hasPreempted && !mayTurn;
    return isRun ? this.#stepsOfRun() : 1;
  }

  #mix(): StepMix {
    let promptTokens = 0;
    let promptPairs = 0;
    for (const { computed, scheduled } of this.#prompts) {
      promptTokens += scheduled;
      promptPairs += pairsOf(computed, scheduled);
    }
    return { promptTokens, promptPairs, writers: this.#writers.count, contextTokens: this.#writers.contextTokens };
  }

  /** Until the first answer is complete or the next block is not there; the first step has its blocks already. */
  #stepsOfRun(): number {
    const { stepsLeft } = this.#writers;
    return this.#grows ? this.#writers.stepsWithin(this.memory.free + this.#writers.blocksIn(1), stepsLeft) : stepsLeft;
  }

  /** The first who waits interrupts: of those whose keys are greater, the fewest of the greatest who leave it a place and room. */
  #giveWay(): void {
    const { queue } = this;
    queue.open(this.#simulation.nowS);
    const first = queue.next();
    if (first === undefined) return;
    const sequence = this.#listener.sequenceOf(first);
    const later = [...this.running].filter(({ request }) => queue.mayInterrupt(first, request)).sort(byKeyFalling);
    const victims = new Set<Sequence>();
    for (let count = 0; !this.#fits(sequence, victims); count++) {
      const victim = later[count];
      if (victim === undefined) return;
      victims.add(victim);
    }
    for (const victim of victims) this.#preempt(victim);
  }

  /** Would there be a place, tokens of the next step and blocks for one who waits, if some of those who run were gone? */
  #fits(sequence: Sequence, gone: ReadonlySet<Sequence>): boolean {
    const { engine, watermark } = this.rules;
    let places = engine.maxBatch;
    let tokens = engine.chunk;
    let blocks = this.memory.blocks - watermark;
    for (const each of this.running) {
      if (gone.has(each)) continue;
      const isWriting = this.#writers.has(each);
      const scheduled = isWriting ? 1 : Math.min(each.toCompute, tokens);
      const held = isWriting && !this.#grows ? each.blocks : Math.max(each.blocks, blocksFor(this.#writers.computedBy(each) + scheduled));
      places--;
      tokens -= scheduled;
      blocks -= held;
    }
    return places > 0 && tokens > 0 && blocksAtFirst(this.rules, sequence.toCompute, Math.min(sequence.toCompute, tokens)) <= blocks;
  }

  #admit(tokens: number): void {
    let left = tokens;
    while (left > 0 && this.openPlaces > 0) {
      this.queue.open(this.#simulation.nowS);
      const first = this.queue.next();
      if (first === undefined) return;
      const sequence = this.#listener.sequenceOf(first);
      const scheduled = Math.min(sequence.toCompute, left);
      const blocks = blocksAtFirst(this.rules, sequence.toCompute, scheduled);
      if (blocks > this.memory.free - this.rules.watermark) return;
      this.queue.take(first, this.#simulation.nowS);
      this.running.push(sequence);
      this.#prompts.push(sequence);
      sequence.admission = this.#admissions++;
      sequence.scheduled = scheduled;
      sequence.blocks = blocks;
      this.memory.take(blocks);
      left -= scheduled;
      first.phiStartJ = this.#placeJ;
      first.carbonStartG = this.#placeG;
    }
  }

  /** Finds a block for the next token of each who writes and needs one: the last admitted give way. */
  #growWriters(): void {
    const needed = this.#writers.blocksIn(1);
    if (needed <= this.memory.free) {
      this.memory.take(needed);
      return;
    }
    for (let sequence = this.running.first; sequence !== undefined && this.#writers.has(sequence); sequence = sequence.next) {
      if (!this.#writers.needsBlock(sequence)) continue;
      while (this.memory.free === 0) {
        const last = this.#preemptLast();
        if (last === sequence) return;
      }
      this.memory.take(1);
    }
  }

  /** Finds blocks for the next piece of a prompt: nobody came after it, so that it gives way itself. @returns whether it still runs */
  #growPrompt(sequence: Sequence): boolean {
    const blocks = Math.max(sequence.blocks, blocksFor(sequence.computed + sequence.scheduled));
    if (blocks - sequence.blocks > this.memory.free) {
      this.#preemptLast();
      return false;
    }
    this.memory.take(blocks - sequence.blocks);
    sequence.blocks = blocks;
    return true;
  }

  #preemptLast(): Sequence {
    const sequence = this.running.last as Sequence;
    this.#preempt(sequence);
    return sequence;
  }

  /** It gives up its blocks, and computes anew what was in them. */
  #preempt(sequence: Sequence): void {
    if (!this.#writers.has(sequence)) this.#prompts = [];
    this.#release(sequence);
    sequence.computed = 0;
    this.preemptions++;
    this.queue.giveBack(sequence.request, this.#simulation.nowS);
  }

  /** Takes one out of the running, with its blocks and its joules. */
  #release(sequence: Sequence): void {
    const { request } = sequence;
    if (this.#writers.has(sequence)) {
      this.#writers.leave(sequence);
      if (this.#grows) sequence.blocks = blocksFor(sequence.computed);
    }
    this.running.remove(sequence);
    this.memory.take(-sequence.blocks);
    sequence.blocks = 0;
    request.energyJ += this.#placeJ - request.phiStartJ;
    request.carbonG += this.#placeG - request.carbonStartG;
  }

  /** Ends the run at its next boundary, for one who may be admitted there. */
  #cutRun(): void {
    const { nowS } = this.#simulation;
    if (this.#plan.cut(nowS)) this.#simulation.rescheduleAt(this.#end, Math.max(nowS, this.#plan.boundaryS(this.#plan.steps)));
  }

  #finish(): void {
    const writers = this.#writers;
    const { nowS } = this.#simulation;
    this.watcher?.(this.#work(this.#plan.steps));
    this.#closeStretch();
    const { steps } = this.#plan;
    if (this.#grows) this.memory.take(writers.blocksIn(steps) - writers.blocksIn(1));
    writers.advance(steps, this.#plan.end(), nowS);
    for (let done = writers.done; done !== undefined; done = writers.done) this.#answer(done);
    const prompts = this.#prompts;
    this.#prompts = [];
    for (const sequence of prompts) this.#computed(sequence);
    if (this.load > 0) this.#planSoon();
  }

  /** A piece of a prompt, or of all that one who gave way has to compute anew, is done. */
  #computed(sequence: Sequence): void {
    sequence.computed += sequence.scheduled;
    if (sequence.toCompute > 0) {
      this.#prompts.push(sequence);
      return;
    }
    sequence.write(this.#simulation.nowS);
    if (sequence.written === sequence.outputTokens) this.#answer(sequence);
    else this.#writers.join(sequence);
  }

  #answer(sequence: Sequence): void {
    const { request } = sequence;
    this.#release(sequence);
    this.queue.leave(request);
    this.#listener.finished(request);
  }

  /** Books the run that ends now: each who runs held one of its places all the time. */
  #closeStretch(): void {
    const { energyJ, carbonG } = this.device.rest();
    const spentS = this.#simulation.nowS - this.#startS;
    const count = this.running.length;
    this.#end = NO_EVENT;
    this.#placeJ += energyJ / count;
    this.#placeG += carbonG / count;
    this.#busyS += spentS;
    this.#memberS += spentS * count;
  }
}

/** As in the queue, the last first: greatest key, then the latest to arrive. */
function byKeyFalling({ request: a }: Sequence, { request: b }: Sequence): number {
  return b.key - a.key || b.arrivalS - a.arrivalS || b.id - a.id;
}
