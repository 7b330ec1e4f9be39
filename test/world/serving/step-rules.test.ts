/**
 * Queue rules under an engine by steps that has one place, by hand. A step of `llm` takes 1 s + 10 ms a prompt token + 100 ms a request
 * that writes: a prompt of 10 tokens takes 1.1 s, and so does every token after the first.
 */
import { strict as assert } from "node:assert";
import { columnOf, csv, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

type Asked = readonly [arrivalS: number, prompt: number, output: number, name: string];

async function tell(requests: readonly Asked[], queue: string, { sloS = 100, gpus = "{ kind: ./g.yaml }" } = {}) {
  const text = `name: story
seed: 1
duration: 200 s
sites: { west: { servers: { kind: small-8c, gpus: ${gpus} } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./steps.yaml } }
    engine: { kind: vllm, maxBatch: 1 }
    arrivals: { kind: trace, file: chat.csv }
    classes: { gold: { share: 0.5, priority: 1 }, rest: { share: 0.5 } }
    slo: { latency: ${sloS} s }
controllers: { queue: { target: { workload: chat }, ${queue} } }
record: { requests: true }
`;
  return await play(text, { ...KINDS, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens,class", ...requests) });
}

/** First token and finish of each request, by id; and how often one gave way. */
async function check(
  requests: readonly Asked[],
  queue: string,
  expected: readonly (readonly [number, number])[],
  preemptions: number,
  gpus?: string,
) {
  const result = await tell(requests, queue, { gpus });
  const rows = rowsOf(result, "requests").toSorted((a, b) => (a.id as number) - (b.id as number));
  assert.equal(rows.length, expected.length);
  rows.forEach(({ first_token_s, finish_s }, i) => {
    near(first_token_s as number, (expected[i] as readonly number[])[0] as number);
    near(finish_s as number, (expected[i] as readonly number[])[1] as number);
  });
  assert.equal(metric(result, "workloads.chat.preemptions"), preemptions);
}

describe("story: who runs in steps gives way to who goes before it", () => {
  // a writes at 1.1, 2.2 ... 5.5 s; b comes at 1.5 s and would need 2.2 s.
  const requests = [
    [0, 10, 5, "rest"],
    [1.5, 10, 2, "gold"],
  ] as const;
  const waits = [
    [1.1, 5.5],
    [6.6, 7.7],
  ] as const;
  // At 2.2 s a has written 2 tokens; b runs until 4.4 s. Then a computes 10 + 2 tokens anew: 1.12 s for the third, 2.2 s for two more.
  const interrupts = [
    [1.1, 7.72],
    [3.3, 4.4],
  ] as const;

  it("by priority, if it is preemptive", async () => {
    await check(requests, "kind: priority, preemptive: false", waits, 0);
    await check(requests, "kind: priority, preemptive: true", interrupts, 1);
  });

  it("by what remains, with what it costs", async () => {
    // At 2.2 s a has 3.3 s left; its keys and values would cost 1.12 s instead of the 1.1 s of its next token: 20 ms. 2.2 < 3.3 - 0.02.
    await check(requests, "kind: srpt, oracle: [work]", interrupts, 1);
    await check(requests, "kind: srpt, predictor: { kind: oracle }", interrupts, 1);
    await check(requests, "kind: srpt, oracle: [work], preemptionCost: 1 s", interrupts, 1);
    await check(requests, "kind: srpt, oracle: [work], preemptionCost: 1.2 s", waits, 0);
  });

  it("but not by the shortest job first, nor by deadlines", async () => {
    await check(requests, "kind: sjf, oracle: [work]", waits, 0);
    await check(requests, "kind: edf", waits, 0);
  });

  it("by levels that go by the greatest clock, whatever the clock is", async () => {
    // At 500 MHz a step takes 1.25 s + 20 ms a prompt token + 125 ms a request that writes; at 1000 MHz b's prompt of 80 tokens would take 1.8 s: it
    // joins the first level. At 2.825 s a has had 2.2 s of service at 1000 MHz, and b runs for 2.85 s. Then a computes 12 tokens: 1.49 s.
    const long = [requests[0], [0.5, 80, 1, "gold"]] as const;
    const expected = [
      [1.45, 9.915],
      [5.675, 5.675],
    ] as const;
    await check(long, "kind: mlfq, levels: 2, quantum: 2 s, skipJoin: true", expected, 1, "{ kind: ./g.yaml, clock: 500 MHz }");
  });

  it("by level, once its quantum is over", async () => {
    // b waits from 0.5 s on. At 1.1 s a has had 1.1 s and came first; at 2.2 s it has had 2.2 s.
    const early = [requests[0], [0.5, 10, 2, "gold"]] as const;
    await check(early, "kind: mlfq, levels: 2, quantum: 2 s", interrupts, 1);
    await check(early, "kind: mlfq, levels: 2, quantum: 9 s", waits, 0);
  });

  it("unless it has waited too long itself", async () => {
    // b, the rest, waits from 0.5 s until a is done at 1.1 s and writes at 2.2, 3.3 s; c is gold and comes at 1.5 s.
    const three = [
      [0, 10, 1, "gold"],
      [0.5, 10, 2, "rest"],
      [1.5, 10, 1, "gold"],
    ] as const;
    await check(
      three,
      "kind: priority, preemptive: true",
      [
        [1.1, 1.1],
        [2.2, 4.41],
        [3.3, 3.3],
      ],
      1,
    ); // b writes its second after 1.11 s for 11 tokens
    await check(
      three,
      "kind: priority, preemptive: true, aging: 500 ms",
      [
        [1.1, 1.1],
        [2.2, 3.3],
        [4.4, 4.4],
      ],
      0,
    );
  });

  it("and joins at the level that holds its prompt", async () => {
    // b and c wait from 0.1 and 0.2 s on, prompts of 90 tokens (1.9 s) and of 10 (1.1 s).
    const three = [
      [0, 10, 1, "rest"],
      [0.1, 90, 1, "rest"],
      [0.2, 10, 1, "rest"],
    ] as const;
    await check(
      three,
      "kind: mlfq, quantum: 1.5 s",
      [
        [1.1, 1.1],
        [3, 3],
        [4.1, 4.1],
      ],
      0,
    );
    await check(
      three,
      "kind: mlfq, quantum: 1.5 s, skipJoin: true",
      [
        [1.1, 1.1],
        [4.1, 4.1],
        [2.2, 2.2],
      ],
      0,
    );
  });
});

describe("story: who comes too late for a step", () => {
  it("is dropped when its turn comes", async () => {
    // a until 5.5 s; by then b, since 500 ms, needs 1.1 s at least and has none of its 5 s left.
    const result = await tell(
      [
        [0, 10, 5, "rest"],
        [0.5, 10, 2, "rest"],
        [5.2, 10, 2, "rest"],
      ],
      "kind: edf, drop: true",
      { sloS: 5 },
    );
    assert.deepEqual(columnOf(result, "requests", "outcome"), ["finished", "dropped", "finished"]);
    near(metric(result, "workloads.chat.requests_dropped"), 1);
    near(metric(result, "workloads.chat.slo_attainment"), 1 / 3); // a takes 5.5 s, c 2.5 s
  });
});
