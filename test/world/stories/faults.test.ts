/** Faults, told as small stories. Server small-8c boots 150 s at 120 W; plain.yaml is the same without a boot. */
import { strict as assert } from "node:assert";
import { csv, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";

const story = (lines: string): string => `name: story\nseed: 1\n${lines}\n`;
const PLAIN = {
  "plain.yaml": `kind: server
cores: 8
memory: 32 GiB
clocks: [1 GHz]
power: { kind: linear, idle: 100 W, peak: 200 W }
embodied: 1000 kg
lifetime: 4 year
source: made up for tests
`,
};
const stretches = (result: Awaited<ReturnType<typeof play>>): (string | number)[][] =>
  result.series.faults.map(({ fault, server, startS, endS }) => [fault, server, startS, endS]);

describe("story: a fault", () => {
  it("that slows a server stretches its work, unseen, and for the same watts", async () => {
    // 10 s of work from 0 s; at 4 s the cores run at a quarter for 8 s: 4 + 2 done at 12 s, 4 left: 16 s. All cores busy: 200 W.
    const result = await play(
      story(`duration: 20 s
sites: { west: { servers: { kind: small-8c } } }
workloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 10 s } }
faults: { slow: { kind: server-slow-cpu, factor: 0.25, target: { site: west }, at: 4 s, duration: 8 s } }`),
    );
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 16);
    near(metric(result, "energy.total_j"), 16 * 200 + 4 * 100);
  });

  it("that slows twice slows by both, and each heals by itself", async () => {
    // Halves from 0 to 8 s and from 4 to 12 s: rates 0.5, 0.25, 0.5, 1: 2 + 1 + 2 done at 12 s, 5 left: 17 s.
    const result = await play(
      story(`duration: 20 s
sites: { west: { servers: { kind: small-8c } } }
workloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 10 s } }
faults:
  a: { kind: server-slow-cpu, target: { site: west }, at: 0 s, duration: 8 s }
  b: { kind: server-slow-cpu, target: { site: west }, at: 4 s, duration: 8 s }`),
    );
    assert.equal(metric(result, "workloads.etl.turnaround_mean_s"), 17);
  });

  it("holds a server down until the last of them lets go", async () => {
    // Down by a 100..300 s and by b 200..400 s: down 300 s, once; boot until 550 s.
    const result = await play(
      story(`duration: 1000 s
sites: { west: { servers: { kind: small-8c } } }
faults:
  a: { kind: server-crash, target: { site: west }, at: 100 s, duration: 200 s }
  b: { kind: server-crash, target: { site: west }, at: 200 s, duration: 200 s }`),
    );
    assert.equal(metric(result, "energy.total_j"), 100 * 100 + 150 * 120 + 450 * 100);
    assert.equal(metric(result, "sites.west.availability"), 0.55);
    assert.deepEqual(stretches(result), [
      ["a", "west/0", 100, 300],
      ["b", "west/0", 200, 400],
    ]);
  });

  it("during a boot starts the boot again", async () => {
    // Down 0..10 s, boot from 10 s; down again 60..70 s, boot 70..220 s.
    const result = await play(
      story(`duration: 300 s
sites: { west: { servers: { kind: small-8c } } }
faults:
  a: { kind: server-crash, target: { site: west }, at: 0 s, duration: 10 s }
  b: { kind: server-crash, target: { site: west }, at: 60 s, duration: 10 s }`),
    );
    assert.equal(metric(result, "energy.total_j"), 50 * 120 + 150 * 120 + 80 * 100);
  });

  it("takes a row down together, and together it comes back", async () => {
    // Racks a and b in row r, c outside. mtbf 100 s, mttr 50 s: down [100,150), [250,300), ... the two of the row, not the third.
    const result = await play(
      story(`duration: 400 s
sites:
  west:
    rows: { r: {} }
    racks:
      a: { row: r, servers: { kind: ./plain.yaml } }
      b: { row: r, servers: { kind: ./plain.yaml } }
      c: { servers: { kind: ./plain.yaml } }
faults: { power: { kind: server-crash, target: { row: r, together: true }, mtbf: { kind: exponential, mean: 50 s }, mttr: 20 s } }`),
      PLAIN,
    );
    const rows = stretches(result);
    const of = (name: string): (string | number)[][] =>
      rows.filter(([, server]) => server === name).map(([, , startS, endS]) => [startS, endS] as (string | number)[]);
    assert.ok(rows.length >= 2 && of("west/a/0").length > 0);
    assert.deepEqual(of("west/a/0"), of("west/b/0"));
    assert.deepEqual(of("west/c/0"), []);
    assert.equal(metric(result, "faults.power.count"), rows.length);
  });

  it("renews itself after each repair", async () => {
    // Up 100 s, down 50 s: [100,150), [250,300), [400,...): energy 100 W x (100 + 100 + 100 + 0) at 400 s; with 20 s more it is down.
    const result = await play(
      story(`duration: 420 s
sites: { west: { servers: { kind: ./plain.yaml } } }
faults: { crash: { kind: server-crash, target: { site: west }, mtbf: 100 s, mttr: 50 s } }`),
      PLAIN,
    );
    assert.equal(metric(result, "energy.total_j"), 300 * 100);
    assert.deepEqual(stretches(result), [
      ["crash", "west/0", 100, 150],
      ["crash", "west/0", 250, 300],
      ["crash", "west/0", 400, 420],
    ]);
  });

  it("replays a trace, row by row, on the servers it names; rows that overlap hold once", async () => {
    const result = await play(
      story(`duration: 100 s
sites: { west: { servers: { kind: ./plain.yaml, count: 2 } } }
faults: { crash: { kind: server-crash, target: { site: west }, trace: faults.csv } }`),
      { ...PLAIN, "faults.csv": csv("at_s,duration_s,server", [10, 20, "west/0"], [20, 20, "west/0"], [50, 10, "west/1"]) },
    );
    assert.deepEqual(stretches(result), [
      ["crash", "west/0", 10, 40],
      ["crash", "west/1", 50, 60],
    ]);
    assert.equal(metric(result, "energy.total_j"), 2 * 10_000 - 3000 - 1000);
  });

  it("of a trace that names a server outside its target is refused", async () => {
    await assert.rejects(
      play(
        story(`duration: 100 s
sites: { west: { servers: { kind: ./plain.yaml } } }
faults: { crash: { kind: server-crash, target: { site: west }, trace: faults.csv } }`),
        { ...PLAIN, "faults.csv": csv("at_s,duration_s,server", [10, 20, "west/7"]) },
      ),
      /west\/7/,
    );
  });

  it("strikes as many servers as it is told, others never", async () => {
    const result = await play(
      story(`duration: 100 s
sites: { west: { servers: { kind: ./plain.yaml, count: 5 } } }
faults: { crash: { kind: server-crash, target: { site: west, count: 2 }, at: 10 s, duration: 10 s } }`),
      PLAIN,
    );
    assert.equal(new Set(stretches(result).map(([, server]) => server)).size, 2);
    assert.equal(metric(result, "faults.crash.count"), 2);
    assert.equal(metric(result, "sites.west.availability"), (5 * 100 - 20) / 500);
  });

  it("leaves what it does not touch: other replicas take the load", async () => {
    // Two replicas on two servers (worst-fit), routed in turn. Server 0 dies at 5 s: its request fails, later ones all go to the other.
    const result = await play(
      story(`duration: 100 s
sites: { west: { servers: { kind: small-8c, count: 2 } } }
workloads: { web: { kind: service, replicas: 2, arrivals: { kind: trace, file: web.csv } } }
controllers: { spread: { kind: worst-fit, target: { workload: web } }, turns: { kind: round-robin, target: { workload: web } } }
faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 5 s } }
record: { requests: true }`),
      { "web.csv": csv("arrival_s,work_s", [0, 10], [1, 10], [20, 1], [30, 1]) },
    );
    const rows = rowsOf(result, "requests").sort((a, b) => (a.id as number) - (b.id as number));
    assert.equal(rows.filter(({ outcome }) => outcome === "failed").length, 1);
    assert.deepEqual(new Set(rows.filter(({ outcome }) => outcome === "finished").map(({ server }) => server)), new Set(["west/1"]));
  });

  it("strikes at least one of the servers, however small the fraction", async () => {
    // A tenth of 4 servers rounds to none; one is down for 50 of 100 s: 350 of 400 server seconds are up.
    const faults = (fraction: number): string => `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, count: 4 } } }
faults: { crash: { kind: server-crash, target: { site: west, fraction: ${fraction} }, at: 50 s } }
`;
    assert.equal(metric(await play(faults(0.1)), "sites.west.availability"), 350 / 400);
    assert.throws(() => loadYaml(faults(0)), /faults\.crash\.target\.fraction must be/);
  });
});
