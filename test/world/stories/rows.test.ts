/** What `record:` keeps, row by row. Server small-8c: 100 W at rest, 12.5 W a busy core. */
import { strict as assert } from "node:assert";
import { runSeed } from "../../../src/experiment/run.ts";
import { columnOf, csv, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";

const story = (lines: string): string => `name: story\nseed: 1\nduration: 100 s\n${lines}\n`;
const ONE = "sites: { west: { carbon: 360 g/kWh, servers: { kind: small-8c } } }"; // 1e-4 g/J

describe("story: rows", () => {
  it("of requests say when, where, how and at what cost each ended", async () => {
    const result = await play(
      story(`${ONE}
workloads: { web: { kind: service, queueLimit: 0, arrivals: { kind: trace, file: web.csv } } }
record: { requests: true, events: true }`),
      { "web.csv": csv("arrival_s,work_s", [1, 4], [2, 1], [99, 9]) }, // ends, is turned away, is unfinished
    );
    assert.deepEqual(rowsOf(result, "requests"), [
      {
        ...{
          id: 1,
          attempt: 1,
          workload: "web",
          class: "",
          arrival_s: 2,
          prompt_tokens: Number.NaN,
          output_tokens: Number.NaN,
          start_s: Number.NaN,
          first_token_s: Number.NaN,
          finish_s: 2,
          outcome: "rejected",
        },
        ...{ replica: 0, server: "west/0", energy_j: 0, carbon_g: 0 },
      },
      {
        ...{
          id: 0,
          attempt: 1,
          workload: "web",
          class: "",
          arrival_s: 1,
          prompt_tokens: Number.NaN,
          output_tokens: Number.NaN,
          start_s: 1,
          first_token_s: Number.NaN,
          finish_s: 5,
          outcome: "finished",
        },
        ...{ replica: 0, server: "west/0", energy_j: 50, carbon_g: 50 * 1e-4 },
      },
    ]);
    assert.deepEqual(result.eventLines, ['{"time_s":2,"event":"request-rejected","workload":"web","id":1}']);
  });

  it("of requests no replica took name no replica", async () => {
    const result = await play(
      story(`${ONE}
workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv } } }
faults: { crash: { kind: server-crash, target: { site: west }, at: 0 s } }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", [1, 4]) },
    );
    const [row] = rowsOf(result, "requests");
    assert.deepEqual([row?.outcome, row?.replica, row?.server], ["failed", -1, ""]);
  });

  it("of a share of the requests are spread evenly and always the same", async () => {
    const scenario = (share: number): string =>
      story(`${ONE}
workloads: { web: { kind: service, concurrency: 8, work: 10 ms, arrivals: { kind: poisson, rate: 100 req/s } } }
record: { requests: ${share} }`);
    const all = columnOf(await play(scenario(1)), "requests", "id").length;
    const quarter = columnOf(await play(scenario(0.25)), "requests", "id");
    assert.ok(Math.abs(quarter.length - all / 4) < 5, `${quarter.length} of ${all}`); // the golden ratio is that even
    assert.deepEqual(columnOf(await play(scenario(0.25)), "requests", "id"), quarter);
  });

  it("of jobs tell of those under way as well", async () => {
    const result = await play(
      story(`${ONE}
workloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: etl.csv } } }
record: { jobs: true, events: true }`),
      { "etl.csv": csv("arrival_s,work_s", [0, 60], [1, 60], [2, 60]) },
    );
    const rows = rowsOf(result, "jobs").map(({ id, start_s, finish_s, outcome, server, energy_j }) => [
      id,
      start_s,
      finish_s,
      outcome,
      server,
      Math.round(energy_j as number),
    ]);
    assert.deepEqual(rows[0], [0, 0, 60, "finished", "west/0", 6000]);
    assert.deepEqual(rows[1], [1, 60, Number.NaN, "running", "west/0", 4000]);
    assert.deepEqual(rows[2], [2, Number.NaN, Number.NaN, "queued", "", 0]);
    near(rowsOf(result, "jobs")[1]?.carbon_g as number, 0.4);
    assert.deepEqual(
      result.eventLines?.map((line) => JSON.parse(line)),
      [{ time_s: 60, event: "job-finished", workload: "etl", id: 0, server: "west/0", since_s: 0 }],
    );
    assert.equal(metric(result, "workloads.etl.jobs_unfinished"), 2);
  });

  it("of power are one for each change, and add up", async () => {
    const result = await play(
      story(`${ONE}
workloads: { web: { kind: service, concurrency: 8, arrivals: { kind: trace, file: web.csv } } }
record: { power: true }`),
      { "web.csv": csv("arrival_s,work_s", [10, 20], [15, 5]) },
    );
    assert.deepEqual(rowsOf(result, "power"), [
      { time_s: 0, server: "west/0", watts: 100, utilization: 0, clock_hz: 2e9 },
      { time_s: 10, server: "west/0", watts: 112.5, utilization: 0.125, clock_hz: 2e9 },
      { time_s: 15, server: "west/0", watts: 125, utilization: 0.25, clock_hz: 2e9 },
      { time_s: 20, server: "west/0", watts: 112.5, utilization: 0.125, clock_hz: 2e9 },
      { time_s: 30, server: "west/0", watts: 100, utilization: 0, clock_hz: 2e9 },
    ]);
    assert.equal(metric(result, "energy.total_j"), 10 * 100 + 5 * 112.5 + 5 * 125 + 10 * 112.5 + 70 * 100);
  });

  it("of events are none, not absent, where nothing happened", async () => {
    const result = await play(
      story(`${ONE}
workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv } } }
record: { events: true }`),
      { "web.csv": csv("arrival_s,work_s", [1, 4]) },
    );
    assert.deepEqual(result.eventLines, []);
  });

  it("stay away when nobody asks for them", async () => {
    const result = await play(story(`${ONE}\nworkloads: { etl: { kind: batch, jobs: 1, work: 1 s } }`));
    assert.deepEqual(result.tables, {});
    assert.equal(result.eventLines, undefined);
  });
});

describe("story: series", () => {
  it("end where the run was interrupted", async () => {
    const web = "workloads: { web: { kind: service, arrivals: { kind: poisson, rate: 900/s }, work: 1 ms } }";
    const site = "sites: { west: { carbon: 300 g/kWh, servers: { kind: small-8c } } }";
    const spec = loadYaml(story(`${site}\n${web}\nwarmup: 10 min`).replace("100 s", "5750 min")).spec;
    const { series, interruptedAtS = Number.NaN } = await runSeed({ spec }, 1, { shouldStop: () => true, onProgress: () => {} });
    // 96 h in 96 buckets: an hour each. Only those that ended are told.
    assert.equal(series.bucketS, 3600);
    assert.equal(series.bucketCount, Math.floor(interruptedAtS / 3600));
    assert.ok(series.bucketCount < 96);
    const [west] = series.sites;
    const [service] = series.services;
    assert.ok(west && service);
    const lengths = [west.energyJ.idle, west.carbonG.idle, west.intensityGPerKwh, series.servers.utilization];
    for (const values of [
      ...lengths,
      service.requestsArrived,
      service.requestsFailed,
      service.latencyMeanS,
      service.latencyP50S,
      service.latencyP99S,
    ])
      assert.equal(values?.length, series.bucketCount);
  });

  it("reach to the end of a run that 96 does not divide", async () => {
    // 106.7 / 96 x 96 is 106.70000000000002: past the end.
    const result = await play(story(`${ONE}\nworkloads: { etl: { kind: batch, jobs: 1, work: 1 h } }`).replace("100 s", "106.7 s"));
    const joules = result.series.sites[0]?.energyJ.job as Float64Array;
    near(joules[95] as number, (12.5 * 106.7) / 96);
    near(
      joules.reduce((sum, each) => sum + each, 0),
      metric(result, "energy.job_j"),
    );
    near(result.series.servers.utilization[95] as number, 0.125);
  });

  it("tell the carbon intensity of the middle of each bucket", async () => {
    // 2 h in buckets of 75 s: the 48th ends on the hour, and belongs to the first.
    const result = await play(
      `name: story\nseed: 1\nduration: 2 h\nsites: { west: { carbon: { kind: trace, file: grid.csv }, servers: { kind: small-8c } } }\n`,
      { "grid.csv": csv("hour,average_g_per_kwh", [0, 360], [1, 720]) },
    );
    const intensity = result.series.sites[0]?.intensityGPerKwh as Float64Array;
    assert.deepEqual([intensity[0], intensity[47], intensity[48], intensity[95]], [360, 360, 720, 720]);
  });

  it("hold the joules, grams, counts and waits of equal buckets", async () => {
    // 96 s in 96 buckets of 1 s. One job on all cores 10..13 s, a second waits meanwhile and runs 13..16 s. One request at 50.5 s.
    const result = await play(
      story(`sites: { west: { pue: 1.5, carbon: 360 g/kWh, servers: { kind: small-8c, count: 2 } } }
workloads:
  web: { kind: service, slo: { latency: 1 s }, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: etl.csv } }`).replace("duration: 100 s", "duration: 96 s"),
      { "web.csv": csv("arrival_s,work_s", [50.5, 0.25]), "etl.csv": csv("arrival_s,work_s", [10, 3], [10, 3]) },
    );
    const { series } = result;
    const [site] = series.sites;
    const [web] = series.services;
    const [etl] = series.batches;
    assert.equal(series.bucketS, 1);
    assert.ok(site !== undefined && web !== undefined && etl !== undefined);
    const jobJ = site.energyJ.job as Float64Array;
    const requestJ = site.energyJ.request as Float64Array;
    assert.deepEqual([jobJ[9], jobJ[10], jobJ[15], jobJ[16]], [0, 100, 100, 0]);
    near(requestJ[50] as number, 0.25 * 12.5);
    near((site.carbonG.facility as Float64Array)[10] as number, 0.5 * 300e-4, 1e-9);
    assert.deepEqual([etl.running[10], etl.queued[10], etl.queued[13], etl.running[15], etl.running[16]], [1, 1, 0, 1, 0]);
    assert.deepEqual([web.requestsArrived[50], web.latencyMeanS[50], web.latencyMeanS[51]], [1, 0.25, Number.NaN]);
    const total = Object.values(site.energyJ).reduce((sum, joules) => sum + joules.reduce((all, each) => all + each, 0), 0);
    near(total, metric(result, "energy.total_j"));
    assert.deepEqual(
      etl.segments.map(({ startS, endS, outcome }) => [startS, endS, outcome]),
      [
        [10, 13, "finished"],
        [13, 16, "finished"],
      ],
    );
  });
});
