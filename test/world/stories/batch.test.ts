/** Batch jobs, told as small stories. Server small-8c: 8 cores, 100 W at rest, 12.5 W a busy core; boots 150 s at 120 W. */
import { strict as assert } from "node:assert";
import { columnOf, csv, metric, play, rowsOf } from "../run-yaml.ts";

const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const TWO = "sites: { west: { servers: { kind: small-8c, count: 2 } } }";
const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const jobs = (...rows: readonly (readonly number[])[]): string => csv("arrival_s,work_s,cores", ...rows);

/** Finish times by job id. */
const finishesOf = (result: Awaited<ReturnType<typeof play>>): Map<number, number> =>
  new Map(rowsOf(result, "jobs").map((row) => [row.id as number, row.finish_s as number]));

describe("story: a batch job", () => {
  it("that a crash stops halfway runs again from the start", async () => {
    // 600 s of work on 4 of 8 cores, down at 300 s for 300 s, 150 s of boot: ends at 300 + 300 + 150 + 600 = 1350 s.
    // Energy: 900 s x 150 W + 300 s x 0 W + 150 s x 120 W = 135 + 0 + 18 = 153 kJ. Lost: 300 s x 4 cores.
    const result = await play(
      story(`duration: 1350 s
${ONE}
workloads: { etl: { kind: batch, jobs: 1, cores: 4, work: 600 s } }
faults: { crash: { kind: server-crash, target: { site: west }, at: 300 s, duration: 300 s } }
record: { jobs: true }`),
    );
    assert.equal(metric(result, "energy.total_j"), 153_000);
    assert.equal(metric(result, "energy.job_j"), 900 * 50);
    assert.equal(metric(result, "energy.idle_j"), 18_000); // the boot; a server that holds a job is reserved-idle
    assert.equal(metric(result, "energy.reserved_idle_j"), 900 * 100);
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 1350);
    assert.equal(metric(result, "workloads.etl.work_lost_core_s"), 1200);
    assert.equal(metric(result, "workloads.etl.restarts"), 1);
    assert.equal(metric(result, "workloads.etl.energy_mean_j_per_job"), 45_000);
    assert.equal(metric(result, "sites.west.availability"), 900 / 1350);
    assert.equal(metric(result, "sites.west.utilization_mean"), (900 * 4) / (1350 * 8)); // cores of a server that is down count
    assert.deepEqual(columnOf(result, "jobs", "restarts"), [1]);
  });

  it("resumes from its last checkpoint", async () => {
    // Checkpoints each 100 s of work; down at 250 s for 50 s, boot 150 s: 400 s left at 450 s, ends at 850 s. Lost: 50 s x 4.
    const result = await play(
      story(`duration: 1000 s
${ONE}
workloads: { etl: { kind: batch, jobs: 1, cores: 4, work: 600 s, checkpointEvery: 100 s } }
faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 250 s, duration: 50 s } }`),
    );
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 850);
    assert.equal(metric(result, "workloads.etl.work_lost_core_s"), 200);
  });

  it("that finishes at the instant of a crash has finished", async () => {
    const result = await play(
      story(`duration: 1000 s
${ONE}
workloads: { etl: { kind: batch, jobs: 1, cores: 4, work: 300 s } }
faults: { crash: { kind: server-crash, target: { site: west }, at: 300 s, duration: 50 s } }`),
    );
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 300);
    assert.equal(metric(result, "workloads.etl.restarts"), 0);
  });

  it("goes elsewhere when its server dies, in the order of arrival", async () => {
    // Jobs of 8 cores: 0 on the first server, 1 on the second, 2 waits. The first dies at 100 s and stays down: job 0 comes
    // back to its old place before job 2. Second server: 1 until 600 s, 0 until 1200 s, 2 until 1800 s.
    const result = await play(
      story(`duration: 2000 s
${TWO}
workloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: jobs.csv } } }
faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 100 s } }
record: { jobs: true }`),
      { "jobs.csv": jobs([0, 600, 8], [0, 600, 8], [0, 600, 8]) },
    );
    assert.deepEqual(
      [...finishesOf(result)],
      [
        [1, 600],
        [0, 1200],
        [2, 1800],
      ],
    );
  });

  it("misses its deadline when it waits too long, and has slack when it says so", async () => {
    // One server, jobs of 8 cores and 600 s. Deadlines at 1000 s: the first meets it (600), the second misses it (1200), the third
    // is late and unfinished at 1500 s. With slack instead: deadline = work + slack = 600 + 600, met by the first two.
    const scenario = (terms: string): string =>
      story(`duration: 1500 s
${ONE}
workloads: { etl: { kind: batch, jobs: 3, cores: 8, work: 600 s, ${terms} } }`);
    const byDeadline = await play(scenario("deadline: 1000 s"));
    assert.equal(metric(byDeadline, "workloads.etl.deadlines_missed"), 2);
    assert.equal(metric(byDeadline, "workloads.etl.deadline_attainment"), 1 / 3);
    assert.equal(metric(byDeadline, "workloads.etl.jobs_unfinished"), 1);
    const bySlack = await play(scenario("slack: 600 s"));
    assert.equal(metric(bySlack, "workloads.etl.deadlines_missed"), 1);
    assert.equal(metric(bySlack, "workloads.etl.deadline_attainment"), 2 / 3);
  });

  it("has the deadline of its row of a trace", async () => {
    const result = await play(
      story(`duration: 1000 s
${ONE}
workloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: jobs.csv } } }`),
      { "jobs.csv": csv("arrival_s,work_s,deadline_s", [0, 100, 150], [0, 100, 150]) }, // ends at 100 s and 200 s
    );
    assert.equal(metric(result, "workloads.etl.deadlines_missed"), 1);
    assert.equal(metric(result, "workloads.etl.deadline_attainment"), 0.5);
  });

  it("overtakes one that does not fit, unless told to keep the order", async () => {
    // Job 0 takes 6 cores for 100 s, job 1 wants 8, job 2 wants 2. With backfill job 2 runs at once; without, after job 1.
    const scenario = (backfill: boolean): string =>
      story(`duration: 1000 s
${ONE}
workloads: { etl: { kind: batch, backfill: ${backfill}, arrivals: { kind: trace, file: jobs.csv } } }
record: { jobs: true }`);
    const files = { "jobs.csv": jobs([0, 100, 6], [1, 100, 8], [2, 100, 2]) };
    assert.deepEqual([...finishesOf(await play(scenario(true), files))].sort(), [
      [0, 100],
      [1, 202], // job 2 holds two cores until 102 s
      [2, 102],
    ]);
    assert.deepEqual(
      [...finishesOf(await play(scenario(false), files))],
      [
        [0, 100],
        [1, 200],
        [2, 300],
      ],
    );
  });

  it("of higher priority goes to the head of the line, also where nobody may overtake", async () => {
    // low: 4 cores until 100 s, then one of 8 cores waits. high (4 cores) comes at 10 s, is first in order and fits: runs 10..60 s.
    const result = await play(
      story(`duration: 1000 s
${ONE}
workloads:
  low: { kind: batch, backfill: false, arrivals: { kind: trace, file: low.csv } }
  high: { kind: batch, backfill: false, priority: critical, arrivals: { kind: trace, file: high.csv } }
record: { jobs: true }`),
      { "low.csv": jobs([0, 100, 4], [1, 100, 8]), "high.csv": jobs([10, 50, 4]) },
    );
    assert.equal(metric(result, "workloads.high.turnaround_mean_s"), 50);
  });

  it("lets a row of a trace say its own priority and deadline", async () => {
    // One core-filling job at a time: the first runs 0..10; then the critical one, though it came last, 10..20; then the other, 20..30.
    // Deadlines: 10 s met exactly, 12 s from arrival at 2 missed (it ends at 30), 20 s from arrival at 3 met (it ends at 20).
    const rows = "arrival_s,work_s,cores,deadline_s,priority\n0,10,8,10,normal\n2,10,8,12,normal\n3,10,8,20,critical\n";
    const result = await play(
      story(`duration: 60 s
${ONE}
workloads: { etl: { kind: batch, arrivals: { kind: trace, file: jobs.csv } } }
record: { jobs: true }`),
      { "jobs.csv": rows },
    );
    assert.deepEqual(Object.fromEntries(finishesOf(result)), { 0: 10, 1: 30, 2: 20 });
    assert.equal(metric(result, "workloads.etl.deadlines_missed"), 1);
  });

  it("pushes out a lower one that is in its way, and what is left over is used", async () => {
    // low-0 holds 8 cores; at 100 s high needs 2. low-0 is evicted (latest of the lowest) and waits; the 6 cores that are left go
    // to low-1 (6 cores) at once. low-1 runs 100..200 s, high 100..400 s, low-0 starts anew at 400 s and ends at 1000 s.
    const result = await play(
      story(`duration: 1100 s
${ONE}
workloads:
  low: { kind: batch, arrivals: { kind: trace, file: low.csv } }
  high: { kind: batch, priority: critical, preempts: true, arrivals: { kind: trace, file: high.csv } }
record: { jobs: true, events: true }`),
      { "low.csv": jobs([0, 600, 8], [1, 100, 6]), "high.csv": jobs([100, 300, 2]) },
    );
    const finishes = new Map(rowsOf(result, "jobs").map((row) => [`${row.workload} ${row.arrival_s}`, row.finish_s]));
    assert.deepEqual(Object.fromEntries(finishes), { "low 0": 1000, "low 1": 200, "high 100": 400 });
    assert.equal(metric(result, "workloads.low.evictions"), 1);
    assert.equal(metric(result, "workloads.low.work_lost_core_s"), 800);
  });

  it("that is pushed out starts at once where there is room", async () => {
    // Server 0 is full when low (2 cores) comes at 1 s, so it runs on server 1; at 5 s two cores of server 0 come free. At 10 s high
    // wants 8 cores: low must go, and starts anew beside the long job on server 0. Both run 10..110 s.
    const result = await play(
      story(`duration: 1000 s
${TWO}
workloads:
  filler: { kind: batch, priority: critical, arrivals: { kind: trace, file: filler.csv } }
  low: { kind: batch, arrivals: { kind: trace, file: low.csv } }
  high: { kind: batch, priority: normal, preempts: true, arrivals: { kind: trace, file: high.csv } }
record: { jobs: true }`),
      { "filler.csv": jobs([0, 500, 6], [0, 5, 2]), "low.csv": jobs([1, 100, 2]), "high.csv": jobs([10, 100, 8]) },
    );
    const low = rowsOf(result, "jobs").find(({ workload }) => workload === "low");
    assert.deepEqual([low?.finish_s, low?.server, low?.restarts], [110, "west/0", 1]);
    assert.equal(metric(result, "workloads.high.turnaround_mean_s"), 100);
  });

  it("waits for memory as it waits for cores", async () => {
    // 32 GiB: two jobs of 16 GiB run, the third follows the first at 100 s.
    const result = await play(
      story(`duration: 1000 s
${ONE}
workloads: { etl: { kind: batch, jobs: 3, cores: 1, memory: 16 GiB, work: 100 s } }
record: { jobs: true }`),
    );
    assert.deepEqual([...finishesOf(result).values()], [100, 100, 200]);
  });

  it("counts for the floor of the day it finishes in", async () => {
    // 13 jobs at 10 h, one more at 24 h sharp, which belongs to the second day. Floor 13 a day: met on the first of two days, 12 short on the second.
    const result = await play(
      story(`duration: 48 h
${ONE}
workloads: { etl: { kind: batch, floor: 13 jobs/day, cores: 0.5, arrivals: { kind: trace, file: jobs.csv } } }`),
      { "jobs.csv": csv("arrival_s,work_s", ...Array.from({ length: 13 }, () => [0, 36_000]), [0, 86_400]) },
    );
    assert.equal(metric(result, "workloads.etl.floor_days_met"), 0.5);
    assert.equal(metric(result, "workloads.etl.floor_shortfall_jobs"), 12);
  });

  it("drops what arrives in the warm-up from its samples, not from the joules", async () => {
    // Job 0 arrives at 0 s and ends at 100 s within the warm-up of 150 s; job 1 arrives at 150 s: measured from there.
    const result = await play(
      story(`duration: 100 s
warmup: 150 s
${ONE}
workloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: jobs.csv } } }`),
      { "jobs.csv": csv("arrival_s,work_s", [0, 100], [150, 50]) },
    );
    assert.equal(metric(result, "workloads.etl.jobs_arrived"), 1);
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 50);
    assert.equal(metric(result, "workloads.etl.energy_mean_j_per_job"), 50 * 100);
    assert.equal(metric(result, "energy.job_j"), 150 * 100);
    assert.equal(metric(result, "energy.total_j"), 150 * 200 + 100 * 100);
    assert.equal(metric(result, "run.measured_s"), 100);
  });
});
