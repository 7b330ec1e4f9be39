/** The requests that wait at one replica. Hot: bench/run.ts. */
import type { Request } from "./request-pool.ts";

export interface RequestQueue {
  readonly length: number;
  push(request: Request): void;
  /** Takes out the request that goes next. There must be one. */
  pop(): Request;
  remove(request: Request): void;
}

/** First come, first served: a linked list through the requests, so that a timeout leaves in O(1). */
export class FifoQueue implements RequestQueue {
  #head: Request | undefined = undefined;
  #tail: Request | undefined = undefined;
  length = 0;

  push(request: Request): void {
    const tail = this.#tail;
    request.next = undefined;
    request.previous = tail;
    if (tail === undefined) this.#head = request;
    else tail.next = request;
    this.#tail = request;
    this.length++;
  }

  pop(): Request {
    const request = this.#head as Request;
    const { next } = request;
    this.#head = next;
    if (next === undefined) this.#tail = undefined;
    else next.previous = undefined;
    this.length--;
    return request;
  }

  /** The request that goes next, left where it is; `next` of a request is the one behind it. */
  get first(): Request | undefined {
    return this.#head;
  }

  remove(request: Request): void {
    const { previous, next } = request;
    if (previous === undefined) this.#head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    this.length--;
  }
}

/** Least key first, then arrival, then id: a heap. */
export class KeyQueue implements RequestQueue {
  readonly #heap: Request[] = [];
  length = 0;

  push(request: Request): void {
    this.#siftUp(this.length++, request);
  }

  /** The request that goes next, left where it is. */
  get first(): Request | undefined {
    return this.length > 0 ? this.#heap[0] : undefined;
  }

  pop(): Request {
    const request = this.#heap[0] as Request;
    this.remove(request);
    return request;
  }

  remove(request: Request): void {
    const { position } = request;
    const last = this.#heap[--this.length] as Request;
    if (last === request) return;
    this.#siftDown(position, last);
    if (this.#heap[position] === last) this.#siftUp(position, last);
  }

  #siftUp(start: number, request: Request): void {
    let i = start;
    while (i > 0) {
      const parent = this.#heap[(i - 1) >> 1] as Request;
      if (!isBefore(request, parent)) break;
      this.#set(i, parent);
      i = (i - 1) >> 1;
    }
    this.#set(i, request);
  }

  #siftDown(start: number, request: Request): void {
    const heap = this.#heap;
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && isBefore(heap[child + 1] as Request, heap[child] as Request)) child++;
      if (!isBefore(heap[child] as Request, request)) break;
      this.#set(i, heap[child] as Request);
      i = child;
    }
    this.#set(i, request);
  }

  #set(i: number, request: Request): void {
    this.#heap[i] = request;
    request.position = i;
  }
}

function isBefore(a: Request, b: Request): boolean {
  if (a.key !== b.key) return a.key < b.key;
  return a.arrivalS < b.arrivalS || (a.arrivalS === b.arrivalS && a.id < b.id);
}
