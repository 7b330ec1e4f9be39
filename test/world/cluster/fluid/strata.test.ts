/** Strata of latencies against distribution functions in closed form. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../../../src/kernel/index.ts";
import { Strata } from "../../../../src/world/cluster/fluid/strata.ts";
import { workLaw } from "../../../../src/world/cluster/fluid/work-law.ts";
import { type LawSpec, makeLaw } from "../../../../src/world/workload/index.ts";

interface Told {
  readonly mean: number;
  /** Share of latencies up to the SLO. */
  readonly good: number;
  /** Mean of the stratum that holds a share. */
  at(share: number): number;
}

/** @param law scale, shift, chance and mean of a wait, stretch */
function strata(spec: LawSpec, law: readonly number[], sloS = Infinity): Told {
  const made = new Strata(workLaw(makeLaw(spec), spec.kind === "exponential"));
  made.compute(Float64Array.from(law), 0, sloS);
  let mean = 0;
  let good = 0;
  for (let i = 0; i < made.size; i++) {
    const share = (made.below[i + 1] as number) - (made.below[i] as number);
    const latencyS = made.meanS[i] as number;
    assert.ok(share > 0 && (i === 0 || latencyS >= (made.meanS[i - 1] as number) - 1e-12), `stratum ${i}`);
    mean += share * latencyS;
    if (i < made.goodSize) good += share;
  }
  assert.equal(made.below[made.size], 1);
  return {
    mean,
    good,
    at: (share) => {
      let i = 0;
      while ((made.below[i + 1] as number) <= share) i++;
      return made.meanS[i] as number;
    },
  };
}

const near = (value: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value} beside ${expected}`);

const EXPONENTIAL: LawSpec = { kind: "exponential", mean: 1 };

describe("strata of latencies", () => {
  it("of M/M/1 are those of an exponential law", () => {
    for (const load of [0.3, 0.6, 0.9]) {
      const meanS = 1 / (1 - load);
      const told = strata(EXPONENTIAL, [1, 0, load, meanS, 0], 2 * meanS);
      near(told.mean, meanS, 1e-12);
      near(told.good, 1 - Math.exp(-2), 0.005);
      for (const share of [0.5, 0.9, 0.95, 0.99, 0.999]) near(told.at(share), -Math.log(1 - share) * meanS, 0.025);
    }
  });

  it("of nobody who waits are those of the work", () => {
    const told = strata(EXPONENTIAL, [2, 0, 0, 0, 0], 4);
    near(told.mean, 2, 1e-12);
    near(told.good, 1 - Math.exp(-2), 0.01);
    near(told.at(0.99), 2 * -Math.log(0.01), 0.025);
  });

  it("of constant work meet an SLO of just that work, and wait beyond it exponentially", () => {
    const told = strata({ kind: "deterministic", value: 1 }, [1, 0, 0.5, 2, 0], 1);
    near(told.good, 0.5, 1e-9);
    near(told.mean, 2, 1e-12);
    near(told.at(0.99), 1 - 2 * Math.log(0.01 / 0.5), 0.025);
  });

  it("of a backlog are shifted by it", () => {
    const still = strata(EXPONENTIAL, [1, 0, 0.5, 2, 0]);
    const behind = strata(EXPONENTIAL, [1, 7, 0.5, 2, 0]);
    for (const share of [0.1, 0.5, 0.99]) near(behind.at(share), still.at(share) + 7, 1e-9);
  });

  it("of shared cores stretch with the work: P(S (1 + 9 E) > t) by quadrature", () => {
    const told = strata(EXPONENTIAL, [1, 0, 1, 0, 9], 20);
    const above = (t: number): number => {
      let sum = 0; // over the work s: e^-s P(s + 9 s E > t)
      const step = 1e-3;
      for (let s = step / 2; s < 60; s += step) sum += step * Math.exp(-s) * (s >= t ? 1 : Math.exp(-(t - s) / (9 * s)));
      return sum;
    };
    near(told.mean, 10, 1e-9);
    near(told.good, 1 - above(20), 0.005);
    near(above(told.at(0.99)), 0.01, 0.06);
    near(above(told.at(0.5)), 0.5, 0.02);
  });

  it("are dealt as whole requests, all of them, however full the interval is", () => {
    const rng = rootRng(11).fork("deal");
    for (let round = 0; round < 4000; round++) {
      const kind =
        round % 3 === 0 ? { kind: "deterministic", value: 1 } : round % 3 === 1 ? EXPONENTIAL : { kind: "uniform", low: 0, high: 2 };
      const made = new Strata(workLaw(makeLaw(kind as LawSpec), kind === EXPONENTIAL));
      const shared = rng.uniform() < 0.5;
      const law = shared ? [1, 0, 1, 0, 4 * rng.uniform()] : [1 + rng.uniform(), rng.int(2), rng.uniform(), 5 * rng.uniform(), 0];
      made.compute(Float64Array.from(law), 0, rng.uniform() < 0.5 ? 6 * rng.uniform() : Infinity);
      const count = [1, 3, 40, 5000, 2_000_000][round % 5] as number;
      made.dealSeen(count, rng, rng.uniform() < 0.2 ? 0 : Math.exp(-8 + 10 * rng.uniform()), Math.exp(-80 + 84 * Math.sqrt(rng.uniform())));
      let sum = 0;
      for (let i = 0; i < made.size; i++) {
        const part = made.counts[i] as number;
        assert.ok(part >= 0 && Number.isInteger(part), `${part} in stratum ${i} of round ${round}`);
        sum += part;
      }
      assert.equal(sum, count, `round ${round}`);
    }
  });

  it("of many requests are dealt as of few", () => {
    const made = new Strata(workLaw(makeLaw(EXPONENTIAL), true));
    made.compute(Float64Array.from([1, 0, 0.5, 2, 0]), 0, 3);
    for (const count of [100, 10_000, 3_000_000]) {
      const rng = rootRng(12).fork(`${count}`);
      let good = 0;
      const rounds = count === 100 ? 4000 : 400;
      for (let k = 0; k < rounds; k++) {
        made.dealSeen(count, rng, 0, 1);
        for (let i = 0; i < made.goodSize; i++) good += made.counts[i] as number;
      }
      near(1 - good / count / rounds, 1 - (made.below[made.goodSize] as number), 0.02);
    }
  });
});
