import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import type { AgentSpec } from "../../src/learn/env.ts";
import { type NetworkPolicyData, networkPolicy } from "../../src/learn/policy.ts";
import { box, discrete, multiDiscrete, type Space } from "../../src/learn/spaces.ts";

/** One observed number x; the network gives `slopes[i] x`. */
function linear(...slopes: readonly number[]): NetworkPolicyData["network"] {
  return {
    architecture: { kind: "sequential", inputs: 1, layers: [{ kind: "dense", units: slopes.length, activation: "linear" }] },
    weights: Float32Array.from([...slopes, ...slopes.map(() => 0)]),
    statistics: new Float32Array(0),
  };
}

const spec = (actionSpace: Space): AgentSpec => ({
  name: "Toy-v0",
  observationSpace: box([{ name: "x", low: -100, high: 100 }]),
  actionSpace,
  masked: true,
});
const ALL = new Uint8Array(0);

/** Share of draws that decided `choice` for slot `slot`. */
function share(
  data: NetworkPolicyData,
  space: Space,
  { x = 1, mask = ALL, slot = 0, choice }: { x?: number; mask?: Uint8Array; slot?: number; choice: number },
): number {
  const policy = networkPolicy(spec(space), data);
  const rng = rootRng(1).fork("draws");
  const decision = new Float64Array(policy.decisionSize);
  let count = 0;
  for (let i = 0; i < 20_000; i++) {
    policy.decide(Float64Array.of(x), mask, rng, decision);
    if (decision[slot] === choice) count++;
  }
  return count / 20_000;
}

function greedy(data: NetworkPolicyData, space: Space, x = 1, mask = ALL): readonly number[] {
  const policy = networkPolicy(spec(space), data);
  const decision = new Float64Array(policy.decisionSize);
  const action = new Float64Array(space.slots.length);
  policy.decide(Float64Array.of(x), mask, undefined, decision);
  policy.toAction(decision, action);
  return [...action];
}

describe("a policy", () => {
  const three = discrete("pick", 3);
  const logits = linear(0, Math.log(2), Math.log(5)); // 1/8, 2/8, 5/8

  it("draws choices by their probabilities, those that are masked never", () => {
    const data: NetworkPolicyData = { kind: "categorical", network: logits };
    // Four standard deviations of a share of 20,000 are below 0.0142.
    assert.ok(Math.abs(share(data, three, { choice: 2 }) - 5 / 8) < 0.0142);
    assert.ok(Math.abs(share(data, three, { choice: 0 }) - 1 / 8) < 0.0142);
    assert.ok(Math.abs(share(data, three, { choice: 1, mask: Uint8Array.of(1, 1, 0) }) - 2 / 3) < 0.0142);
    assert.equal(share(data, three, { choice: 2, mask: Uint8Array.of(1, 1, 0) }), 0);
    assert.deepEqual(greedy(data, three), [2]);
    assert.deepEqual(greedy(data, three, 1, Uint8Array.of(1, 1, 0)), [1]);
  });

  it("draws several choices each by its own logits", () => {
    const space = multiDiscrete([
      { name: "a", count: 2 },
      { name: "b", count: 2 },
    ]);
    const data: NetworkPolicyData = { kind: "categorical", network: linear(0, Math.log(3), Math.log(9), 0) };
    assert.deepEqual(greedy(data, space), [1, 0]);
    assert.ok(Math.abs(share(data, space, { slot: 1, choice: 0 }) - 0.9) < 0.0142);
  });

  it("explores values with epsilon, among allowed choices", () => {
    const data: NetworkPolicyData = { kind: "values", network: logits, epsilon: 0.3 };
    assert.ok(Math.abs(share(data, three, { choice: 2 }) - 0.8) < 0.0142); // 0.7 and a third of 0.3
    assert.ok(Math.abs(share(data, three, { choice: 0, mask: Uint8Array.of(1, 1, 0) }) - 0.15) < 0.0142);
    assert.deepEqual(greedy(data, three), [2]);
  });

  it("stretches reals onto their bounds and scale, and keeps them inside", () => {
    const space = box([
      { name: "limit", low: 1, high: 100, scale: "log" },
      { name: "share", low: 0, high: 4 },
    ]);
    const data: NetworkPolicyData = { kind: "deterministic", network: linear(0, 0.5) };
    const [limit, part] = greedy(data, space) as [number, number];
    assert.ok(Math.abs(limit - 10) < 1e-12);
    assert.equal(part, 3);
    assert.deepEqual(greedy(data, space, 50), [limit, 4]);
    const gaussian: NetworkPolicyData = { kind: "gaussian", network: linear(0, 0.5), logStd: Float32Array.of(0, 0) };
    assert.deepEqual(greedy(gaussian, space), [limit, 3]);
    const squashed: NetworkPolicyData = { kind: "squashed-gaussian", network: linear(0, 0.5, 0, 0) };
    assert.ok(Math.abs((greedy(squashed, space)[1] as number) - (2 * Math.tanh(0.5) + 2)) < 1e-12);
  });

  it("measures observations as it learned to", () => {
    const norm = { count: 4, means: [10], squares: [16] }; // deviation 2
    const data: NetworkPolicyData = { kind: "deterministic", network: linear(0.25), norm };
    const [action] = greedy(data, box([{ name: "force", low: -1, high: 1 }]), 14) as [number];
    assert.ok(Math.abs(action - 0.5) < 1e-6);
  });

  it("is refused in spaces that it does not fit", () => {
    assert.throws(
      () => networkPolicy(spec(discrete("pick", 4)), { kind: "categorical", network: logits }),
      /Toy-v0 needs a policy of 1 inputs and 4 outputs/,
    );
    assert.throws(
      () => networkPolicy(spec(three), { kind: "deterministic", network: logits }),
      /a deterministic policy cannot act in a discrete space/,
    );
  });
});
