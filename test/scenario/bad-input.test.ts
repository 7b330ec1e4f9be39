import { strict as assert } from "node:assert";
import { complaint, load, SMALL } from "./bed.ts";

/** `SMALL` with one thing replaced. */
function but(old: string, replacement: string): string {
  assert.ok(SMALL.includes(old), old);
  return SMALL.replace(old, replacement);
}

const CASES: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    "an unknown key",
    but("jobs: 3", "jobs: 3, memroy: 4 GiB"),
    'scenario.yaml:8:32: unknown key "memroy" in workloads.etl. Did you mean "memory"?',
  ],
  [
    "a name with capitals",
    but("name: small", "name: Small One"),
    'scenario.yaml:1:7: name must be a name: a letter, then letters, digits and "-", all lower-case, got "Small One".',
  ],
  ["an unknown section", `${SMALL}expct: []\n`, 'scenario.yaml:13:1: unknown key "expct". Did you mean "expect"?'],
  [
    "a unit of another dimension",
    but("work: 1 h", "work: 5 GB"),
    'scenario.yaml:8:63: workloads.etl.work must be a duration of at least 0 s, got "5 GB", which is memory. Hint: "5 ms".',
  ],
  [
    "30m",
    but("work: 1 h", "work: 30m"),
    'scenario.yaml:8:63: workloads.etl.work must be a duration of at least 0 s, got "30m", which is in metres. Hint: "30 min".',
  ],
  [
    "a negative quantity",
    but("mtbf: 1 day", "mtbf: -5 s"),
    'scenario.yaml:12:72: faults.crash.mtbf must be a duration of at least 1 s, got "-5 s". Hint: "1 day".',
  ],
  [
    "NaN",
    but("work: 1 h", "work: .nan"),
    'scenario.yaml:8:63: workloads.etl.work must be a duration of at least 0 s, got NaN, which is not a finite number. Hint: "5 ms".',
  ],
  [
    "infinity",
    but("duration: 1 h", "duration: .inf"),
    'scenario.yaml:3:11: duration must be a duration above 0 s, got Infinity, which is not a finite number. Hint: "24 h".',
  ],
  ["infinitely many", but("count: 2 }", "count: .inf }"), "scenario.yaml:5:42: sites.west.servers.count must be a number, got Infinity."],
  [
    "an empty list",
    but("{ kind: small, count: 2 }", "[]"),
    "scenario.yaml:5:20: sites.west.servers must be a list of at least 1 item, got an empty list.",
  ],
  [
    "a missing file",
    but("{ kind: exponential, mean: 5 ms }", "{ kind: table, file: sizes.csv }"),
    'scenario.yaml:7:52: workloads.web.work.file: the file "sizes.csv" does not exist.',
  ],
  [
    "a duration of zero",
    but("duration: 1 h", "duration: 0 s"),
    'scenario.yaml:3:11: duration must be a duration above 0 s, got "0 s". Hint: "24 h".',
  ],
  [
    "a job of more cores than any server has",
    but("cores: 4", "cores: 9"),
    "scenario.yaml:8:39: workloads.etl.cores makes a job larger than every server: it needs 9 cores and 8 GiB. The servers have 8 cores and 32 GiB.",
  ],
  [
    "a job of more memory than any server has",
    but("memory: 8 GiB", "memory: 64 GiB"),
    "scenario.yaml:8:50: workloads.etl.memory makes a job larger than every server: it needs 4 cores and 64 GiB. The servers have 8 cores and 32 GiB.",
  ],
  [
    "a key given twice",
    but("  etl:", "  web: { kind: batch, jobs: 1, work: 1 s }\n  etl:"),
    'scenario.yaml:8:3: key "web" is given twice, first at line 7.',
  ],
  [
    "an expression that calls import",
    but("mean: 5 ms", "mean: \"import('fs')\""),
    'scenario.yaml:7:58: workloads.web.work.mean must be a duration above 0 s, got "import(\'fs\')". Hint: "5 ms".',
  ],
  [
    "an open-loop service above its static capacity",
    but("rate: 100 req/s", "rate: 201 req/s"), // 201 x 5 ms = 1.005 cores
    "scenario.yaml:7:76: workloads.web.arrivals keep 1.005 cores busy (201 req/s x 0.005 s), more than the 1 that replicas x concurrency x speed give: the queue would grow for ever. Hint: more replicas, more concurrency, or a queueLimit.",
  ],
  [
    "an unknown fault kind",
    but("kind: server-crash", "kind: server-crsh"),
    'scenario.yaml:12:18: unknown fault kind "server-crsh". Did you mean "server-crash"? See `cybertwin list faults`.',
  ],
  [
    "an unknown law",
    but("kind: exponential", "kind: exponentail"),
    'scenario.yaml:7:39: unknown law kind "exponentail". Did you mean "exponential"? See `cybertwin list laws`.',
  ],
  [
    "unknown arrivals",
    but("kind: poisson", "kind: poison"),
    'scenario.yaml:7:84: unknown arrival kind "poison". Did you mean "poisson"? See `cybertwin list arrivals`.',
  ],
  [
    "an unknown server kind",
    but("kind: small", "kind: smal"),
    'scenario.yaml:5:28: unknown server kind "smal". Did you mean "small"? See `cybertwin list servers`, or name a file: "./mine.yaml".',
  ],
  [
    "a kind that is not modelled yet",
    but("kind: best-fit", "kind: firm"),
    'scenario.yaml:10:18: controllers.place.kind "firm" is not supported yet.',
  ],
  ["a wrong type", but("count: 2 }", "count: two }"), 'scenario.yaml:5:42: sites.west.servers.count must be a number, got "two".'],
  [
    "percent",
    but("count: 1 }", "fraction: 50% }"),
    'scenario.yaml:12:64: faults.crash.target.fraction must be a number, got "50%". Hint: 0.5.',
  ],
  [
    "a value left out",
    but("work: 1 h", "work:"),
    "scenario.yaml:8:63: workloads.etl.work must be a duration of at least 0 s or a mapping, got nothing.",
  ],
  [
    "a name with a capital",
    but("  web:", "  Web:"),
    'scenario.yaml:7:3: workloads: "Web" is not a name. Hint: a letter, then letters, digits and "-", all lower-case.',
  ],
  [
    "a target that does not exist",
    but("workload: etl", "workload: elt"),
    'scenario.yaml:10:48: controllers.place.target.workload names "elt", which is no workload of this scenario. Did you mean "etl"?',
  ],
  [
    "a clock that the kind lacks",
    but("count: 2 }", "count: 2, clock: 1.5 GHz }"),
    'scenario.yaml:5:52: sites.west.servers.clock must be a clock of "small", got 1.5 GHz. Hint: 1 GHz, 2 GHz.',
  ],
  ["a fault without repair", but(", mttr: 1 h", ""), "scenario.yaml:12:10: faults.crash.mttr is missing."],
  [
    "deadline and slack",
    but("work: 1 h", "work: 1 h, deadline: 4 h, slack: 1 h"),
    "scenario.yaml:8:90: workloads.etl.slack must not be given beside deadline. Slack is deadline minus work: give one of them.",
  ],
  [
    "shares that miss 1",
    but("kind: service,", "kind: service, classes: { gold: { share: 0.5 }, rest: { share: 0.4 } },"),
    "scenario.yaml:7:34: workloads.web.classes must have shares that sum to 1, got 0.9.",
  ],
  [
    "a law with half of its parameters",
    but("kind: exponential, mean: 5 ms", "kind: lognormal, mean: 5 ms"),
    "scenario.yaml:7:31: workloads.web.work: a lognormal law takes mean and cv, or median and sigma.",
  ],
  [
    "a metric of nothing",
    `${SMALL}expect: [{ metric: workloads.wbe.slo_attainment, min: 0.9 }]\n`,
    'scenario.yaml:13:20: expect.0.metric names "wbe", which is no workload of this scenario. Did you mean "web"?',
  ],
  [
    "an expectation of a metric that there is not",
    `${SMALL}expect: [{ metric: workloads.web.latency_p98_s, max: 1 s }]\n`,
    'scenario.yaml:13:20: expect.0.metric names "workloads.web.latency_p98_s", which is no metric of this scenario. Did you mean "workloads.web.latency_p90_s"?',
  ],
  [
    "a precision of a metric that there is not",
    `${SMALL}precision: { metric: workloads.web.latency_maen_s }\n`,
    'scenario.yaml:13:22: precision.metric names "workloads.web.latency_maen_s", which is no metric of this scenario. Did you mean "workloads.web.latency_mean_s"?',
  ],
  [
    "a precision that nothing reaches",
    `${SMALL}precision: { metric: energy.total_j, relative: 0 }\n`,
    "scenario.yaml:13:48: precision.relative must be above 0, got 0.",
  ],
  [
    "a precision of too few runs",
    `${SMALL}precision: { metric: energy.total_j, maxRuns: 9 }\n`,
    "scenario.yaml:13:47: precision.maxRuns must be at least 10, got 9.",
  ],
  [
    "an expectation of a metric that the scenario does not bring",
    `${SMALL}expect: [{ metric: workloads.web.slo_attainment, min: 0.9 }]\n`,
    'scenario.yaml:13:20: expect.0.metric names "workloads.web.slo_attainment", which is only there if workloads.web says slo.',
  ],
  [
    "a bound in another unit",
    `${SMALL}expect: [{ metric: workloads.web.latency_p99_s, max: 5 GB }]\n`,
    'scenario.yaml:13:54: expect.0.max must be a duration, got "5 GB", which is memory. Hint: "5 s".',
  ],
  [
    "the merge key",
    `${SMALL}x: { <<: 1 }\n`,
    'scenario.yaml:13:6: the merge key "<<" is not part of YAML 1.2. Use `extends`, or an alias as a value.',
  ],
  [
    "broken YAML",
    `${SMALL}x: {\n`,
    "scenario.yaml:14:1: not valid YAML: flow map in block collection must be sufficiently indented and end with a }.",
  ],
  ["a file that is no mapping", "- 1\n", "scenario.yaml:1:1: a scenario must be a mapping of keys to values."],
];

