/** Scenarios that would run into nonsense, refused before they run. */
import { strict as assert } from "node:assert";
import { csv, type Files, loadYaml, metric, play, rowsOf } from "../run-yaml.ts";

const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const story = (lines: string): string => `name: story\nseed: 1\nduration: 100 s\n${lines}\n`;
const refuses = (lines: string, complaint: RegExp, files: Files = {}): void =>
  assert.throws(() => loadYaml(story(lines), files), complaint);

describe("story: a refusal", () => {
  it("of users who would ask for ever at one instant", () => {
    const users = (more: string): string =>
      `${ONE}\nworkloads: { web: { kind: service, work: 1 s, arrivals: { kind: closed, users: 2, thinkTime: 0 s }${more} } }`;
    refuses(users(", queueLimit: 0"), /arrivals\.thinkTime must be above 0: with a queueLimit, requests may end in no time/);
    refuses(users(", memoryUse: { perRequest: 1 GiB }"), /thinkTime must be above 0: with memoryUse/);
    refuses(
      `${users("")}\nfaults: { crash: { kind: server-crash, target: { site: west }, at: 1 s } }`,
      /thinkTime must be above 0: with faults/,
    );
    refuses(users("").replace("work: 1 s", "work: 0 s"), /thinkTime must be above 0: with no work/);
    loadYaml(story(users(""))); // nothing can fail: two users keep the service busy
  });

  it("of a trace with a job that fits nowhere", () => {
    const batch = `${ONE}\nworkloads: { etl: { kind: batch, arrivals: { kind: trace, file: etl.csv } } }`;
    const complaint = /workloads\.etl\.arrivals replay a trace whose job 2 is larger than every server: it needs 9 cores and 0 GiB/;
    refuses(batch, complaint, { "etl.csv": csv("arrival_s,work_s,cores", [0, 1, 8], [0, 1, 9]) });
    const memory = csv("arrival_s,work_s,memory_b", [0, 1, 40 * 1024 * 1024 * 1024]);
    refuses(batch, /job 1 is larger than every server: it needs 1 core and 40 GiB/, { "etl.csv": memory });
  });

  it("of what asks for the grams of a grid that nobody described", () => {
    const of = (more: string): string => `${ONE.replace("} } }", "} }, east: { carbon: 300 g/kWh, servers: { kind: small-8c } } }")}
workloads: { etl: { kind: batch, jobs: 1, work: 1 s, tenant: x }, there: { kind: batch, jobs: 1, work: 1 s, sites: [east] } }
${more}`;
    const expects = (metric: string): string => of(`expect: [{ metric: ${metric}, max: 5 }]`);
    for (const metric of [
      "carbon.total_g",
      "carbon.idle_g",
      "sites.west.carbon_g",
      "workloads.etl.carbon_mean_g_per_job",
      "tenants.x.carbon_g",
    ])
      refuses(expects(metric), /expect\.?\[?0\]?\.metric names "[a-z._]+", which nobody can know: sites\.west has no carbon/);
    for (const metric of ["carbon.embodied_g", "sites.east.carbon_g", "workloads.there.carbon_g", "energy.total_j"])
      loadYaml(story(expects(metric)));
    for (const kind of ["carbon-threshold", "carbon-lowest-slot"]) {
      const decides = (workload: string): string => of(`controllers: { wait: { kind: ${kind}, target: { workload: ${workload} } } }`);
      refuses(decides("etl"), /controllers\.wait decides by carbon, and sites\.west has no carbon/);
      loadYaml(story(decides("there")));
    }
  });

  it("of more servers than a run can hold, and of no fewer", () => {
    const of = (racks: number, web: string): string =>
      `sites: { west: { racks: { r: { count: ${racks}, servers: { kind: small-8c, count: 1000 } } } } }\n${web}`;
    refuses(of(201, ""), /sites must have at most 200000 servers, got 201000/);
    loadYaml(story(of(130, "workloads: { web: { kind: service, work: 1 s, arrivals: { kind: poisson, rate: 0.5 req/s } } }")));
  }).timeout(20_000);

  it("of an SLO that holds for nobody", () => {
    const slo = (percentile: number): string =>
      `${ONE}\nworkloads: { web: { kind: service, work: 1 s, arrivals: { kind: poisson, rate: 0.5 req/s }, slo: { latency: 1 s, percentile: ${percentile} } } }`;
    refuses(slo(0), /slo\.percentile must be/);
    loadYaml(story(slo(0.01)));
  });

  it("of runs that would never end", () => {
    const web = (more: string, arrivals = "{ kind: poisson, rate: 1 req/s }"): string =>
      `${ONE}\nworkloads: { web: { kind: service, queueLimit: 1, work: 1 ms, arrivals: ${arrivals}${more} } }`;
    refuses(web("", "{ kind: poisson, rate: 1.1e9 req/s }"), /web\.arrivals come at 1100000000 a second, and at most/);
    refuses(web("", "{ kind: renewal, gap: 0.5 ns }"), /web\.arrivals come at/);
    refuses(web("", "{ kind: closed, users: 1000001, thinkTime: 1 s }"), /arrivals\.users must be at most 1000000, got 1000001/);
    refuses(web(", slo: { latency: 1 s, window: 9 us }"), /slo\.window must be so long that the run holds at most 10000000 windows/);
    loadYaml(story(web(", slo: { latency: 1 s, window: 11 us }")));
    const etl = (jobs: number, more: string): string =>
      `${ONE.replace("} } }", "}, carbon: 300 g/kWh } }")}\nworkloads: { etl: { kind: batch, jobs: ${jobs}, work: 1 ms } }\n${more}`;
    refuses(etl(100_000_001, ""), /etl\.jobs must be at most 100000000, got 100000001/);
    const often = (period: string): string =>
      etl(1, `controllers: { c: { kind: carbon-threshold, target: { workload: etl }, period: ${period}, telemetry: { scrape: 1 s } } }`);
    refuses(often("0.9 us"), /controllers\.c\.period must be so long that the run holds at most 100000000 of them/);
    loadYaml(story(often("1.1 us")));
    refuses(
      etl(1, "faults: { f: { kind: server-crash, target: { site: west }, mttr: 1 h, mtbf: { kind: exponential, mean: 0.5 s } } }"),
      /faults\.f\.mtbf must have a mean of at least 1 s, got 0\.5 s/,
    );
  });

  it("of a load that is all that there is, unless nothing is left to chance", () => {
    const web = (arrivals: string, work: string): string =>
      `${ONE}\nworkloads: { web: { kind: service, concurrency: 2, work: ${work}, arrivals: ${arrivals} } }`;
    const full = /web\.arrivals keep 2 cores busy \(20 req\/s x 0\.1 s\), all of the 2 that/;
    refuses(web("{ kind: poisson, rate: 20 req/s }", "100 ms"), full);
    refuses(web("{ kind: renewal, gap: 50 ms }", "{ kind: exponential, mean: 100 ms }"), full);
    loadYaml(story(web("{ kind: renewal, gap: 50 ms }", "100 ms")));
    loadYaml(story(web("{ kind: poisson, rate: 19.9 req/s }", "100 ms")));
  });

  it("of a grid that ends before the longest run that an automatic warm-up may make", () => {
    const files = { "grid.csv": csv("hour,average_g_per_kwh", [0, 1], [1, 1]) };
    const hours = (duration: string): string =>
      `name: story\nseed: 1\nduration: ${duration}\nwarmup: auto\nsites: { west: { carbon: { kind: trace, file: grid.csv }, servers: { kind: small-8c } } }\n`;
    assert.throws(() => loadYaml(hours("90 min"), files), /sites\.west\.carbon does not fit the run/);
    loadYaml(hours("1 h"), files);
  });

  it("is not due where a limit keeps a replica small, or each class says its own work", async () => {
    // 64 slots, but no more than two cores: 2 are reserved. Classes without a common work.
    const result = await play(
      story(`${ONE}
workloads:
  web:
    kind: service
    concurrency: 64
    limits: { cpu: 2 }
    classes: { a: { share: 0.5, work: 1 s }, b: { share: 0.5, work: 2 s } }
    arrivals: { kind: closed, users: 1, thinkTime: 1 s }`),
    );
    assert.ok(metric(result, "workloads.web.a.requests_finished") > 0 && metric(result, "workloads.web.b.requests_finished") > 0);
  });
});

