/**
 * One replica whose engine works by steps: requests join and leave between them, and memory for keys and values is kept in blocks.
 * Steps of the same writing requests are a run: one event, its length in closed form. Semantics: docs/serving.md.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import { KeyQueue } from "../cluster/request-queue.ts";
import type { Device, Drawn } from "./device.ts";
import type { StepEngine } from "./engines.ts";
import { blocksFor, KvMemory } from "./kv-memory.ts";
import type { ServedModel } from "./model-serving.ts";
import { occupyServer, type Replica, type ReplicaListener } from "./replica-port.ts";
import type { Sequence } from "./sequence.ts";
import { StepPlan } from "./step-plan.ts";
import type { StepTime } from "./step-time.ts";

export interface StepRules {
  readonly engine: StepEngine;
  /** Of its KV memory; Infinity without a limit. */
  readonly blocks: number;
  /** Most tokens of a prompt and its answer. */
  readonly tokenLimit: number;
  readonly time: StepTime;
}

export class StepReplica implements Replica {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  readonly device: Device;
  readonly rules: StepRules;
  readonly memory: KvMemory;
  /** Requests that wait, by key. */
  readonly queue = new KeyQueue();
  /** Those admitted, in that order. */
  readonly running: Sequence[] = [];
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

  constructor(
    simulation: Simulation,
    place: { readonly id: ReplicaId; readonly model: ServedModel; readonly device: Device },
    rules: StepRules,
    listener: ReplicaListener,
  ) {
    this.id = place.id;
    this.model = place.model;
    this.device = place.device;
    this.rules = rules;
    this.memory = new KvMemory(rules.blocks);
    this.#simulation = simulation;
    this.#listener = listener;
    this.#plan = new StepPlan(rules);
    this.device.hold();
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

  drawn(): Drawn {
    let { energyJ, carbonG } = this.#end === NO_EVENT ? { energyJ: 0, carbonG: 0 } : this.device.stretch();
    for (const { request } of this.running) {
      energyJ += this.#placeJ - request.phiStartJ;
      carbonG += this.#placeG - request.carbonStartG;
    }
    return { energyJ, carbonG };
  }

  enter(request: Request): void {
    this.queue.push(request);
    if (this.#end === NO_EVENT) this.#planSoon();
    else if (this.queue.first === request && this.running.length < this.rules.engine.maxBatch) this.#cutRun();
  }

  lose(): readonly Request[] {
    const lost = this.running.map(({ request }) => request);
    this.#simulation.cancel(this.#planned);
    this.#planned = NO_EVENT;
    if (this.#end !== NO_EVENT) {
      this.#simulation.cancel(this.#end);
      this.#closeStretch();
    }
    while (this.running.length > 0) this.#release(this.running.length - 1);
    while (this.queue.length > 0) lost.push(this.queue.pop());
    return lost;
  }

  /** Plans once all else at that instant has happened. */
  #planSoon(): void {
    if (this.#planned === NO_EVENT) this.#planned = this.#simulation.schedule(0, PHASE.control, this.#onPlan);
  }

  #begin(): void {
    this.#planned = NO_EVENT;
    this.#schedule();
    if (this.running.length === 0) return;
    const { nowS } = this.#simulation;
    this.#startS = nowS;
    this.device.run(this.#plan.isPrompt ? "compute" : this.model.activity);
    this.#end = this.#simulation.scheduleAt(this.#plan.boundaryS(nowS, this.#plan.steps), PHASE.finish, this.#onEnd);
  }

  /** Gives tokens of the next step to those who run, in order of admission, then admits those who wait. */
  #schedule(): void {
    const { engine } = this.rules;
    let left = engine.chunk;
    const before = this.preemptions;
    for (let i = 0; i < this.running.length; i++) {
      const sequence = this.running[i] as Sequence;
      sequence.scheduled = Math.min(sequence.toCompute, left);
      if (sequence.scheduled > 0 && !this.#makeRoom(i, sequence)) break;
      left -= sequence.scheduled;
    }
    const hasPreempted = this.preemptions > before;
    if (!hasPreempted) this.#admit(left);
    this.#plan.set(this.running, { freeBlocks: this.memory.free, isSingle: hasPreempted });
  }

  #admit(tokens: number): void {
    let left = tokens;
    for (let first = this.queue.first; first !== undefined; first = this.queue.first) {
      if (left === 0 || this.openPlaces === 0) return;
      const sequence = this.#listener.sequenceOf(first);
      const scheduled = Math.min(sequence.toCompute, left);
      const blocks = this.#blocksWith(sequence, scheduled);
      if (blocks > this.memory.free) return;
      this.queue.pop();
      this.running.push(sequence);
      sequence.scheduled = scheduled;
      sequence.blocks = blocks;
      this.memory.take(blocks);
      left -= scheduled;
      first.state = REQUEST_STATE.running;
      if (Number.isNaN(first.startS)) first.startS = this.#simulation.nowS;
      first.phiStartJ = this.#placeJ;
      first.carbonStartG = this.#placeG;
    }
  }

  /** Blocks that it holds once so many more tokens are in memory. */
  #blocksWith({ computed }: Sequence, tokens: number): number {
    const { engine, tokenLimit } = this.rules;
    return engine.reserves && tokenLimit < Infinity ? blocksFor(tokenLimit) : blocksFor(computed + tokens);
  }

