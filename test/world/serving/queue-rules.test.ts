/**
 * Who goes next under each queue rule, by hand. `llm` takes 1 s + 0.5 s a token: 2 tokens are 2 s, 4 are 3 s, 8 are 5 s, 14 are 8 s,
 * 20 are 11 s.
 */
import { strict as assert } from "node:assert";
import { columnOf, metric, play } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";
import { tell, times } from "./tell.ts";

const PAIRS = "{ kind: continuous, maxBatch: 2 }";
const CLASSES = ", classes: { gold: { share: 0.5, priority: 2 }, rest: { share: 0.5 } }";

describe("story: classes of requests to models", () => {
  it("go by priority when a place is free", async () => {
    const requests = [
      [0, 4, "rest"],
      [1, 4, "rest"],
      [2, 2, "gold"],
    ] as const;
    const result = await tell({ engine: "{ kind: none }", requests, fields: CLASSES, queue: "kind: priority" });
    assert.deepEqual(times(result), [
      [0, 3],
      [5, 8],
      [3, 5],
    ]);
    assert.equal(metric(result, "workloads.chat.gold.latency_mean_s"), 3);
    assert.equal(metric(result, "workloads.chat.rest.requests_finished"), 2);
    assert.equal(metric(result, "workloads.chat.llm.requests_finished"), 3);
  });

  it("interrupt between two batches only if the rule is preemptive", async () => {
    // a (11 s) and b (2 s) run until 2 s; c and d are gold, 5 s each.
    const requests = [
      [0, 20, "rest"],
      [0, 2, "rest"],
      [1, 8, "gold"],
      [1, 8, "gold"],
    ] as const;
    const order = async (preemptive: boolean) =>
      times(await tell({ engine: PAIRS, requests, fields: CLASSES, queue: `kind: priority, preemptive: ${preemptive}` }));
    // c and d until 7 s, then the 9 s that a has left.
    assert.deepEqual(await order(true), [
      [0, 16],
      [0, 2],
      [2, 7],
      [2, 7],
    ]);
    // a keeps its place: with c until 7 s, with d until 11 s, when d has 1 s left.
    assert.deepEqual(await order(false), [
      [0, 11],
      [0, 2],
      [2, 7],
      [7, 12],
    ]);
  });

  it("are drawn by share where no trace says them", async () => {
    const text = `name: story
seed: 7
duration: 4000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml, count: 2 } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./llm.yaml, share: 0.75 }, sort: { kind: ./encoder.yaml, share: 0.25 } }
    classes: { gold: { share: 0.2 }, rest: { share: 0.8 } }
    arrivals: { kind: poisson, rate: 1 req/s }
    outputTokens: 1
    queueLimit: 0
`;
    const result = await play(text, KINDS);
    const arrived = (name: string): number => metric(result, `workloads.chat.${name}requests_arrived`);
    assert.equal(arrived("gold.") + arrived("rest."), arrived(""));
    // Four deviations of a binomial of 4000 draws at 0.2: 101; at 0.25: 110.
    assert.ok(Math.abs(arrived("gold.") - 0.2 * arrived("")) < 101);
    assert.ok(Math.abs(arrived("sort.") - 0.25 * arrived("")) < 110);
  });
});

describe("story: the earliest deadline first", () => {
  it("answers in time what first come, first served does not", async () => {
    // Gold within 4 s, the rest within 10 s. Deadlines: a 10 s, b 10.5 s, c 5 s.
    const requests = [
      [0, 4, "rest"],
      [0.5, 4, "rest"],
      [1, 2, "gold"],
    ] as const;
    const fields = ", classes: { gold: { share: 0.5, slo: { latency: 4 s } }, rest: { share: 0.5 } }, slo: { latency: 10 s }";
    const story = { engine: "{ kind: none }", requests, fields };
    const fcfs = await tell({ ...story, queue: "kind: fcfs" });
    const edf = await tell({ ...story, queue: "kind: edf" });
    // c from 6 to 8 s, 7 s after it came; or from 3 to 5 s, 4 s after.
    assert.deepEqual(times(edf), [
      [0, 3],
      [5, 8],
      [3, 5],
    ]);
    assert.equal(metric(fcfs, "workloads.chat.slo_attainment"), 2 / 3);
    assert.equal(metric(edf, "workloads.chat.slo_attainment"), 1);
    assert.equal(metric(fcfs, "workloads.chat.gold.slo_attainment"), 0);
    assert.equal(metric(edf, "workloads.chat.gold.slo_attainment"), 1);
  });

  const late = {
    engine: "{ kind: none }",
    // Deadlines 5 s, 5.5 s and 11 s. At 5 s b still needs 1.5 s at least, a token.
    requests: [
      [0, 8],
      [0.5, 8],
      [6, 2],
    ],
    fields: ", slo: { latency: 5 s }",
  } as const;

  it("drops, when its turn comes, who can no longer be answered in time", async () => {
    const kept = await tell({ ...late, queue: "kind: edf" });
    const dropped = await tell({ ...late, queue: "kind: edf, drop: true" });
    assert.deepEqual(times(kept), [
      [0, 5],
      [5, 10],
      [10, 12],
    ]);
    assert.deepEqual(times(dropped), [
      [0, 5],
      [Number.NaN, 5],
      [6, 8],
    ]);
    assert.deepEqual(columnOf(dropped, "requests", "outcome"), ["finished", "dropped", "finished"]);
    assert.equal(metric(dropped, "workloads.chat.requests_dropped"), 1);
    assert.equal(metric(dropped, "workloads.chat.llm.requests_dropped"), 1);
    assert.equal(metric(kept, "workloads.chat.slo_attainment"), 1 / 3);
    assert.equal(metric(dropped, "workloads.chat.slo_attainment"), 2 / 3);
  });

  it("drops by a predictor's word, and by the clock", async () => {
    // b may have 7.5 s: a token would do, 5 s would not.
    const requests = [
      [0, 8],
      [2.5, 8],
    ] as const;
    const ends = async (queue: string, gpus?: string) =>
      columnOf(await tell({ ...late, requests, queue, ...(gpus === undefined ? {} : { gpus }) }), "requests", "outcome");
    assert.deepEqual(await ends("kind: edf, drop: true"), ["finished", "finished"]);
    assert.deepEqual(await ends("kind: edf, drop: true, predictor: { kind: oracle }"), ["finished", "dropped"]);
    // At half the clock everything takes 1.25 times as long: a until 6.25 s; 1.5 s would do for b's token by 7.75 s, its 1.875 s would not.
    const slow = "{ kind: ./g.yaml, clock: 500 MHz }";
    assert.deepEqual(await ends("kind: edf, drop: true", slow), ["finished", "dropped"]);
  });

  it("drops all who wait, and goes on with who comes later", async () => {
    const story = { ...late, fields: ", slo: { latency: 1.4 s }", queue: "kind: edf, drop: true" };
    const result = await tell(story); // not even a token fits
    assert.equal(metric(result, "workloads.chat.requests_dropped"), 3);
    assert.deepEqual(
      times(result).map(([, endS]) => endS),
      [0, 0.5, 6],
    );
  });
});

