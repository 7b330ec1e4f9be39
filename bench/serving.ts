/**
 * A trace of requests to a language model through one replica that works by steps: YAML, checks, world, metrics, watts and the event
 * hash. The reference is a bare stepper that looks at every request in every step, and the two must agree on every time.
 */
import { readFileSync } from "node:fs";
import { rootRng } from "../src/kernel/index.ts";
import type { LoadedScenario } from "../src/scenario/index.ts";
import { TableError } from "../src/world/base/table.ts";
import { readCsv } from "../src/world/workload/csv.ts";
import { bareSteps, type Replay, type StepLaw, type Stepped } from "./bare-steps.ts";
import type { BenchCase } from "./harness.ts";
import { load, play } from "./scenario.ts";

/** As many requests, at their mean rate, as one hour of Azure's conversations has (2023). */
const REQUEST_COUNT = 19_366;
const RATE_PER_S = 5.53;
const RATIO_MIN = 4;
const RELATIVE = 1e-9;
const MS = 1e-3;

const LAW: StepLaw = { maxBatch: 128, chunk: 512, kvBlocks: Infinity, baseS: 4 * MS, tokenS: 0.04 * MS, contextTokenS: 0 };

/** @param file a table such as `cybertwin import` writes; without one, a generated trace of the same size */
export function* servingCases(file?: string): Generator<BenchCase> {
  const replay = file === undefined ? generated(REQUEST_COUNT) : readReplay(file);
  yield replayed("KV memory unlimited", replay, LAW);
  yield replayed("three times as fast", faster(replay, 3), LAW);
  yield replayed("20,000 blocks, steps by context", replay, { ...LAW, kvBlocks: 20_000, contextTokenS: 1e-7 });
}

/** The same prompts and answers in a part of the time: batches are full. */
export const faster = (replay: Replay, times: number): Replay => ({ ...replay, arrivalS: replay.arrivalS.map((timeS) => timeS / times) });

function replayed(name: string, replay: Replay, law: StepLaw): BenchCase {
  const expected = bareSteps(replay, law);
  const scenario = scenarioOf(replay, law, Math.ceil(Math.max(...expected.finishS)) + 1);
  return {
    name,
    unit: "requests",
    operationCount: replay.arrivalS.length,
    ratioMin: RATIO_MIN,
    ours: async () => {
      const { metrics } = await play(scenario, 1);
      agree(name, sumsOf(replay, expected), metrics);
    },
    reference: () => {
      bareSteps(replay, law);
    },
  };
}

/** Prompts of the ten minutes that are in traces/, lengths of answers by the quantiles of the whole hour, gaps exponential. */
export function generated(count: number): Replay {
  const prompts = column("azure-llm-conv-10min.csv", "prompt_tokens");
  const quantiles = column("azure-llm-conv-output-quantiles.csv", "value");
  const rng = rootRng(1).fork("bench replay");
  const replay = { arrivalS: new Float64Array(count), promptTokens: new Float64Array(count), outputTokens: new Float64Array(count) };
  let arrivalS = 0;
  for (let i = 0; i < count; i++) {
    replay.arrivalS[i] = arrivalS;
    replay.promptTokens[i] = prompts[rng.int(prompts.length)] as number;
    const at = rng.uniform() * (quantiles.length - 1);
    const below = quantiles[Math.floor(at)] as number;
    replay.outputTokens[i] = Math.max(1, Math.round(below + (at % 1) * ((quantiles[Math.ceil(at)] as number) - below)));
    arrivalS -= Math.log1p(-rng.uniform()) / RATE_PER_S;
  }
  return replay;
}

const TRACES = new URL("../../traces/", import.meta.url);

function column(file: string, name: string): Float64Array {
  const lines = readFileSync(new URL(file, TRACES), "utf8").split("\n");
  return readCsv(lines, file, [{ name }]).numbers[name] as Float64Array;
}

/** @throws {Error} with `problems`, as the command tells mistakes in files, for a table that is not one of requests */
function readReplay(file: string): Replay {
  const lines = readFileSync(file, "utf8").split("\n");
  try {
    const { numbers } = readCsv(lines, file, [
      { name: "arrival_s", min: 0, order: "rising" },
      { name: "prompt_tokens", min: 1 },
      { name: "output_tokens", min: 1 },
    ]);
    return {
      arrivalS: numbers.arrival_s as Float64Array,
      promptTokens: numbers.prompt_tokens as Float64Array,
      outputTokens: numbers.output_tokens as Float64Array,
    };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const problem = `${error.file}:${error.line}: ${error.message}`;
    throw Object.assign(new Error(problem), { problems: [problem] });
  }
}

