/** Joules and grams, told as small stories. Server small-8c: 100 W at rest, 12.5 W a busy core, boots 150 s at 120 W. */
import { strict as assert } from "node:assert";
import { csv, metric, near, play, rowsOf } from "../run-yaml.ts";

const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const J_PER_KWH = 3.6e6;
const WEB = "workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv } } }";

const SPEC = `kind: server
cores: 4
memory: 8 GiB
clocks: [1 GHz]
power: { kind: spec, watts: [50, 60, 72, 84, 96, 110, 120, 130, 142, 155, 170] }
embodied: 1000 kg
lifetime: 4 year
source: made up for tests
`;

describe("story: a watt", () => {
  it("of an idle server is idle until a container is placed on it, then reserved-idle", async () => {
    // Two servers for 1000 s; a service stands on one of them.
    const result = await play(
      story(`duration: 1000 s
sites: { west: { servers: { kind: small-8c, count: 2 } } }
${WEB}`),
      { "web.csv": csv("arrival_s,work_s", [0, 10]) },
    );
    assert.equal(metric(result, "energy.idle_j"), 100_000);
    assert.equal(metric(result, "energy.reserved_idle_j"), 100_000);
    assert.equal(metric(result, "energy.request_j"), 125);
    assert.equal(metric(result, "energy.job_j"), 0);
    assert.equal(metric(result, "energy.total_j"), 200_125);
    assert.equal(metric(result, "sites.west.power_mean_w"), 200.125);
  });

  it("follows the eleven SPEC points and the lines between them", async () => {
    // 4 cores: 0 busy 50 W; 1 of 4 = 25 %: between 72 and 84: 78 W; 2 = 50 %: 110 W; 3 = 75 %: 136 W; all 170 W. Ten seconds each.
    const result = await play(
      story(`duration: 50 s
sites: { west: { servers: { kind: ./spec.yaml } } }
workloads: { web: { kind: service, concurrency: 4, arrivals: { kind: trace, file: web.csv } } }
record: { power: true }`),
      { "spec.yaml": SPEC, "web.csv": csv("arrival_s,work_s", [10, 40], [20, 30], [30, 20], [40, 10]) },
    );
    const watts = rowsOf(result, "power").map((row) => [row.time_s, row.watts, row.utilization]);
    assert.deepEqual(watts, [
      [0, 50, 0],
      [10, 78, 0.25],
      [20, 110, 0.5],
      [30, 136, 0.75],
      [40, 170, 1],
      [50, 50, 0],
    ]);
    assert.equal(metric(result, "energy.total_j"), 10 * (50 + 78 + 110 + 136 + 170));
    assert.equal(metric(result, "energy.request_j"), 10 * (28 + 60 + 86 + 120));
    // Dynamic watts are shared by cores: the first had 28, then half of 60, a third of 86, a quarter of 120.
    near(metric(result, "workloads.web.energy_mean_j_per_request"), (10 * (28 + 60 + 86 + 120)) / 4);
  });

  it("is taken from the four accounts where the power supply loses it", async () => {
    // Platinum at 100/200 W = 50 %: 0.94; at 200/200 W: 0.91. 50 s idle, 50 s all busy with jobs.
    // Loss: 50 x 100 x 0.06 + 50 x 200 x 0.09 = 300 + 900. Idle: 50 x 94. Reserved-idle: 50 x 91. Job: 50 x 91.
    const result = await play(
      story(`duration: 100 s
sites: { west: { psu: platinum, servers: { kind: small-8c } } }
workloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 50 s } }`),
    );
    near(metric(result, "energy.psu_loss_j"), 1200);
    near(metric(result, "energy.idle_j"), 4700);
    near(metric(result, "energy.reserved_idle_j"), 4550);
    near(metric(result, "energy.job_j"), 4550);
    near(metric(result, "energy.total_j"), 15_000);
  });

  it("costs the facility its share", async () => {
    const result = await play(
      story(`duration: 100 s
sites: { west: { pue: 1.25, servers: { kind: small-8c } } }
workloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 50 s } }`),
    );
    assert.equal(metric(result, "energy.it_j"), 15_000);
    assert.equal(metric(result, "energy.facility_j"), 3750);
    assert.equal(metric(result, "energy.total_j"), 18_750);
    assert.equal(metric(result, "sites.west.pue_mean"), 1.25);
    near(metric(result, "workloads.etl.energy_mean_j_per_job"), 5000); // before PUE
  });

  it("costs by the load of the site at the last tick, where the PUE has a table", async () => {
    // Load 0.5 (100 of 200 W): 1.5; load 1: 1.2. A job on all cores from 30 s to 90 s. Ticks at 0, 60, 120 s see 100, 200, 100 W.
    // [0, 60): IT 30 x 100 + 30 x 200 = 9 kJ at 1.5; [60, 120): 9 kJ at 1.2; [120, 150): 3 kJ at 1.5.
    const result = await play(
      story(`duration: 150 s
sites: { west: { pue: { kind: table, file: pue.csv }, servers: { kind: small-8c } } }
workloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: etl.csv } } }`),
      { "pue.csv": csv("load,pue", [0.5, 1.5], [1, 1.2]), "etl.csv": csv("arrival_s,work_s", [30, 60]) },
    );
    near(metric(result, "energy.facility_j"), 4500 + 1800 + 1500);
    near(metric(result, "energy.total_j"), 21_000 + 7800);
  });

  it("costs by the load that its tick sees after all else at that instant", async () => {
    // Load 0.5 (100 of 200 W): 1.5; load 1 (all 8 cores): 1.1. Eight requests at 300 s, of 300 s each: the tick at 300 s sees 200 W,
    // the one at 600 s is past the end. [0, 300): 30 kJ x 1.5; [300, 600): 60 kJ x 1.1.
    const result = await play(
      story(`duration: 600 s
sites: { west: { pue: { kind: table, file: pue.csv }, servers: { kind: small-8c } } }
workloads: { web: { kind: service, concurrency: 8, arrivals: { kind: trace, file: web.csv } } }`),
      { "pue.csv": csv("load,pue", [0, 2], [0.5, 1.5], [1, 1.1]), "web.csv": csv("arrival_s,work_s", ...Array(8).fill([300, 300])) },
    );
    near(metric(result, "energy.total_j"), 30_000 * 1.5 + 60_000 * 1.1);
  });
});

