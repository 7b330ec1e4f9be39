import { strict as assert } from "node:assert";
import { checkServerKind, fileFamily } from "../../src/scenario/index.ts";
import { fleetOf } from "../../src/scenario/spec.ts";
import type { Table } from "../../src/world/base/table.ts";
import { complaint, load, SERVER, SMALL } from "./bed.ts";

describe("loading a scenario", () => {
  it("gives plain data in base units, names in the order of the file", () => {
    const { spec } = load(SMALL);
    assert.deepEqual(structuredClone(spec), spec);
    assert.equal(spec.duration, 3600);
    assert.deepEqual(Object.keys(spec.workloads), ["web", "etl"]);
    assert.deepEqual(spec.workloads.web?.work, { kind: "exponential", mean: 0.005 });
    assert.deepEqual(spec.workloads.etl?.work, { kind: "deterministic", value: 3600 });
    assert.deepEqual(spec.faults.crash?.mtbf, { kind: "deterministic", value: 86_400 });
    assert.deepEqual(spec.sites.west?.servers, [{ kind: "small", count: 2 }]);
    assert.deepEqual(spec.serverKinds.small?.clocks, [1e9, 2e9]);
    assert.deepEqual(spec.record, { requests: 0, jobs: false, power: false, events: false, trace: false });
  });

  it("reads the start, and the whole of a share from true", () => {
    const { spec } = load(`${SMALL}start: 1970-01-02T00:00:00Z\nrecord: { requests: true }\n`);
    assert.deepEqual(spec.start, { text: "1970-01-02T00:00:00Z", epochS: 86_400 });
    assert.equal(spec.record.requests, 1);
  });

  it("puts a table in place of a file's name, relative to the file that says it", () => {
    const base = SMALL.replace("{ kind: exponential, mean: 5 ms }", "{ kind: table, file: sizes.csv }");
    const files = {
      "scenario.yaml": "extends: lib/base.yaml\n",
      "lib/base.yaml": base,
      "lib/sizes.csv": "quantile,value\n0,0.001\n1,0.003\n",
    };
    const { spec, files: read } = load(files);
    const table = spec.workloads.web?.work?.file as Table;
    assert.deepEqual([...(table.numbers.value as Float64Array)], [0.001, 0.003]);
    assert.deepEqual(read, ["catalogue/servers/small.yaml", "lib/sizes.csv"]);
  });

  it("names every server, copies of racks included", () => {
    const sites =
      "{ west: { racks: { a: { servers: { kind: small, count: 2 } }, b: { count: 2, servers: { kind: small } } }, servers: { kind: small } } }";
    const { spec } = load(`name: x\nduration: 1 s\nsites: ${sites}\n`);
    assert.deepEqual(
      fleetOf(spec.sites).map(({ name }) => name),
      ["west/a/0", "west/a/1", "west/b-0/0", "west/b-1/0", "west/0"],
    );
  });

  it("takes a server kind of the user's own", () => {
    const { spec } = load({
      "scenario.yaml": SMALL.replace("kind: small", "kind: kinds/mine.yaml"),
      "kinds/mine.yaml": SERVER.replace("cores: 8", "cores: 16"),
    });
    assert.equal(spec.sites.west?.servers[0]?.kind, "kinds/mine.yaml");
    assert.equal(spec.serverKinds["kinds/mine.yaml"]?.cores, 16);
  });

  it("has one hash for one content: spaces do not count, values and tables do", () => {
    const traced = SMALL.replace("{ kind: exponential, mean: 5 ms }", "{ kind: table, file: q.csv }");
    const hash = (text: string, csv: string): string => load({ "scenario.yaml": text, "q.csv": csv }).sha256;
    const csv = "quantile,value\n0,0.001\n1,0.003\n";
    assert.equal(hash(traced, csv), hash(`# a remark\n${traced.replaceAll(", ", ",   ")}`, csv));
    assert.notEqual(hash(traced, csv), hash(traced.replace("seed: 1", "seed: 2"), csv));
    assert.notEqual(hash(traced, csv), hash(traced, csv.replace("0.003", "0.002")));
  });

  it("warns where a trace exceeds what the service can carry, and where a fault comes too late", () => {
    // 3 arrivals in 2 s of 1 s each keep 1.5 cores busy; one replica has one slot.
    const text = SMALL.replace("{ kind: poisson, rate: 100 req/s }", "{ kind: trace, file: t.csv }")
      .replace("{ kind: exponential, mean: 5 ms }", "1 s")
      .replace("mtbf: 1 day, mttr: 1 h", "at: 1 h, duration: 1 min");
    assert.deepEqual(load({ "scenario.yaml": text, "t.csv": "arrival_s\n0\n1\n2\n" }).warnings, [
      "scenario.yaml:7:46: workloads.web.arrivals keep 1.5 cores busy (1.5 req/s x 1 s), more than the 1 that replicas x concurrency x speed give: the queue would grow for ever. Hint: more replicas, more concurrency, or a queueLimit.",
      "scenario.yaml:12:70: faults.crash.at is after the run's end (3600 s): this fault never comes.",
    ]);
  });

  it("lets a queue limit, or a closed loop, stand above capacity", () => {
    load(SMALL.replace("rate: 100 req/s", "rate: 201 req/s").replace("kind: service,", "kind: service, queueLimit: 10,"));
    load(SMALL.replace("{ kind: poisson, rate: 100 req/s }", "{ kind: closed, users: 1000, thinkTime: 1 ms }"));
  });
});