export function scenarioOf(replay: Replay, law: StepLaw, endS: number): LoadedScenario {
  const lines = Array.from(replay.arrivalS, (timeS, i) => `${timeS},${replay.promptTokens[i]},${replay.outputTokens[i]}`);
  return load(yaml(law, endS), {
    "gpu.yaml": GPU,
    "model.yaml": modelYaml(law),
    "server.yaml": SERVER,
    "requests.csv": ["arrival_s,prompt_tokens,output_tokens", ...lines].join("\n"),
  });
}

interface Sums {
  readonly finished: number;
  readonly latencyMeanS: number;
  readonly latencyMaxS: number;
  readonly ttftMeanS: number;
  readonly busyS: number;
  readonly preemptions: number;
}

export function sumsOf({ arrivalS }: Replay, { firstS, finishS, busyS, preemptions }: Stepped): Sums {
  let [latencyS, latencyMaxS, ttftS] = [0, 0, 0];
  arrivalS.forEach((timeS, i) => {
    const tookS = (finishS[i] as number) - timeS;
    latencyS += tookS;
    latencyMaxS = Math.max(latencyMaxS, tookS);
    ttftS += (firstS[i] as number) - timeS;
  });
  const { length } = arrivalS;
  return { finished: length, latencyMeanS: latencyS / length, latencyMaxS, ttftMeanS: ttftS / length, busyS, preemptions };
}

type Metrics = Awaited<ReturnType<typeof play>>["metrics"];

export function agree(name: string, expected: Sums, metrics: Metrics): void {
  const of = (metric: string): number => metrics[`workloads.chat.${metric}`] as number;
  const got: Sums = {
    finished: of("requests_finished"),
    latencyMeanS: of("latency_mean_s"),
    latencyMaxS: of("latency_max_s"),
    ttftMeanS: of("ttft_mean_s"),
    busyS: of("gpu_utilization_mean") * (metrics["run.measured_s"] as number),
    preemptions: of("preemptions"),
  };
  const isClose = (key: keyof Sums): boolean => Math.abs(got[key] - expected[key]) <= RELATIVE * expected[key];
  if (!(Object.keys(expected) as (keyof Sums)[]).every(isClose))
    throw new Error(`${name}: ${JSON.stringify(got)}, the bare stepper ${JSON.stringify(expected)}`);
}

const yaml = ({ maxBatch, chunk, kvBlocks }: StepLaw, endS: number): string => `
name: bench-serving
start: 2023-11-16T18:15:46Z
duration: ${endS} s
sites:
  here: { pue: 1.2, carbon: { kind: constant, value: 300 g/kWh }, servers: { kind: ./server.yaml, gpus: { kind: ./gpu.yaml } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./model.yaml } }
    engine: { kind: vllm, maxBatch: ${maxBatch}, chunk: ${chunk}, kvBlocks: ${kvBlocks === Infinity ? "unlimited" : kvBlocks} }
    arrivals: { kind: trace, file: requests.csv }
    slo: { ttft: 1 s, tpot: 50 ms, percentile: 0.99, window: 1 min }
`;

const GPU = `
kind: gpu
memory: 80 GiB
overhead: 4 GiB
bandwidth: 2000 GB/s
teraflops: { fp32: 20, fp16: 300 }
clocks: [1000 MHz]
switchLatency: 50 ms
bandwidthByClock: { clocks: [1000 MHz], shares: [1] }
powerCap: 400 W
idle: 50 W
power: { static: 50 W, memory: 100 W, kink: 0.75, floorVoltage: 0.8, idle: 20 W, compute: { memory: 0.3, core: 300 W }, decode: { memory: 0.7, core: 200 W } }
source: a benchmark's round numbers
`;

const modelYaml = ({ baseS, tokenS, contextTokenS }: StepLaw): string => `
kind: model
parameters: 7000000000
weights: 14 GiB
autoregressive: true
latency: { gpu: { kind: step, base: ${baseS}, perPromptToken: ${tokenS}, perSequence: ${tokenS}, perContextToken: ${contextTokenS} } }
source: a benchmark's round numbers
`;

const SERVER = `
kind: server
cores: 8
memory: 64 GiB
clocks: [2.0 GHz]
power: { kind: spec, watts: [100, 130, 150, 165, 180, 195, 210, 230, 250, 275, 300] }
embodied: 1000 kg
lifetime: 4 year
source: a benchmark's round numbers
`;
