/** Stationary queues against sums over their states, and against a chain that is solved. */
import { strict as assert } from "node:assert";
import { Station } from "../../../../src/world/cluster/fluid/station.ts";
import { leastRemainingS, workLaw } from "../../../../src/world/cluster/fluid/work-law.ts";
import { type LawSpec, makeLaw } from "../../../../src/world/workload/index.ts";

const EXPONENTIAL: LawSpec = { kind: "exponential", mean: 1 };
const CONSTANT: LawSpec = { kind: "deterministic", value: 1 };
const law = (spec: LawSpec) => workLaw(makeLaw(spec), spec.kind === "exponential");

function station(slots: number, cores: number, { spec = EXPONENTIAL, gapCv2 = 1 } = {}): Station {
  const made = new Station({ slots, work: law(spec) });
  made.set(cores, gapCv2);
  return made;
}

const xOf = (load: number): number => load / (1 - load);

const near = (value: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value} beside ${expected}`);

/** Mean number, mean number beyond `slots`, and share of time with all slots taken, of a birth-death process, state by state. */
function birthDeath(slots: number, cores: number, load: number): { number: number; waiting: number; full: number } {
  const arrivals = load * Math.min(slots, cores);
  let weight = 1;
  const sums = { all: 0, number: 0, waiting: 0, full: 0 };
  for (let n = 0; n < 20_000; n++) {
    sums.all += weight;
    sums.number += n * weight;
    sums.waiting += Math.max(0, n - slots) * weight;
    if (n >= slots) sums.full += weight;
    weight *= arrivals / Math.min(n + 1, slots, cores);
  }
  return { number: sums.number / sums.all, waiting: sums.waiting / sums.all, full: sums.full / sums.all };
}

/** Mean number that waits in M/D/c at unit work: what is there after a unit of time is what was beyond c, and what came. */
function constantWorkWaiting(servers: number, load: number): number {
  const arrivals = servers * load;
  const size = 20 * servers + Math.ceil(30 / (1 - load));
  const come = Array.from({ length: size }, () => 0);
  come[0] = Math.exp(-arrivals);
  for (let n = 1; n < size; n++) come[n] = ((come[n - 1] as number) * arrivals) / n;
  let share: number[] = Array.from({ length: size }, (_, n) => (n === 0 ? 1 : 0));
  for (let round = 0; round < 400; round++) {
    const next = Array.from({ length: size }, () => 0);
    share.forEach((p, n) => {
      if (p < 1e-15) return;
      for (let k = Math.max(0, n - servers), more = 0; k < size; k++, more++) next[k] = (next[k] as number) + p * (come[more] as number);
    });
    share = next;
  }
  return share.reduce((sum, p, n) => sum + p * Math.max(0, n - servers), 0);
}

describe("a stationary queue", () => {
  for (const [slots, cores] of [
    [1, 1],
    [2, 2],
    [8, 8],
    [1, 0.5],
    [4, 2.5],
    [Infinity, 1],
    [Infinity, 2.5],
    [Infinity, 0.25],
  ] as const) {
    it(`of ${slots} slots on ${cores} cores is the sum over its states`, () => {
      for (const load of [0.1, 0.5, 0.9]) {
        const made = station(slots, cores);
        const expected = birthDeath(slots, cores, load);
        near(made.at(xOf(load)), expected.number, 1e-9);
        near(made.waiting, expected.waiting, 1e-9);
        near(made.waitChance, expected.full, 1e-9);
      }
    });
  }

  it("of one server waits as Pollaczek and Khinchine say", () => {
    const made = station(1, 1, { spec: { kind: "gamma", mean: 1, cv: 2 } });
    made.at(xOf(0.8));
    near(made.waiting, ((1 + 4) / 2) * (0.64 / 0.2), 1e-9);
  });

  it("of several servers with constant work is within 1.5 % of the solved chain", () => {
    for (const servers of [2, 4, 8]) {
      for (const load of [0.3, 0.5, 0.7]) {
        const made = station(servers, servers, { spec: CONSTANT });
        made.at(xOf(load));
        near(made.waiting, constantWorkWaiting(servers, load), 0.015);
      }
    }
  });

  it("does not care for the law of work where cores are shared", () => {
    near(station(Infinity, 3, { spec: { kind: "gamma", mean: 1, cv: 3 } }).at(xOf(0.7)), station(Infinity, 3).at(xOf(0.7)), 1e-12);
  });

  it("without chance has nobody waiting", () => {
    const made = station(1, 1, { spec: CONSTANT, gapCv2: 0 });
    near(made.at(xOf(0.9)), 0.9, 1e-12);
  });

  it("of regular arrivals waits less, of bursts more: D/M/1 within 3 % of its root", () => {
    const load = 0.8;
    let root = 0.5; // sigma = e^-(1 - sigma)/rho
    for (let i = 0; i < 200; i++) root = Math.exp(-(1 - root) / load);
    const made = station(1, 1, { gapCv2: 0 });
    made.at(xOf(load));
    near(made.waiting, (load * root) / (1 - root), 0.03);
  });

  it("solves for the load of a number, and for that of a step", () => {
    for (const slots of [1, 8, Infinity]) {
      const made = station(slots, slots === Infinity ? 2.5 : slots);
      for (const x of [1e-6, 0.3, 9, 1e6]) {
        for (const guess of [0, 1, 50]) {
          near(made.solve(made.at(x), 0, guess), x, 1e-9);
          near(made.solve(made.at(x) + (100 * x) / (1 + x), 100, guess), x, 1e-9);
        }
      }
    }
  });
});

describe("a law of work as single values", () => {
  const LAWS: readonly LawSpec[] = [
    EXPONENTIAL,
    CONSTANT,
    { kind: "gamma", mean: 1, cv: 0.5 },
    { kind: "lognormal", mean: 1, cv: 2 },
    { kind: "hyperexponential", mean: 1, cv: 2 },
    { kind: "weibull", shape: 0.7, scale: 1 },
    { kind: "uniform", min: 0, max: 2 },
    { kind: "bounded-pareto", shape: 1.5, min: 0.1, max: 100 },
  ];

  it("keeps its mean, rising", () => {
    for (const spec of LAWS) {
      const { meanS, valuesS, shares } = law(spec);
      near(
        valuesS.reduce((sum, value, i) => sum + value * (shares[i] as number), 0),
        meanS,
        1e-12,
      );
      for (let i = 1; i < valuesS.length; i++) assert.ok((valuesS[i] as number) >= (valuesS[i - 1] as number), spec.kind);
    }
  });

  it("has quantiles that draws bear out", () => {
    for (const spec of LAWS) {
      const { quantile, factory } = makeLaw(spec);
      let state = 0.5;
      const uniform = (): number => {
        state = (state + 0.6180339887498949) % 1;
        return state;
      };
      const { draw } = factory({ uniform, int: (bound) => Math.floor(uniform() * bound), fork: () => assert.fail() });
      const draws = Float64Array.from({ length: 20_000 }, () => draw()).sort();
      const middle = draws[10_000] as number;
      if (spec.kind !== "deterministic" && spec.kind !== "gamma" && spec.kind !== "lognormal" && spec.kind !== "hyperexponential")
        near(quantile(0.5), middle, 0.01);
    }
  });

  it("has the least of several remaining works", () => {
    // Remaining works of constant ones are uniform: the least of n has mean 1/(n + 1). Of exponential ones, 1/n.
    near(leastRemainingS(law(CONSTANT), 4), 1 / 5, 1e-12);
    near(leastRemainingS({ ...law(EXPONENTIAL), isExponential: false }, 4), 1 / 4, 0.002);
  });
});
