/** Engines by steps against a stepper that makes one step after another and keeps plain lists: the same times for every request. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { csv, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Asked {
  readonly id: number;
  readonly arrivalS: number;
  readonly prompt: number;
  readonly output: number;
}
interface Rules {
  readonly engine: "vllm" | "orca";
  readonly maxBatch: number;
  readonly chunk: number;
  /** 0: no limit. */
  readonly kvBlocks: number;
}
interface Open extends Asked {
  computed: number;
  written: number;
  blocks: number;
  now: number;
  startS: number;
  firstS: number;
}
interface Done {
  readonly id: number;
  readonly startS: number;
  readonly firstS: number;
  readonly finishS: number;
}

const CONTEXT = 100;
const missing = (open: Open): number => open.prompt + open.written - open.computed;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Step by step, every time with everything looked at anew. */
function brute(asked: readonly Asked[], { engine, maxBatch, chunk, kvBlocks }: Rules): { done: Done[]; preemptions: number } {
  const capacity = kvBlocks === 0 ? Infinity : kvBlocks;
  const limit = Math.min(CONTEXT, capacity * 16);
  const budget = engine === "orca" ? Infinity : chunk;
  const blocksOf = (tokens: number): number => Math.ceil((engine === "orca" ? limit : tokens) / 16);
  const fresh = { computed: 0, written: 0, blocks: 0, now: 0, startS: Number.NaN, firstS: Number.NaN };
  const coming = asked.map((each): Open => ({ ...each, ...fresh, output: Math.min(each.output, limit - each.prompt) }));
  const done: Done[] = [];
  let running: Open[] = [];
  let waiting: Open[] = [];
  let nowS = 0;
  let preemptions = 0;
  const free = (): number => capacity - sum(running.map(({ blocks }) => blocks));
  for (;;) {
    if (running.length + waiting.length === 0) {
      if (coming.length === 0) return { done, preemptions };
      nowS = Math.max(nowS, (coming[0] as Open).arrivalS);
    }
    while ((coming[0]?.arrivalS ?? Infinity) <= nowS) waiting.push(coming.shift() as Open);
    let left = budget;
    let hasPreempted = false;
    for (const each of [...running]) {
      if (!running.includes(each)) continue;
      each.now = Math.min(missing(each), left);
      while (each.now > 0 && running.includes(each) && blocksOf(each.computed + each.now) - each.blocks > free()) {
        const victim = running.pop() as Open;
        Object.assign(victim, { computed: 0, blocks: 0, now: 0 });
        waiting = [victim, ...waiting];
        hasPreempted = true;
        preemptions++;
      }
      if (!running.includes(each)) continue;
      if (each.now > 0) each.blocks = blocksOf(each.computed + each.now);
      left -= each.now;
    }
    while (!hasPreempted && waiting.length > 0 && running.length < maxBatch && left > 0) {
      const head = waiting[0] as Open;
      const tokens = Math.min(missing(head), left);
      if (blocksOf(tokens) > free()) break;
      waiting.shift();
      running.push(Object.assign(head, { now: tokens, blocks: blocksOf(tokens), startS: Number.isNaN(head.startS) ? nowS : head.startS }));
      left -= tokens;
    }
    const writes = (each: Open): boolean => each.written > 0 && missing(each) === 1;
    const writers = running.filter((each) => each.now > 0 && writes(each));
    const promptTokens = sum(running.filter((each) => !writes(each)).map(({ now }) => now));
    nowS += 1 + 0.01 * promptTokens + 0.1 * writers.length + 0.001 * sum(writers.map(({ computed }) => computed));
    for (const each of running) {
      each.computed += each.now;
      if (each.now === 0 || missing(each) > 0) continue;
      each.written++;
      if (each.written === 1) each.firstS = nowS;
      if (each.written === each.output) done.push({ id: each.id, startS: each.startS, firstS: each.firstS, finishS: nowS });
    }
    running = running.filter(({ written, output }) => written < output);
  }
}

const rules: fc.Arbitrary<Rules> = fc.record({
  engine: fc.constantFrom("vllm", "vllm", "orca"),
  maxBatch: fc.integer({ min: 1, max: 6 }),
  chunk: fc.constantFrom(1, 3, 16, 40, 2048),
  kvBlocks: fc.constantFrom(0, 4, 5, 9, 14),
});

/** Arrivals off the grid of steps: no arrival and no boundary fall on one instant but at the same row. */
const requests = fc
  .array(fc.record({ gap: fc.nat({ max: 12 }), prompt: fc.integer({ min: 1, max: 50 }), output: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((steps) => {
    let gaps = 0;
    return steps.map(({ gap, prompt, output }, id): Asked => {
      gaps += gap;
      return { id, arrivalS: gaps * Math.SQRT2, prompt, output };
    });
  });

async function simulated(asked: readonly Asked[], { engine, maxBatch, chunk, kvBlocks }: Rules) {
  const memory = kvBlocks === 0 ? "unlimited" : kvBlocks;
  const spec = `{ kind: ${engine}, maxBatch: ${maxBatch}, ${engine === "vllm" ? `chunk: ${chunk}, ` : ""}kvBlocks: ${memory} }`;
  const text = `name: oracle
seed: 1
duration: 20000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: steps.yaml } }, engine: ${spec}, arrivals: { kind: trace, file: chat.csv } }
record: { requests: true }
`;
  const rows = asked.map(({ arrivalS, prompt, output }) => [arrivalS, prompt, output] as const);
  const model = (KINDS["steps.yaml"] as string).replace("perSequence: 100 ms", "perSequence: 100 ms, perContextToken: 1 ms");
  return await play(text, { ...KINDS, "steps.yaml": model, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", ...rows) });
}

describe("engines by steps", function () {
  this.timeout(60_000);

  it("do what a step after another does, preemptions included", async () => {
    let preempted = 0;
    await fc.assert(
      fc.asyncProperty(requests, rules, async (asked, rule) => {
        const { done, preemptions } = brute(asked, rule);
        const result = await simulated(asked, rule);
        const actual = rowsOf(result, "requests").toSorted((a, b) => (a.id as number) - (b.id as number));
        const expected = done.toSorted((a, b) => a.id - b.id);
        assert.deepEqual(
          actual.map(({ id }) => id),
          expected.map(({ id }) => id),
        );
        actual.forEach(({ start_s, first_token_s, finish_s }, i) => {
          const { startS, firstS, finishS } = expected[i] as Done;
          near(start_s as number, startS, 1e-9);
          near(first_token_s as number, firstS, 1e-9);
          near(finish_s as number, finishS, 1e-9);
        });
        assert.equal(result.metrics["workloads.chat.preemptions"], preemptions);
        preempted += preemptions;
      }),
      { seed: 11, numRuns: 200 },
    );
    assert.ok(preempted > 100, "the random scenarios preempt");
  });
});
