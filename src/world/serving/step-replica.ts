/**
 * One replica whose engine works by steps: requests join and leave between them, and memory for keys and values is kept in blocks.
 * Steps of the same writing requests are a run: one event, its length in closed form. Semantics: docs/serving.md.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Request } from "../cluster/request-pool.ts";
import { FifoQueue } from "../cluster/request-queue.ts";
import type { Device, Drawn } from "./device.ts";
import { whoGivesWay } from "./give-way.ts";
import { blocksFor, KvMemory } from "./kv-memory.ts";
import { KvSender } from "./kv-sender.ts";
import { Lockstep } from "./lockstep.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { ServedModel } from "./model-serving.ts";
import { StepProgress } from "./progress.ts";
import { occupyServer, type Place, type Replica, type ReplicaListener, type ReplicaWork, type Used } from "./replica-port.ts";
import type { Sequence } from "./sequence.ts";
import { isPrompt, type StepMix, StepPlan, stepWork } from "./step-plan.ts";
import { blocksAtFirst, type StepRules } from "./step-rules.ts";
import { pairsOf, type StepTime } from "./step-time.ts";
import { Writers } from "./writers.ts";

export class StepReplica implements Replica {
  readonly id: ReplicaId;
  readonly model: ServedModel;
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
  /** Those who write in the step under way for the first time here, what came before having been computed elsewhere. */
  #arrived: Sequence[] = [];
  /** Whose keys and values are on their way here. */
  readonly senders = new Set<KvSender>();
  readonly #sender: KvSender | undefined;
  #admissions = 0;
  /** Do blocks follow tokens, from admission on or from the first token on? Else they stay those of the longest answer. */
  readonly #grows: boolean;
  /** Times that one gave way to another and began anew. */
  preemptions = 0;
  readonly #simulation: Simulation;
  readonly #listener: ReplicaListener;
  readonly #gpus: Lockstep;
  readonly #plan: StepPlan;
  readonly #onPlan = (): void => this.#begin();
  readonly #onEnd = (): void => this.#finish();
  #planned: EventId = NO_EVENT;
  #end: EventId = NO_EVENT;

  constructor(simulation: Simulation, place: Place, rules: StepRules, listener: ReplicaListener) {
    this.id = place.id;
    this.model = place.model;
    this.queue = place.queue;
    this.devices = place.devices;
    this.rules = rules;
    this.memory = new KvMemory(rules.blocks);
    this.#simulation = simulation;
    this.#listener = listener;
    const { weights: weightsB } = place.model.kind;
    this.#gpus = new Lockstep(simulation, place.devices, { weightsB, paceChanged: () => this.#paceChanged() });
    this.progress = new StepProgress(listener, this.#writers, rules.timeAt, this.#gpus);
    this.#plan = new StepPlan(this.#time);
    const { sendS } = rules;
    const gone = (sequence: Sequence): void => this.#gone(sequence);
    this.#sender = sendS === undefined ? undefined : new KvSender(simulation, { sendS, gone }, listener);
    this.#grows = rules.engine.reserves !== "answer" || rules.tokenLimit === Infinity;
    occupyServer((place.devices[0] as Device).server);
  }

  /** Does it write what others have begun? */
  get goesOn(): boolean {
    return this.rules.engine.disaggregation !== undefined && this.#sender === undefined;
  }

  get isUp(): boolean {
    return this.devices.every((device) => device.isUp);
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  /** Those on their way to another replica among them. */
  get runningCount(): number {
    return this.running.length + (this.#sender?.count ?? 0);
  }

  /** Those on their way here are expected. */
  get load(): number {
    return this.queue.length + this.runningCount + this.senders.size;
  }

  get openPlaces(): number {
    return this.rules.engine.maxBatch - this.running.length;
  }

  get usedS(): Used {
    return this.#gpus.used(this.running.length);
  }

  underWay(): readonly ReplicaWork[] {
    return this.#end === NO_EVENT ? [] : this.#work(0);
  }

  /** What the run under way comes to if so many of its steps are made: the same on each of its GPUs. */
  #work(steps: number): readonly ReplicaWork[] {
    const work = { ...stepWork(this.#plan.mix, this.#prompts, steps), startS: this.#gpus.startS, requests: this.running.length };
    return this.devices.map((_, stage) => ({ ...work, stage }));
  }

  #tell(steps: number): void {
    if (this.watcher !== undefined) for (const work of this.#work(steps)) this.watcher(work);
  }

  drawn(): Drawn {
    return this.#gpus.drawn(this.running);
  }

  /** Of each who runs or is sent away, blocks of KV memory and the tokens that must find room there: those of the step under way included. */
  holdings(): readonly { readonly blocks: number; readonly tokens: number }[] {
    const next = this.#end === NO_EVENT ? 0 : 1;
    return [...this.running, ...(this.#sender?.line ?? [])].map((sequence) => {
      const isWriting = this.#writers.has(sequence);
      const tokens = this.#writers.computedBy(sequence) + (isWriting ? next : 0);
      return { blocks: isWriting && this.#grows ? blocksFor(tokens) : sequence.blocks, tokens };
    });
  }

  enter(request: Request, waitsFromS = request.arrivalS): void {
    const { queue } = this;
    queue.enter(request, waitsFromS);
    if (this.#end === NO_EVENT) this.#planSoon();
    else if (queue.first === request && (this.openPlaces > 0 || queue.interrupts)) this.#cutRun();
  }

  lose(): readonly Request[] {
    const onTheWay = [...[...this.senders].map((sender) => sender.abort()), ...(this.#sender?.lose() ?? [])];
    const lost = [...this.running].map(({ request }) => request);
    this.#simulation.cancel(this.#planned);
    this.#planned = NO_EVENT;
    if (this.#end !== NO_EVENT) {
      this.#simulation.cancel(this.#end);
      this.#tell(0);
      this.#closeStretch();
      if (this.#grows) this.memory.take(-this.#writers.blocksIn(1)); // those of the step under way
    }
    for (const sequence of this.running) this.#release(sequence);
    this.#prompts = [];
    this.#arrived = [];
    for (const request of lost) this.queue.leave(request);
    return [...onTheWay, ...lost, ...this.queue.empty()];
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
    const isCompute = mix.promptTokens > 0 && isPrompt(mix, this.#time);
    this.#gpus.run(isCompute ? "compute" : this.model.activity);
    this.#plan.begin(mix, this.#time, nowS, steps);
    this.#end = this.#simulation.scheduleAt(this.#plan.boundaryS(this.#plan.steps), PHASE.finish, this.#onEnd);
  }

  get #time(): StepTime {
    return this.rules.timeAt(this.#gpus.clockHz, this.#gpus.linkLeft);
  }

  /** What is left of the run goes on at the new clock, and over what is left of the link. */
  #paceChanged(): void {
    if (this.#end === NO_EVENT) return;
    const { nowS } = this.#simulation;
    this.#plan.bend(nowS, this.#time);
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
    const isAlike = this.#prompts.length === 0 && this.#arrived.length === 0;
    const isRun = isAlike && this.#writers.count > 0 && !hasPreempted && !mayTurn;
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
    const sent = [...(this.#sender?.line ?? [])].reduce((sum, { blocks }) => sum + blocks, 0);
    const step = { rules: this.rules, queue, running: this.running, writers: this.#writers, grows: this.#grows };
    const blocks = this.memory.blocks - this.rules.watermark - sent;
    for (const victim of whoGivesWay(this.#listener.sequenceOf(first), { ...step, blocks })) this.#preempt(victim);
  }

  #admit(tokens: number): void {
    let left = tokens;
    while (left > 0 && this.openPlaces > 0) {
      this.queue.open(this.#simulation.nowS);
      const first = this.queue.next();
      if (first === undefined) return;
      const sequence = this.#listener.sequenceOf(first);
      const scheduled = Math.min(sequence.toCompute, left);
      const blocks = blocksAtFirst(this.rules, sequence, scheduled);
      if (blocks > this.memory.free - this.rules.watermark) return;
      this.queue.take(first, this.#simulation.nowS);
      this.running.push(sequence);
      sequence.admission = this.#admissions++;
      sequence.scheduled = scheduled;
      if (sequence.computed === 0) this.#prompts.push(sequence);
      else {
        this.#writers.join(sequence);
        this.#arrived.push(sequence);
      }
      sequence.blocks = blocks;
      this.memory.take(blocks);
      left -= scheduled;
      this.#gpus.join(first);
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
    if (this.#writers.has(sequence)) {
      this.#writers.leave(sequence);
      if (this.#grows) sequence.blocks = blocksFor(sequence.computed);
    }
    this.#stop(sequence);
    this.#free(sequence);
  }

  #free(sequence: Sequence): void {
    this.memory.take(-sequence.blocks);
    sequence.blocks = 0;
  }

  /** Its blocks are still held. */
  #stop(sequence: Sequence): void {
    const { request } = sequence;
    this.running.remove(sequence);
    this.#gpus.leave(request);
  }

  /** Ends the run at its next boundary, for one who may be admitted there. */
  #cutRun(): void {
    const { nowS } = this.#simulation;
    if (this.#plan.cut(nowS)) this.#simulation.rescheduleAt(this.#end, Math.max(nowS, this.#plan.boundaryS(this.#plan.steps)));
  }

  #finish(): void {
    const writers = this.#writers;
    const { nowS } = this.#simulation;
    this.#tell(this.#plan.steps);
    this.#closeStretch();
    const { steps } = this.#plan;
    if (this.#arrived.length > 0) {
      for (const sequence of this.#arrived) sequence.gapEnds(nowS);
      this.#arrived = [];
    }
    if (this.#grows) this.memory.take(writers.blocksIn(steps) - writers.blocksIn(1));
    writers.advance(steps, this.#plan.end(), nowS);
    for (let done = writers.done; done !== undefined; done = writers.done) this.#answer(done);
    if (this.#prompts.length > 0) {
      const prompts = this.#prompts;
      this.#prompts = [];
      for (const sequence of prompts) this.#computed(sequence);
    }
    if (this.queue.length + this.running.length > 0) this.#planSoon();
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
    else if (this.#sender === undefined) this.#writers.join(sequence);
    else {
      this.#stop(sequence);
      this.queue.leave(sequence.request);
      this.#sender.send(sequence);
    }
  }

  /** One that was sent away has come there, or is lost: who waits may find room now. */
  #gone(sequence: Sequence): void {
    this.#free(sequence);
    if (this.#end === NO_EVENT && this.queue.length > 0) this.#planSoon();
  }

  #answer(sequence: Sequence): void {
    const { request } = sequence;
    this.#release(sequence);
    this.queue.leave(request);
    this.#listener.finished(request);
  }

  /** The run ends now. */
  #closeStretch(): void {
    this.#end = NO_EVENT;
    this.#gpus.rest(this.running.length);
  }
}
