import { strict as assert } from "node:assert";
import fc from "fast-check";
import { stringify } from "yaml";
import { SpecError } from "../../src/scenario/index.ts";
import { readQuantity } from "../../src/world/base/quantity.ts";
import { load } from "./bed.ts";

type Doc = { [key: string]: Value };
type Value = string | number | boolean | null | Value[] | Doc;

const FILES = { "t.csv": "arrival_s,work_s\n0.5,0.004\n2,0.005\n", "q.csv": "quantile,value\n0,0.001\n1,0.02\n" };

const law: fc.Arbitrary<Value> = fc.constantFrom<Value[]>(
  "5 ms",
  0.004,
  { kind: "exponential", mean: "5 ms" },
  { kind: "lognormal", median: "2 ms", sigma: 0.5 },
  { kind: "hyperexponential", mean: "2 ms", cv: 2 },
  { kind: "bounded-pareto", shape: 1.5, min: "1 ms", max: "1 s" },
  { kind: "table", file: "q.csv" },
);
const arrivals: fc.Arbitrary<Value> = fc.constantFrom<Value[]>(
  { kind: "poisson", rate: "10 req/s" },
  { kind: "gamma", rate: 5, cv: 2 },
  { kind: "mmpp", rates: ["1 req/s", "9 req/s"], holding: ["1 min", "5 s"] },
  { kind: "trace", file: "t.csv", scale: 0.5 },
  { kind: "closed", users: 3, thinkTime: { kind: "exponential", mean: "1 s" } },
  { kind: "poisson", rate: "10 req/s", profile: { kind: "diurnal", peakHour: 20, ratio: 2 } },
);
const service = fc
  .record(
    {
      work: law,
      arrivals,
      replicas: fc.integer({ min: 1, max: 3 }),
      slo: fc.constant({ latency: "50 ms", percentile: 0.99, window: "1 min" }),
    },
    { requiredKeys: ["work", "arrivals"] },
  )
  .map((fields): Doc => ({ kind: "service", ...fields }));
const batch = fc
  .record(
    {
      work: law,
      jobs: fc.integer({ min: 1, max: 9 }),
      cores: fc.integer({ min: 1, max: 8 }),
      memory: fc.constant("8 GiB"),
      deadline: fc.constant("4 h"),
    },
    { requiredKeys: ["work", "jobs"] },
  )
  .map((fields): Doc => ({ kind: "batch", ...fields }));
const fault = fc.constantFrom<Doc[]>(
  { kind: "server-crash", target: { rack: "cpu", count: 1 }, mtbf: { kind: "weibull", shape: 0.5, scale: "800 h" }, mttr: "1 h" },
  { kind: "server-slow-cpu", target: { row: "a", together: true }, factor: 0.5, at: "10 min", duration: "5 min" },
);

/** Valid scenarios. */
const scenario: fc.Arbitrary<Doc> = fc
  .record({ web: service, etl: batch, faults: fc.array(fault, { maxLength: 2 }), sites: fc.boolean() })
  .map(({ web, etl, faults, sites }) => ({
    name: "random",
    seed: 1,
    start: "2021-07-01T00:00:00Z",
    duration: "1 h",
    warmup: "5 min",
    sites: {
      west: {
        pue: 1.1,
        psu: "platinum",
        carbon: { kind: "constant", value: "300 g/kWh" },
        rows: { a: {} },
        racks: { cpu: { row: "a", count: 2, servers: { kind: "small", count: 2, clock: "2 GHz" } } },
        servers: [{ kind: "small" }, { kind: "small", count: 3 }],
      },
    },
    workloads: { web, etl: sites ? { ...etl, sites: ["west"] } : etl },
    controllers: {
      place: { kind: "best-fit", target: { workload: "etl" } },
      hold: {
        kind: "carbon-threshold",
        target: { workload: "etl" },
        period: "30 min",
        telemetry: { scrape: "15 s", delay: "1 s", loss: 0 },
      },
    },
    faults: Object.fromEntries(faults.map((one, i) => [`fault-${i}`, one])),
    expect: [{ metric: "workloads.web.latency_p99_s", max: "1 s" }],
    record: { requests: 0.5, power: true },
  }));

/** A place in a document: the container, and the key in it. */
interface Spot {
  readonly holder: Record<string, Value>;
  readonly key: string;
  readonly value: Value;
}

function spotsIn(value: Value): Spot[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { holder: value as Record<string, Value>, key, value: inner },
    ...spotsIn(inner),
  ]);
}

