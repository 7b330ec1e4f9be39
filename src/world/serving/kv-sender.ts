/**
 * Keys and values of computed prompts on their way out of a replica: one request after another goes over its link to a replica that
 * writes, and holds its blocks until it is there. Semantics: docs/serving.md.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import { FifoQueue } from "../cluster/request-queue.ts";
import type { ReplicaListener } from "./replica-port.ts";
import type { Sequence } from "./sequence.ts";
import type { StepReplica } from "./step-replica.ts";
import type { StepRules } from "./step-rules.ts";

export interface KvSenderOptions {
  readonly sendS: NonNullable<StepRules["sendS"]>;
  /** One is gone: its blocks may be used. */
  readonly gone: (sequence: Sequence) => void;
}

export class KvSender {
  readonly #simulation: Simulation;
  readonly #options: KvSenderOptions;
  readonly #listener: ReplicaListener;
  /** In order of their first tokens: the first is on its way where there is a receiver. */
  readonly #line = new FifoQueue<Sequence>();
  #receiver: StepReplica | undefined = undefined;
  /** The arrival of the first, or the instant at which it sets out. */
  #event: EventId = NO_EVENT;
  readonly #onBegin = (): void => this.#begin();
  readonly #onArrival = (): void => this.#arrive();

  constructor(simulation: Simulation, options: KvSenderOptions, listener: ReplicaListener) {
    this.#simulation = simulation;
    this.#options = options;
    this.#listener = listener;
  }

  /** Those that are on their way or wait for the link. */
  get line(): Iterable<Sequence> {
    return this.#line;
  }

  get count(): number {
    return this.#line.length;
  }

  send(sequence: Sequence): void {
    this.#line.push(sequence);
    if (this.#event === NO_EVENT) this.#beginSoon();
  }

  /** The receiver is lost, and with it what is on its way. @returns that */
  abort(): Request {
    this.#simulation.cancel(this.#event);
    const { request } = this.#remove();
    this.#beginSoon();
    return request;
  }

  /** The sender is lost. @returns all that it had, in order */
  lose(): readonly Request[] {
    this.#simulation.cancel(this.#event);
    this.#event = NO_EVENT;
    const lost: Request[] = [];
    while (this.#line.length > 0) lost.push(this.#remove().request);
    return lost;
  }

  /** Sets out once all else at that instant has happened. */
  #beginSoon(): void {
    this.#event = this.#line.length > 0 ? this.#simulation.schedule(0, PHASE.control, this.#onBegin) : NO_EVENT;
  }

  /** Who takes it over is chosen now. */
  #begin(): void {
    const { request, computed } = this.#line.first as Sequence;
    const receiver = this.#listener.decoderOf(request);
    if (receiver === undefined) {
      this.#remove();
      this.#beginSoon();
      this.#listener.failed(request);
      return;
    }
    this.#receiver = receiver;
    receiver.senders.add(this);
    this.#event = this.#simulation.schedule(this.#options.sendS(computed, receiver.devices), PHASE.arrive, this.#onArrival);
  }

  #arrive(): void {
    const receiver = this.#receiver as StepReplica;
    const { request } = this.#remove();
    this.#beginSoon();
    request.replica = receiver.id;
    request.state = REQUEST_STATE.queued;
    receiver.enter(request, this.#simulation.nowS);
  }

  #remove(): Sequence {
    const sequence = this.#line.pop();
    this.#receiver?.senders.delete(this);
    this.#receiver = undefined;
    this.#options.gone(sequence);
    return sequence;
  }
}
