/** How far requests at a replica are, by its engine: what is written, done and left of them. */
import type { Request } from "../cluster/request-pool.ts";
import type { ReplicaListener } from "./replica-port.ts";
import { restS, runS, type StepTime } from "./step-time.ts";
import type { Writers } from "./writers.ts";

/** Seconds are those of a request alone at the greatest clock, unless another is given. */
export interface Progress {
  /** Tokens of its answer that are written. */
  writtenTokens(request: Request): number;
  /** Seconds of its work that are done. */
  attainedS(request: Request): number;
  /** Seconds that are left, by its true length. */
  leftS(request: Request): number;
  /** Seconds that would be left if it had so many tokens to write. */
  leftWith(tokens: number, request: Request, clockHz: number): number;
  /** What it would add to what is left if it gave way now, seconds. */
  recomputeS(request: Request): number;
}

/** In batches all members advance at the speed of a request alone, and between two of them nothing is lost. */
export class BatchProgress implements Progress {
  readonly #listener: ReplicaListener;
  readonly #slowdownAt: (clockHz: number) => number;

  constructor(listener: ReplicaListener, slowdownAt: (clockHz: number) => number) {
    this.#listener = listener;
    this.#slowdownAt = slowdownAt;
  }

  writtenTokens(request: Request): number {
    const { workS, remainingS } = request;
    return remainingS < workS ? this.#listener.sequenceOf(request).outputTokens * (1 - remainingS / workS) : 0;
  }

  attainedS({ workS, remainingS }: Request): number {
    return workS - remainingS;
  }

  leftS({ remainingS }: Request): number {
    return remainingS;
  }

  leftWith(tokens: number, request: Request, clockHz: number): number {
    const workS = this.#listener.workS(request, this.writtenTokens(request) + tokens) - this.attainedS(request);
    return workS * this.#slowdownAt(clockHz);
  }

  recomputeS(): number {
    return 0;
  }
}

/** By steps: who gives way loses its keys and values, and computes them anew. */
export class StepProgress implements Progress {
  readonly #listener: ReplicaListener;
  readonly #writers: Writers;
  readonly #timeAt: (clockHz: number) => StepTime;
  readonly #greatestHz: number;

  constructor(
    listener: ReplicaListener,
    writers: Writers,
    { timeAt, greatestHz }: { readonly timeAt: (clockHz: number) => StepTime; readonly greatestHz: number },
  ) {
    this.#listener = listener;
    this.#writers = writers;
    this.#timeAt = timeAt;
    this.#greatestHz = greatestHz;
  }

  writtenTokens(request: Request): number {
    const sequence = this.#listener.sequenceOf(request);
    return sequence.written + this.#writers.computedBy(sequence) - sequence.computed;
  }

  /** By the tokens that are written: those of the prompt count with the first. */
  attainedS(request: Request): number {
    const written = this.writtenTokens(request);
    return written === 0 ? 0 : restS(this.#timeAt(this.#greatestHz), 0, this.#listener.sequenceOf(request).promptTokens, written);
  }

  leftS(request: Request): number {
    const { outputTokens } = this.#listener.sequenceOf(request);
    return this.leftWith(outputTokens - this.writtenTokens(request), request, this.#greatestHz);
  }

  leftWith(tokens: number, request: Request, clockHz: number): number {
    const sequence = this.#listener.sequenceOf(request);
    const time = this.#timeAt(clockHz);
    const computed = this.#writers.computedBy(sequence);
    if (this.#writers.has(sequence)) return runS(time, time.stepS(0, 0, 1, computed), 1, tokens);
    return restS(time, computed, sequence.toCompute, tokens);
  }

  /** A step that computes all that is in memory, instead of the next one. */
  recomputeS(request: Request): number {
    const tokens = this.#listener.sequenceOf(request).promptTokens + this.writtenTokens(request);
    return restS(this.#timeAt(this.#greatestHz), 0, tokens, 1) - this.leftWith(1, request, this.#greatestHz);
  }
}