describe("story: a gram", () => {
  const hours = csv("hour,average_g_per_kwh", [0, 360], [1, 720], [2, 72]);

  it("is charged at the hour's intensity, to requests and jobs too", async () => {
    // The grid goes from 360 to 720 g/kWh at 3600 s: 1e-4 and 2e-4 g/J. A job on 8 cores 3400..3900 s: 100 W dynamic for 200 + 300 s: 20 kJ and
    // 30 kJ: 2 + 6 = 8 g. A request on another server 3590..3610 s: 12.5 W: 125 J + 125 J: 0.0125 + 0.025 g.
    const result = await play(
      story(`duration: 2 h
sites: { west: { pue: 1.5, carbon: { kind: trace, file: grid.csv }, servers: { kind: small-8c, count: 2 } } }
workloads:
  web: { kind: service, tenant: acme, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, tenant: acme, cores: 8, arrivals: { kind: trace, file: etl.csv } }
record: { requests: true, jobs: true }`),
      { "grid.csv": hours, "web.csv": csv("arrival_s,work_s", [3590, 20]), "etl.csv": csv("arrival_s,work_s", [3400, 500]) },
    );
    near(metric(result, "workloads.etl.carbon_mean_g_per_job"), 8);
    near(metric(result, "carbon.job_g"), 8);
    near(metric(result, "workloads.web.carbon_mean_g_per_request"), 0.0375);
    near(metric(result, "carbon.request_g"), 0.0375);
    assert.ok(Math.abs((rowsOf(result, "jobs")[0]?.carbon_g as number) - 8) < 1e-12);
    // Idle: two servers, 3600 s x 200 W x 1e-4 + 3600 s x 200 W x 2e-4, of which the one of the service is reserved-idle throughout.
    near(metric(result, "carbon.idle_g") + metric(result, "carbon.reserved_idle_g"), 72 + 144);
    near(metric(result, "carbon.facility_g"), 0.5 * (8 + 0.0375 + 216));
    near(metric(result, "carbon.operational_g"), 1.5 * (8 + 0.0375 + 216));
    near(metric(result, "tenants.acme.carbon_g"), 8.0375);
    near(metric(result, "tenants.acme.energy_j"), 50_000 + 250);
  });

  it("was already spent on making the server, and is shared by what gets done", async () => {
    // 1000 kg over 4 years: 1e6 g x 3600 s / 126230400 s. One request and one job done: the SCI halves the sum.
    const result = await play(
      story(`duration: 1 h
sites: { west: { carbon: 360 g/kWh, servers: { kind: small-8c } } }
workloads:
  web: { kind: service, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, jobs: 1, cores: 1, work: 10 s }`),
      { "web.csv": csv("arrival_s,work_s", [0, 10], [3599, 100]) }, // the second does not finish
    );
    const embodiedG = (1e6 * 3600) / 126_230_400;
    const operationalG = (3600 * 100 + 10 * 12.5 + 10 * 12.5 + 1 * 12.5) * (360 / J_PER_KWH);
    near(metric(result, "carbon.embodied_g"), embodiedG);
    near(metric(result, "carbon.operational_g"), operationalG);
    near(metric(result, "carbon.total_g"), embodiedG + operationalG);
    near(metric(result, "carbon.sci_g_per_unit"), (embodiedG + operationalG) / 2);
  });
});

