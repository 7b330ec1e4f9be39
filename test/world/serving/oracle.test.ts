/** The engines against a few lines that keep plain lists: the same starts, finishes and joules, on random arrivals. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { csv, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Asked {
  readonly id: number;
  readonly arrivalS: number;
  readonly tokens: number;
}
interface Done {
  readonly id: number;
  readonly startS: number;
  readonly finishS: number;
  readonly energyJ: number;
}
interface Rules {
  readonly engine: "none" | "dynamic" | "continuous";
  readonly maxBatch: number;
  readonly batchWaitS: number;
  readonly order: "fcfs" | "sjf" | "ssjf";
  readonly agingS: number;
}
/** A request on its way. */
interface Open extends Asked {
  leftS: number;
  startS: number;
  energyJ: number;
}

const DYNAMIC_W = 100;
/** `llm` on `g`: see kinds.ts. */
const aloneS = (tokens: number): number => 1 + 0.5 * tokens;

function keyOf({ tokens, leftS }: Open, order: Rules["order"]): number {
  if (order === "fcfs") return 0;
  return order === "sjf" ? leftS : tokens - tokens * (1 - leftS / aloneS(tokens));
}

function brute(asked: readonly Asked[], rules: Rules): Done[] {
  const coming = asked.map((each): Open => ({ ...each, leftS: aloneS(each.tokens), startS: Number.NaN, energyJ: 0 }));
  const done: Done[] = [];
  let waiting: Open[] = [];
  let nowS = 0;
  let isCutShort = false;
  for (;;) {
    const next = coming[0]?.arrivalS ?? Infinity;
    if (waiting.length === 0 && next === Infinity) return done;
    if (waiting.length === 0) nowS = Math.max(nowS, next);
    while ((coming[0]?.arrivalS ?? Infinity) <= nowS) waiting.push(coming.shift() as Open);
    const firstS = Math.min(...waiting.map(({ arrivalS }) => arrivalS));
    if (!isCutShort && waiting.length < rules.maxBatch && firstS + rules.batchWaitS > nowS) {
      nowS = Math.min(firstS + rules.batchWaitS, coming[0]?.arrivalS ?? Infinity);
      continue;
    }
    const first = waiting.reduce((best, each) =>
      each.arrivalS < best.arrivalS || (each.arrivalS === best.arrivalS && each.id < best.id) ? each : best,
    );
    const waitedS = nowS - first.arrivalS - (aloneS(first.tokens) - first.leftS);
    const isAged = rules.order === "ssjf" && waitedS > rules.agingS;
    waiting.sort((a, b) => (isAged ? 0 : keyOf(a, rules.order) - keyOf(b, rules.order)) || a.arrivalS - b.arrivalS || a.id - b.id);
    const batch = waiting.slice(0, rules.maxBatch);
    waiting = waiting.slice(rules.maxBatch);
    const lengths = batch.map(({ leftS }) => leftS);
    const lengthS = rules.engine === "continuous" ? Math.min(...lengths) : Math.max(...lengths);
    for (const each of batch) {
      if (Number.isNaN(each.startS)) each.startS = nowS;
      each.leftS -= lengthS;
      each.energyJ += (DYNAMIC_W * lengthS) / batch.length;
    }
    nowS += lengthS;
    isCutShort = batch.some(({ leftS }) => leftS > 0);
    for (const { id, startS, energyJ, leftS } of batch) if (leftS <= 0) done.push({ id, startS, finishS: nowS, energyJ });
    waiting.push(...batch.filter(({ leftS }) => leftS > 0));
  }
}

const rules: fc.Arbitrary<Rules> = fc
  .record({
    engine: fc.constantFrom("none", "dynamic", "continuous"),
    maxBatch: fc.integer({ min: 1, max: 4 }),
    batchWaitS: fc.constantFrom(0, 2.5, 7),
    order: fc.constantFrom("fcfs", "sjf", "ssjf"),
    agingS: fc.constantFrom(Infinity, 4, 20),
  })
  .map((given) => (given.engine === "none" ? { ...given, engine: "none", maxBatch: 1, batchWaitS: 0 } : { ...given }) as Rules);

/** Gaps and lengths in halves of seconds: several things often happen at one instant. */
const arrivals = fc
  .array(fc.record({ gap: fc.nat({ max: 9 }), tokens: fc.integer({ min: 1, max: 20 }) }), { minLength: 1, maxLength: 25 })
  .map((steps) => {
    let arrivalS = 0;
    return steps.map(({ gap, tokens }, id): Asked => {
      arrivalS += gap / 2;
      return { id, arrivalS, tokens };
    });
  });

async function simulated(asked: readonly Asked[], { engine, maxBatch, batchWaitS, order, agingS }: Rules): Promise<Done[]> {
  const spec = engine === "none" ? "{ kind: none }" : `{ kind: ${engine}, maxBatch: ${maxBatch}, batchWait: ${batchWaitS} s }`;
  const aging = agingS === Infinity ? "" : `, aging: ${agingS} s`;
  const rule = order === "ssjf" ? `kind: ssjf, predictor: { kind: oracle }${aging}` : `kind: sjf, oracle: [work]`;
  const text = `name: oracle
seed: 1
duration: 1000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: llm.yaml } }, engine: ${spec}, arrivals: { kind: trace, file: chat.csv } }
${order === "fcfs" ? "" : `controllers: { q: { ${rule}, target: { workload: chat } } }`}
record: { requests: true }
`;
  const rows = asked.map(({ arrivalS, tokens }) => [arrivalS, tokens] as const);
  const result = await play(text, { ...KINDS, "chat.csv": csv("arrival_s,output_tokens", ...rows) });
  return rowsOf(result, "requests").map(({ id, start_s, finish_s, energy_j }) => ({
    id: id as number,
    startS: start_s as number,
    finishS: finish_s as number,
    energyJ: energy_j as number,
  }));
}

describe("engines", function () {
  this.timeout(60_000);

  it("do what plain lists do, to the instant", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, rules, async (asked, rule) => {
        const byId = (a: Done, b: Done): number => a.id - b.id;
        const expected = brute(asked, rule).toSorted(byId);
        const actual = (await simulated(asked, rule)).toSorted(byId);
        const times = (all: readonly Done[]): unknown => all.map(({ id, startS, finishS }) => [id, startS, finishS]);
        assert.deepEqual(times(actual), times(expected));
        actual.forEach(({ energyJ }, i) => void near(energyJ, (expected[i] as Done).energyJ, 1e-9));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});