describe("story: a warning", () => {
  const warnings = (lines: string, files: Files = {}): string => loadYaml(story(lines), files).warnings.join("\n");

  it("of columns and rows of a trace that nobody reads", () => {
    const web = `${ONE}\nworkloads: { web: { kind: service, arrivals: { kind: trace, file: t.csv } } }`;
    const etl = `${ONE}\nworkloads: { etl: { kind: batch, arrivals: { kind: trace, file: t.csv } } }`;
    const said = warnings(web, { "t.csv": csv("arrival_s,work_s,class", [0, 1, "gold"], [100, 1, "gold"], [101, 1, "gold"]) });
    assert.match(said, /web\.arrivals replay a trace with a column "class", and the service has no classes/);
    assert.match(said, /web\.arrivals replay a trace of which 2 of 3 rows come after the run's end \(100 s\)/);
    const deadline = warnings(etl, { "t.csv": csv("arrival_s,work_s,deadline", [0, 1, 50]) });
    assert.match(deadline, /etl\.arrivals replay a trace with a column "deadline", which nobody reads\. Did you mean "deadline_s"\?/);
    assert.equal(warnings(etl, { "t.csv": csv("arrival_s,work_s,deadline_s,tokens", [0, 1, 50, 1]) }), "");
  });

  it("of a day that begins at midnight because nobody said when, and of more draws than replicas", () => {
    const profile = "profile: { kind: diurnal, peakHour: 20, ratio: 2 }";
    const web = `${ONE}\nworkloads: { web: { kind: service, replicas: 2, work: 1 ms, arrivals: { kind: poisson, rate: 1 req/s, ${profile} } } }`;
    assert.match(warnings(web), /arrivals\.profile takes time 0 for 00:00 UTC: the scenario has no `start`/);
    const draws = (d: number): string =>
      `start: 2021-07-01T00:00:00Z\n${web}\ncontrollers: { r: { kind: power-of-d, d: ${d}, target: { workload: web } } }`;
    assert.equal(warnings(draws(2)), "");
    assert.match(warnings(draws(3)), /controllers\.r\.d is more than the 2 replicas: all of them are compared, got 3/);
  });
});

describe("story: a queue rule of models at a service", () => {
  it("is refused for what a service never asks", () => {
    const web = `${ONE}\nworkloads: { web: { kind: service, work: 1 ms, arrivals: { kind: poisson, rate: 1 req/s } } }`;
    const rule = (fields: string, complaint: RegExp): void =>
      refuses(`${web}\ncontrollers: { q: { target: { workload: web }, ${fields} } }`, complaint);
    rule("kind: priority, aging: 9 s", /q\.aging is of no use to a service: it is asked of models\. Hint: leave it out\./);
    rule("kind: srpt, predictor: { kind: oracle }", /q\.predictor is of no use to a service/);
    rule("kind: mlfq", /must be a model-serving workload for kind "mlfq", got a service workload/);
    rule("kind: edf", /must have an slo with a latency for kind "edf"/);
  });
});

describe("story: a full queue", () => {
  it("turns gold away too: whoever was interrupted would have nowhere to wait", async () => {
    const result = await play(
      story(`${ONE}
workloads:
  web:
    kind: service
    queueLimit: 1
    classes: { gold: { share: 0.5, priority: 2 }, rest: { share: 0.5, priority: 1 } }
    arrivals: { kind: trace, file: web.csv }
controllers: { order: { kind: priority, preemptive: true, target: { workload: web } } }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s,class", [0, 5, "rest"], [1, 1, "gold"], [1.5, 1, "gold"], [10, 1, "rest"]) },
    );
    // gold interrupts at 1 s and ends at 2 s; the next gold finds one waiting: away. rest ends at 6 s.
    const ends = rowsOf(result, "requests").map(({ id, outcome, finish_s }) => [id, outcome, finish_s]);
    assert.deepEqual(ends, [
      [2, "rejected", 1.5],
      [1, "finished", 2],
      [0, "finished", 6],
      [3, "finished", 11],
    ]);
  });

  it("of which a retry finds nobody up names no replica", async () => {
    // The first attempt dies with its server at 1 s, the second finds nobody.
    const result = await play(
      story(`${ONE}
workloads: { web: { kind: service, resilience: { attempts: 2, backoff: 1 s }, arrivals: { kind: trace, file: web.csv } } }
faults: { crash: { kind: server-crash, target: { site: west }, at: 1 s } }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", [0, 5]) },
    );
    const [row] = rowsOf(result, "requests");
    assert.deepEqual([row?.attempt, row?.outcome, row?.replica, row?.server, row?.energy_j], [2, "failed", -1, "", 12.5]);
  });
});
