/** The engines against a few lines that keep plain lists: the same starts, finishes and joules, on random arrivals. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { csv, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Asked {
  readonly id: number;
  readonly arrivalS: number;
  readonly tokens: number;
  readonly isGold: boolean;
}
interface Done {
  readonly id: number;
  readonly startS: number;
  readonly finishS: number;
  readonly energyJ: number;
  readonly outcome: string;
}
interface Rules {
  readonly engine: "none" | "dynamic" | "continuous";
  readonly maxBatch: number;
  readonly batchWaitS: number;
  readonly order: "fcfs" | "sjf" | "ssjf" | "srpt" | "priority" | "edf" | "mlfq";
  readonly agingS: number;
  /** Of srpt: its cost, seconds; of priority, edf and mlfq: preemptive, drop and a time of starvation. */
  readonly dial: 0 | 2;
}
/** A request on its way. */
interface Open extends Asked {
  leftS: number;
  startS: number;
  energyJ: number;
  /** Was it in the batch that ended just now? */
  ran: boolean;
  waitedS: number;
  /** Since when it waits to be promoted, and the service that it had when it last was. */
  starvesFromS: number;
  promotedAtS: number;
}

const DYNAMIC_W = 100;
/** `llm` on `g`: see kinds.ts. */
const aloneS = (tokens: number): number => 1 + 0.5 * tokens;

const SLO_S = 12;
const GOLD_SLO_S = 6;
const STARVATION_S = 5;
const QUANTUM_S = 1.5;
const deadlineS = ({ arrivalS, isGold }: Asked): number => arrivalS + (isGold ? GOLD_SLO_S : SLO_S);

function keyOf(open: Open, { order, dial }: Rules): number {
  const { tokens, leftS, isGold, ran, promotedAtS } = open;
  const doneS = aloneS(tokens) - leftS;
  switch (order) {
    case "fcfs":
      return 0;
    case "sjf":
      return leftS;
    case "ssjf":
      return tokens - tokens * (1 - leftS / aloneS(tokens));
    case "srpt":
      return ran ? leftS - dial : leftS;
    case "priority":
      return ran && dial === 0 ? -100 : isGold ? -1 : 0;
    case "edf":
      return deadlineS(open);
    case "mlfq": {
      const attainedS = doneS - promotedAtS; // quanta of 1.5 s, 3 s, and the last level
      return attainedS < QUANTUM_S ? 0 : attainedS < 3 * QUANTUM_S ? 1 : 2;
    }
  }
}

/** Without a predictor: with one more token. */
const isLate = (open: Open, nowS: number): boolean => {
  const written = open.tokens * (1 - open.leftS / aloneS(open.tokens));
  return nowS + (aloneS(written + 1) - (aloneS(open.tokens) - open.leftS)) > deadlineS(open);
};

function brute(asked: readonly Asked[], rules: Rules): Done[] {
  const fresh = { startS: Number.NaN, energyJ: 0, ran: false, waitedS: 0, promotedAtS: 0 };
  const coming = asked.map((each): Open => ({ ...each, ...fresh, leftS: aloneS(each.tokens), starvesFromS: each.arrivalS }));
  const done: Done[] = [];
  const waiting: Open[] = [];
  let nowS = 0;
  let isCutShort = false;
  const byEntry = (a: Open, b: Open): number => a.arrivalS - b.arrivalS || a.id - b.id;
  const end = ({ id, startS, energyJ }: Open, outcome: string): void => void done.push({ id, startS, finishS: nowS, energyJ, outcome });
  for (;;) {
    const next = coming[0]?.arrivalS ?? Infinity;
    if (waiting.length === 0 && next === Infinity) return done;
    if (waiting.length === 0) nowS = Math.max(nowS, next);
    while ((coming[0]?.arrivalS ?? Infinity) <= nowS) waiting.push(coming.shift() as Open);
    const first = waiting.toSorted(byEntry)[0] as Open;
    if (!isCutShort && waiting.length < rules.maxBatch && first.arrivalS + rules.batchWaitS > nowS) {
      nowS = Math.min(first.arrivalS + rules.batchWaitS, coming[0]?.arrivalS ?? Infinity);
      continue;
    }
    const starved = waiting.filter(({ starvesFromS }) => nowS - starvesFromS > STARVATION_S);
    if (rules.order === "mlfq" && rules.dial > 0)
      for (const each of starved) Object.assign(each, { starvesFromS: nowS, promotedAtS: aloneS(each.tokens) - each.leftS });
    const waitedS = nowS - first.arrivalS - (aloneS(first.tokens) - first.leftS);
    const isAged = AGING.includes(rules.order) && waitedS > rules.agingS;
    waiting.sort((a, b) => (isAged ? 0 : keyOf(a, rules) - keyOf(b, rules)) || byEntry(a, b));
    const batch: Open[] = [];
    while (batch.length < rules.maxBatch && waiting.length > 0) {
      const each = waiting.shift() as Open;
      if (rules.order === "edf" && rules.dial > 0 && isLate(each, nowS)) end(each, "dropped");
      else batch.push(each);
    }
    for (const each of waiting) each.ran = false;
    isCutShort = false;
    if (batch.length === 0) continue;
    const lengths = batch.map(({ leftS }) => leftS);
    const lengthS = rules.engine === "continuous" ? Math.min(...lengths) : Math.max(...lengths);
    for (const each of batch) {
      if (Number.isNaN(each.startS)) each.startS = nowS;
      each.leftS -= lengthS;
      each.ran = true;
      each.energyJ += (DYNAMIC_W * lengthS) / batch.length;
    }
    nowS += lengthS;
    for (const each of batch) each.starvesFromS = nowS;
    isCutShort = batch.some(({ leftS }) => leftS > 0);
    for (const each of batch) if (each.leftS <= 0) end(each, "finished");
    waiting.push(...batch.filter(({ leftS }) => leftS > 0));
  }
}

