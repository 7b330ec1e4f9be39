import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { gae, type ValuedRollout } from "../../src/learn/gae.ts";
import { discount, discountedReturns } from "../../src/learn/returns.ts";

const close = (got: Float64Array | number[], expected: readonly number[], within = 1e-12): void => {
  assert.equal(got.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(value - (got[i] as number)) <= within, `${[...got]} and ${expected}`);
  });
};

/** One lane of three decisions; what is not said is 0. */
function lane(part: Partial<Record<keyof ValuedRollout, readonly number[]>>): ValuedRollout {
  const floats = (key: keyof ValuedRollout, fill = 0): Float64Array => Float64Array.from(part[key] ?? [fill, fill, fill]);
  const flags = (key: keyof ValuedRollout): Uint8Array => Uint8Array.from(part[key] ?? [0, 0, 0]);
  return {
    laneCount: 1,
    rewards: floats("rewards"),
    elapsedSteps: floats("elapsedSteps", 1),
    values: floats("values"),
    nextValues: floats("nextValues"),
    terminated: flags("terminated"),
    truncated: flags("truncated"),
  };
}

function returnsOf(rollout: ValuedRollout, gamma: number): Float64Array {
  const out = new Float64Array(rollout.rewards.length);
  discountedReturns(rollout, gamma, out);
  return out;
}
function advantagesOf(rollout: ValuedRollout, gamma: number, lambda: number): Float64Array {
  const out = new Float64Array(rollout.rewards.length);
  gae(rollout, { gamma, lambda }, out);
  return out;
}

/** Several lanes with ends of both kinds, values that fit together, and steps of any length. */
function randomRollout(seed: number, laneCount: number, rowCount: number): ValuedRollout {
  const rng = rootRng(seed).fork("rollout");
  const draw = (): Float64Array => Float64Array.from({ length: laneCount * rowCount }, () => rng.uniform());
  const flags = (chance: number): Uint8Array => Uint8Array.from({ length: laneCount * rowCount }, () => (rng.uniform() < chance ? 1 : 0));
  const [values, nextValues, terminated, truncated] = [draw(), draw(), flags(0.1), flags(0.1)];
  for (let i = 0; i + laneCount < values.length; i++) {
    if (terminated[i] === 0 && truncated[i] === 0) nextValues[i] = values[i + laneCount] as number; // the same observation
  }
  return { laneCount, rewards: draw(), elapsedSteps: draw().map((u) => 0.5 + u), values, nextValues, terminated, truncated };
}

describe("discounted returns", () => {
  it("by hand: 1 + 0.5 (2 + 0.5 (4 + 0.5 x 8))", () => {
    close(returnsOf(lane({ rewards: [1, 2, 4], nextValues: [0, 0, 8] }), 0.5), [4, 6, 8]);
  });

  it("count nothing after an end, the value after a cut", () => {
    const part = { rewards: [1, 2, 4], nextValues: [100, 16, 8] };
    close(returnsOf(lane({ ...part, terminated: [0, 1, 0] }), 0.5), [2, 2, 8]); // 1 + 0.5 x 2
    close(returnsOf(lane({ ...part, truncated: [0, 1, 0] }), 0.5), [6, 10, 8]); // 2 + 0.5 x 16, 1 + 0.5 x 10
    close(returnsOf(lane({ ...part, terminated: [0, 1, 0], truncated: [0, 1, 0] }), 0.5), [2, 2, 8]); // an end is an end
  });

  it("discount by time: a decision of two steps by gamma squared", () => {
    close(returnsOf(lane({ rewards: [1, 2, 4], elapsedSteps: [2, 1, 0], nextValues: [0, 0, 8] }), 0.5), [3, 8, 12]); // 4+8, 2+6, 1+2
    assert.equal(discount(0.99, 1), 0.99);
    assert.ok(Math.abs(discount(0.99, 2) - 0.9801) < 1e-15);
    assert.equal(discount(0, 0), 1);
  });

  it("keep lanes apart", () => {
    const rollout = randomRollout(1, 3, 20);
    const all = returnsOf(rollout, 0.9);
    for (let k = 0; k < 3; k++) {
      const pick = <A extends Float64Array | Uint8Array>(values: A): A => values.filter((_, i) => i % 3 === k) as A;
      const { rewards, elapsedSteps, values, nextValues, terminated, truncated } = rollout as ValuedRollout & Record<string, Float64Array>;
      const own = {
        laneCount: 1,
        rewards: pick(rewards as Float64Array),
        elapsedSteps: pick(elapsedSteps as Float64Array),
        values: pick(values as Float64Array),
        nextValues: pick(nextValues as Float64Array),
        terminated: pick(terminated),
        truncated: pick(truncated),
      };
      assert.deepEqual(returnsOf(own, 0.9), pick(all));
      assert.deepEqual(advantagesOf(own, 0.9, 0.8), pick(advantagesOf(rollout, 0.9, 0.8)));
    }
  });

  it("want arrays that fit", () => {
    const rollout = lane({});
    assert.throws(
      () => discountedReturns({ ...rollout, laneCount: 2 }, 0.9, new Float64Array(3)),
      /3 rewards are no whole rows of 2 lanes/,
    );
    assert.throws(() => discountedReturns(rollout, 0.9, new Float64Array(2)), /out has 2 entries, there are 3 rewards/);
    assert.throws(
      () => gae({ ...rollout, values: new Float64Array(4) }, { gamma: 1, lambda: 1 }, new Float64Array(3)),
      /values has 4 entries/,
    );
  });
});

