import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { logGamma } from "../../../src/stats/index.ts";
import { type LawSpec, law, laws, makeLaw, quantileTable } from "../../../src/world/workload/index.ts";

const QUANTILES = quantileTable(["quantile,value", "0,0", "0.25,0", "0.5,1", "0.9,4", "1,20"], "q.csv");

interface Case {
  readonly spec: LawSpec;
  /** Exact distribution function, where it is known in closed form. */
  readonly cdf?: (x: number) => number;
  /** Heavy tails: the sample's second moment is too noisy to test. */
  readonly heavy?: boolean;
}

/** Regularized lower incomplete gamma function by its power series. */
function gammaCdf(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < 500; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return x <= 0 ? 0 : sum * Math.exp(shape * Math.log(x) - x - logGamma(shape));
}
const normalCdf = (z: number): number => 0.5 + (Math.sign(z) * gammaCdf(0.5, (z * z) / 2)) / 2;

/** Every law, with values that reach its branches. A new law must be named here. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  deterministic: [{ spec: { kind: "deterministic", value: 3 } }, { spec: { kind: "deterministic", value: 0 } }],
  exponential: [{ spec: { kind: "exponential", mean: 0.005 }, cdf: (x) => -Math.expm1(-x / 0.005) }],
  hyperexponential: [
    // cv 2: root sqrt(3/5); branches p and 1 - p with rates 2p/m and 2(1-p)/m
    {
      spec: { kind: "hyperexponential", mean: 2, cv: 2 },
      cdf: (x) => {
        const p = (1 + Math.sqrt(3 / 5)) / 2;
        return 1 - p * Math.exp(-p * x) - (1 - p) * Math.exp(-(1 - p) * x);
      },
    },
    { spec: { kind: "hyperexponential", mean: 2, cv: 1 }, cdf: (x) => -Math.expm1(-x / 2) },
  ],
  gamma: [
    { spec: { kind: "gamma", mean: 2, cv: 0.5 }, cdf: (x) => gammaCdf(4, 2 * x) },
    { spec: { kind: "gamma", mean: 2, cv: 1 }, cdf: (x) => -Math.expm1(-x / 2) },
    { spec: { kind: "gamma", mean: 2, cv: 2 }, cdf: (x) => gammaCdf(0.25, x / 8) },
  ],
  lognormal: [
    { spec: { kind: "lognormal", mean: 0.001, cv: 0.5 } },
    { spec: { kind: "lognormal", median: 3600, sigma: 1 }, cdf: (x) => normalCdf(Math.log(x / 3600)), heavy: true },
  ],
  weibull: [
    { spec: { kind: "weibull", shape: 2, scale: 3 }, cdf: (x) => -Math.expm1(-(x / 3) * (x / 3)) },
    { spec: { kind: "weibull", shape: 0.48, scale: 816 }, cdf: (x) => -Math.expm1(-Math.exp(0.48 * Math.log(x / 816))), heavy: true },
  ],
  "bounded-pareto": [
    // shape 1 and 2 are the limits of the first and second moment's formula
    ...[0.5, 1, 1.5, 2].map(
      (shape): Case => ({
        spec: { kind: "bounded-pareto", shape, min: 1, max: 100 },
        cdf: (x) => (1 - Math.exp(-shape * Math.log(x))) / (1 - Math.exp(-shape * Math.log(100))),
        heavy: true,
      }),
    ),
  ],
  uniform: [{ spec: { kind: "uniform", min: 2, max: 5 }, cdf: (x) => (x - 2) / 3 }, { spec: { kind: "uniform", min: 4, max: 4 } }],
  table: [{ spec: { kind: "table", file: QUANTILES } }],
  trace: [], // not drawn: the workload reads the row
};

const DRAWS = 200_000;

function drawsOf(spec: LawSpec, count: number, stream = "draws"): Float64Array {
  const { draw } = makeLaw(spec).factory(rootRng(7).fork(stream));
  return Float64Array.from({ length: count }, draw);
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("laws", () => {
  it("each has a case here", () => {
    assert.deepEqual([...laws.keys()].sort(), Object.keys(CASES).sort());
    for (const [kind, plugin] of laws) assert.equal(plugin.kind, kind);
  });

  for (const [kind, cases] of Object.entries(CASES)) {
    for (const { spec, cdf, heavy } of cases) {
      describe(`${kind} ${JSON.stringify({ ...spec, file: undefined })}`, () => {
        const { mean, secondMoment } = makeLaw(spec);
        let values: Float64Array;
        before(() => {
          values = drawsOf(spec, DRAWS);
        });

        it("draws non-negative numbers about its exact moments (5 standard errors)", () => {
          assert.ok(values.every((value) => value >= 0 && Number.isFinite(value)));
          const standardError = Math.sqrt(Math.max(0, secondMoment - mean * mean) / DRAWS);
          assert.ok(
            Math.abs(average(values) - mean) <= 5 * standardError + 1e-12 * mean,
            `${average(values)}, exactly ${mean} +- ${standardError}`,
          );
          if (heavy === true) return;
          const squares = values.map((value) => value * value);
          const spread = Math.sqrt(average(squares.map((square) => (square - secondMoment) * (square - secondMoment))) / DRAWS);
          assert.ok(
            Math.abs(average(squares) - secondMoment) <= 5 * spread + 1e-12 * secondMoment,
            `${average(squares)}, exactly ${secondMoment}`,
          );
        });

        it("same seed, same draws; other streams do not disturb it", () => {
          const rng = rootRng(7);
          const other = makeLaw(spec).factory(rng.fork("other"));
          const mine = makeLaw(spec).factory(rng.fork("draws"));
          for (let i = 0; i < 100; i++) {
            for (let k = 0; k < i % 3; k++) other.draw();
            assert.equal(mine.draw(), values[i]);
          }
          assert.equal(mine.mean, mean);
        });

        if (cdf === undefined) return;
        it("follows its distribution function (Kolmogorov-Smirnov)", () => {
          // sqrt(n) D exceeds 2.5 with probability 2 exp(-2 * 6.25) = 7e-6
          const sorted = values.slice(0, 20_000).sort();
          let distance = 0;
          for (let i = 0; i < sorted.length; i++) {
            const at = cdf(sorted[i] as number);
            distance = Math.max(distance, Math.abs(at - i / sorted.length), Math.abs(at - (i + 1) / sorted.length));
          }
          assert.ok(distance * Math.sqrt(sorted.length) < 2.5, `sqrt(n) D = ${distance * Math.sqrt(sorted.length)}`);
        });
      });
    }
  }

  it("moments by hand", () => {
    const near = (spec: LawSpec, mean: number, secondMoment: number): void => {
      const made = makeLaw(spec);
      assert.ok(Math.abs(made.mean / mean - 1) < 1e-12, `${made.mean}, expected ${mean}`);
      assert.ok(Math.abs(made.secondMoment / secondMoment - 1) < 1e-12, `${made.secondMoment}, expected ${secondMoment}`);
    };
    near({ kind: "weibull", shape: 1, scale: 2 }, 2, 8); // exponential
    near({ kind: "weibull", shape: 0.5, scale: 1 }, 2, 24); // gamma(3), gamma(5)
    near({ kind: "lognormal", median: 1, sigma: 1 }, Math.exp(0.5), Math.exp(2));
    near({ kind: "lognormal", mean: 3, cv: 2 }, 3, 45); // 9 (1 + 4)
    near({ kind: "bounded-pareto", shape: 1, min: 1, max: 2 }, 2 * Math.log(2), 2); // density 2/x^2
    near({ kind: "bounded-pareto", shape: 2, min: 1, max: 2 }, 4 / 3, (8 / 3) * Math.log(2)); // density (8/3)/x^3
    // table: 0 for a quarter; 0..1 for a quarter, 1..4 for 0.4, 4..20 for 0.1: mean 0.125 + 1 + 1.2
    near({ kind: "table", file: QUANTILES }, 2.325, 0.25 / 3 + (0.4 * 21) / 3 + (0.1 * (16 + 80 + 400)) / 3);
  });

  it("a table gives a quarter of exact zeros and the values between by straight lines", () => {
    const values = drawsOf({ kind: "table", file: QUANTILES }, DRAWS);
    const share = (limit: number): number => values.filter((value) => value <= limit).length / DRAWS;
    for (const [limit, expected] of [
      [0, 0.25],
      [0.5, 0.375],
      [1, 0.5],
      [2.5, 0.7],
      [4, 0.9],
      [12, 0.95],
      [20, 1],
    ] as const) {
      assert.ok(Math.abs(share(limit) - expected) < 0.0056, `${share(limit)} at most ${limit}`); // 5 sqrt(0.25 / 2e5)
    }
  });

  it("a bounded Pareto stays inside its bounds", () => {
    const values = drawsOf({ kind: "bounded-pareto", shape: 1.1, min: 2, max: 3 }, DRAWS);
    assert.ok(values.every((value) => value >= 2 && value <= 3));
  });

  it("a trace law is never drawn", () => {
    assert.throws(() => makeLaw({ kind: "trace", column: "work_s", scale: 1 }).factory(rootRng(1)), /reads its column/);
  });
});

describe("law schema", () => {
  const schema = law("duration");
  const refuses = (spec: unknown, message: RegExp): void => {
    const result = schema.safeParse(spec);
    assert.equal(result.success, false, JSON.stringify(spec));
    assert.match(JSON.stringify(result.error?.issues), message);
  };

  it("a bare quantity is the constant law; fields have their defaults", () => {
    assert.deepEqual(schema.parse(0.005), { kind: "deterministic", value: 0.005 });
    assert.deepEqual(schema.parse({ kind: "trace" }), { kind: "trace", column: "work_s", scale: 1 });
    assert.deepEqual(schema.parse({ kind: "gamma", mean: 1, cv: 2 }), { kind: "gamma", mean: 1, cv: 2 });
  });

  it("refuses what has no meaning", () => {
    refuses({ kind: "exponentiel", mean: 1 }, /'exponential'/);
    refuses({ kind: "exponential", mean: 1, cv: 2 }, /Unrecognized key/);
    refuses({ kind: "hyperexponential", mean: 1, cv: 0.5 }, /cv/);
    refuses({ kind: "lognormal", mean: 1 }, /mean and cv, or median and sigma/);
    refuses({ kind: "lognormal", mean: 1, cv: 1, sigma: 1 }, /mean and cv, or median and sigma/);
    refuses({ kind: "lognormal", median: 1, sigma: 60 }, /too large/);
    refuses({ kind: "weibull", shape: 0.001, scale: 1 }, /too large/);
    refuses({ kind: "bounded-pareto", shape: 1, min: 2, max: 2 }, /below max/);
    refuses({ kind: "uniform", min: 2, max: 1 }, /not be above max/);
  });

  it("a file is a path until it is loaded", () => {
    const spec = schema.parse({ kind: "table", file: "q.csv" });
    assert.throws(() => makeLaw(spec), /q.csv was not loaded/);
    assert.equal(makeLaw({ kind: "table", file: quantileTable(["quantile,value", "0,1", "1,3"], "q.csv") }).mean, 2);
  });
});
