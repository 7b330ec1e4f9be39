/** Running out of memory, told as small stories. Server small-8c: 8 cores, 32 GiB. */
import { strict as assert } from "node:assert";
import { csv, metric, play, rowsOf } from "../run-yaml.ts";

const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const eventsOf = (
  result: Awaited<ReturnType<typeof play>>,
): { readonly time_s: number; readonly event: string; readonly workload?: string }[] =>
  (result.eventLines ?? []).map((line) => JSON.parse(line));

/** One request of 1000 s at 0 s, and `count` at `atS`: each holds 1 GiB while it waits or runs. */
const pile = (count: number, atS: number): string =>
  csv("arrival_s,work_s", [0, 1000], ...Array.from({ length: count }, () => [atS, 1000]));

describe("story: out of memory", () => {
  it("kills a replica that outgrows its limit, which is back after its restart", async () => {
    // 1 GiB + 1 GiB a request, limit 3 GiB. Requests at 0, 1, 2 s: the third makes 4 GiB: all three fail at 2 s. Restart 10 s: the
    // one at 11 s fails, the one at 12 s runs.
    const result = await play(
      story(`duration: 100 s
${ONE}
workloads:
  web:
    kind: service
    arrivals: { kind: trace, file: web.csv }
    limits: { memory: 3 GiB }
    memoryUse: { base: 1 GiB, perRequest: 1 GiB }
    restart: 10 s
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", [0, 50], [1, 50], [2, 50], [11, 1], [12, 1]) },
    );
    const ends = rowsOf(result, "requests").map((row) => [row.arrival_s, row.outcome, row.finish_s]);
    assert.deepEqual(ends, [
      [0, "failed", 2],
      [1, "failed", 2],
      [2, "failed", 2],
      [11, "failed", 11],
      [12, "finished", 13],
    ]);
    assert.equal(metric(result, "workloads.web.oom_restarts"), 1);
  });

  // The service reserves 1 GiB and uses 1 + requests. At 50 s it uses 22 GiB beside jobs of 4 GiB: what exceeds 32 GiB must go.
  const crowd = (jobs: string): string =>
    story(`duration: 1000 s
${ONE}
workloads:
  web:
    kind: service
    arrivals: { kind: trace, file: web.csv }
    requests: { memory: 1 GiB }
    memoryUse: { base: 1 GiB, perRequest: 1 GiB }
${jobs}
record: { requests: true, jobs: true, events: true }`);

  it("of a server kills the youngest job of the lowest priority, which tries again ten seconds later, then twenty", async () => {
    // Jobs of 4 GiB at 0 and 1 s: 2 + 8 = 10 GiB. 22 requests more at 50 s: 24 + 8 = 32, the 23rd makes 33: the younger job dies at
    // 50 s. It is back at 60 s, dies at once, is back 20 s later, 80 s, then 40, 80, 160, 300 ... never in peace.
    const result = await play(
      crowd("  etl: { kind: batch, cores: 1, memory: 4 GiB, work: 2000 s, arrivals: { kind: trace, file: etl.csv } }"),
      {
        "web.csv": pile(23, 50),
        "etl.csv": csv("arrival_s", [0], [1]),
      },
    );
    const kills = eventsOf(result).filter(({ event }) => event === "job-oom");
    assert.deepEqual(
      kills.map(({ time_s }) => time_s),
      [50, 60, 80, 120, 200, 360, 660, 960],
    );
    assert.equal(metric(result, "workloads.etl.oom_kills"), 8);
    assert.equal(metric(result, "workloads.web.oom_restarts"), 0);
    assert.equal(metric(result, "workloads.etl.work_lost_core_s"), 49);
  });

  it("of a server kills the lowest priority first, whatever queue it stands in", async () => {
    // Two pools: the upper one has a place rule of its own. The best-effort job in the lower one dies, though it is older.
    const result = await play(
      `${crowd(`  upper: { kind: batch, priority: normal, jobs: 1, cores: 1, memory: 4 GiB, work: 100 s }
  lower: { kind: batch, jobs: 1, cores: 1, memory: 4 GiB, work: 100 s }`)}
controllers: { place: { kind: first-fit, target: { workload: upper } } }`,
      { "web.csv": pile(23, 50) },
    );
    assert.equal(metric(result, "workloads.upper.oom_kills"), 0);
    assert.equal(metric(result, "workloads.upper.turnaround_mean_s"), 100);
    assert.ok(metric(result, "workloads.lower.oom_kills") > 0);
  });

  it("of a server kills a best-effort service before a critical job", async () => {
    const result = await play(
      crowd("  keen: { kind: batch, priority: critical, jobs: 2, cores: 1, memory: 4 GiB, work: 100 s }").replace(
        "kind: service",
        "kind: service\n    priority: best-effort",
      ),
      { "web.csv": pile(23, 50) },
    );
    assert.equal(metric(result, "workloads.keen.oom_kills"), 0);
    assert.equal(metric(result, "workloads.web.oom_restarts"), 1);
    assert.equal(metric(result, "workloads.web.requests_failed"), 24);
  });

  it("leaves alone a job that ends at that very instant", async () => {
    // At 100 s first (normal) and second (best-effort) end. The room of the first goes to third, which makes the server too small
    // while the second still counts: 1 + 21 + 4 + 8 = 34 GiB. But the second has finished: it cannot be killed.
    const result = await play(
      crowd(`  first: { kind: batch, priority: normal, jobs: 1, cores: 4, memory: 4 GiB, work: 100 s }
  second: { kind: batch, jobs: 1, cores: 3, memory: 4 GiB, work: 100 s }
  third: { kind: batch, priority: normal, jobs: 1, cores: 4, memory: 8 GiB, work: 100 s, arrivals: { kind: uniform, over: 1 s } }`),
      { "web.csv": pile(20, 50) },
    );
    assert.equal(metric(result, "workloads.first.turnaround_mean_s"), 100);
    assert.equal(metric(result, "workloads.second.turnaround_mean_s"), 100);
    assert.equal(metric(result, "workloads.second.oom_kills"), 0);
  });

  it("of a long line of jobs, each too much, ends", async () => {
    // A job on 7 cores ends at 100 s. Behind it wait 20000 of 4 GiB; the service holds 30 GiB. Each is killed as it starts.
    const result = await play(
      crowd(`  first: { kind: batch, jobs: 1, cores: 7, work: 100 s }
  line: { kind: batch, jobs: 20000, cores: 7, memory: 4 GiB, work: 100 s }`).replace("duration: 1000 s", "duration: 105 s"),
      { "web.csv": pile(28, 50) },
    );
    assert.equal(metric(result, "workloads.line.oom_kills"), 20_000);
  });
});