describe("story: the shortest remaining first, with a cost of putting off", () => {
  const requests = [
    [0, 20],
    [0, 2],
    [1, 14],
    [1, 14],
  ] as const;

  it("puts off who has more left than the newcomer and the cost", async () => {
    const order = async (queue: string) => times(await tell({ engine: PAIRS, requests, queue: `kind: srpt, ${queue}` }));
    // At 2 s a has 9 s left: more than the 8 s of c and d.
    const free = [
      [0, 19],
      [0, 2],
      [2, 10],
      [2, 10],
    ];
    assert.deepEqual(await order("oracle: [work]"), free); // nothing is computed again between two batches
    assert.deepEqual(await order("oracle: [work], preemptionCost: 500 ms"), free);
    assert.deepEqual(await order("predictor: { kind: oracle }"), free);
    // Less than 8 s and 2 s: a and c until 10 s, a and d until 11 s.
    assert.deepEqual(await order("oracle: [work], preemptionCost: 2 s"), [
      [0, 11],
      [0, 2],
      [2, 10],
      [10, 18],
    ]);
  });

  it("counts the cost for who has begun, not for who was put off", async () => {
    // c and d (3 s) put off a at 2 s, which has 9 s left; at 5 s e and f (8 s, since 3 s) are less than that, though not less than 9 - 2.
    const result = await tell({
      engine: PAIRS,
      requests: [
        [0, 20],
        [0, 2],
        [1, 4],
        [1, 4],
        [3, 14],
        [3, 14],
      ],
      queue: "kind: srpt, oracle: [work], preemptionCost: 2 s",
    });
    assert.deepEqual(times(result), [
      [0, 22],
      [0, 2],
      [2, 5],
      [2, 5],
      [5, 13],
      [5, 13],
    ]);
  });
});

describe("story: levels of feedback", () => {
  // a and b until 2 s, when a has had more than its quantum of 1 s; c and d (5 s) until 7 s; then there are e and f (2 s, since 3 s).
  const requests = [
    [0, 20],
    [0, 2],
    [1, 8],
    [1, 8],
    [3, 2],
    [3, 2],
  ] as const;
  const order = async (fields: string) =>
    times(await tell({ engine: PAIRS, requests, queue: `kind: mlfq, levels: 2, quantum: 1 s${fields}` }));

  it("let those go first who have had little", async () => {
    assert.deepEqual(await order(""), [
      [0, 18],
      [0, 2],
      [2, 7],
      [2, 7],
      [7, 9],
      [7, 9],
    ]);
  });

  it("take up again who has waited too long", async () => {
    // At 7 s a has waited 5 s: it is first again, with e until 9 s, and with f, which goes before it, until 11 s; then 5 s are left.
    assert.deepEqual(await order(", starvation: 4 s"), [
      [0, 16],
      [0, 2],
      [2, 7],
      [2, 7],
      [7, 9],
      [9, 11],
    ]);
    assert.deepEqual(await order(", starvation: 5 s"), await order("")); // 5 s are not more than 5 s
  });
});

describe("story: ageing", () => {
  it("lets the first go that has waited too long, under every rule that would not", async () => {
    // a until 11 s; then b waits since 500 ms, and c, d and e are shorter and gold.
    const requests = [
      [0, 20, "rest"],
      [0.5, 20, "rest"],
      [10, 2, "gold"],
      [10, 2, "gold"],
      [10, 2, "gold"],
    ] as const;
    const startOfB = async (queue: string) => times(await tell({ engine: "{ kind: none }", requests, fields: CLASSES, queue }))[1]?.[0];
    const rules = ["sjf, oracle: [work]", "srpt, oracle: [work]", "ssjf, predictor: { kind: oracle }", "priority"];
    for (const rule of rules) {
      assert.equal(await startOfB(`kind: ${rule}`), 17, rule);
      assert.equal(await startOfB(`kind: ${rule}, aging: 11 s`), 13, rule); // at 11 s it has waited 10.5 s, at 13 s 12.5 s
      assert.equal(await startOfB(`kind: ${rule}, aging: 10 s`), 11, rule);
    }
  });
});
