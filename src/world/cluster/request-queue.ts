/** The requests that wait at one replica. Hot: bench/run.ts. */
import type { Request } from "./request-pool.ts";

export interface RequestQueue {
  readonly length: number;
  push(request: Request): void;
  /** Takes out the request that goes next. There must be one. */
  pop(): Request;
  remove(request: Request): void;
}

/** What a list runs through. */
export interface Linked<Item> {
  next: Item | undefined;
  previous: Item | undefined;
}

/** First come, first served: a linked list through the items, so that a timeout leaves in O(1). */
export class FifoQueue<Item extends Linked<Item> = Request> {
  #head: Item | undefined = undefined;
  #tail: Item | undefined = undefined;
  length = 0;

  push(item: Item): void {
    const tail = this.#tail;
    item.next = undefined;
    item.previous = tail;
    if (tail === undefined) this.#head = item;
    else tail.next = item;
    this.#tail = item;
    this.length++;
  }

  pop(): Item {
    const item = this.#head as Item;
    const { next } = item;
    this.#head = next;
    if (next === undefined) this.#tail = undefined;
    else next.previous = undefined;
    this.length--;
    return item;
  }

  /** The item that goes next, left where it is; `next` of an item is the one behind it. */
  get first(): Item | undefined {
    return this.#head;
  }

  get last(): Item | undefined {
    return this.#tail;
  }

  remove(item: Item): void {
    const { previous, next } = item;
    if (previous === undefined) this.#head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    this.length--;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let item = this.#head; item !== undefined; item = item.next) yield item;
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
