/** How far requests at a replica are, by its engine: what is written, done and left of them. */
import { REQUEST_STATE, type Request } from "../cluster/request-pool.ts";
import type { Activity } from "./gpu-power.ts";
import type { Lockstep } from "./lockstep.ts";
import type { ReplicaListener } from "./replica-port.ts";
import { isPrompt } from "./step-plan.ts";
import type { StepRules } from "./step-rules.ts";
import { pairsOf, restS, runS, type StepTime } from "./step-time.ts";
import type { Writers } from "./writers.ts";

/** Seconds are those of a request alone at the greatest clock. */
export interface Progress {
  /** Seconds from the beginning until so many tokens are written. */
  aloneS(tokens: number, request: Request): number;
  /** Tokens of its answer that are written. */
  writtenTokens(request: Request): number;
  /** Seconds of its work that are done. */
  attainedS(request: Request): number;
  /** Seconds that are left, by its true length. */
  leftS(request: Request): number;
  /** Seconds that would be left if it had so many tokens to write; and the same if it ran now, at the clocks that would hold. */
  leftWith(tokens: number, request: Request): number;
  leftNow(tokens: number, request: Request): number;
  /** What it would add to what is left if it gave way now, seconds. */
  recomputeS(request: Request): number;
}

/** In batches all members advance at the speed of a request alone, and between two of them nothing is lost. */
export class BatchProgress implements Progress {
  readonly #listener: ReplicaListener;
  readonly #slowdown: () => number;

  /** @param slowdown how many times as long its work takes if it runs now */
  constructor(listener: ReplicaListener, slowdown: () => number) {
    this.#listener = listener;
    this.#slowdown = slowdown;
  }

  aloneS(tokens: number, request: Request): number {
    return this.#listener.workS(request, tokens);
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

  leftWith(tokens: number, request: Request): number {
    return this.aloneS(this.writtenTokens(request) + tokens, request) - this.attainedS(request);
  }

  leftNow(tokens: number, request: Request): number {
    return this.leftWith(tokens, request) * this.#slowdown();
  }

  recomputeS(): number {
    return 0;
  }
}

/** By steps: who gives way loses its keys and values, and computes them anew. */
export class StepProgress implements Progress {
  readonly #listener: ReplicaListener;
  readonly #writers: Writers;
  readonly #timeAt: StepRules["timeAt"];
  readonly #gpus: Lockstep;

  constructor(listener: ReplicaListener, writers: Writers, timeAt: StepRules["timeAt"], gpus: Lockstep) {
    this.#listener = listener;
    this.#writers = writers;
    this.#timeAt = timeAt;
    this.#gpus = gpus;
  }

  get #greatest(): StepTime {
    return this.#timeAt(this.#gpus.greatestHz);
  }

  aloneS(tokens: number, request: Request): number {
    return restS(this.#greatest, 0, this.#listener.sequenceOf(request).promptTokens, tokens);
  }

  writtenTokens(request: Request): number {
    const sequence = this.#listener.sequenceOf(request);
    return sequence.written + this.#writers.computedBy(sequence) - sequence.computed;
  }

  /** By the tokens that are written: those of the prompt count with the first. */
  attainedS(request: Request): number {
    const written = this.writtenTokens(request);
    return written === 0 ? 0 : this.aloneS(written, request);
  }

  leftS(request: Request): number {
    const { outputTokens } = this.#listener.sequenceOf(request);
    return this.leftWith(outputTokens - this.writtenTokens(request), request);
  }

  leftWith(tokens: number, request: Request): number {
    return this.#left(tokens, request, this.#greatest);
  }

  /** A cap on watts may hold its prompt to another clock than what it writes. */
  leftNow(tokens: number, request: Request): number {
    const gpus = this.#gpus;
    const { computed, toCompute } = this.#listener.sequenceOf(request);
    const prompt = { promptTokens: toCompute, promptPairs: pairsOf(computed, toCompute), writers: 0, contextTokens: 0 };
    const timeFor = (activity: Activity): StepTime => this.#timeAt(gpus.clockHzFor(activity), gpus.linkLeft);
    const first = isPrompt(prompt, this.#timeAt(gpus.clockHz, gpus.linkLeft)) ? "compute" : "decode";
    return this.#left(tokens, request, timeFor("decode"), timeFor(first));
  }

  #left(tokens: number, request: Request, time: StepTime, first = time): number {
    const sequence = this.#listener.sequenceOf(request);
    const computed = this.#writers.computedBy(sequence);
    const hasArrived = request.state === REQUEST_STATE.queued && computed > 0; // what is in memory was computed elsewhere
    if (hasArrived || this.#writers.has(sequence)) return runS(time, time.stepS(0, 0, 1, computed), 1, tokens);
    return restS(time, computed, sequence.toCompute, tokens, first);
  }

  /** A step that computes all that is in memory, instead of the next one. */
  recomputeS(request: Request): number {
    const tokens = this.#listener.sequenceOf(request).promptTokens + this.writtenTokens(request);
    return restS(this.#greatest, 0, tokens, 1) - this.leftWith(1, request);
  }
}