describe("generalized advantages", () => {
  it("by hand", () => {
    // deltas: 1 + 0.5 x 4 - 2 = 1, 2 + 0.5 x 6 - 4 = 1, 4 + 0.5 x 8 - 6 = 2; times 0.5 x 0.5 each step later.
    const part = { rewards: [1, 2, 4], values: [2, 4, 6], nextValues: [4, 6, 8] };
    close(advantagesOf(lane(part), 0.5, 0.5), [1.375, 1.5, 2]);
    close(advantagesOf(lane({ ...part, terminated: [0, 1, 0] }), 0.5, 0.5), [0.5, -2, 2]); // 2 - 4 = -2; 1 - 0.25 x 2
    close(advantagesOf(lane({ ...part, truncated: [0, 1, 0], nextValues: [4, 10, 8] }), 0.5, 0.5), [1.75, 3, 2]); // 2 + 5 - 4 = 3
  });

  it("are the sum of later errors, each times the discounts and lambdas between", () => {
    const rollout = randomRollout(2, 4, 50);
    const { laneCount, rewards, elapsedSteps, terminated, truncated, values, nextValues } = rollout;
    const [gamma, lambda] = [0.95, 0.9];
    const expected = Array.from(rewards, (_, start) => {
      let sum = 0;
      for (let i = start, weight = 1; i < rewards.length; i += laneCount) {
        const factor = Math.exp((elapsedSteps[i] as number) * Math.log(gamma));
        sum += weight * ((rewards[i] as number) + (terminated[i] === 1 ? 0 : factor * (nextValues[i] as number)) - (values[i] as number));
        if (terminated[i] === 1 || truncated[i] === 1) break;
        weight *= factor * lambda;
      }
      return sum;
    });
    close(advantagesOf(rollout, gamma, lambda), expected);
  });

  it("are one error for lambda 0, and return less value for lambda 1", () => {
    const rollout = randomRollout(3, 2, 30);
    const { rewards, elapsedSteps, terminated, values, nextValues } = rollout;
    const errors = Array.from(rewards, (reward, i) => {
      const next = terminated[i] === 1 ? 0 : discount(0.9, elapsedSteps[i] as number) * (nextValues[i] as number);
      return reward + next - (values[i] as number);
    });
    close(advantagesOf(rollout, 0.9, 0), errors);
    const returns = returnsOf(rollout, 0.9);
    close(
      advantagesOf(rollout, 0.9, 1),
      Array.from(returns, (value, i) => value - (values[i] as number)),
    );
  });
});
