/** Requests of a service, told as small stories. Server small-8c: 8 cores, 100 W at rest, 12.5 W a busy core. */
import { strict as assert } from "node:assert";
import { columnOf, csv, metric, near, play, rowsOf } from "../run-yaml.ts";

const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const requests = (...rows: readonly (readonly number[])[]): string => csv("arrival_s,work_s", ...rows);

/** One service fed by a trace; every request recorded. */
const served = (service: string, more = "", durationS = 100): string =>
  story(`duration: ${durationS} s
${ONE}
workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv }${service} } }
record: { requests: true }
${more}`);

const finishes = (result: Awaited<ReturnType<typeof play>>): (number | string)[] => {
  const rows = [...rowsOf(result, "requests")].sort((a, b) => (a.id as number) - (b.id as number));
  return rows.map((row) => (row.outcome === "finished" ? (row.finish_s as number) : `${row.outcome} ${row.finish_s}`));
};

describe("story: a request", () => {
  it("waits its turn on one slot", async () => {
    // Work 4 at 0 s, 2 at 1 s, 1 at 2 s: ends at 4, 6, 7. Waits 0 + 3 + 4; latencies 4 + 5 + 5. 7 busy core-seconds of 12.5 W.
    const result = await play(served(""), { "web.csv": requests([0, 4], [1, 2], [2, 1]) });
    assert.deepEqual(finishes(result), [4, 6, 7]);
    assert.equal(metric(result, "workloads.web.wait_mean_s"), 7 / 3);
    assert.equal(metric(result, "workloads.web.latency_mean_s"), 14 / 3);
    assert.equal(metric(result, "workloads.web.latency_p50_s"), 5);
    assert.equal(metric(result, "workloads.web.energy_j"), 7 * 12.5);
    assert.equal(metric(result, "workloads.web.energy_mean_j_per_request"), (7 * 12.5) / 3);
    assert.equal(metric(result, "workloads.web.in_system_mean"), 14 / 100); // Little: 0.03/s x 14/3 s
    assert.deepEqual(columnOf(result, "requests", "start_s"), [0, 4, 6]);
    assert.deepEqual(columnOf(result, "requests", "energy_j"), [50, 25, 12.5]);
  });

  it("runs beside others on more slots", async () => {
    // Two slots: 0..4 and 1..3, then the third 3..4.
    const result = await play(served(", concurrency: 2"), { "web.csv": requests([0, 4], [1, 2], [2, 1]) });
    assert.deepEqual(finishes(result), [4, 3, 4]);
  });

  it("takes twice as long at half the clock, for the watts of that clock", async () => {
    // 1 of 2 GHz: 4 s of work take 8 s. Dynamic watts x r (0.35 + 0.65 r^2) = 0.5 x 0.5125 = 0.25625: 12.5 W becomes 3.203125 W.
    const slow = served("", "", 100).replace("kind: small-8c", "kind: small-8c, clock: 1 GHz");
    const result = await play(slow, { "web.csv": requests([0, 4]) });
    assert.deepEqual(finishes(result), [8]);
    assert.equal(metric(result, "energy.request_j"), 25.625); // 8 s x 3.203125 W
    assert.equal(metric(result, "energy.reserved_idle_j"), 100 * 100);
  });

  it("shares the cores it is allowed with its like", async () => {
    // ps capped at 1 core: A (2) from 0 s, B (1) from 1 s. From 1 s each has half: B ends at 3 s, when A has 0 left too... A: 1 + 1 =
    // 2 done at 3 s. Both end at 3 s. Then C (1) alone at 5 s: 6 s.
    const result = await play(served(", discipline: ps, limits: { cpu: 1 }"), { "web.csv": requests([0, 2], [1, 1], [5, 1]) });
    assert.deepEqual(finishes(result), [3, 3, 6]);
    assert.equal(metric(result, "energy.request_j"), 4 * 12.5); // one core busy for 3 + 1 s
  });

  it("never has more than one core to itself", async () => {
    const result = await play(served(", discipline: ps"), { "web.csv": requests([0, 2], [0, 2], [0, 3]) }); // 3 requests, 8 cores
    assert.deepEqual(finishes(result), [2, 2, 3]);
  });

  it("is turned away when the queue is full", async () => {
    // One runs, one waits, the third is turned away at 2 s; at 5 s the second runs and the queue is empty again.
    const result = await play(served(", queueLimit: 1"), { "web.csv": requests([0, 4], [1, 4], [2, 4], [5, 4]) });
    assert.deepEqual(finishes(result), [4, 8, "rejected 2", 12]);
    assert.equal(metric(result, "workloads.web.requests_rejected"), 1);
    assert.equal(metric(result, "workloads.web.requests_arrived"), 4);
  });

  it("gives up in the queue and on the core, and what ends in time has ended", async () => {
    // Timeout 4 s. A (4): 0..4 s, done at the very instant. B (6) from 1 s: runs 4..5 s, gives up at 5 s. C (1) from 2 s: 5..6 s, done
    // at its very last instant. D (9) at 6 s runs to its timeout at 10 s; E at 6 s waits and leaves at 10 s: the core is free
    // for it at that instant, but it was D whose timeout came first; E starts, draws nothing, and gives up as well.
    const result = await play(served(", resilience: { timeout: 4 s }"), {
      "web.csv": requests([0, 4], [1, 6], [2, 1], [6, 9], [6, 1]),
    });
    assert.deepEqual(finishes(result), [4, "timed-out 5", 6, "timed-out 10", "timed-out 10"]);
    assert.equal(metric(result, "workloads.web.requests_timed_out"), 3);
    assert.equal(metric(result, "energy.request_j"), (4 + 1 + 1 + 4) * 12.5);
    const drawnJ = columnOf(result, "requests", "energy_j") as readonly number[];
    for (const [i, expectedJ] of [50, 12.5, 12.5, 50, 0].entries()) near(drawnJ[i] as number, expectedJ);
  });

  it("tries again as often as it may, each time with all its work", async () => {
    // Work 2 s, timeout 1 s, 3 attempts, no pause: runs 0..1, 1..2, 2..3 s, then fails for good: 3 s x 12.5 W.
    const result = await play(served(", resilience: { timeout: 1 s, attempts: 3, backoff: 0 s }"), { "web.csv": requests([0, 2]) });
    assert.deepEqual(finishes(result), ["timed-out 3"]);
    assert.equal(metric(result, "workloads.web.attempts"), 3);
    assert.deepEqual(columnOf(result, "requests", "attempt"), [3]);
    assert.deepEqual(columnOf(result, "requests", "energy_j"), [37.5]);
  });

  it("pauses before a retry for no more than the doubling window, capped at ten", async () => {
    // Attempts fail at once (no replica is up). Pauses are uniform in 0..w with w = b x min(2^k - 1, 10) for b = 1 s:
    // 1, 3, 7, 10, 10 s. Five pauses at most: 31 s.
    const scenario = served(
      ", resilience: { attempts: 6, backoff: 1 s }",
      "faults: { dark: { kind: server-crash, target: { site: west }, at: 0 s } }",
    );
    const result = await play(scenario, { "web.csv": requests(...Array.from({ length: 200 }, () => [1, 1])) });
    const ends = columnOf(result, "requests", "finish_s") as number[];
    assert.equal(ends.length, 200);
    assert.ok(ends.every((endS) => endS > 1 && endS <= 32));
    const mean = ends.reduce((sum, endS) => sum + endS - 1, 0) / 200;
    // Mean 31/2 = 15.5, variance (1 + 9 + 49 + 100 + 100) / 12 = 21.6: 5 sigma of 200 is 1.64.
    assert.ok(Math.abs(mean - 15.5) < 1.64, `${mean}`);
    assert.equal(metric(result, "workloads.web.attempts"), 1200);
  });

  it("fails at once while every replica is down, and runs when one is back", async () => {
    // Down 10..20 s, then 150 s of boot: up at 170 s. The one that runs at 10 s (work 5 from 8 s) and the one that waits fail there.
    const scenario = served("", "faults: { dark: { kind: server-crash, target: { site: west }, at: 10 s, duration: 10 s } }", 200);
    const result = await play(scenario, { "web.csv": requests([8, 5], [9, 1], [30, 1], [169, 1], [171, 1]) });
    assert.deepEqual(finishes(result), ["failed 10", "failed 10", "failed 30", "failed 169", 172]);
    assert.equal(metric(result, "workloads.web.requests_failed"), 4);
    assert.equal(metric(result, "energy.request_j"), 3 * 12.5);
    assert.equal(metric(result, "energy.total_j"), 10 * 100 + 150 * 120 + 30 * 100 + 3 * 12.5);
  });

  it("that ends at the instant of a crash has ended; one that arrives then has failed", async () => {
    const scenario = served("", "faults: { dark: { kind: server-crash, target: { site: west }, at: 4 s } }");
    const result = await play(scenario, { "web.csv": requests([0, 4], [4, 1]) });
    assert.deepEqual(finishes(result), [4, "failed 4"]);
  });

  it("is unfinished when the run ends, and counted as such", async () => {
    const result = await play(served("", "", 5), { "web.csv": requests([0, 4], [1, 4], [2, 4], [6, 1]) });
    assert.equal(metric(result, "workloads.web.requests_arrived"), 3);
    assert.equal(metric(result, "workloads.web.requests_finished"), 1);
    assert.equal(metric(result, "workloads.web.requests_unfinished"), 2);
    // 1 s with one in the system, 1 s with two, 2 s with three, and the last second with two: 11 request-seconds of 5 s.
    assert.equal(metric(result, "workloads.web.in_system_mean"), 11 / 5);
    assert.equal(result.notes["workloads.web.latency_p99_s"]?.censored, true);
    assert.equal(metric(result, "energy.request_j"), 5 * 12.5);
  });

  it("is measured if it arrives when the warm-up ends, not before", async () => {
    // Warm-up 3 s: the one at 2 s is dropped though it ends later; the one at 3 s sharp is kept. Latencies: 3 (6 - 3) only.
    const result = await play(served("", "warmup: 3 s"), { "web.csv": requests([2, 2], [3, 2]) });
    assert.equal(metric(result, "workloads.web.requests_arrived"), 1);
    assert.equal(metric(result, "workloads.web.latency_mean_s"), 3);
    assert.equal(metric(result, "workloads.web.energy_mean_j_per_request"), 25);
    assert.equal(metric(result, "energy.request_j"), 50); // energy covers the whole run
    assert.equal(metric(result, "workloads.web.throughput_per_s"), 1 / 100);
  });

  it("follows the next thought of its user, one at a time", async () => {
    // Think 2 s, work 1 s: asks at 2, 5, 8, ... 98 s: ends at 3, 6, ... 99 s. 33 in 100 s.
    const result = await play(
      story(`duration: 100 s
${ONE}
workloads: { web: { kind: service, work: 1 s, arrivals: { kind: closed, users: 1, thinkTime: 2 s } } }
record: { requests: true }`),
    );
    assert.equal(metric(result, "workloads.web.requests_finished"), 33);
    assert.deepEqual(
      finishes(result),
      Array.from({ length: 33 }, (_, i) => 3 * (i + 1)),
    );
  });

  it("belongs to the class its row says, with the class's own numbers", async () => {
    const result = await play(
      served(", classes: { gold: { share: 0.5, priority: 2 }, rest: { share: 0.5, priority: 1 } }"),
      { "web.csv": csv("arrival_s,work_s,class", [0, 1, "rest"], [0, 1, "gold"], [5, 4, "gold"]) }, // 1, 2 and 4 s
    );
    assert.equal(metric(result, "workloads.web.rest.latency_mean_s"), 1);
    assert.equal(metric(result, "workloads.web.gold.latency_mean_s"), 3);
    assert.equal(metric(result, "workloads.web.gold.requests_finished"), 2);
    assert.deepEqual(columnOf(result, "requests", "class"), ["rest", "gold", "gold"]);
  });

  it("of a class that the service does not have is refused, with its line", async () => {
    await assert.rejects(
      play(served(", classes: { gold: { share: 1, priority: 2 } }"), {
        "web.csv": csv("arrival_s,work_s,class", [0, 1, "gold"], [0, 1, "silver"]),
      }),
      /silver/,
    );
  });
});

