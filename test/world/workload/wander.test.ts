import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import type { ProfileClock } from "../../../src/world/workload/profile.ts";
import { makeProfile } from "../../../src/world/workload/profiles/index.ts";

const STEADY = { kind: "diurnal", peakHour: 15, ratio: 4 } as const;
const WANDER = { cv: 0.3, correlation: 600 };

const clockOf = (seed: number, isWandering: boolean): ProfileClock =>
  makeProfile(isWandering ? { ...STEADY, wander: WANDER } : STEADY).clock({ rng: rootRng(seed), dayOffsetS: 0 });

/** What each minute was multiplied by. */
function factorsOf(seed: number, minutes: number): readonly number[] {
  const [steady, wandering] = [clockOf(seed, false), clockOf(seed, true)];
  const gain = (clock: ProfileClock, minute: number): number => clock.elapsedAt(60 * (minute + 1)) - clock.elapsedAt(60 * minute);
  return Array.from({ length: minutes }, (_, minute) => gain(wandering, minute) / gain(steady, minute));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a rate that wanders", () => {
  it("has factors of mean 1 and the given cv, whose logarithms are correlated by e^(-minutes / correlation)", () => {
    const factors = factorsOf(1, 200_000); // 20,000 correlation times: the mean is good to about 0.3 / sqrt(10,000)
    assert.ok(Math.abs(mean(factors) - 1) < 0.012, `${mean(factors)}`);
    const cv = Math.sqrt(mean(factors.map((factor) => factor * factor)) / (mean(factors) * mean(factors)) - 1);
    assert.ok(Math.abs(cv - WANDER.cv) < 0.015, `${cv}`);
    const logs = factors.map(Math.log);
    const centre = mean(logs);
    const covariance = (lag: number): number => mean(logs.slice(lag).map((log, i) => (log - centre) * ((logs[i] as number) - centre)));
    for (const lag of [1, 10, 20]) {
      const correlation = covariance(lag) / covariance(0);
      assert.ok(Math.abs(correlation - Math.exp((-60 * lag) / WANDER.correlation)) < 0.03, `lag ${lag}: ${correlation}`);
    }
  });

  it("keeps its factor through a minute, and finds the time of an integral that it has at that time", () => {
    const clock = clockOf(2, true);
    const steady = clockOf(2, false);
    const [factor] = factorsOf(2, 1) as [number];
    assert.ok(Math.abs(clock.elapsedAt(17) - factor * steady.elapsedAt(17)) < 1e-9);
    for (let elapsed = 0; elapsed < 100_000; elapsed += 7.3) {
      const timeS = clock.timeOf(elapsed);
      assert.ok(Math.abs(clock.elapsedAt(timeS) - elapsed) < 1e-6, `${elapsed} at ${timeS}`);
    }
    assert.equal(clock.timeOf(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  });

  it("is the same for a seed, whatever is asked first, and another for another", () => {
    const late = clockOf(3, true);
    late.elapsedAt(50_000);
    assert.equal(late.elapsedAt(1234), clockOf(3, true).elapsedAt(1234));
    assert.notEqual(clockOf(4, true).elapsedAt(1234), clockOf(3, true).elapsedAt(1234));
  });
});
