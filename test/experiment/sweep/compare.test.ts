import { strict as assert } from "node:assert";
import { randomNormal } from "d3-random";
import { type Comparison, compareWithBaselines, RANKED_MAX } from "../../../src/experiment/sweep/compare.ts";
import { rootRng } from "../../../src/kernel/index.ts";

/** Runs of one point, by their values of x_s. */
const runs = (...values: readonly (number | null)[]) => values.map((value) => ({ metrics: { x_s: value }, notes: {} }));

/** Points by their values, all against the first. */
function compare(...points: readonly (readonly (number | null)[])[]): Comparison {
  const plan = { metric: "x_s", baselineOf: points.map(() => 0) };
  const [group] = compareWithBaselines(
    points.map((values) => runs(...values)),
    plan,
  );
  assert.ok(group !== undefined);
  return group;
}
const verdictsOf = ({ points }: Comparison) => points.map(({ verdict }) => verdict);
const near = (value: number | null | undefined, expected: number): void =>
  assert.ok(Math.abs((value ?? Number.NaN) - expected) < 1e-6, `${value}, not ${expected}`);

describe("compareWithBaselines", () => {
  it("takes the interval of paired differences, not the difference of intervals", () => {
    // Differences 1, 2, 3: mean 2, deviation 1, t(0.975, 2) = 4.302653, half-width 4.302653 / sqrt(3) = 2.484138.
    // The values themselves lie between 10 and 33: unpaired, nothing could be said.
    const group = compare([10, 20, 30], [11, 22, 33]);
    const [base, other] = group.points;
    assert.deepEqual(base, { point: 0, difference: 0, ciLow: 0, ciHigh: 0, level: null, n: 3, verdict: "baseline" });
    assert.deepEqual([other?.difference, other?.n, other?.verdict], [2, 3, "unclear"]);
    near(other?.level, 0.95); // one test needs no correction
    near(other?.ciLow, 2 - 2.484138);
    near(other?.ciHigh, 2 + 2.484138);
    assert.deepEqual(group.order, [[0, 1]]);
    const [untold] = group.untold;
    assert.deepEqual([untold?.first, untold?.second, untold?.difference], [0, 1, -2]); // first is the lower one
    near(untold?.ciLow, -2 - 2.484138);
  });

  it("tells points apart by pair, although both differ from the baseline by intervals that meet", () => {
    // From the baseline they differ by 20 to 620 and by 34 to 635; from each other by 14.5 +- 2.
    const noise = [100, 620, 20, 340, 210, 480, 77, 555];
    const first = noise.map((offset) => 1000 + offset);
    const second = first.map((value, i) => value + 14.5 + (i % 2 === 0 ? 2 : -2));
    const group = compare(
      noise.map(() => 1000),
      first,
      second,
    );
    const [, one, two] = group.points;
    assert.ok((one?.ciHigh ?? 0) > (two?.ciLow ?? 0));
    assert.deepEqual([verdictsOf(group), group.order, group.untold], [["baseline", "higher", "higher"], [[0], [1], [2]], []]);
  });

  it("puts those that are not told apart into one list, and names the pairs", () => {
    // From point 0: about -5, 2 (1 to 3, unclear) and 9. Point 2 is told apart from 1 and 3: 7 +- 0.95 and 7 +- 1.05 of three runs.
    const group = compare([10, 20, 30], [5, 14.9, 25.1], [11, 22, 33], [19, 29.1, 38.9]);
    assert.deepEqual(verdictsOf(group), ["baseline", "lower", "unclear", "higher"]);
    assert.deepEqual(group.order, [[1], [0, 2], [3]]);
    assert.deepEqual(
      group.untold.map(({ first, second }) => [first, second]),
      [[0, 2]],
    );
  });

  it("takes no difference for proven because few runs agree on it: as many must as a sign test asks", () => {
    // 2^(1 - n): 0.5 for two runs, 0.0625 for five, 0.03125 for six.
    const same = (n: number): Comparison => compare(Array<number>(n).fill(3), Array<number>(n).fill(5));
    for (const n of [2, 5]) {
      assert.deepEqual(same(n).points[1], { point: 1, difference: 2, ciLow: null, ciHigh: null, level: 0.95, n, verdict: "unclear" });
      assert.deepEqual(same(n).order, [[0, 1]]);
      assert.deepEqual(same(n).untold, [{ first: 0, second: 1, difference: -2, ciLow: null, ciHigh: null, level: 0.95 }]);
    }
    assert.deepEqual([verdictsOf(same(6)), same(6).order, same(6).untold], [["baseline", "higher"], [[0], [1]], []]);
  });

  it("takes what rounding leaves for no spread", () => {
    const [base, other] = [
      [0.1, 0.2, 0.3],
      [0.3, 0.4, 0.5],
    ];
    const differences = (other ?? []).map((value, i) => value - (base?.[i] ?? 0));
    assert.equal(new Set(differences).size, 2);
    assert.equal(compare(base ?? [], other ?? []).points[1]?.verdict, "unclear");
  });

  it("joins lists that such a pair reaches across", () => {
    // Point 1 is 3, 4, 2 above point 0 and, in all three runs, 3 below point 2.
    assert.deepEqual(compare([0, 0, 0], [3, 4, 2], [6, 7, 5]).order, [[0], [1, 2]]);
  });

  it("names points that lack a value in some run, and leaves them out of the order", () => {
    const group = compare([1, 2, 3], [2, 5, null], [null, null, null], [101, 102, 104]);
    assert.deepEqual(group.unranked, [
      { point: 1, valueCount: 2 },
      { point: 2, valueCount: 0 },
    ]);
    assert.deepEqual(group.order, [[0], [3]]);
    assert.deepEqual(group.points[2], { point: 2, difference: null, ciLow: null, ciHigh: null, level: null, n: 0, verdict: "unclear" });
    assert.deepEqual([group.points[1]?.difference, group.points[1]?.n], [2, 2]); // 1 and 3
  });

  it("ranks nothing on one seed, nor more points than anyone reads", () => {
    const one = compare([1], [2]);
    assert.deepEqual([one.order, one.refusal, verdictsOf(one)], [[], "one-seed", ["baseline", "unclear"]]);
    const many = Array.from({ length: RANKED_MAX + 1 }, (_, i) => [i, i + 1, i + 3]);
    assert.deepEqual([compare(...many).order, compare(...many).refusal], [[], "too-many"]);
    assert.equal(compare(...many.slice(1)).refusal, undefined);
  });

  it("keeps points with other baselines apart", () => {
    const groups = compareWithBaselines([runs(1, 2), runs(5, 6), runs(2, 3), runs(7, 8)], { metric: "x_s", baselineOf: [0, 1, 0, 1] });
    assert.deepEqual(
      groups.map(({ baseline, points }) => [baseline, points.map(({ point, difference }) => [point, difference])]),
      [
        [
          0,
          [
            [0, 0],
            [2, 1],
          ],
        ],
        [
          1,
          [
            [1, 0],
            [3, 2],
          ],
        ],
      ],
    );
  });
});

