import { strict as assert } from "node:assert";
import type { AgentSpec } from "../../src/learn/env.ts";
import { type RecurrentPolicyData, recurrentPolicy } from "../../src/learn/recurrent-policy.ts";
import { box } from "../../src/learn/spaces.ts";

const spec: AgentSpec = {
  name: "Toy-v0",
  observationSpace: box([{ name: "x", low: -100, high: 100 }]),
  actionSpace: box([{ name: "y", low: -1, high: 1, scale: "linear" }]),
  masked: false,
};

/** Both gates stand open, one each way: h' = tanh(x + h). The action is h. */
const data: RecurrentPolicyData = {
  kind: "recurrent",
  gru: {
    architecture: { kind: "gru", inputs: 1, hidden: 1, layers: 1, bidirectional: false },
    // kernel, recurrent, bias, recurrent bias: reset, update, new each
    weights: Float32Array.of(...[0, 0, 1], ...[0, 0, 1], ...[50, -50, 0], ...[0, 0, 0]),
    statistics: new Float32Array(0),
  },
  head: {
    kind: "deterministic",
    network: {
      architecture: { kind: "sequential", inputs: 1, layers: [{ kind: "dense", units: 1, activation: "linear" }] },
      weights: Float32Array.of(1, 0),
      statistics: new Float32Array(0),
    },
  },
};

describe("a policy with a memory", () => {
  it("acts on all that an episode has shown, and on nothing of another", () => {
    const policy = recurrentPolicy(spec, data);
    const [memory, other] = [new Float64Array(policy.memorySize), new Float64Array(policy.memorySize)];
    const acted = (x: number, of: Float64Array): number => {
      const [decision, action] = [new Float64Array(1), new Float64Array(1)];
      policy.decide(Float64Array.of(x), new Uint8Array(0), undefined, decision, of);
      policy.toAction(decision, action);
      return action[0] as number;
    };
    const close = (got: number, wanted: number): void => assert.ok(Math.abs(got - wanted) < 1e-7, `${got} is not ${wanted}`);
    close(acted(0.5, memory), Math.tanh(0.5));
    close(acted(-0.2, other), Math.tanh(-0.2));
    close(acted(0, memory), Math.tanh(Math.tanh(0.5)));
    close(acted(0, other), Math.tanh(Math.tanh(-0.2)));
  });

  it("is refused where it does not fit, and does not act without its memory", () => {
    const two = box(["x", "y"].map((name) => ({ name, low: 0, high: 1 })));
    assert.throws(() => recurrentPolicy({ ...spec, observationSpace: two }, data), /Toy-v0 needs a policy of 2 inputs, this one has 1/);
    assert.throws(
      () => recurrentPolicy(spec, data).decide(Float64Array.of(1), new Uint8Array(0), undefined, new Float64Array(1)),
      /Toy-v0: this policy remembers 1 numbers/,
    );
  });
});
