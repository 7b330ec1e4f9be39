/** The closed forms themselves, against numbers from the literature and against other ways to them. */
import { strict as assert } from "node:assert";
import { erlangB, erlangC } from "../../src/claims/theory/erlang.ts";
import { batchLatencyS, constant, firstOfExponential } from "../../src/claims/theory/gpu-batches.ts";
import { renewalWaitS } from "../../src/claims/theory/renewal.ts";
import { sharedCoreLatencyS } from "../../src/claims/theory/shared-core.ts";
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

  it("batches of one are M/D/1 and M/M/1, a lone request takes its work, and larger batches take less", () => {
    for (const load of [0.3, 0.6]) {
      near(batchLatencyS(constant, 1, load), 1 + load / (2 * (1 - load)), 1e-9);
      near(batchLatencyS(firstOfExponential, 1, load), 1 / (1 - load), 1e-9);
      for (const law of [constant, firstOfExponential]) {
        near(batchLatencyS(law, 8, 1e-6), 1, 1e-5);
        assert.ok(batchLatencyS(law, 8, load) < batchLatencyS(law, 4, load) && batchLatencyS(law, 4, load) < batchLatencyS(law, 1, load));
      }
    }
  });

  it("whole batches of two at a rate of 1, by the chain of who is there after a batch, in plain sums", () => {
    // Ends of batches of 1 s: n becomes max(n, 1) - min(max(n, 1), 2) + Poisson(1); 1 more s of waiting where nobody is there.
    const poisson = [Math.exp(-1)];
    for (let k = 1; k < 60; k++) poisson.push((poisson[k - 1] as number) / k);
    let shares = Array.from({ length: 60 }, () => 1 / 60);
    for (let round = 0; round < 2000; round++) {
      const next = shares.map(() => 0);
      for (const [n, share] of shares.entries()) {
        for (const [k, chance] of poisson.entries()) {
          const to = Math.min(59, Math.max(0, n - 2) + k);
          next[to] = (next[to] as number) + share * chance;
        }
      }
      shares = next;
    }
    // Of a batch's second, those there at its beginning all of it, those who come half of it: 1/2.
    const present = shares.reduce((sum, share, n) => sum + share * (Math.max(1, n) + 1 / 2), 0);
    near(batchLatencyS(constant, 2, 1), present / (1 + (shares[0] as number)), 1e-9);
  });

  it("bursty arrivals: no burst is M/M/1, and Kingman's bound is above", () => {
    near(renewalWaitS(0.6, 1), 0.6 / 0.4, 1e-12);
    for (const cv of [1.2, 1.5, 3]) {
      const bound = (0.6 * ((cv / 0.6) * (cv / 0.6) + 1)) / (2 * 0.4); // lambda (s_a^2 + s_s^2)/(2 (1 - rho))
      assert.ok(renewalWaitS(0.6, cv) > 1.5 && renewalWaitS(0.6, cv) < bound, String(cv));
    }
  });

  it("a shared core by weight: what is known of it at any weight, at equal ones and at the end", () => {
    const rates = { heavy: 0.3, light: 0.2 };
    for (const heavy of [1, 2, 3, 1e6]) {
      const latency = sharedCoreLatencyS(rates, { heavy, light: 1 });
      near(0.3 * latency.heavy + 0.2 * latency.light, 0.5 / 0.5, 1e-9); // L = rho/(1 - rho)
    }
    const even = sharedCoreLatencyS({ heavy: 0.25, light: 0.25 }, { heavy: 1, light: 1 });
    near(even.heavy, 2, 1e-9);
    near(even.light, 2, 1e-9);
    const strict = sharedCoreLatencyS(rates, { heavy: 1e12, light: 1 });
    near(strict.heavy, 1 / 0.7, 1e-9); // alone on the core
    near(strict.light, 1 / (0.7 * 0.5), 1e-9);
    const turned = sharedCoreLatencyS({ heavy: 0.2, light: 0.3 }, { heavy: 1, light: 3 });
    near(turned.light, sharedCoreLatencyS(rates, { heavy: 3, light: 1 }).heavy, 1e-9);
  });

  it("counts intervals that hold an instant", () => {
    // [0, 3), [1, 2), [1, 5): one at 0.5, three at 1, two at 2.5, one at 3, none at 5.
    const counts = countsAt(Float64Array.of(0, 1, 1), Float64Array.of(3, 2, 5), Float64Array.of(0.5, 1, 2.5, 3, 5));
    assert.deepEqual([...counts], [1, 3, 2, 1, 0]);
  });
});
