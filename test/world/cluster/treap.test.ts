import { strict as assert } from "node:assert";
import { NONE, Treap } from "../../../src/world/cluster/placement/treap.ts";

/** Integers in their own order; counts the nodes that operations touch. */
class Integers extends Treap {
  touched = 0;

  add(node: number): void {
    this.insert(node);
  }

  take(node: number): void {
    this.erase(node);
  }

  head(): number {
    return this.least();
  }

  /** Nodes from the root down, left before right. */
  shape(at = this.root): number[] {
    return at === NONE ? [NONE] : [at, ...this.shape(this.left[at]), ...this.shape(this.right[at])];
  }

  protected override precedes(a: number, b: number): boolean {
    return a < b;
  }

  protected override summarise(): void {
    this.touched++;
  }
}

describe("Treap", () => {
  it("stays shallow when filled in order and emptied from the front or the middle", () => {
    // Expected depth is under 2 ln n: 16.6 at n = 4,096. Each operation touches a path and, on average, two nodes more.
    const n = 4096;
    const set = new Integers(n);
    for (let node = 0; node < n; node++) set.add(node);
    for (let round = 0; round < 4 * n; round++) {
      const node = (round * 1597) % n;
      set.take(node);
      set.add(node);
    }
    assert.ok(set.touched / (9 * n) < 25, `${set.touched / (9 * n)} nodes an operation`);
    for (let node = 0; node < n; node++) {
      assert.equal(set.head(), node);
      set.take(node);
    }
    assert.equal(set.head(), NONE);
    assert.equal(set.size, 0);
  });

  it("has the same shape whatever the history", () => {
    const worn = new Integers(200);
    for (let node = 0; node < 200; node++) worn.add(node);
    for (let round = 0; round < 150; round++) worn.take((round * 73) % 200);
    const fresh = new Integers(200);
    for (let node = 199; node >= 0; node--) if (worn.has(node)) fresh.add(node);
    assert.equal(fresh.size, 50);
    assert.deepEqual(worn.shape(), fresh.shape());
  });

  it("refuses a member twice, and what is no member", () => {
    const set = new Integers(2);
    set.add(1);
    assert.throws(() => set.add(1), /node 1 is in the set already/);
    assert.throws(() => set.take(0), /node 0 is not in the set/);
  });
});
