/** What decides, told as small stories: carbon rules, holds, stale mirrors. Server small-8c: 8 cores. */
import { strict as assert } from "node:assert";
import { columnOf, csv, loadYaml, metric, play, rowsOf } from "../run-yaml.ts";

const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const HOUR = 3600;
const grid = (...gPerKwh: readonly number[]): string => csv("hour,average_g_per_kwh", ...gPerKwh.map((value, hour) => [hour, value]));
const site = (count = 1, forecast = "kind: persistence"): string =>
  `sites: { west: { carbon: { kind: trace, file: grid.csv, forecast: { ${forecast} } }, servers: { kind: small-8c, count: ${count} } } }`;
const starts = (result: Awaited<ReturnType<typeof play>>): (number | string)[] => {
  const rows = [...rowsOf(result, "jobs")].sort((a, b) => (a.id as number) - (b.id as number));
  return rows.map(({ start_s }) => start_s as number);
};

describe("story: carbon-lowest-slot", () => {
  const deferred = (terms: string, more = ""): string =>
    story(`duration: 8 h
${site()}
workloads: { etl: { kind: batch, cores: 1, work: 10 min, ${terms}, arrivals: { kind: trace, file: etl.csv } } }
controllers: { defer: { kind: carbon-lowest-slot, lookahead: 6 h, oracle: [carbon], target: { workload: etl } } }
record: { jobs: true }
${more}`);
  const files = { "grid.csv": grid(300, 200, 100, 100, 50, 300, 300, 300), "etl.csv": csv("arrival_s", [1800]) };

  it("starts on the hour of least carbon within the slack, the earliest of equals, or at once", async () => {
    // From 0:30 with 3 h of slack: hours 1, 2, 3 are candidates (200, 100, 100): hour 2. With 4 h: hour 4 (50). With 20 min: at once.
    assert.deepEqual(starts(await play(deferred("slack: 3 h"), files)), [2 * HOUR]);
    assert.deepEqual(starts(await play(deferred("slack: 4 h"), files)), [4 * HOUR]);
    assert.deepEqual(starts(await play(deferred("slack: 20 min"), files)), [1800]);
  });

  it("never delays a job past the slack that its deadline leaves", async () => {
    // Deadline 2 h after 0:30, work 10 min: the latest start is 2:20. The rule, which does not know the work, would say hour 4.
    assert.deepEqual(starts(await play(deferred("deadline: 2 h"), files)), [1800 + 2 * HOUR - 600]);
  });

  it("has the truth only where it is granted, whoever shares the servers", async () => {
    // other comes first in the file and shares the queue. With the oracle etl waits for hour 2; by persistence all hours look alike.
    const shared = (oracle: string): string =>
      story(`duration: 8 h
${site()}
workloads:
  other: { kind: batch, jobs: 1, cores: 1, work: 1 min }
  etl: { kind: batch, cores: 1, work: 10 min, slack: 3 h, arrivals: { kind: trace, file: etl.csv } }
controllers: { defer: { kind: carbon-lowest-slot, oracle: [${oracle}], target: { workload: etl } } }
record: { jobs: true }`);
    assert.deepEqual(starts(await play(shared("carbon"), files)), [0, 2 * HOUR]);
    assert.deepEqual(starts(await play(shared(""), files)), [0, 1800]);
  });
});

describe("story: carbon-threshold", () => {
  const held = (workload: string, more = "", grants = "oracle: [carbon], "): string =>
    story(`duration: 6 h
${site()}
workloads: { etl: { kind: batch, cores: 1, work: 10 min, ${workload}, arrivals: { kind: trace, file: etl.csv } } }
controllers: { hold: { kind: carbon-threshold, period: 30 min, quantile: 0.5, lookahead: 4 h, ${grants}target: { workload: etl }${more} } }
record: { jobs: true, events: true }`);
  const files = { "grid.csv": grid(300, 200, 100, 100, 50, 300), "etl.csv": csv("arrival_s", [600], [700]) };

  it("holds while now is dirtier than half of what is ahead, and releases in order", async () => {
    // Hour 0: 300 of {300, 200, 100, 100}: median 100: hold. Hour 1: 200 of {200, 100, 100, 50}: hold. Hour 2: 100 of {100, 100, 50, 300}: the
    // second smallest is 100: release at 2:00.
    const result = await play(held("slack: 5 h"), files);
    assert.deepEqual(starts(result), [2 * HOUR, 2 * HOUR]);
    assert.ok(metric(result, "controllers.hold.actions") >= 2);
    assert.equal(metric(result, "controllers.hold.refusals"), 0);
    assert.equal(metric(result, "controllers.hold.decisions"), 13); // 0:00, 0:30, ... 6:00
  });

  it("never holds past the slack", async () => {
    assert.deepEqual(starts(await play(held("slack: 20 min"), files)), [600 + 1200, 700 + 1200]);
  });

  it("takes its time to act, if it is told to", async () => {
    // The hold of 0:00 acts at 0:15, when both jobs have long begun.
    assert.deepEqual(starts(await play(held("slack: 5 h", ", actuationDelay: 15 min"), files)), [600, 700]);
  });

  it("keeps holding a job that comes back from a crash", async () => {
    // 3 h of work from 0:10. Hour 2 is dirty (300 of {300, 100, 100, 100}): hold. The server dies at 2:15 and is up again before 3:00:
    // all is lost, the job waits until 3:00, then runs 3:00..6:00.
    const result = await play(
      `${held("slack: 10 h").replace("work: 10 min", "work: 3 h")}faults: { crash: { kind: server-crash, target: { site: west }, at: 2.25 h, duration: 1 min } }\n`,
      { "grid.csv": grid(100, 100, 300, 100, 100, 100), "etl.csv": csv("arrival_s", [600]) },
    );
    assert.deepEqual(
      rowsOf(result, "jobs").map(({ start_s, finish_s, restarts }) => [start_s, finish_s, restarts]),
      [[600, 6 * HOUR, 1]],
    );
  });

  it("releases what it held by order of arrival, whatever slot a job has", async () => {
    // Two short jobs free their slots at 60 s in the order 0, 1; the next two arrivals take slots 1, 0. One server of 8 cores, 8 each:
    // held at 0:00 already, so only jobs without slack run... those are `early`; the late ones wait for hour 2 and go by arrival.
    const result = await play(
      story(`duration: 6 h
${site()}
workloads:
  early: { kind: batch, cores: 4, work: 1 min, jobs: 2 }
  late: { kind: batch, cores: 8, work: 10 min, slack: 5 h, arrivals: { kind: trace, file: etl.csv } }
controllers: { hold: { kind: carbon-threshold, period: 30 min, quantile: 0.5, lookahead: 4 h, oracle: [carbon], target: { workload: late }, actuationDelay: 20 min } }
record: { jobs: true }
faults: { busy: { kind: server-crash, target: { site: west }, at: 2 min, duration: 20 min } }`),
      { ...files, "etl.csv": csv("arrival_s", [600], [700]) }, // queue while the server is down; the hold acts at 0:20
    );
    assert.deepEqual(starts(result).slice(2), [2 * HOUR + 1200, 2 * HOUR + 1200 + 600]);
  });
});

