/** A GPU that is kept from the clock that was set, or lost, told as a story on a server that boots in no time. */

import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { csv, type Files, loadYaml, near, play, rowsOf } from "../run-yaml.ts";
import { ENCODER, KINDS } from "./kinds.ts";

const FOUR_CLOCKS = (KINDS["g.yaml"] as string).replace("[500 MHz, 1000 MHz]", "[500 MHz, 600 MHz, 800 MHz, 1000 MHz]");
/** A server that is back as soon as it is repaired. */
const PLAIN =
  "kind: server\ncores: 8\nmemory: 32 GiB\nclocks: [1 GHz]\npower: { kind: linear, idle: 100 W, peak: 200 W }\nembodied: 1000 kg\nlifetime: 4 year\nsource: made up for tests\n";
export const GPU = "{ kind: ./g.yaml }";

export interface Story {
  readonly gpus?: string;
  readonly model?: string;
  /** Arrival and tokens of each request; absent: `ONE`. */
  readonly requests?: readonly (readonly [arrivalS: number, tokens: number])[];
  readonly engine?: string;
  readonly faults?: string;
  readonly extra?: string;
}

export function text({ gpus = GPU, model = "{ kind: ./llm.yaml }", engine = "{ kind: none }", faults = "", extra = "" }: Story): string {
  return `name: story
seed: 1
duration: 100 s
sites: { west: { carbon: 360 g/kWh, servers: { kind: ./plain.yaml, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: { llm: ${model} }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv }, slo: { latency: 4 s } }
record: { requests: true, power: true, events: true }
faults: { ${faults} }
${extra}`;
}

const ONE = [[1, 1]] as const;

export const filesOf = ({ requests = ONE }: Story, files: Files): Files => ({
  ...KINDS,
  ...{ "g.yaml": FOUR_CLOCKS, "plain.yaml": PLAIN, "chat.csv": csv("arrival_s,output_tokens", ...requests), ...files },
});

export const tell = async (story: Story, files: Files = {}): Promise<RunResult> => await play(text(story), filesOf(story, files));
export const build = (story: Story) => buildWorld(loadYaml(text(story), filesOf(story, {})).spec, { seed: 1, warmupS: 0 });

export function complaint(story: Story, files: Files = {}): string {
  try {
    loadYaml(text(story), filesOf(story, files));
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

export const ENCODERS: Files = { "llm.yaml": ENCODER };
export const finishes = (result: RunResult): number[] => rowsOf(result, "requests").map(({ finish_s }) => finish_s as number);
export const energies = (result: RunResult): number[] => rowsOf(result, "requests").map(({ energy_j }) => energy_j as number);
export const nearAll = (actual: readonly number[], expected: readonly number[]): void => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) near(value, expected[i] as number);
};
export const struck = (result: RunResult): (string | number)[][] =>
  result.series.faults.map(({ fault, server, startS, endS }) => [fault, server, startS, endS]);