describe("extends", () => {
  const chain = {
    "scenario.yaml": "extends: b.yaml\nseed: 3\nworkloads: { web: { replicas: 2 }, etl: null }\ncontrollers: { place: null }\n",
    "b.yaml": "extends: lib/a.yaml\nseed: 2\nduration: 2 h\n",
    "lib/a.yaml": SMALL,
  };

  it("merges by key, replaces lists, removes by null; the nearest file wins", () => {
    const { spec, text } = load(chain);
    assert.equal(spec.seed, 3);
    assert.equal(spec.duration, 7200);
    assert.equal(spec.workloads.web?.kind === "service" && spec.workloads.web.replicas, 2);
    assert.deepEqual(Object.keys(spec.workloads), ["web"]);
    assert.match(text, /^name: small\nseed: 3\nduration: 2 h\n/);
  });

  it("names the file where a fault stands, and the line that brought it in", () => {
    const broken = { ...chain, "lib/a.yaml": SMALL.replace("count: 2 }", "count: 0 }") };
    assert.equal(complaint(broken), "lib/a.yaml:5:42: sites.west.servers.count must be at least 1, got 0 (from b.yaml:1).");
  });

  it("says which file is missing, where it is named", () => {
    assert.equal(
      complaint({ "scenario.yaml": "name: x\nextends: lib/none.yaml\n" }),
      'scenario.yaml:2:10: extends: the file "lib/none.yaml" does not exist.',
    );
    assert.equal(complaint({}), 'scenario.yaml: the file "scenario.yaml" does not exist.');
  });

  it("refuses a null that removes nothing", () => {
    assert.equal(complaint(`${SMALL}start:\n`), "scenario.yaml:13:7: start must be text, got nothing.");
  });
});

describe("the family of a file", () => {
  it("shows in its keys at the top", () => {
    const family = (text: string): string => fileFamily("mine.yaml", () => text);
    assert.equal(family("name: day\nduration: 1 h"), "scenario");
    assert.equal(family("scenario: day.yaml\nvary: { kind: grid }"), "sweep");
    assert.equal(family("scenario: day.yaml\nbaseline: day.json"), "gate");
    assert.equal(family("task: CartPole-v1\nbaseline: pole.json"), "gate");
  });
});

describe("the file of a server kind", () => {
  it("is checked as such", () => {
    const read = (text: string) => () => text;
    assert.equal(fileFamily("mine.yaml", read(SERVER)), "server");
    checkServerKind("mine.yaml", read(SERVER));
    assert.throws(() => checkServerKind("mine.yaml", read(SERVER.replace("cores: 8", "cores: 0"))), /mine\.yaml:2:8: cores must be/);
    assert.throws(() => checkServerKind("mine.yaml", read(`${SERVER}colour: red\n`)), /unknown key "colour"/);
  });
});

describe("--set", () => {
  it("changes, adds and removes values, in order", () => {
    const { spec } = load(SMALL, [
      "seed=2",
      "seed=5",
      "workloads.web.queueLimit=10",
      "workloads.etl=null",
      "controllers=null",
      "sites.west.servers.count=3",
    ]);
    assert.equal(spec.seed, 5);
    assert.equal(spec.workloads.web?.kind === "service" && spec.workloads.web.queueLimit, 10);
    assert.deepEqual(Object.keys(spec.workloads), ["web"]);
    assert.equal(spec.sites.west?.servers[0]?.count, 3);
  });

  it("reaches into lists", () => {
    const { spec } = load(`${SMALL}expect: [{ metric: energy.total_j, max: 5 }]\n`, ["expect.0.max=2 kWh"]);
    assert.equal(spec.expect[0]?.max, 7.2e6);
  });

  it("reads files from the current folder", () => {
    const files = { "scenario.yaml": SMALL, "here/q.csv": "quantile,value\n0,0.001\n1,0.003\n" };
    assert.deepEqual(load(files, ["workloads.web.work={ kind: table, file: q.csv }"]).files, [
      "catalogue/servers/small.yaml",
      "here/q.csv",
    ]);
  });

  it("is the place of what is wrong with it", () => {
    const cases: readonly (readonly [string, string])[] = [
      [
        "workloads.etl.work=-4",
        '--set workloads.etl.work=-4: workloads.etl.work must be a duration of at least 0 s, got -4. Hint: "5 ms".',
      ],
      ["sites.west.servres.count=3", '--set sites.west.servres.count=3: unknown key "servres" in sites.west. Did you mean "servers"?'],
      ["workloads.wbe.replicas=3", '--set workloads.wbe.replicas=3: unknown name "wbe" in workloads. Did you mean "web"?'],
      ["seed.x=3", "--set seed.x=3: seed is not a mapping, so it has no x."],
      ["seed", "--set seed: must be a path, =, and a value. Hint: --set workloads.web.replicas=3."],
      ["extends=b.yaml", "--set extends=b.yaml: extends cannot be set."],
      ["seed=[1", "--set seed=[1: not valid YAML: flow sequence must end with a ]."],
    ];
    for (const [assignment, message] of cases) assert.equal(complaint(SMALL, [assignment]).split("\n")[0], message);
  });
});