/** P(|T| > t), by midpoints of the density on the angle whose tangent is t / sqrt(degrees). */
function twoSidedP(t: number, degrees: number): number {
  const density = (angle: number): number => {
    let value = 1;
    for (let i = 1; i < degrees; i++) value *= Math.cos(angle);
    return value;
  };
  const area = (from: number): number => {
    const step = (Math.PI / 2 - from) / 20_000;
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += density(from + (i + 0.5) * step) * step;
    return sum;
  };
  return area(Math.atan(t / Math.sqrt(degrees))) / area(0);
}

function pOf(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, i) => value - (b[i] as number));
  const n = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return twoSidedP(Math.abs(mean) / Math.sqrt(squares / (n - 1) / n), n - 1);
}

/** Holm as it is printed: from the smallest p on, until one is above alpha over those that are left. */
function rejected(pValues: readonly number[]): readonly boolean[] {
  const sorted = pValues.toSorted((a, b) => a - b);
  const stop = sorted.findIndex((p, i) => p > 0.05 / (sorted.length - i));
  return pValues.map((p) => stop < 0 || p < (sorted[stop] as number));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("verdicts and orders, by another way", () => {
  const SEED_COUNT = 6;
  /** Each point's values: what its seed gives all, its own offset, and noise. */
  function draw(rng: { uniform(): number }, offsets: readonly number[]): readonly (readonly number[])[] {
    const normal = randomNormal.source(() => rng.uniform())(0, 1);
    const shared = Array.from({ length: SEED_COUNT }, () => 10 * normal());
    return offsets.map((offset) => shared.map((value) => value + offset + normal()));
  }

  it("are those of integrals of t's density, of Holm's steps as printed, and of cuts that every pair across survives", () => {
    const rng = rootRng(41);
    const kinds = new Set<string>();
    for (let trial = 0; trial < 30; trial++) {
      const values = draw(
        rng,
        Array.from({ length: 5 }, () => 8 * rng.uniform()),
      );
      const group = compare(...values);
      const told = rejected(values.slice(1).map((mine) => pOf(mine, values[0] as readonly number[])));
      const sign = (mine: readonly number[]) => (meanOf(mine) > meanOf(values[0] as readonly number[]) ? "higher" : "lower");
      assert.deepEqual(
        verdictsOf(group).slice(1),
        values.slice(1).map((mine, i) => (told[i] ? sign(mine) : "unclear")),
      );
      const sorted = values.map((_, i) => i).sort((a, b) => meanOf(values[a] ?? []) - meanOf(values[b] ?? []));
      const pairs = sorted.flatMap((a, i) => sorted.slice(i + 1).map((b) => ({ a, b })));
      const apart = rejected(pairs.map(({ a, b }) => pOf(values[a] ?? [], values[b] ?? [])));
      const untold = pairs.filter((_, i) => !apart[i]);
      const cuts = sorted.map((_, cut) => cut === 0 || untold.every(({ a, b }) => sorted.indexOf(a) >= cut || sorted.indexOf(b) < cut));
      const order: number[][] = [];
      for (const [i, point] of sorted.entries()) {
        if (cuts[i]) order.push([point]);
        else order.at(-1)?.push(point);
      }
      assert.deepEqual(group.order, order);
      assert.deepEqual(
        group.untold.map(({ first, second }) => ({ a: first, b: second })),
        untold,
      );
      for (const { ciLow, ciHigh, verdict } of group.points.slice(1)) {
        assert.equal((ciLow ?? 0) <= 0 && (ciHigh ?? 0) >= 0, verdict === "unclear");
        kinds.add(verdict);
      }
    }
    assert.deepEqual([...kinds].sort(), ["higher", "lower", "unclear"]);
  });

  it("are false in at most one of twenty sweeps over points that are all equal", () => {
    // 300 sweeps of 21 points: a share of 0.05 has a standard error of 0.0126, five of them are 0.063.
    const rng = rootRng(42);
    let [falseVerdicts, falseOrders] = [0, 0];
    for (let trial = 0; trial < 300; trial++) {
      const group = compare(...draw(rng, Array<number>(21).fill(0)));
      if (verdictsOf(group).some((verdict) => verdict === "lower" || verdict === "higher")) falseVerdicts++;
      if (group.untold.length < 210) falseOrders++;
    }
    assert.ok(falseVerdicts / 300 < 0.05 + 0.063, `${falseVerdicts} of 300`);
    assert.ok(falseOrders / 300 < 0.05 + 0.063, `${falseOrders} of 300`);
  });
});