interface Operator {
  readonly fits: (spot: Spot) => boolean;
  readonly spoil: (spot: Spot) => void;
}
const isMap = ({ value }: Spot): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isScalar = ({ value }: Spot): boolean => typeof value !== "object" || value === null;
const isQuantity = ({ value }: Spot): boolean =>
  typeof value === "number" || (typeof value === "string" && /^\d[\d.]* [A-Za-z]/.test(value));
const put =
  (value: Value) =>
  (spot: Spot): void => {
    spot.holder[spot.key] = value;
  };

/** Each makes any document invalid, wherever it fits and whatever was done before. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  "unknown key": { fits: isMap, spoil: ({ value }) => put(1)({ holder: value as Record<string, Value>, key: "zzz", value: 1 }) },
  "mapping for a scalar": { fits: isScalar, spoil: (spot) => put({ zzz: 1 })(spot) },
  "truth for a mapping or list": { fits: (spot) => !isScalar(spot), spoil: put(true) },
  nothing: { fits: () => true, spoil: put(null) },
  "bad unit": { fits: isQuantity, spoil: put("5 parsec") },
  "no unit": { fits: (spot) => isQuantity(spot) && typeof spot.value === "string", spoil: put("5") },
  "other tools' unit": { fits: isQuantity, spoil: put("1h30m") },
  negative: { fits: (spot) => isQuantity(spot) && spot.key !== "max", spoil: put(-1) },
  "not a number": { fits: isQuantity, spoil: put(Number.NaN) },
  infinite: { fits: isQuantity, spoil: put(Number.NEGATIVE_INFINITY) },
  "unknown kind": { fits: ({ key }) => key === "kind", spoil: put("zzz") },
  "no kind": { fits: ({ key }) => key === "kind", spoil: ({ holder, key }) => void delete holder[key] },
  "missing file": { fits: ({ key }) => key === "file", spoil: put("zzz.csv") },
  "broken reference": {
    fits: ({ key, value }) => ["workload", "row", "rack"].includes(key) && typeof value === "string",
    spoil: put("zzz"),
  },
  "empty list": { fits: ({ key, value }) => Array.isArray(value) && key !== "expect", spoil: put([]) },
  expression: { fits: isQuantity, spoil: put("import('fs')") },
};

interface Mutation {
  readonly operator: string;
  readonly position: number;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({ operator: fc.constantFrom(...Object.keys(OPERATORS)), position: fc.nat(9999) });

/** @returns how many mutations found a place */
function mutate(doc: Doc, mutations: readonly Mutation[]): number {
  let count = 0;
  for (const { operator, position } of mutations) {
    const { fits, spoil } = OPERATORS[operator] as Operator;
    const spots = spotsIn(doc).filter(fits);
    const spot = spots[position % Math.max(spots.length, 1)];
    if (spot === undefined) continue;
    spoil(spot);
    count++;
  }
  return count;
}

/** CPU seconds that `work` takes: other processes do not count. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** JSON is YAML, and quicker to write; what JSON cannot say is put in afterwards. */
function toYaml(doc: Doc): string {
  const json = JSON.stringify(doc, (_, value) => (Number.isNaN(value) ? "@nan" : value === Number.NEGATIVE_INFINITY ? "@inf" : value));
  return json.replaceAll('"@nan"', ".nan").replaceAll('"@inf"', "-.inf");
}

function isAccepted(text: string): boolean {
  try {
    load({ "scenario.yaml": text, ...FILES });
    return true;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    assert.ok(error.problems.length > 0);
    for (const line of error.message.split("\n")) assert.match(line, /^\S+:\d+(:\d+)?: \S.*[.?]$/);
    return false;
  }
}

describe("mutated scenarios", () => {
  it("are refused with a place, in time, and never crash; unmutated ones are accepted", () => {
    readQuantity("5 parsec", "duration"); // loads mathjs, once
    fc.assert(
      fc.property(scenario, fc.array(mutation, { maxLength: 3 }), (doc, mutations) => {
        const mutated = structuredClone(doc);
        const count = mutate(mutated, mutations);
        const text = toYaml(mutated);
        let accepted = false;
        const seconds = cpuSeconds(() => {
          accepted = isAccepted(text);
        });
        assert.equal(accepted, count === 0);
        assert.ok(seconds < 1, `${seconds} s of CPU time`);
      }),
      { numRuns: 10_000, seed: 1 },
    );
  }).timeout(120_000);

  it("of text, cut or with a character changed, never crash", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.nat(),
        fc.constantFrom("", ":", "{", "]", "\t", "*a", "&a ", "- ", "\n", '"', "!!x ", "\u0000", "%"),
        (doc, position, insert) => {
          const text = stringify(doc);
          const cut = position % text.length;
          isAccepted(text.slice(0, cut) + insert + text.slice(cut + (position % 3)));
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  }).timeout(60_000);
});