describe("story: a controller", () => {
  it("decides at whole multiples of its period, however small", async () => {
    // 0.7 s: at 0, 0.7, ... 700 s, 1001 times; adding 0.7 a thousand times gives 700.0000000000064, past the end.
    const result = await play(
      story(`duration: 700 s
${site()}
workloads: { etl: { kind: batch, jobs: 1, work: 1 s } }
controllers: { hold: { kind: carbon-threshold, period: 0.7 s, target: { workload: etl } } }`),
      { "grid.csv": grid(100, 100) },
    );
    assert.equal(metric(result, "controllers.hold.decisions"), 1001);
  });

  it("of the same scrape sees what others see, once it is old enough", async () => {
    // Scrapes at 0, 20, ... s, visible 15 s later; asked each 10 s from 0 on: nothing is seen at 0 and 10 s.
    const result = await play(
      story(`duration: 100 s
${site()}
workloads: { etl: { kind: batch, jobs: 1, work: 1 s } }
controllers: { hold: { kind: carbon-threshold, period: 10 s, telemetry: { scrape: 20 s, delay: 15 s }, target: { workload: etl } } }`),
      { "grid.csv": grid(100, 100) },
    );
    assert.equal(metric(result, "controllers.hold.decisions"), 9); // 20, 30, ... 100 s
  });

  it("that nobody would ever ask is refused", () => {
    const ruled = (rules: string): string =>
      story(`duration: 100 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, work: 1 s, arrivals: { kind: poisson, rate: 0.1 req/s } }
  etl: { kind: batch, jobs: 1, work: 1 s }
controllers: { a: { kind: best-fit, target: { workload: etl } }, b: { ${rules} } }`);
    const cases: readonly [string, RegExp][] = [
      ["kind: first-fit, target: { workload: etl }", /controllers\.b makes the place decisions of etl, and so does controllers\.a/],
      ["kind: first-fit, target: { site: west }", /controllers\.b\.target must be a workload for kind "first-fit"/],
      ["kind: random, target: { workload: web }, telemetry: { scrape: 1 s }", /controllers\.b\.telemetry is of no use/],
      ["kind: random, target: { workload: web }, period: 1 s", /controllers\.b\.period is of no use/],
      ["kind: random, target: { workload: web }, actuationDelay: 1 s", /controllers\.b\.actuationDelay is of no use/],
      ["kind: worst-fit, target: { workload: web }, telemetry: { scrape: 1 s }", /controllers\.b\.telemetry is of no use/],
    ];
    for (const [rules, complaint] of cases) assert.throws(() => loadYaml(ruled(rules)), complaint);
  });
});

describe("story: a stale mirror", () => {
  it("sends jobs where there is no room, and they come back as refusals", async () => {
    // One scrape a minute, 10 s late: from 10 s on the mirror shows both servers empty. Best-fit's lowest id is server 0. At 20 s job
    // 0 goes there; at 21 s job 1 is sent there too and is refused. The scrape of 60 s shows server 0 full at 70 s: job 1 goes to server 1.
    const result = await play(
      story(`duration: 1000 s
sites: { west: { servers: { kind: small-8c, count: 2 } } }
workloads: { etl: { kind: batch, cores: 8, work: 500 s, arrivals: { kind: trace, file: etl.csv } } }
controllers: { place: { kind: best-fit, target: { workload: etl }, telemetry: { scrape: 60 s, delay: 10 s } } }
record: { jobs: true }`),
      { "etl.csv": csv("arrival_s", [20], [21]) },
    );
    assert.deepEqual(starts(result), [20, 70]);
    assert.deepEqual(columnOf(result, "jobs", "server"), ["west/0", "west/1"]);
    assert.equal(metric(result, "workloads.etl.placements_refused"), 1);
  });

  it("needs to be told how often it is scraped", () => {
    assert.throws(
      () =>
        loadYaml(
          story(`duration: 1000 s
sites: { west: { servers: { kind: small-8c, count: 2 } } }
workloads: { etl: { kind: batch, cores: 8, work: 500 s, jobs: 1 } }
controllers: { place: { kind: best-fit, target: { workload: etl }, telemetry: { delay: 10 s } } }`),
        ),
      /telemetry\.scrape/,
    );
  });
});
