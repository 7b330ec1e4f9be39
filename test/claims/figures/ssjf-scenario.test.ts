/** The corrected figures by another way: the same requests through a scenario, its engine and its queue rule, end when the figures' own scheduler says. */
import { strict as assert } from "node:assert";
import { drawRequests, type Requests, readPopulation } from "../../../src/claims/figures/ssjf/requests.ts";
import { AGEING_WAIT_S, type Job, runFcfs, runShortestFirst, type ServerSpec } from "../../../src/claims/figures/ssjf/scheduler.ts";
import { CORRECTED } from "../../../src/claims/figures/ssjf/variant.ts";
import { rootRng } from "../../../src/kernel/index.ts";
import { columnOf, csv, play } from "../../world/run-yaml.ts";
import { KINDS } from "../../world/serving/kinds.ts";

/** The constant 0.1 s of a request is as long as five tokens, which makes all of its work tokens. */
const CONST_TOKENS = 5;
const S_PER_TOKEN = 0.02;
const MODEL = (KINDS["llm.yaml"] as string).replace("base: 1 s, perToken: 500 ms", "base: 0 s, perToken: 20 ms");
const COUNT = 50;

interface Asked {
  readonly jobs: readonly Job[];
  readonly tokens: readonly number[];
  /** In tokens, the constant included: a function of the length, as a table of predictions with one prediction a row has it. */
  readonly predictedTokens: readonly number[];
}

function asked({ jobs, tokens, predictedS }: Requests): Asked {
  const worksTokens = [...tokens].map((length) => length + CONST_TOKENS);
  const said = new Map<number, number>();
  for (const [i, length] of worksTokens.entries()) {
    if (!said.has(length)) said.set(length, (predictedS["five-class"][i] as number) / S_PER_TOKEN);
  }
  return {
    jobs: jobs.map(({ arrivalS }, i) => ({ arrivalS, workS: S_PER_TOKEN * (worksTokens[i] as number) })),
    tokens: worksTokens,
    predictedTokens: worksTokens.map((length) => said.get(length) as number),
  };
}

/** A confusion matrix with a row for each length and for each prediction; every length is predicted as one of the rows. */
function matrixOf({ tokens, predictedTokens }: Asked): string {
  const rows = [...new Set([0, ...tokens, ...predictedTokens])].sort((a, b) => a - b);
  const saidOf = (row: number): number => (tokens.includes(row) ? (predictedTokens[tokens.indexOf(row)] as number) : 0);
  return csv(
    ["tokens_from", ...rows.map((_, k) => `predicted_${k}`)].join(","),
    ...rows.map((row) => [row, ...rows.map((to) => (to === saidOf(row) ? 1 : 0))]),
  );
}

const QUEUES = {
  fcfs: "kind: fcfs",
  oracle: `kind: ssjf, predictor: { kind: oracle }, aging: ${AGEING_WAIT_S} s`,
  predicted: `kind: ssjf, predictor: { kind: confusion-matrix, file: matrix.csv }, aging: ${AGEING_WAIT_S} s`,
} as const;
type Rule = keyof typeof QUEUES;

/** When each request ends, by the scenario. */
async function simulated(requests: Asked, { batching, batchMax }: ServerSpec, rule: Rule): Promise<readonly number[]> {
  const engine = batchMax === 1 ? "{ kind: none }" : `{ kind: ${batching === "whole" ? "dynamic" : "continuous"}, maxBatch: ${batchMax} }`;
  const text = `name: ssjf
seed: 1
duration: 100000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: llm.yaml } }, engine: ${engine}, arrivals: { kind: trace, file: requests.csv } }
controllers: { q: { ${QUEUES[rule]}, target: { workload: chat } } }
record: { requests: true }
`;
  const rows = requests.jobs.map(({ arrivalS }, i) => [arrivalS, requests.tokens[i] as number]);
  const result = await play(text, {
    ...KINDS,
    "llm.yaml": MODEL,
    "requests.csv": csv("arrival_s,output_tokens", ...rows),
    "matrix.csv": matrixOf(requests),
  });
  const finishS = new Array<number>(COUNT).fill(Number.NaN);
  const ids = columnOf(result, "requests", "id");
  for (const [row, endS] of columnOf(result, "requests", "finish_s").entries()) finishS[ids[row] as number] = endS as number;
  return finishS;
}

/** By the figures' scheduler, with ageing by time alone: that of the queue rule. */
function scheduled({ jobs, predictedTokens }: Asked, server: ServerSpec, rule: Rule): Float64Array {
  const spec = { ...server, ageingWorks: Infinity };
  if (rule === "fcfs") return runFcfs(jobs, spec, CORRECTED.quirks);
  if (rule === "oracle") return runShortestFirst(jobs, spec, CORRECTED.quirks, "oracle");
  return runShortestFirst(
    jobs,
    spec,
    CORRECTED.quirks,
    Float64Array.from(predictedTokens, (length) => S_PER_TOKEN * length),
  );
}

const ALL = Object.keys(QUEUES) as Rule[];
/** Among equal keys a leftover of the figures' scheduler goes last, and one of the twin by arrival: with more than two places several meet. */
const TRIED: readonly (ServerSpec & { readonly rules: readonly Rule[] })[] = [
  { batching: "whole", batchMax: 1, rules: ALL },
  { batching: "whole", batchMax: 2, rules: ALL },
  { batching: "whole", batchMax: 10, rules: ALL },
  { batching: "continuous", batchMax: 2, rules: ALL },
  { batching: "continuous", batchMax: 10, rules: ["fcfs"] },
];

const ARRIVALS = [
  { kind: "poisson", ratePerS: 1, cv: 1 },
  { kind: "poisson", ratePerS: 10, cv: 1 },
  { kind: "gamma", ratePerS: 0.03, cv: 3 },
] as const;

describe("the corrected figures through a scenario", () => {
  const population = readPopulation();
  for (const { rules, ...server } of TRIED) {
    for (const rule of rules) {
      it(`${server.batching} batches of ${server.batchMax}, ${rule}: every request ends at the same time`, async () => {
        for (const arrivals of ARRIVALS) {
          for (const seed of [4000, 4001]) {
            const requests = asked(drawRequests(population, COUNT, arrivals, CORRECTED.quirks, rootRng(seed).fork("scenario")));
            const [ends, expected] = [await simulated(requests, server, rule), scheduled(requests, server, rule)];
            for (const [id, endS] of ends.entries())
              assert.ok(
                Math.abs(endS - (expected[id] as number)) <= 1e-9 * endS,
                `${arrivals.kind} ${seed} ${id}: ${endS}, ${expected[id]}`,
              );
          }
        }
      });
    }
  }
});