describe("story: an SLO", () => {
  // Windows of 10 s, latency 2 s, p50. Work 1 s on one slot.
  const slo = (more: string, durationS: number): string =>
    served(`, slo: { latency: 2 s, percentile: 0.5, window: 10 s }`, more, durationS);

  it("counts windows, minutes and requests", async () => {
    // [0,10): latencies 1, 2, 3, 4 (four at 0 s): 2 of 4 within 2 s, the median (2nd smallest) is 2: met. [10,20): 1, 2, 3 at 10 s + one
    // of 9 s work... three at 10 s of 3 s work: 3, 6, 9: missed. [20,30): none. [30,40): one of 1 s: met.
    const result = await play(slo("", 40), {
      "web.csv": requests([0, 1], [0, 1], [0, 1], [0, 1], [10, 3], [10, 3], [10, 3], [30, 1]),
    });
    assert.equal(metric(result, "workloads.web.slo_attainment"), 3 / 8);
    assert.equal(metric(result, "workloads.web.slo_windows_met"), 2 / 3);
    assert.equal(metric(result, "workloads.web.slo_windows_empty"), 1);
    assert.equal(metric(result, "workloads.web.slo_violation_minutes"), 10 / 60);
  });

  it("counts empty windows up to the end, and no more time than there was", async () => {
    // 45 s: five windows, the last of 5 s. [0,10) missed, three empty, [40,45) missed: 15 s.
    const result = await play(slo("", 45), { "web.csv": requests([0, 3], [40, 3]) });
    assert.equal(metric(result, "workloads.web.slo_windows_empty"), 3);
    assert.equal(metric(result, "workloads.web.slo_windows_met"), 0);
    assert.equal(metric(result, "workloads.web.slo_violation_minutes"), 15 / 60);
  });

  it("does not blame a request that can still make it", async () => {
    // At 40 s one request is 1 s old and could end in time: neither met nor missed, so its window has nothing to judge.
    const result = await play(slo("", 40), { "web.csv": requests([0, 1], [39, 2]) });
    assert.equal(metric(result, "workloads.web.slo_attainment"), 1);
    assert.equal(metric(result, "workloads.web.slo_windows_met"), 1);
    assert.equal(metric(result, "workloads.web.slo_violation_minutes"), 0);
  });

  it("misses what was rejected, failed or timed out", async () => {
    const result = await play(served(", queueLimit: 0, slo: { latency: 2 s, percentile: 0.5, window: 10 s }", "", 40), {
      "web.csv": requests([0, 1], [0, 1], [0, 1]), // one runs, two are turned away
    });
    assert.equal(metric(result, "workloads.web.slo_attainment"), 1 / 3);
    assert.equal(metric(result, "workloads.web.slo_windows_met"), 0);
  });

  it("is recovered at the first of three clean windows after a fault", async () => {
    // The server is slow by half from 12 s to 25 s. Windows of 10 s, one request of 1.5 s at 1 s past each: latency 1.5, slow: 3.
    // [10,20): 11 s + 1 s at full speed + 0.5 at half = 13 s: 2 s, met. [20,30): 3 s, missed. [30,...) met.
    // Onset 12 s: windows 1 (met), 2 (missed), 3, 4, 5 met: the first of three clean ones starts at 30 s: 18 s.
    const result = await play(
      slo("faults: { slow: { kind: server-slow-cpu, factor: 0.5, target: { site: west }, at: 12 s, duration: 13 s } }", 80),
      { "web.csv": requests(...Array.from({ length: 8 }, (_, i) => [10 * i + 1, 1.5])) },
    );
    assert.equal(metric(result, "faults.slow.time_to_recover_mean_s"), 18);
    assert.equal(metric(result, "faults.slow.count"), 1);
    assert.equal(metric(result, "workloads.web.slo_attainment"), 7 / 8);
  });
});
