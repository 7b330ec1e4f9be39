import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import type { RouteRule } from "../../src/world/cluster/ports.ts";
import { make, replicas, request } from "./make.ts";

function shares(rule: RouteRule, loads: readonly number[], calls: number): number[] {
  const rng = rootRng(21);
  const count = loads.map(() => 0);
  for (let i = 0; i < calls; i++) (count[rule.choose(request(), replicas(loads), rng)] as number)++;
  return count;
}

function assertNear(actual: readonly number[], probabilities: readonly number[], calls: number): void {
  for (const [at, p] of probabilities.entries()) {
    const tolerance = 5 * Math.sqrt(calls * p * (1 - p)); // five standard deviations of a binomial
    assert.ok(Math.abs((actual[at] as number) - calls * p) <= tolerance, `replica ${at}: ${actual[at]} of ${calls}, expected ${p}`);
  }
}

describe("route rules", () => {
  it("random: all replicas alike, loads unseen", () => {
    assertNear(shares(make("route", { kind: "random" }), [9, 0, 0, 0], 8000), [0.25, 0.25, 0.25, 0.25], 8000);
  });

  it("power-of-d: of two different ones the shorter", () => {
    // Loads 3, 1, 0, 2: of the 6 pairs the emptiest wins 3, then load 1 wins 2, load 2 wins 1, load 3 none.
    assertNear(shares(make("route", { kind: "power-of-d" }), [3, 1, 0, 2], 6000), [0, 2 / 6, 3 / 6, 1 / 6], 6000);
  });

  it("power-of-d: ties go at random", () => {
    assertNear(shares(make("route", { kind: "power-of-d" }), [5, 5, 5], 6000), [1 / 3, 1 / 3, 1 / 3], 6000);
  });

  it("power-of-d: looks at all of them where there are no more than d", () => {
    const three = make("route", { kind: "power-of-d", d: 3 } as { kind: string });
    assert.deepEqual(shares(three, [4, 2], 50), [0, 50]);
    assert.deepEqual(shares(three, [4, 2, 1], 50), [0, 0, 50]);
    assert.deepEqual(shares(three, [7], 50), [50]);
  });

  it("round-robin: in turn, and past replicas that went away", () => {
    const rule = make("route", { kind: "round-robin" });
    const choose = (count: number): number => rule.choose(request(), replicas(new Array(count).fill(0)), rootRng(1));
    assert.deepEqual([choose(3), choose(3), choose(3), choose(3), choose(3)], [0, 1, 2, 0, 1]);
    assert.deepEqual([choose(2), choose(2), choose(2)], [0, 1, 0]);
  });
});
