/** A model `llm` on a GPU `g`, told as a story: requests in, rows out. */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { csv, type Files, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Story {
  readonly engine: string;
  /** Arrival and tokens of each request, and its class where the workload has some. */
  readonly requests: readonly (readonly [arrivalS: number, tokens: number, name?: string])[];
  readonly fields?: string;
  readonly queue?: string;
  readonly gpus?: string;
  readonly extra?: string;
  readonly duration?: string;
}

export async function tell(
  { engine, requests, fields = "", queue, gpus = "{ kind: ./g.yaml }", extra = "", duration = "100 s" }: Story,
  files: Files = {},
) {
  const controllers = queue === undefined ? "" : `controllers: { queue: { target: { workload: chat }, ${queue} } }\n`;
  const text = `name: story
seed: 1
duration: ${duration}
sites: { west: { carbon: 360 g/kWh, servers: { kind: small-8c, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./llm.yaml } }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv } ${fields} }
record: { requests: true, power: true }
${controllers}${extra}`;
  const rows = requests.map((request) => request as readonly (number | string)[]);
  const header = (rows[0] as readonly unknown[]).length === 3 ? "arrival_s,output_tokens,class" : "arrival_s,output_tokens";
  return await play(text, { ...KINDS, "chat.csv": csv(header, ...rows), ...files });
}

/** Start and finish of each request, by id. */
export const times = (result: RunResult): (readonly [number, number])[] =>
  rowsOf(result, "requests")
    .toSorted((a, b) => (a.id as number) - (b.id as number))
    .map(({ start_s, finish_s }) => [start_s as number, finish_s as number]);

/** Start, first token and finish of each request, by id. */
export function assertTimes(result: RunResult, expected: readonly (readonly [number, number, number])[]): void {
  const rows = rowsOf(result, "requests").toSorted((a, b) => (a.id as number) - (b.id as number));
  assert.equal(rows.length, expected.length);
  rows.forEach(({ start_s, first_token_s, finish_s }, i) => {
    for (const [at, timeS] of [start_s, first_token_s, finish_s].entries())
      near(timeS as number, (expected[i] as readonly number[])[at] as number);
  });
}
