import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { RunningNorm } from "../../src/learn/running-norm.ts";

describe("the running norm", () => {
  const rng = rootRng(1).fork("norm");
  const rows = Float64Array.from({ length: 3 * 1000 }, (_, k) => [1e6 + rng.uniform(), -3 * rng.uniform(), 7][k % 3] as number);

  it("has the mean and variance of two passes, far from zero too", () => {
    const norm = new RunningNorm(3);
    norm.add(rows.subarray(0, 3));
    norm.add(rows.subarray(3, 1500));
    norm.add(rows.subarray(1500));
    assert.equal(norm.count, 1000);
    for (let i = 0; i < 3; i++) {
      const column = rows.filter((_, k) => k % 3 === i);
      const mean = column.reduce((sum, value) => sum + value, 0) / 1000;
      const variance = column.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / 1000;
      assert.ok(Math.abs(norm.mean(i) - mean) < 1e-9 * Math.abs(mean));
      assert.ok(Math.abs(norm.variance(i) - variance) < 1e-8);
    }
  });

  it("measures in standard deviations, at most ten of them", () => {
    const norm = new RunningNorm(2);
    norm.add(Float64Array.of(1, 0, 3, 4)); // means 2 and 2, deviations 1 and 2
    const out = new Float64Array(4);
    norm.normalizeInto(Float64Array.of(4, 0, 1000, -1000), out);
    [2, -1, 10, -10].forEach((value, i) => {
      assert.ok(Math.abs((out[i] as number) - value) < 1e-7, `${out}`);
    });
    const fresh = new Float64Array(2);
    new RunningNorm(2).normalizeInto(Float64Array.of(0.5, -2), fresh); // nothing seen: mean 0, deviation 1
    assert.ok(Math.abs((fresh[0] as number) - 0.5) < 1e-7 && Math.abs((fresh[1] as number) + 2) < 1e-7);
  });

  it("goes on from what was saved as if it had never stopped, through JSON too", () => {
    const [original, resumed] = [new RunningNorm(3), new RunningNorm(3)];
    original.add(rows.subarray(0, 300));
    resumed.restore(JSON.parse(JSON.stringify(original.save())));
    for (const norm of [original, resumed]) norm.add(rows.subarray(300, 600));
    assert.deepEqual(resumed.save(), original.save());
  });

  it("refuses vectors of another size", () => {
    assert.throws(() => new RunningNorm(3).add(new Float64Array(4)), /4 numbers are no whole rows of 3/);
    assert.throws(() => new RunningNorm(3).restore(new RunningNorm(2).save()), /a saved norm of 2 entries, 3 are needed/);
  });
});
