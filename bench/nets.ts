/** Updates of populations on every backend that is there, what they are compared with, and one observation through an exported network. */
import { rootRng } from "../src/kernel/index.ts";
import { BACKEND_NAMES, DEFAULT_BACKEND } from "../src/learn/backends/backend.ts";
import { layoutsOf, type SequentialArchitecture } from "../src/learn/nets/architecture.ts";
import { SequentialInference } from "../src/learn/nets/inference.ts";
import { printedBy } from "./child.ts";
import type { BenchResult } from "./harness.ts";
import type { Measured } from "./measured.ts";
import type { NetsResult } from "./nets-child.ts";
import type { Grown } from "./nets-ratios-child.ts";

/** 40,000 updates of one agent within three minutes. */
const DDPG_UPDATES_PER_S_MIN = 222;
const INFERENCE_US_MAX = 5;
const INFERENCES = 10_000;
const ROUNDS = 20;

/** Each backend in a process of its own. @param note is told which devices there are, and which not */
export function* updateRates(note: (text: string) => void): Generator<Measured> {
  let hasGpu = false;
  for (const backend of BACKEND_NAMES) {
    const { device, refused, rows } = printedBy("./nets-child.js", backend) as NetsResult;
    note(refused === undefined ? `${backend}: ${device}` : `${backend} is not measured: ${refused}`);
    hasGpu ||= device !== undefined && !ON_PROCESSOR.has(backend) && !device.includes("in software");
    for (const { update, population, perCpuS, perWallS } of rows) {
      const of = `${update}, ${population} agent${population === 1 ? "" : "s"}, ${backend}`;
      const isJudged = backend === DEFAULT_BACKEND && population === 1 && update.startsWith("DDPG");
      const required = isJudged ? { required: { atLeast: DDPG_UPDATES_PER_S_MIN } } : {};
      yield { what: "updates of an agent", of, value: perCpuS * population, unit: "a CPU second", ...required };
      // On a GPU the processor waits: only the wall tells.
      if (!ON_PROCESSOR.has(backend)) yield { what: "updates of an agent", of, value: perWallS * population, unit: "a second" };
    }
  }
  if (!hasGpu) note("no GPU was there to measure: nothing is said about one");
}

const ON_PROCESSOR: ReadonlySet<string> = new Set(["wasm", "cpu"]);

/** Ours against references in one process, and what many updates leave behind. */
export function* updateRatios(): Generator<Measured> {
  const { ratios, grown } = printedBy("./nets-ratios-child.js") as { ratios: readonly [BenchResult, number][]; grown: Grown };
  for (const [{ name, ratioMedian }, atLeast] of ratios) {
    yield { what: "speed over a reference", of: name, value: ratioMedian, unit: "times", required: { atLeast } };
  }
  for (const [of, value] of Object.entries(grown)) {
    yield { what: "left by 10,000 updates", of, value, unit: "more than by ten", required: { atMost: 0 } };
  }
}

/** 16 inputs, two layers of 64, 4 outputs. */
export function inference(): Measured {
  const layers = [64, 64, 4].map((units) => ({ kind: "dense", units, activation: units === 4 ? "tanh" : "relu" }) as const);
  const architecture: SequentialArchitecture = { kind: "sequential", inputs: 16, layers };
  const rng = rootRng(1);
  const weights = Float32Array.from({ length: layoutsOf(architecture).weights.size }, () => rng.uniform() - 0.5);
  const policy = new SequentialInference({ architecture, weights, statistics: new Float32Array(0) });
  const [input, output] = [new Float32Array(16), new Float32Array(4)];
  const timesUs = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < INFERENCES; i++) {
      input[0] = i / INFERENCES;
      policy.forward(input, output);
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / INFERENCES;
  });
  const value = Math.min(...timesUs);
  return {
    what: "a network's output",
    of: "16-64-64-4, one observation",
    value,
    unit: "us of CPU",
    required: { atMost: INFERENCE_US_MAX },
  };
}
