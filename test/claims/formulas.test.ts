/** The closed forms themselves, against numbers from the literature and against other ways to them. */
import { strict as assert } from "node:assert";
import { erlangB, erlangC } from "../../src/claims/theory/erlang.ts";
import { sjfWaitS, srptLatencyS } from "../../src/claims/theory/shortest-first.ts";
import { countsAt } from "../../src/claims/theory/trace.ts";

const near = (value: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} should be ${expected}`);

describe("closed forms", () => {
  it("Erlang's B and C at the textbook's points", () => {
    near(erlangB(10, 8), 0.12166, 5e-6);
    near(erlangB(1, 3), 0.75, 1e-15); // a/(1 + a)
    near(erlangC(8, 7.2), 0.70153, 5e-6);
    near(erlangC(8, 7.2) / 0.8, 0.87692, 1e-5);
    near(erlangC(1, 0.3), 0.3, 1e-15); // M/M/1: rho
  });

  it("shortest first: without load it is the plain mean, and shorter than first come, first served", () => {
    near(srptLatencyS(1e-9), 1, 1e-8);
    near(sjfWaitS(1e-9) / 1e-9, 1, 1e-6); // lambda E[S^2]/2
    for (const load of [0.3, 0.6, 0.9]) {
      assert.ok(1 + sjfWaitS(load) < 1 / (1 - load));
      assert.ok(srptLatencyS(load) < 1 + sjfWaitS(load));
    }
  });

  it("shortest remaining first, by the double integral as it is printed, in plain sums", () => {
    // Midpoints; T(x) = lambda (int_0^x t^2 f + x^2 (1 - F))/(2 (1 - rho(x))^2) + int_0^x dt/(1 - rho(t)).
    const rate = 0.6;
    const step = 2e-4;
    let [squares, load, residence, mean] = [0, 0, 0, 0];
    for (let x = step / 2; x < 40; x += step) {
      const f = Math.exp(-x);
      squares += x * x * f * step;
      load += rate * x * f * step;
      residence += step / (1 - load);
      mean += f * step * ((rate * (squares + x * x * f)) / (2 * (1 - load) * (1 - load)) + residence);
    }
    near(srptLatencyS(rate), mean, 2e-3);
  });

  it("counts intervals that hold an instant", () => {
    // [0, 3), [1, 2), [1, 5): one at 0.5, three at 1, two at 2.5, one at 3, none at 5.
    const counts = countsAt(Float64Array.of(0, 1, 1), Float64Array.of(3, 2, 5), Float64Array.of(0.5, 1, 2.5, 3, 5));
    assert.deepEqual([...counts], [1, 3, 2, 1, 0]);
  });
});
