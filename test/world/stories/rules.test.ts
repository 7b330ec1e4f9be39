/** Queue, route and share rules, told as small stories. Server small-8c: 8 cores, 12.5 W each. */
import { strict as assert } from "node:assert";
import { columnOf, csv, metric, near, play, rowsOf } from "../run-yaml.ts";

const story = (lines: string): string => `name: story\nseed: 1\nduration: 100 s\n${lines}\n`;
const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const CLASSES = "classes: { gold: { share: 0.5, priority: 2 }, rest: { share: 0.5, priority: 1 } }";

const ruled = (rule: string, service = ""): string =>
  story(`${ONE}
workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv }${service} } }
controllers: { order: { ${rule}, target: { workload: web } } }
record: { requests: true }`);

/** Finish times in order of arrival. */
function finishes(result: Awaited<ReturnType<typeof play>>): number[] {
  const rows = [...rowsOf(result, "requests")].sort((a, b) => (a.id as number) - (b.id as number));
  return rows.map((row) => row.finish_s as number);
}

describe("story: a queue rule", () => {
  // A long rest (10 s) from 0 s; rest at 1 s, gold at 2 s, gold at 3 s: 1 s each.
  const mixed = { "web.csv": csv("arrival_s,work_s,class", [0, 10, "rest"], [1, 1, "rest"], [2, 1, "gold"], [3, 1, "gold"]) };

  it("by priority lets gold go first when the slot is free", async () => {
    // 0..10 the long one, then gold 11, gold 12, rest 13.
    assert.deepEqual(finishes(await play(ruled("kind: priority", `, ${CLASSES}`), mixed)), [10, 13, 11, 12]);
  });

  it("by preemptive priority interrupts, and resumes what it interrupted where it stopped", async () => {
    // 2 s: gold interrupts the long one (8 s left): 2..3, the next gold 3..4, then the long one again 4..12 (it came before rest), rest 13.
    const result = await play(ruled("kind: priority, preemptive: true", `, ${CLASSES}`), mixed);
    assert.deepEqual(finishes(result), [12, 13, 3, 4]);
    const long = rowsOf(result, "requests").find(({ id }) => id === 0);
    assert.deepEqual([long?.start_s, long?.energy_j], [0, 125]); // ten seconds on one core, in two stretches
    assert.equal(metric(result, "workloads.web.rest.wait_mean_s"), (0 + 11) / 2); // waiting is until the first start
  });

  const sizes = { "web.csv": csv("arrival_s,work_s", [0, 10], [1, 5], [2, 1], [2, 3], [12, 2]) };

  it("by shortest job first takes the least work, uninterrupted", async () => {
    // 0..10, then 1 (11), 3 (14), and at 14 s of {5, 2}: 2 (16), 5 (21).
    assert.deepEqual(finishes(await play(ruled("kind: sjf, oracle: [work]"), sizes)), [10, 21, 11, 14, 16]);
  });

  it("by shortest remaining work interrupts for less", async () => {
    // 0: 10. At 1 s 5 < 9 left: runs. At 2 s 1 < 4 left: runs 2..3. Then 3: 3..6, then 4 left of the 5: 6..10, then the 10 (9 left);
    // at 12 s 2 < 7 left: 12..14, and 7 left: 21.
    assert.deepEqual(finishes(await play(ruled("kind: srpt, oracle: [work]"), sizes)), [21, 10, 3, 6, 14]);
  });
});

describe("story: the earliest deadline first at a service", () => {
  // Gold within 3 s, the rest within 20 s.
  const service = ", slo: { latency: 20 s }, classes: { gold: { share: 0.5, slo: { latency: 3 s } }, rest: { share: 0.5 } }";

  it("goes by arrival and the latency that the class asks", async () => {
    // 0..5 the first; deadlines 21 s and 7 s: gold 5..6, the other rest 6..8.
    const files = { "web.csv": csv("arrival_s,work_s,class", [0, 5, "rest"], [1, 2, "rest"], [4, 1, "gold"]) };
    const result = await play(ruled("kind: edf", service), files);
    assert.deepEqual(finishes(result), [5, 8, 6]);
    assert.equal(metric(result, "workloads.web.slo_attainment"), 1);
  });

  it("drops whose deadline has passed when its turn comes, also if it comes again", async () => {
    // Gold from 1 s on has until 4 s: dropped at 5 s, when the rest goes on.
    const files = { "web.csv": csv("arrival_s,work_s,class", [0, 5, "rest"], [1, 1, "gold"], [2, 2, "rest"]) };
    const result = await play(ruled("kind: edf, drop: true", service), files);
    assert.deepEqual(finishes(result), [5, 5, 7]);
    assert.deepEqual(columnOf(result, "requests", "outcome"), ["finished", "dropped", "finished"]);
    assert.equal(metric(result, "workloads.web.gold.requests_dropped"), 1);
    assert.equal(metric(result, "workloads.web.slo_attainment"), 2 / 3);
    const alone = { "web.csv": csv("arrival_s,work_s,class", [0, 9, "gold"]) };
    const again = await play(
      ruled("kind: edf, drop: true", `${service}, resilience: { timeout: 2.9 s, attempts: 9, backoff: 10 s }`),
      alone,
    );
    assert.equal(metric(again, "workloads.web.requests_dropped"), 1); // its next attempt is after 3 s, or this seed is another story
    assert.equal(metric(again, "workloads.web.attempts"), 2);
  });
});

