/**
 * An ordered set of small integers as a search tree whose heap ranks are hashes of the integers: expected O(log n), the
 * same shape whatever the history, no random stream. Each node carries a summary of its subtree, for searches that prune.
 * @see Seidel and Aragon, "Randomized Search Trees", Algorithmica 16, 1996.
 */
export const NONE = -1;

export abstract class Treap {
  protected root = NONE;
  protected left: Int32Array;
  protected right: Int32Array;
  #member: Uint8Array;
  #size = 0;
  // The two halves that the last split made.
  #before = NONE;
  #after = NONE;

  /** @param capacity nodes are 0..capacity-1 */
  constructor(capacity: number) {
    this.left = new Int32Array(capacity).fill(NONE);
    this.right = new Int32Array(capacity).fill(NONE);
    this.#member = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  has(node: number): boolean {
    return this.#member[node] === 1;
  }

  /** The least member, or NONE. */
  protected least(): number {
    let at = this.root;
    if (at === NONE) return NONE;
    for (let next = this.left[at] as number; next !== NONE; next = this.left[at] as number) at = next;
    return at;
  }

  /** A strict total order over members. Keys of a member must not change. */
  protected abstract precedes(a: number, b: number): boolean;

  /** Recomputes the node's summary from its own key and its children's summaries. */
  protected abstract summarise(node: number): void;

  protected get capacity(): number {
    return this.left.length;
  }

  protected grow(capacity: number): void {
    this.left = extended(this.left, new Int32Array(capacity).fill(NONE));
    this.right = extended(this.right, new Int32Array(capacity).fill(NONE));
    this.#member = extended(this.#member, new Uint8Array(capacity));
  }

  protected insert(node: number): void {
    if (this.has(node)) throw new Error(`node ${node} is in the set already`);
    this.#member[node] = 1;
    this.#size++;
    this.root = this.#insertBelow(this.root, node);
  }

  protected erase(node: number): void {
    if (!this.has(node)) throw new Error(`node ${node} is not in the set`);
    this.#member[node] = 0;
    this.#size--;
    this.root = this.#eraseBelow(this.root, node);
  }

  #insertBelow(at: number, node: number): number {
    if (at === NONE || rank(node) > rank(at)) {
      this.#split(at, node);
      this.left[node] = this.#before;
      this.right[node] = this.#after;
      this.summarise(node);
      return node;
    }
    if (this.precedes(node, at)) this.left[at] = this.#insertBelow(this.left[at] as number, node);
    else this.right[at] = this.#insertBelow(this.right[at] as number, node);
    this.summarise(at);
    return at;
  }

  #split(at: number, pivot: number): void {
    if (at === NONE) {
      this.#before = NONE;
      this.#after = NONE;
    } else if (this.precedes(at, pivot)) {
      this.#split(this.right[at] as number, pivot);
      this.right[at] = this.#before;
      this.#before = at;
      this.summarise(at);
    } else {
      this.#split(this.left[at] as number, pivot);
      this.left[at] = this.#after;
      this.#after = at;
      this.summarise(at);
    }
  }

  #eraseBelow(at: number, node: number): number {
    if (at === node) return this.#merge(this.left[at] as number, this.right[at] as number);
    if (this.precedes(node, at)) this.left[at] = this.#eraseBelow(this.left[at] as number, node);
    else this.right[at] = this.#eraseBelow(this.right[at] as number, node);
    this.summarise(at);
    return at;
  }

  #merge(a: number, b: number): number {
    if (a === NONE) return b;
    if (b === NONE) return a;
    if (rank(a) > rank(b)) {
      this.right[a] = this.#merge(this.right[a] as number, b);
      this.summarise(a);
      return a;
    }
    this.left[b] = this.#merge(a, this.left[b] as number);
    this.summarise(b);
    return b;
  }
}

/** Copies `old` to the start of `fresh`, which is longer. */
export function extended<T extends Float64Array | Int32Array | Uint8Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}

/** A bijection of 32-bit integers, so that no two nodes have equal ranks (multipliers: MurmurHash3's finaliser). */
function rank(node: number): number {
  let hash = node + 0x3c6ef372;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
