import { type Rng, rootRng } from "../../kernel/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, type Finding, metricOf } from "../lab-task.ts";
import { gpuStation } from "./gpu-station.ts";
import type { Tree } from "./station.ts";

const ROUNDING = 1e-9;

interface Asked {
  readonly arrivalS: number;
  readonly prompt: number;
  readonly answer: number;
}

interface Served {
  readonly requests: readonly Asked[];
  readonly engine: Tree;
  readonly latency: Tree;
  readonly durationS: number;
}

async function serve(lab: Lab, { requests, engine, latency, durationS }: Served): Promise<Finding> {
  const rows = requests.map(({ arrivalS, prompt, answer }) => `${arrivalS},${prompt},${answer}`);
  const loaded = lab.load(
    gpuStation({
      name: "gpu-steps",
      latency,
      serving: { engine, arrivals: { kind: "trace", file: "requests.csv" } },
      durationS,
      more: { record: { requests: true } },
      files: { "requests.csv": `${["arrival_s,prompt_tokens,output_tokens", ...rows].join("\n")}\n` },
    }),
  );
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** 1 s a step, 10 ms a prompt token, 0.1 s an answer that is written, 1 ms each token that it looks back on. */
const BY_HAND = { base: 1, prompt: 0.01, writer: 0.1, context: 0.001 };
const stepS = (prompt: number, contexts: readonly number[]): number =>
  BY_HAND.base + BY_HAND.prompt * prompt + BY_HAND.writer * contexts.length + BY_HAND.context * total(contexts);

/** Two requests of 30 prompt tokens and 20 of an answer, in five blocks of 16 tokens and steps of at most 40. */
async function preempted(lab: Lab): Promise<readonly Verdict[]> {
  const run = await serve(lab, {
    requests: [1, 2].map(() => ({ arrivalS: 0, prompt: 30, answer: 20 })),
    engine: { kind: "vllm", maxBatch: 8, chunk: 40, kvBlocks: 5 },
    latency: {
      kind: "step",
      ...{ base: `${BY_HAND.base} s`, perPromptToken: `${BY_HAND.prompt} s` },
      ...{ perSequence: `${BY_HAND.writer} s`, perContextToken: `${BY_HAND.context} s` },
    },
    durationS: 100,
  });
  // The first request's whole prompt and 10 tokens of the second's; its other 20 beside a token of the first; two steps of both, after which
  // they hold 33 and 32 tokens in 3 and 2 blocks.
  const bothS = stepS(40, []) + stepS(20, [30]) + stepS(0, [31, 30]) + stepS(0, [32, 31]);
  // The second needs a third block and none is free: it was admitted last, so it gives way, with three tokens written. The first goes on alone,
  // for its other 16 tokens; 33 tokens of the second would not fit beside it.
  const firstS = bothS + total(range(33, 48).map((context) => stepS(0, [context])));
  // Then the second computes prompt and tokens anew, which writes its fourth, and writes 16 more.
  const secondS = firstS + stepS(33, []) + total(range(33, 48).map((context) => stepS(0, [context])));
  const parameters = "vllm, 2 x (30 + 20 tokens), 5 blocks, steps of 40 tokens, by hand";
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id: `preempted.${id}`, parameters, value, expected, unit, relative: ROUNDING });
  const of = (name: string, i: number): number => columnOf(run, "requests", name)[i] as number;
  return [
    row("first_finish", of("finish_s", 0), firstS, "s"),
    row("second_finish", of("finish_s", 1), secondS, "s"),
    row("second_first_token", of("first_token_s", 1), stepS(40, []) + stepS(20, [30]), "s"),
    row("preemptions", metricOf(run, "workloads.s.preemptions"), 1, "1"),
    row("kv_cache_usage_max", metricOf(run, "workloads.s.kv_cache_usage_max"), 1, "1"),
    row("output_tokens", metricOf(run, "workloads.s.output_tokens"), 40, "tokens"),
  ];
}

const COUNT = 2000;
/** Seconds by token alone, without a base: so no schedule can change their sum. */
const BY_TOKEN = { prompt: 0.001, writer: 0.01, context: 1e-5 };
const RUN_S = 10_000;

function drawn(rng: Rng): readonly Asked[] {
  let arrivalS = 0;
  return Array.from({ length: COUNT }, () => {
    arrivalS += rng.int(4000) / 1000;
    return { arrivalS, prompt: 1 + rng.int(300), answer: 1 + rng.int(200) };
  });
}

/** A prompt is computed once; each token after the first looks back on the prompt and on those before it. */
const tokenWorkS = ({ prompt, answer }: Asked): number =>
  BY_TOKEN.prompt * prompt +
  BY_TOKEN.writer * (answer - 1) +
  BY_TOKEN.context * ((answer - 1) * prompt + ((answer - 1) * (answer - 2)) / 2);

async function conserved(lab: Lab, engine: Tree): Promise<readonly Verdict[]> {
  const requests = drawn(rootRng(1).fork("gpu-steps"));
  const run = await serve(lab, {
    requests,
    engine,
    latency: {
      kind: "step",
      ...{ base: "0 s", perPromptToken: `${BY_TOKEN.prompt} s` },
      ...{ perSequence: `${BY_TOKEN.writer} s`, perContextToken: `${BY_TOKEN.context} s` },
    },
    durationS: RUN_S,
  });
  const parameters = `${engine.kind}, ${COUNT} requests, seconds by token alone`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id: `${engine.kind}.${id}`, parameters, value, expected, unit, relative: ROUNDING });
  return [
    row("busy", metricOf(run, "workloads.s.gpu_utilization_mean") * RUN_S, total(requests.map(tokenWorkS)), "s"),
    row("output_tokens", metricOf(run, "workloads.s.output_tokens"), total(requests.map(({ answer }) => answer)), "tokens"),
  ];
}

export const gpuSteps: Claim = {
  id: "gpu-steps",
  title: "Engines by steps: blocks by hand, and every token is computed once whatever the schedule",
  source:
    "vLLM's scheduler step by step, 16 tokens a block, the last admitted gives way (Kwon et al., SOSP 2023); busy seconds = sum over tokens of what each takes; docs/serving.md, By steps",
  cases: [
    { tier: "quick", check: preempted },
    { tier: "quick", check: (lab) => conserved(lab, { kind: "vllm", chunk: 256, maxBatch: 32, kvBlocks: "unlimited" }) },
    { tier: "quick", check: (lab) => conserved(lab, { kind: "sarathi", chunk: 256, maxBatch: 32, kvBlocks: "unlimited" }) },
    { tier: "quick", check: (lab) => conserved(lab, { kind: "orca", maxBatch: 8, kvBlocks: "unlimited" }) },
  ],
};