describe("story: a route rule", () => {
  it("power-of-d of all replicas joins the shortest queue", async () => {
    // 3 replicas of one slot, d = 3: six requests of 10 s at 0 s, two on each; ends 3 x 10 s, 3 x 20 s.
    const result = await play(ruled("kind: power-of-d, d: 3", ", replicas: 3"), {
      "web.csv": csv("arrival_s,work_s", ...Array.from({ length: 6 }, () => [0, 10])),
    });
    assert.deepEqual(
      finishes(result).sort((a, b) => a - b),
      [10, 10, 10, 20, 20, 20],
    );
    const perReplica = [0, 1, 2].map((replica) => columnOf(result, "requests", "replica").filter((each) => each === replica).length);
    assert.deepEqual(perReplica, [2, 2, 2]);
  });

  it("power-of-2 of 2 avoids the one that is busy", async () => {
    // One replica has a request of 50 s; those that come later, one at a time, all find the other idle.
    const result = await play(ruled("kind: power-of-d, d: 2", ", replicas: 2"), {
      "web.csv": csv("arrival_s,work_s", [0, 50], ...Array.from({ length: 9 }, (_, i) => [1 + 2 * i, 1])),
    });
    assert.deepEqual(finishes(result), [50, ...Array.from({ length: 9 }, (_, i) => 2 + 2 * i)]);
  });

  it("round-robin takes turns", async () => {
    const result = await play(ruled("kind: round-robin", ", replicas: 2"), {
      "web.csv": csv("arrival_s,work_s", ...Array.from({ length: 4 }, () => [0, 10])),
    });
    const rows = [...rowsOf(result, "requests")].sort((a, b) => (a.id as number) - (b.id as number));
    const [first, second] = rows.map(({ replica }) => replica);
    assert.notEqual(first, second);
    assert.deepEqual(
      rows.map(({ replica }) => replica),
      [first, second, first, second],
    );
  });
});

describe("story: containers that share a server", () => {
  it("get cores by weight, and no more than they can use", async () => {
    // 8 cores wanted by both: a service of 8 slots with weight 1024, 8 requests of 8 s at 0 s, beside a job of 8 cores and 8 s with
    // weight 3072 (not placed by reservation: the service asks for 0.001 cores, the job for... 7). Job wants 7, service 8.
    // Shares: 8 x 3/4 = 6 for the job (< 7), 2 for the service. The job: 8 s x 7/6 = 9.33 s. By then each request has 9.33 x 2/8 =
    // 2.33 s; then 8 cores: 5.67 s more: 15 s.
    const result = await play(
      story(`${ONE}
workloads:
  web: { kind: service, concurrency: 8, weight: 1024, requests: { cpu: 1 }, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, jobs: 1, cores: 7, weight: 3072, work: 8 s }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", ...Array.from({ length: 8 }, () => [0, 8])) },
    );
    near(metric(result, "workloads.etl.turnaround_mean_s"), (8 * 7) / 6);
    for (const endS of finishes(result)) near(endS, 15);
    near(metric(result, "workloads.etl.energy_j"), 56 * 12.5);
    near(metric(result, "workloads.web.energy_j"), 64 * 12.5);
  });

  it("leave a critical service almost alone when they are best-effort", async () => {
    // A request on one of 8 busy cores: web (weight 1024) wants 1, the job (weight 3) wants 7.5 of 8. 8.5 > 8: web's offer is 8 x 1024/1027
    // > 1, so it gets its whole core and the job 7: the request takes 1 s as if alone; the job 100 x 7.5 / 7 s while it runs.
    const result = await play(
      story(`${ONE}
workloads:
  web: { kind: service, requests: { cpu: 0.5 }, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, jobs: 1, cores: 7.5, work: 10 s }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", [2, 3]) },
    );
    assert.deepEqual(finishes(result), [5]);
    // 2 s + 3 s x 7/7.5 = 4.8 s done at 5 s; 5.2 s left: 10.2 s.
    near(metric(result, "workloads.etl.turnaround_mean_s"), 10.2);
  });

  it("share one processor by weight: two services of one core each way", async () => {
    // ps services a (weight 2) and b (weight 1), each with 12 requests of 2 s at 0 s on 8 cores. Both could use 8. a: 16/3 cores,
    // 0.4444 a request: done at 4.5 s. b then has 12 x (2 - 4.5 x (8/3)/12) = 12 x 1 left on 8 cores: 0.6667 each: 6 s.
    const result = await play(
      story(`${ONE}
workloads:
  a: { kind: service, discipline: ps, weight: 2, arrivals: { kind: trace, file: web.csv } }
  b: { kind: service, discipline: ps, weight: 1, arrivals: { kind: trace, file: web.csv } }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", ...Array.from({ length: 12 }, () => [0, 2])) },
    );
    near(metric(result, "workloads.a.latency_max_s"), 4.5);
    near(metric(result, "workloads.b.latency_max_s"), 6);
    near(metric(result, "workloads.a.latency_mean_s"), 4.5);
  });
});
