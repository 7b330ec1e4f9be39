/**
 * The requests of one service that are under way. Hot: bench/run.ts.
 * Records are used again and again; an id never repeats. Retries keep the record and raise `attempt`.
 */
import { type EventId, NO_EVENT } from "../../kernel/index.ts";
import { type EndedRequest, OUTCOME, type Outcome } from "./service-stats.ts";

/** `backoff` and `predicting` are with no replica: between two attempts, and before a predictor has spoken. */
export const REQUEST_STATE = { free: 0, queued: 1, running: 2, backoff: 3, predicting: 4 } as const;
export type RequestState = (typeof REQUEST_STATE)[keyof typeof REQUEST_STATE];

/** "No replica", "no user", "no position". */
export const NONE = -1;

export class Request implements EndedRequest {
  /** Its place in the pool: what events and containers know it by. */
  readonly slot: number;
  id = 0;
  state: RequestState = REQUEST_STATE.free;
  /** How its last attempt ended. */
  outcome: Outcome = OUTCOME.finished;
  attempt = 1;
  /** How many it stands for: 1, but of a fluid service those of an interval that are alike. */
  count = 1;
  /** Its class, or its model. */
  classIndex = 0;
  /** Of a request to a model: its class among the workload's, counted on from the models, or NONE. */
  tierIndex = NONE;
  /** Where its present or last attempt ran or waited, or NONE. */
  replica = NONE;
  /** The closed-loop user who waits for it, or NONE. */
  user = NONE;
  // Numbers that are not whole begin as NaN: V8 then stores them in place from the start.
  /** Intended arrival, first start of the present attempt (NaN before), seconds. */
  arrivalS = Number.NaN;
  startS = Number.NaN;
  /** Latency within which it must be answered; Infinity where nothing says so, seconds. */
  sloS = Infinity;
  /** Of a model that writes by steps: when its first token came, and the mean gap between tokens from then on, seconds; else NaN. */
  firstTokenS = Number.NaN;
  tokenGapS = Number.NaN;
  /** Work drawn at arrival, and what is left of it: reference-core seconds. */
  workS = Number.NaN;
  remainingS = Number.NaN;
  /** The container's joules and grams per task when this task went in. */
  phiStartJ = Number.NaN;
  carbonStartG = Number.NaN;
  /** Joules and grams of finished stretches: preempted ones, earlier attempts. */
  energyJ = Number.NaN;
  carbonG = Number.NaN;
  /** What its queue rule said. */
  key = Number.NaN;
  /** The timeout event of the present attempt, or NO_EVENT. */
  timeout: EventId = NO_EVENT;
  // Kept by the queue it waits in: neighbours of a list, or its position in a heap.
  next: Request | undefined = undefined;
  previous: Request | undefined = undefined;
  position = NONE;

  constructor(slot: number) {
    this.slot = slot;
  }
}

export class RequestPool {
  readonly #requests: Request[] = [];
  readonly #free: Request[] = [];
  #freeCount = 0;
  #nextId = 0;

  /** The request in a slot. */
  at(slot: number): Request {
    return this.#requests[slot] as Request;
  }

  /** Those under way, by slot. */
  *open(): Generator<Request> {
    for (const request of this.#requests) if (request.state !== REQUEST_STATE.free) yield request;
  }

  /** A fresh request; ids count from 0 in order of arrival. Its first state is the caller's to set. */
  add(arrivalS: number, workS: number): Request {
    const request = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as Request) : this.#newRequest();
    request.id = this.#nextId++;
    request.attempt = 1;
    request.arrivalS = arrivalS;
    request.startS = Number.NaN;
    request.firstTokenS = Number.NaN;
    request.tokenGapS = Number.NaN;
    request.workS = workS;
    request.remainingS = workS;
    request.energyJ = 0;
    request.carbonG = 0;
    return request;
  }

  /** Its columns stay readable until the next `add`. */
  remove(request: Request): void {
    request.state = REQUEST_STATE.free;
    this.#free[this.#freeCount++] = request;
  }

  #newRequest(): Request {
    const request = new Request(this.#requests.length);
    this.#requests.push(request);
    return request;
  }
}