describe("story: a grid that nobody described", () => {
  const sites = `sites:
  west: { servers: { kind: small-8c } }
  east: { carbon: 360 g/kWh, servers: { kind: small-8c } }`;
  const workloads = `workloads:
  web: { kind: service, sites: [west], tenant: x, arrivals: { kind: trace, file: web.csv } }
  etl: { kind: batch, jobs: 1, cores: 8, work: 10 s, sites: [east], tenant: y }
  any: { kind: batch, jobs: 1, cores: 1, work: 10 s, tenant: y }
record: { requests: true, jobs: true }`;

  it("leaves grams unknown, not 0, wherever it has a part in them, and says which site it is", async () => {
    const result = await play(story(`duration: 100 s\n${sites}\n${workloads}`), { "web.csv": csv("arrival_s,work_s", [0, 10]) });
    const unknown = Object.keys(result.metrics).filter((name) => result.notes[name]?.reason === "sites.west has no carbon");
    assert.deepEqual(unknown.toSorted(), [
      "carbon.facility_g",
      "carbon.idle_g",
      "carbon.job_g",
      "carbon.operational_g",
      "carbon.psu_loss_g",
      "carbon.request_g",
      "carbon.reserved_idle_g",
      "carbon.sci_g_per_unit",
      "carbon.total_g",
      "sites.west.carbon_g",
      "tenants.x.carbon_g",
      "tenants.y.carbon_g",
      "workloads.any.carbon_g",
      "workloads.any.carbon_mean_g_per_job",
      "workloads.web.carbon_g",
      "workloads.web.carbon_mean_g_per_request",
    ]);
    for (const name of unknown) assert.equal(result.metrics[name], null, name);
    near(metric(result, "carbon.embodied_g"), (2 * 1e6 * 100) / 126_230_400);
    near(metric(result, "sites.east.carbon_g"), metric(result, "sites.east.energy_j") * 1e-4);
    near(metric(result, "workloads.etl.carbon_g"), 1000 * 1e-4); // 100 W dynamic for 10 s
  });

  it("leaves them out of the rows too", async () => {
    const result = await play(story(`duration: 100 s\n${sites}\n${workloads}`), { "web.csv": csv("arrival_s,work_s", [0, 10]) });
    const known = rowsOf(result, "jobs").map((row) => [row.workload, Number.isFinite(row.carbon_g)]);
    assert.deepEqual(known.toSorted(), [
      ["any", false],
      ["etl", true],
    ]);
    assert.ok(Number.isNaN(rowsOf(result, "requests")[0]?.carbon_g));
  });
});

describe("story: two sites", () => {
  it("have meters of their own", async () => {
    const result = await play(
      story(`duration: 100 s
sites:
  west: { carbon: 360 g/kWh, servers: { kind: small-8c } }
  east: { pue: 2, carbon: 720 g/kWh, servers: { kind: small-8c, count: 2 } }
workloads:
  a: { kind: batch, jobs: 1, cores: 8, work: 10 s, sites: [west], tenant: x }
  b: { kind: batch, jobs: 1, cores: 8, work: 20 s, sites: [east], tenant: y }`),
    );
    assert.equal(metric(result, "sites.west.energy_j"), 10_000 + 1000);
    assert.equal(metric(result, "sites.east.energy_j"), 2 * (20_000 + 2000));
    near(metric(result, "sites.west.carbon_g"), 11_000e-4);
    near(metric(result, "sites.east.carbon_g"), 44_000 * 2e-4);
    assert.equal(metric(result, "sites.west.utilization_mean"), 0.1);
    assert.equal(metric(result, "sites.east.utilization_mean"), 0.1);
    near(metric(result, "tenants.x.energy_j"), 1000);
    near(metric(result, "tenants.y.energy_j"), 2000); // dynamic, before PUE
  });
});