/** Orders that may age. */
const AGING: readonly Rules["order"][] = ["sjf", "ssjf", "srpt", "priority"];

const rules: fc.Arbitrary<Rules> = fc
  .record({
    engine: fc.constantFrom("none", "dynamic", "continuous"),
    maxBatch: fc.integer({ min: 1, max: 4 }),
    batchWaitS: fc.constantFrom(0, 2.5, 7),
    order: fc.constantFrom("fcfs", "sjf", "ssjf", "srpt", "priority", "edf", "mlfq"),
    agingS: fc.constantFrom(Infinity, 4, 20),
    dial: fc.constantFrom(0, 2),
  })
  .map((given) => {
    const interrupts = given.order === "mlfq" || (["srpt", "priority"].includes(given.order) && given.dial > 0);
    if (interrupts) return { ...given, engine: "continuous" } as Rules; // other engines cannot
    return (given.engine === "none" ? { ...given, maxBatch: 1, batchWaitS: 0 } : given) as Rules;
  });

const CONTROLLERS: Readonly<Record<Rules["order"], (rules: Rules) => string>> = {
  fcfs: () => "kind: fcfs",
  sjf: () => "kind: sjf, oracle: [work]",
  ssjf: () => "kind: ssjf, predictor: { kind: oracle }",
  srpt: ({ dial }) => `kind: srpt, oracle: [work]${dial > 0 ? `, preemptionCost: ${dial} s` : ""}`,
  priority: ({ dial }) => `kind: priority, preemptive: ${dial > 0}`,
  edf: ({ dial }) => `kind: edf, drop: ${dial > 0}`,
  mlfq: ({ dial }) => `kind: mlfq, levels: 3, quantum: ${QUANTUM_S} s${dial > 0 ? `, starvation: ${STARVATION_S} s` : ""}`,
};

/** Gaps and lengths in halves of seconds: several things often happen at one instant. */
const arrivals = fc
  .array(fc.record({ gap: fc.nat({ max: 9 }), tokens: fc.integer({ min: 1, max: 20 }), isGold: fc.boolean() }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((steps) => {
    let arrivalS = 0;
    return steps.map(({ gap, tokens, isGold }, id): Asked => {
      arrivalS += gap / 2;
      return { id, arrivalS, tokens, isGold };
    });
  });

async function simulated(asked: readonly Asked[], rules: Rules): Promise<Done[]> {
  const { engine, maxBatch, batchWaitS, order, agingS } = rules;
  const spec = engine === "none" ? "{ kind: none }" : `{ kind: ${engine}, maxBatch: ${maxBatch}, batchWait: ${batchWaitS} s }`;
  const aging = agingS === Infinity || !AGING.includes(order) ? "" : `, aging: ${agingS} s`;
  const text = `name: oracle
seed: 1
duration: 1000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: llm.yaml } }
    engine: ${spec}
    arrivals: { kind: trace, file: chat.csv }
    classes: { gold: { share: 0.5, priority: 1, slo: { latency: ${GOLD_SLO_S} s } }, rest: { share: 0.5 } }
    slo: { latency: ${SLO_S} s }
controllers: { q: { ${CONTROLLERS[order](rules)}${aging}, target: { workload: chat } } }
record: { requests: true }
`;
  const rows = asked.map(({ arrivalS, tokens, isGold }) => [arrivalS, tokens, isGold ? "gold" : "rest"] as const);
  const result = await play(text, { ...KINDS, "chat.csv": csv("arrival_s,output_tokens,class", ...rows) });
  return rowsOf(result, "requests").map(({ id, start_s, finish_s, energy_j, outcome }) => ({
    id: id as number,
    startS: start_s as number,
    finishS: finish_s as number,
    energyJ: energy_j as number,
    outcome: outcome as string,
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
        const times = (all: readonly Done[]): unknown => all.map(({ id, startS, finishS, outcome }) => [id, startS, finishS, outcome]);
        assert.deepEqual(times(actual), times(expected));
        actual.forEach(({ energyJ }, i) => void near(energyJ, (expected[i] as Done).energyJ, 1e-9));
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