  /** Finds blocks for the tokens of the one at `index`: the last admitted give way. @returns whether it still runs. */
  #makeRoom(index: number, sequence: Sequence): boolean {
    const blocks = this.#blocksWith(sequence, sequence.scheduled);
    while (blocks - sequence.blocks > this.memory.free) {
      const victim = this.running.length - 1;
      this.#preempt();
      if (victim === index) return false;
    }
    this.memory.take(blocks - sequence.blocks);
    sequence.blocks = blocks;
    return true;
  }

  #preempt(): void {
    const sequence = this.#release(this.running.length - 1);
    sequence.computed = 0;
    this.preemptions++;
    sequence.request.state = REQUEST_STATE.queued;
    this.queue.push(sequence.request);
  }

  /** Takes one out of the running, with its blocks and its joules. */
  #release(index: number): Sequence {
    const [sequence] = this.running.splice(index, 1) as [Sequence];
    const { request } = sequence;
    this.memory.take(-sequence.blocks);
    sequence.blocks = 0;
    request.energyJ += this.#placeJ - request.phiStartJ;
    request.carbonG += this.#placeG - request.carbonStartG;
    return sequence;
  }

  /** Ends the run at its next boundary, for one who may be admitted there. */
  #cutRun(): void {
    if (this.#plan.cut(this.#startS, this.#simulation.nowS))
      this.#simulation.rescheduleAt(this.#end, this.#plan.boundaryS(this.#startS, this.#plan.steps));
  }

  #finish(): void {
    const startS = this.#startS;
    const { nowS } = this.#simulation;
    const plan = this.#plan;
    this.#closeStretch();
    const written = { fromS: plan.boundaryS(startS, 1), toS: nowS, lastStepS: nowS - plan.boundaryS(startS, plan.steps - 1) };
    const { running } = this;
    for (const sequence of running) {
      if (sequence.scheduled === 0) continue;
      sequence.computed += plan.steps * sequence.scheduled;
      const blocks = this.#blocksWith(sequence, 0);
      if (blocks > sequence.blocks) {
        this.memory.take(blocks - sequence.blocks);
        sequence.blocks = blocks;
      }
      if (sequence.toCompute === 0 || plan.steps > 1) sequence.write(plan.steps, written);
    }
    for (let i = 0; i < running.length; ) {
      const { written: count, outputTokens } = running[i] as Sequence;
      if (count < outputTokens) i++;
      else this.#listener.finished(this.#release(i).request);
    }
    if (this.load > 0) this.#planSoon();
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