describe("bad input", () => {
  it("starts from a scenario that is accepted", () => {
    assert.deepEqual(load(SMALL).warnings, []);
  });

  for (const [name, text, message] of CASES) {
    it(`${name} is answered with its place`, () => assert.equal(complaint(text), message));
  }

  it("an alias bomb is refused", () => {
    let text = `${SMALL}a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n`;
    for (let i = 1; i < 9; i++)
      text += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(",")}]\n`; // 1e9 values
    assert.equal(complaint(text), "scenario.yaml:13:22: aliases expand to more than 10000 values.");
  });

  it("an alias of what it stands in, and deep nesting, are refused", () => {
    assert.equal(complaint("a: &a [*a]\n"), "scenario.yaml:1:8: *a stands inside what it names.");
    assert.equal(complaint(`a: ${"[".repeat(20_000)}`), "scenario.yaml:1:104: nested more than 100 deep.");
  });

  it("nesting without brackets, second documents and tags are refused", () => {
    assert.match(complaint("- ".repeat(20_000)), /^scenario\.yaml:1:\d+: not valid YAML: nested too deeply\.$/m);
    assert.equal(complaint(`${SMALL}---\na: 1\n`), "scenario.yaml:13:1: not valid YAML: a second document begins here.");
    assert.equal(complaint("a: !!js/function 'x'\n"), "scenario.yaml:1:4: not valid YAML: unresolved tag: tag:yaml.org,2002:js/function.");
  });

  it("names that every object has are nothing special", () => {
    assert.equal(complaint("__proto__: 1\n"), 'scenario.yaml:1:1: "__proto__" cannot be a key.');
    assert.equal(
      complaint(SMALL.replace("kind: server-crash", "kind: toString")),
      'scenario.yaml:12:18: unknown fault kind "toString". See `cybertwin list faults`.',
    );
  });

  it("all problems of a pass come at once, in order of place", () => {
    const text = but("cores: 4", "cores: -4").replace("kind: server-crash", "kind: server-crsh").replace("mtbf: 1 day", "mtbf: -5 s");
    assert.deepEqual(complaint(text).split("\n"), [
      "scenario.yaml:8:39: workloads.etl.cores must be above 0, got -4.",
      'scenario.yaml:12:18: unknown fault kind "server-crsh". Did you mean "server-crash"? See `cybertwin list faults`.',
      'scenario.yaml:12:71: faults.crash.mtbf must be a duration of at least 1 s, got "-5 s". Hint: "1 day".',
    ]);
  });

  describe("in other files", () => {
    const replay = but("{ kind: poisson, rate: 100 req/s }", "{ kind: trace, file: traces/t.csv }");
    const tables: readonly (readonly [string, string, string])[] = [
      [
        "an unsorted trace",
        "arrival_s,work_s\n1,0.1\n3,0.1\n2,0.1\n",
        'traces/t.csv:4: column "arrival_s" must not fall: 2 after 3 (from scenario.yaml:7).',
      ],
      ["a bad row", "arrival_s,work_s\n1,0.1\n3,x\n", 'traces/t.csv:3: column "work_s" must be a number, got "x" (from scenario.yaml:7).'],
    ];
    for (const [name, csv, message] of tables) {
      it(`${name} is named by its line`, () => assert.equal(complaint({ "scenario.yaml": replay, "traces/t.csv": csv }), message));
    }

    it("a gap in a carbon trace is named by its line", () => {
      const text = but("carbon: 300 g/kWh", "carbon: { kind: trace, file: c.csv, forecast: { kind: persistence } }");
      const csv = "hour,average_g_per_kwh\n0,300\n1,300\n3,200\n";
      assert.equal(
        complaint({ "scenario.yaml": text, "c.csv": csv }),
        "c.csv:4: leaves a gap: expected hour 2, got hour 3 (from scenario.yaml:5).",
      );
    });

    it("a SPEC table of the wrong length is named where it stands", () => {
      const kind =
        "kind: server\ncores: 8\nmemory: 8 GiB\nclocks: [2 GHz]\npower: { kind: spec, watts: [1, 2, 3] }\nembodied: 1 kg\nlifetime: 4 year\nsource: x\n";
      assert.equal(
        complaint({ "scenario.yaml": but("kind: small", "kind: ./mine.yaml"), "mine.yaml": kind }),
        "mine.yaml:5:29: power.watts must have 11 values, for 0, 10, ... 100 % load, got 3 (from scenario.yaml:5).",
      );
    });

    it("a circle of extends is refused", () => {
      assert.equal(
        complaint({ "scenario.yaml": "extends: b.yaml\n", "b.yaml": "extends: scenario.yaml\n" }),
        'b.yaml:1:10: extends leads back to "scenario.yaml" (scenario.yaml -> b.yaml -> scenario.yaml) (from scenario.yaml:1).',
      );
    });
  });
});
