/** Round numbers for hand arithmetic: a GPU of 50 W with a process that waits and 150 W with one that works, and two models. */
import type { Files } from "../run-yaml.ts";

const GPU = `kind: gpu
memory: 16 GiB
overhead: 4 GiB
bandwidth: 900 GB/s
teraflops: { fp32: 10, fp16: 100 }
clocks: [500 MHz, 1000 MHz]
switchLatency: 50 ms
bandwidthByClock: { clocks: [500 MHz, 800 MHz], shares: [0.8, 1] }
powerCap: 200 W
idle: 20 W
power: { static: 30 W, memory: 40 W, kink: 0.5, floorVoltage: 0.5, idle: 20 W, compute: { memory: 0.25, core: 160 W }, decode: { memory: 0.5, core: 100 W } }
source: made up for tests
`;
const MODEL = `kind: model
parameters: 1000
weights: 12 GiB
autoregressive: true
latency: { g: { kind: linear, base: 1 s, perToken: 500 ms } }
source: made up for tests
`;
export const ENCODER = `kind: model
parameters: 1000
weights: 1 GiB
autoregressive: false
latency: { g: { kind: linear, base: 4 s } }
source: made up for tests
`;

/** Steps of 1 s + 10 ms a prompt token + 100 ms a writing request; KV blocks of 1 GiB, prompts and answers of at most 100 tokens. */
const STEPS = `kind: model
parameters: 1000
weights: 4 GiB
autoregressive: true
context: 100
kvPerToken: 64 MiB
latency: { g: { kind: step, base: 1 s, perPromptToken: 10 ms, perSequence: 100 ms } }
source: made up for tests
`;

export const KINDS: Files = { "g.yaml": GPU, "llm.yaml": MODEL, "encoder.yaml": ENCODER, "steps.yaml": STEPS };
