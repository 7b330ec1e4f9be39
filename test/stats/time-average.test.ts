import { strict as assert } from "node:assert";
import { TimeAverage } from "../../src/stats/index.ts";

describe("TimeAverage", () => {
  it("by hand: 2 for 3 s, 5 for 1 s, 0 for 4 s", () => {
    // area 6 + 5 + 0 = 11; mean over 8 s is 1.375
    const average = new TimeAverage(10, 2);
    average.set(5, 13);
    average.set(0, 14);
    assert.equal(average.integral(18), 11);
    assert.equal(average.mean(18), 1.375);
    assert.equal(average.value, 0);
  });

  it("can be read at any time without changing the result", () => {
    const average = new TimeAverage(0, 1);
    assert.equal(average.integral(0.5), 0.5);
    assert.equal(average.mean(2), 1);
    average.set(3, 4); // 4 so far
    assert.equal(average.integral(5), 7);
  });

  it("forgets the warm-up but keeps the value", () => {
    const average = new TimeAverage(0, 8);
    average.restart(100);
    average.set(0, 101);
    assert.equal(average.mean(104), 2); // 8 for one second of four
  });

  it("takes several changes at one instant: the last one counts", () => {
    const average = new TimeAverage(0, 1);
    average.set(50, 1);
    average.set(2, 1);
    assert.equal(average.integral(2), 3);
  });

  it("loses nothing over 1e7 tiny steps", () => {
    const average = new TimeAverage(0, 0.1);
    for (let i = 1; i <= 1e7; i++) average.set(0.1, i);
    assert.ok(Math.abs(average.integral(1e7) / 1e6 - 1) < 1e-15);
  });

  it("refuses to go back, and has no mean before time has passed", () => {
    const average = new TimeAverage(5, 1);
    assert.ok(Number.isNaN(average.mean(5)));
    assert.throws(() => average.set(2, 4), RangeError);
  });
});
