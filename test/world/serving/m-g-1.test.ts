/**
 * One GPU without batches is an M/G/1 queue, of which the mean time in system is known for every order that the rules make:
 * first come, first served (Pollaczek and Khinchine), the shortest first (Phipps), and classes by a predictor (Cobham). All three are
 * W_k = lambda E[S^2] / 2 / ((1 - sigma_(k-1)) (1 - sigma_k)) over classes k, with one class, one a length, one a prediction.
 */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { interpolated } from "../../../src/world/energy/interpolated.ts";
import { metric, play } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

const QUANTILES = readFileSync("traces/ssjf-output-quantiles.csv", "utf8");
const MATRIX = readFileSync("traces/ssjf-confusion-5.csv", "utf8");
const GRID = 200_000;
/** As the published simulator has it. */
const aloneS = (tokens: number): number => 0.1 + 0.02 * tokens;
const MODEL = (KINDS["llm.yaml"] as string).replace("base: 1 s, perToken: 500 ms", "base: 100 ms, perToken: 20 ms");

const rowsOf = (text: string): number[][] =>
  text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));

/** Share of each number of tokens, by the quantiles and rounding alone. */
function shareByTokens(): Map<number, number> {
  const rows = rowsOf(QUANTILES);
  const points = Float64Array.from(rows, ([quantile]) => quantile as number);
  const values = Float64Array.from(rows, ([, value]) => value as number);
  const shares = new Map<number, number>();
  for (let i = 0; i < GRID; i++) {
    const tokens = Math.max(1, Math.round(interpolated(points, values, (i + 0.5) / GRID)));
    shares.set(tokens, (shares.get(tokens) ?? 0) + 1 / GRID);
  }
  return shares;
}

interface Part {
  readonly key: number;
  readonly share: number;
  readonly tokens: number;
}

/** Mean time in system where the least key goes first. */
function meanS(parts: readonly Part[], ratePerS: number): number {
  const mean = (of: (tokens: number) => number): number => parts.reduce((sum, { share, tokens }) => sum + share * of(tokens), 0);
  const restS = (ratePerS * mean((tokens) => aloneS(tokens) * aloneS(tokens))) / 2;
  let sigma = 0;
  let waitS = 0;
  for (const key of [...new Set(parts.map((part) => part.key))].toSorted((a, b) => a - b)) {
    const mine = parts.filter((part) => part.key === key);
    const before = sigma;
    sigma += ratePerS * mine.reduce((sum, { share, tokens }) => sum + share * aloneS(tokens), 0);
    waitS += (mine.reduce((sum, { share }) => sum + share, 0) * restS) / ((1 - before) * (1 - sigma));
  }
  return waitS + mean(aloneS);
}

describe("a GPU without batches", function () {
  this.timeout(60_000);
  const lengths = [...shareByTokens()].map(([tokens, share]) => ({ tokens, share }));
  const workS = lengths.reduce((sum, { share, tokens }) => sum + share * aloneS(tokens), 0);
  const classes = rowsOf(MATRIX).map(([, from, , ...shares]) => ({ from: from as number, shares }));
  const predicted = lengths.flatMap(({ tokens, share }): Part[] => {
    const row = classes.findLast(({ from }) => from <= tokens) as (typeof classes)[number];
    return row.shares.map((each, key) => ({ key, share: share * each, tokens }));
  });
  const orders: readonly (readonly [rule: string, queue: string, parts: readonly Part[]])[] = [
    ["first come, first served", "{ kind: fcfs", lengths.map((each) => ({ ...each, key: 0 }))],
    ["the shortest first", "{ kind: sjf, oracle: [work]", lengths.map((each) => ({ ...each, key: each.tokens }))],
    ["five predicted classes", "{ kind: ssjf, predictor: { kind: confusion-matrix, file: matrix.csv }", predicted],
  ];

  for (const load of [0.5, 0.8]) {
    for (const [rule, queue, parts] of orders) {
      it(`at load ${load}, ${rule}: the mean that theory gives`, async () => {
        const ratePerS = load / workS;
        const text = `name: mg1
seed: 1
duration: ${Math.round(300_000 / ratePerS)} s
warmup: 10000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: llm.yaml } }, arrivals: { kind: poisson, rate: ${ratePerS} }, outputTokens: { kind: table, file: tokens.csv } }
controllers: { q: ${queue}, target: { workload: chat } } }
`;
        const result = await play(text, { ...KINDS, "llm.yaml": MODEL, "tokens.csv": QUANTILES, "matrix.csv": MATRIX });
        const halfWidth = result.notes["workloads.chat.latency_mean_s"]?.halfWidth as number;
        const expected = meanS(parts, ratePerS);
        // Half-width of 95 % is 1.96 deviations: 2.55 of them are five deviations.
        assert.ok(2.55 * halfWidth < 0.08 * expected, `interval of ${halfWidth} s`);
        const actual = metric(result, "workloads.chat.latency_mean_s");
        assert.ok(Math.abs(actual - expected) < 2.55 * halfWidth, `${actual} +- ${halfWidth} s should be ${expected} s`);
      });
    }
  }
});
