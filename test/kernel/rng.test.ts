import { strict as assert } from "node:assert";
import { type Rng, rootRng } from "../../src/kernel/index.ts";

/** Written down once; a change of these changes every result ever published. */
const GOLDEN: readonly number[] = [0.6378131337815743, 0.6686547584969982, 0.981888830845381];

const draws = (rng: Rng, count: number): readonly number[] => Array.from({ length: count }, () => rng.uniform());

describe("random streams", () => {
  it("repeat with the seed and differ without", () => {
    assert.deepEqual(draws(rootRng(7).fork("arrivals"), 100), draws(rootRng(7).fork("arrivals"), 100));
    assert.notDeepEqual(draws(rootRng(7), 4), draws(rootRng(8), 4));
  });

  it("draw these very numbers, on every machine and every Node", () => {
    assert.deepEqual(draws(rootRng(1).fork("golden"), 3), GOLDEN);
  });

  it("take 0 for a seed like any other", () => assert.notDeepEqual(draws(rootRng(0), 4), draws(rootRng(1), 4)));

  for (const seed of [-1, 1.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) {
    it(`refuse the seed ${seed}`, () => assert.throws(() => rootRng(seed), /seed must be an integer >= 0/));
  }

  it("fork without drawing: a new consumer shifts nobody's numbers", () => {
    const alone = rootRng(3);
    const shared = rootRng(3);
    const numbers: number[] = [];
    for (let i = 0; i < 10; i++) {
      shared.fork(`fault-${i}`).uniform();
      numbers.push(shared.uniform());
    }
    assert.deepEqual(numbers, draws(alone, 10));
  });

  it("fork by seed and name alone, not by how much the parent has drawn", () => {
    const parent = rootRng(3);
    const before = draws(parent.fork("a"), 5);
    draws(parent, 1000);
    assert.deepEqual(draws(parent.fork("a"), 5), before);
  });

  it("are different for every path of names", () => {
    const root = rootRng(3);
    const paths = [
      root,
      root.fork(""),
      root.fork("a"),
      root.fork("b"),
      root.fork("a").fork("b"),
      root.fork("a/b"),
      root.fork("ab"),
      root.fork("ba"),
    ];
    assert.equal(new Set(paths.map((rng) => rng.uniform())).size, paths.length);
  });

  it("do not overlap where names differ by a trailing zero character", () => {
    // The generator underneath gives "a\0" the stream of "a", one draw later.
    const root = rootRng(3);
    const numbers = [...draws(root.fork("a"), 10_000), ...draws(root.fork("a\0"), 10_000)];
    assert.equal(new Set(numbers).size, 20_000);
  });

  it("hold 10,000 numbered streams without a shared first draw", () => {
    const root = rootRng(3);
    assert.equal(new Set(Array.from({ length: 10_000 }, (_, i) => root.fork(`request-${i}`).uniform())).size, 10_000);
  });
});

describe("uniform draws", () => {
  it("have 53 random bits, each set half of the time", () => {
    const rng = rootRng(5);
    const count = 20_000;
    const ones = new Array<number>(53).fill(0);
    for (let i = 0; i < count; i++) {
      let rest = BigInt(rng.uniform() * 9007199254740992); // 2^53: exact
      for (let bit = 0; bit < 53; bit++, rest >>= 1n) ones[bit] = (ones[bit] as number) + Number(rest & 1n);
    }
    // Binomial(20000, 1/2): sd 70.7. Five of them, 353, over 53 bits: a false alarm in 30,000 seeds.
    for (const [bit, one] of ones.entries()) assert.ok(Math.abs(one - count / 2) < 353, `bit ${bit}: ${one} of ${count}`);
  });

  it("stay in [0, 1) and have the mean and variance of a uniform", () => {
    const numbers = draws(rootRng(5), 100_000);
    const mean = numbers.reduce((sum, u) => sum + u, 0) / numbers.length;
    const variance = numbers.reduce((sum, u) => sum + (u - mean) * (u - mean), 0) / numbers.length;
    assert.ok(numbers.every((u) => u >= 0 && u < 1));
    assert.ok(Math.abs(mean - 1 / 2) < 0.0046); // 5 sd of the mean: 5 sqrt(1/12 / 1e5)
    assert.ok(Math.abs(variance - 1 / 12) < 0.0012); // 5 sd of the variance: 5 sqrt(1/180 / 1e5)
  });

  it("give integers below a bound, all equally often", () => {
    const rng = rootRng(5);
    const [bound, count] = [10, 100_000];
    const seen = new Array<number>(bound).fill(0);
    for (let i = 0; i < count; i++) {
      const value = rng.int(bound);
      seen[value] = (seen[value] as number) + 1;
    }
    const expected = count / bound;
    const chiSquare = seen.reduce((sum, n) => sum + ((n - expected) * (n - expected)) / expected, 0);
    assert.equal(
      seen.reduce((sum, n) => sum + n, 0),
      count,
    );
    assert.ok(chiSquare < 42, `chi-square ${chiSquare}`); // 9 degrees of freedom: 42 is beyond one in 300,000
  });

  it("of sibling streams are uncorrelated", () => {
    const root = rootRng(5);
    const [a, b] = [draws(root.fork("server-1"), 50_000), draws(root.fork("server-2"), 50_000)];
    const covariance = a.reduce((sum, u, i) => sum + (u - 0.5) * ((b[i] as number) - 0.5), 0) / a.length;
    assert.ok(Math.abs(covariance * 12) < 0.0224); // correlation has sd 1 / sqrt(5e4); five of them
  });
});
