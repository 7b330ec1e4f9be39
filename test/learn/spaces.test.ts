import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import {
  box,
  clampInto,
  dict,
  discrete,
  firstMasked,
  firstOutside,
  fromUnit,
  multiDiscrete,
  sample,
  toUnit,
} from "../../src/learn/spaces.ts";

const NONE = new Uint8Array(0);
const limits = box([
  { name: "cpuCores", low: 0.1, high: 10, scale: "log" },
  { name: "replicas", low: -2, high: 6 },
]);

describe("spaces", () => {
  it("say where a value is outside", () => {
    assert.equal(firstOutside(limits, Float64Array.of(0.1, 6)), -1);
    assert.equal(firstOutside(limits, Float64Array.of(0.0999, 6)), 0);
    assert.equal(firstOutside(limits, Float64Array.of(1, 6.001)), 1);
    assert.equal(firstOutside(limits, Float64Array.of(Number.NaN, 0)), 0);
    const open = box([{ name: "x", low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }]);
    assert.equal(firstOutside(open, Float64Array.of(1e300)), -1);
    assert.equal(firstOutside(open, Float64Array.of(Number.POSITIVE_INFINITY)), 0);
  });

  it("take a bound that float32 rounds outwards", () => {
    const turn = box([{ name: "speedRadPerS", low: -4 * Math.PI, high: 4 * Math.PI }]);
    assert.ok(Math.fround(4 * Math.PI) > 4 * Math.PI);
    assert.equal(firstOutside(turn, Float32Array.of(4 * Math.PI)), -1);
    assert.equal(firstOutside(turn, Float64Array.of(Math.fround(4 * Math.PI))), 0);
  });

  it("want whole numbers for choices", () => {
    const space = multiDiscrete([
      { name: "a", count: 2 },
      { name: "b", count: 3 },
    ]);
    assert.equal(space.maskLength, 5);
    assert.equal(firstOutside(space, Float32Array.of(1, 2)), -1);
    assert.equal(firstOutside(space, Float32Array.of(1, 3)), 1);
    assert.equal(firstOutside(space, Float32Array.of(0.5, 0)), 0);
    assert.equal(firstMasked(space, Float32Array.of(1, 2), Uint8Array.of(0, 1, 0, 0, 1)), -1);
    assert.equal(firstMasked(space, Float32Array.of(1, 1), Uint8Array.of(0, 1, 0, 0, 1)), 1);
  });

  it("lie flat side by side in a dictionary, one in another too", () => {
    const space = dict([
      { name: "move", space: discrete("step", 4) },
      {
        name: "set",
        space: dict([
          { name: "limits", space: limits },
          { name: "kind", space: discrete("kind", 2) },
        ]),
      },
    ]);
    assert.deepEqual(
      space.slots.map(({ name }) => name),
      ["move.step", "set.limits.cpuCores", "set.limits.replicas", "set.kind.kind"],
    );
    assert.equal(space.maskLength, 6);
    assert.deepEqual(
      space.members.map(({ name, offset, maskOffset }) => ({ name, offset, maskOffset })),
      [
        { name: "move", offset: 0, maskOffset: 0 },
        { name: "set", offset: 1, maskOffset: 4 },
      ],
    );
    // The last choice's mask begins after the four of the first.
    assert.equal(firstMasked(space, Float64Array.of(3, 1, 0, 1), Uint8Array.of(1, 1, 1, 1, 1, 0)), 3);
  });

  it("stretch [-1, 1] on a line or a logarithm, and back", () => {
    const out = new Float64Array(2);
    fromUnit(limits, Float64Array.of(0, 0), out);
    assert.ok(Math.abs((out[0] as number) - 1) < 1e-15); // the geometric middle of 0.1 and 10
    assert.equal(out[1], 2);
    fromUnit(limits, Float64Array.of(1, 1), out);
    assert.ok(Math.abs((out[0] as number) - 10) < 1e-14 && (out[0] as number) <= 10);
    assert.equal(out[1], 6);
    fromUnit(limits, Float64Array.of(-1, -1), out);
    assert.deepEqual([...out], [0.1, -2]);
    const rng = rootRng(1).fork("unit");
    const back = new Float64Array(2);
    for (let i = 0; i < 100; i++) {
      const unit = Float64Array.of(2 * rng.uniform() - 1, 2 * rng.uniform() - 1);
      fromUnit(limits, unit, out);
      toUnit(limits, out, back);
      back.forEach((value, k) => {
        assert.ok(Math.abs(value - (unit[k] as number)) < 1e-14);
      });
    }
  });

  it("clamp reals and leave choices alone", () => {
    const space = dict([
      { name: "l", space: limits },
      { name: "k", space: discrete("k", 2) },
    ]);
    const values = Float64Array.of(99, -99, 7);
    clampInto(space, values);
    assert.deepEqual([...values], [10, -2, 7]);
    const single = Float32Array.of(0, 0);
    clampInto(limits, single);
    assert.equal(firstOutside(limits, single), -1);
  });

  it("draw reals uniformly on their scale, and choices among the allowed", () => {
    const rng = rootRng(1).fork("draws");
    const out = new Float64Array(2);
    const count = 10_000;
    let logSum = 0;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sample(limits, rng, out, NONE);
      assert.equal(firstOutside(limits, out), -1);
      logSum += Math.log10(out[0] as number);
      sum += out[1] as number;
    }
    // log10 is uniform on [-1, 1]: mean 0, sd 2/sqrt(12 n) = 0.0058. The other on [-2, 6]: mean 2, sd 0.023. Five of each.
    assert.ok(Math.abs(logSum / count) < 0.03, `${logSum / count}`);
    assert.ok(Math.abs(sum / count - 2) < 0.12, `${sum / count}`);

    const counts = [0, 0, 0, 0];
    const choice = new Float64Array(1);
    const space = discrete("k", 4);
    for (let i = 0; i < 3000; i++) {
      sample(space, rng, choice, Uint8Array.of(1, 0, 1, 1));
      counts[choice[0] as number] = (counts[choice[0] as number] as number) + 1;
    }
    // 1000 each, sd sqrt(3000 x 2/9) = 26; five of them.
    assert.equal(counts[1], 0);
    for (const k of [0, 2, 3]) assert.ok(Math.abs((counts[k] as number) - 1000) < 130, `${counts}`);
    assert.throws(() => sample(space, rng, choice, new Uint8Array(4)), /the mask allows no value of k/);
  });

  it("refuse what cannot be a space", () => {
    assert.throws(() => box([{ name: "x", low: 1, high: 1 }]), /x: low must be below high, got 1 and 1/);
    assert.throws(() => box([{ name: "x", low: 0, high: 1, scale: "log" }]), /x: a log scale needs low > 0, got 0/);
    assert.throws(() => box([]), /at least one slot/);
    assert.throws(() => discrete("k", 0), /k: a choice needs a whole count >= 1, got 0/);
    assert.throws(
      () =>
        dict([
          { name: "a", space: limits },
          { name: "a", space: limits },
        ]),
      /two slots named "a.cpuCores"/,
    );
    const open = box([{ name: "x", low: 0, high: Number.POSITIVE_INFINITY }]);
    assert.throws(() => fromUnit(open, Float64Array.of(0), new Float64Array(1)), /x has no finite bounds: 0\.\.Infinity/);
    assert.throws(() => sample(open, rootRng(1), new Float64Array(1), NONE), /x has no finite bounds/);
  });
});
