/**
 * GPUs that are kept from the clock that was set, and GPUs that are lost. The GPU `steps` below has the law of `g` with four clocks: with
 * u = clock / 1000 MHz it draws 30 + 20 u^3 W with a process that waits, 40 + 160 u^3 W computing and 50 + 100 u^3 W decoding:
 *
 *   MHz    idle   compute  decode
 *   1000   50     200      150
 *    800   40.24  121.92   101.2
 *    600   34.32   74.56    71.6
 *    500   32.5    60       62.5
 *
 * A model that writes tokens is as fast at 800 and 1000 MHz, and takes 1.25 times as long at 500. The server draws 100 W at rest.
 */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import type { GpuId } from "../../../src/world/base/id.ts";
import { csv, type Files, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { ENCODER, KINDS } from "./kinds.ts";

const STEPS = (KINDS["g.yaml"] as string).replace("[500 MHz, 1000 MHz]", "[500 MHz, 600 MHz, 800 MHz, 1000 MHz]");
/** A server that is back as soon as it is repaired. */
const PLAIN =
  "kind: server\ncores: 8\nmemory: 32 GiB\nclocks: [1 GHz]\npower: { kind: linear, idle: 100 W, peak: 200 W }\nembodied: 1000 kg\nlifetime: 4 year\nsource: made up for tests\n";
const GPU = "{ kind: ./g.yaml }";

interface Story {
  readonly gpus?: string;
  readonly model?: string;
  /** Arrival and tokens of each request; absent: `ONE`. */
  readonly requests?: readonly (readonly [arrivalS: number, tokens: number])[];
  readonly engine?: string;
  readonly faults?: string;
  readonly extra?: string;
}

function text({ gpus = GPU, model = "{ kind: ./llm.yaml }", engine = "{ kind: none }", faults = "", extra = "" }: Story): string {
  return `name: story
seed: 1
duration: 100 s
sites: { west: { carbon: 360 g/kWh, servers: { kind: ./plain.yaml, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: { llm: ${model} }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv }, slo: { latency: 4 s } }
record: { requests: true, power: true, events: true }
faults: { ${faults} }
${extra}`;
}

const ONE = [[1, 1]] as const;

const filesOf = ({ requests = ONE }: Story, files: Files): Files => ({
  ...KINDS,
  ...{ "g.yaml": STEPS, "plain.yaml": PLAIN, "chat.csv": csv("arrival_s,output_tokens", ...requests), ...files },
});

const tell = async (story: Story, files: Files = {}): Promise<RunResult> => await play(text(story), filesOf(story, files));
const build = (story: Story) => buildWorld(loadYaml(text(story), filesOf(story, {})).spec, { seed: 1, warmupS: 0 });

function complaint(story: Story, files: Files = {}): string {
  try {
    loadYaml(text(story), filesOf(story, files));
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const ENCODERS: Files = { "llm.yaml": ENCODER };
const finishes = (result: RunResult): number[] => rowsOf(result, "requests").map(({ finish_s }) => finish_s as number);
const energies = (result: RunResult): number[] => rowsOf(result, "requests").map(({ energy_j }) => energy_j as number);
const nearAll = (actual: readonly number[], expected: readonly number[]): void => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) near(value, expected[i] as number);
};
const struck = (result: RunResult): (string | number)[][] =>
  result.series.faults.map(({ fault, server, startS, endS }) => [fault, server, startS, endS]);

describe("story: a board with a cap on its watts", () => {
  it("works at the greatest clock within it, and waits at the one that was set", async () => {
    // 4 s of arithmetic would draw 200 W: under 125 W it is 800 MHz, 121.92 W, for 5 s.
    const result = await tell({ gpus: "{ kind: ./g.yaml, powerCap: 125 W }" }, ENCODERS);
    nearAll(finishes(result), [6]);
    nearAll(energies(result), [5 * (121.92 - 40.24)]);
    near(metric(result, "sites.west.gpu_energy_j"), 5 * 121.92 + 95 * 50);
    near(metric(result, "energy.reserved_idle_j"), 100 * 100 + 5 * 40.24 + 95 * 50);
    near(metric(result, "sites.west.gpu_throttled_share"), 0.05);
    near(metric(result, "sites.west.gpu_clock_mean_hz"), 0.05 * 800e6 + 0.95 * 1000e6);
    near(metric(result, "sites.west.gpu_clock_greatest_share"), 0.95);
    assert.equal(metric(result, "sites.west.gpu_clock_switches"), 0);
    const rows = rowsOf(result, "power").filter(({ server }) => server === "west/0/gpu0");
    nearAll(
      rows.map(({ watts }) => watts as number),
      [50, 121.92, 50],
    );
    assert.deepEqual(
      rows.map(({ time_s, clock_hz }) => [time_s, clock_hz]),
      [
        [0, 1000e6],
        [1, 800e6],
        [6, 1000e6],
      ],
    );
  });

  it("knows what runs: what draws less is not held back", async () => {
    // Decoding draws 150 W at 1000 MHz, arithmetic 200 W.
    const capped = "{ kind: ./g.yaml, powerCap: 150 W }";
    const result = await tell({ gpus: capped, requests: [[1, 4]] });
    nearAll(finishes(result), [4]);
    assert.equal(metric(result, "sites.west.gpu_throttled_share"), 0);
    assert.ok(metric(await tell({ gpus: capped, requests: [[1, 4]] }, ENCODERS), "sites.west.gpu_throttled_share") > 0);
  });

  it("does not slow down who is below it by the clock that was set", async () => {
    const result = await tell({ gpus: "{ kind: ./g.yaml, clock: 600 MHz, powerCap: 125 W }" }, ENCODERS);
    nearAll(finishes(result), [1 + 4 / 0.6]);
    assert.equal(metric(result, "sites.west.gpu_throttled_share"), 0);
  });

  it("draws that much at most, of which a PUE by load takes its share", () => {
    const [device] = build({ gpus: "{ kind: ./g.yaml, powerCap: 125 W }" }).world.devices;
    near(device?.peakW as number, 121.92);
  });

  it("is refused below what its least clock draws, and above what the board is held to", () => {
    assert.equal(
      complaint({ gpus: "{ kind: ./g.yaml, powerCap: 50 W }" }),
      'scenario.yaml:4:102: sites.west.servers.gpus.powerCap must be at least 62.5 W, got 50 W: "g.yaml" draws 62.5 W at its least clock, 500 MHz, for decode. Hint: "62.5 W".',
    );
    assert.equal(complaint({ gpus: "{ kind: ./g.yaml, powerCap: 62.5 W }" }), "");
    assert.equal(
      complaint({ gpus: "{ kind: ./g.yaml, powerCap: 201 W }" }),
      'scenario.yaml:4:102: sites.west.servers.gpus.powerCap must be at most the 200 W of "g.yaml", got 201 W. Hint: "200 W".',
    );
  });

  it("is refused where its clock leaves too little for the load", () => {
    // 0.15 requests a second of 4 s are 0.6 of a GPU, and 1.2 at half the clock.
    const busy = (gpus: string): string => {
      const scenario = text({ gpus }).replace("{ kind: trace, file: chat.csv }", "{ kind: poisson, rate: 0.15 req/s }");
      try {
        loadYaml(scenario, filesOf({}, ENCODERS));
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    assert.equal(busy(GPU), "");
    assert.match(busy("{ kind: ./g.yaml, powerCap: 65 W }"), /keep 1\.2 places busy \(0\.15 req\/s x 8 s\)/);
  });
});

describe("story: a GPU that is hot", () => {
  it("is slower than its cap makes it, of several ceilings the least", async () => {
    // Arithmetic at 800 MHz by the cap, from 2 s at 600 by heat, from 5 s at 800 again. A milder one between changes nothing.
    // 0.8 + 3 x 0.6 = 2.6 s of 4 s of work are done by then; 1.4 s are left, for 1.75 s.
    const result = await tell(
      {
        gpus: "{ kind: ./g.yaml, powerCap: 125 W }",
        faults:
          "hot: { kind: gpu-thermal, target: { site: west }, clock: 600 MHz, at: 2 s, duration: 3 s }, mild: { kind: gpu-thermal, target: { site: west }, clock: 800 MHz, at: 3 s, duration: 1 s }",
      },
      ENCODERS,
    );
    nearAll(finishes(result), [6.75]);
    nearAll(energies(result), [2.75 * (121.92 - 40.24) + 3 * (74.56 - 34.32)]);
    near(metric(result, "sites.west.gpu_throttled_share"), 0.0575);
    near(metric(result, "sites.west.gpu_clock_mean_hz"), (94.25 * 1000e6 + 2.75 * 800e6 + 3 * 600e6) / 100);
    assert.deepEqual(struck(result), [
      ["hot", "west/0/gpu0", 2, 5],
      ["mild", "west/0/gpu0", 3, 4],
    ]);
  });

  it("takes orders, which hold as far as the heat allows", async () => {
    // Busy more than 40 % of two seconds: 1000 MHz is ordered at 2 s and set at 2.05 s, but 600 MHz is all there is until 4 s.
    // 1.05 s at 0.5, 1.95 s at 0.6 are 1.695 s of 4 s of work: the other 2.305 s at 1000 MHz.
    const result = await tell(
      {
        gpus: "{ kind: ./g.yaml, clock: 500 MHz }",
        faults: "hot: { kind: gpu-thermal, target: { site: west }, clock: 600 MHz, at: 0 s, duration: 4 s }",
        extra: "controllers: { clocks: { kind: ondemand, period: 2 s, up: 0.4, down: 0, target: { workload: chat } } }",
      },
      ENCODERS,
    );
    nearAll(finishes(result), [6.305]);
    near(metric(result, "sites.west.gpu_throttled_share"), 0.0195);
    assert.equal(metric(result, "sites.west.gpu_clock_switches"), 1);
  });
});

describe("story: a GPU whose clock is stuck", () => {
  it("stays where it is while mu-serve orders another, which is in effect once it is over", async () => {
    // 4 s of work at half the clock: 1 s to 9 s, 8 s against an SLO of 4 s. mu-serve orders 800 MHz at 9 s, the first that is 1.5 times
    // as high; it is set at 9.05 s and in effect from 20 s on. The second is half done then, with 2 s of work left. Now 1.5 times the clock
    // is beyond the greatest, which is set at 20.05 s: 0.04 s of work are done at 800 MHz, 1.96 s are left at 1000.
    const story: Story = {
      gpus: "{ kind: ./g.yaml, clock: 500 MHz }",
      requests: [
        [1, 1],
        [16, 1],
      ],
      faults: "stuck: { kind: gpu-clock-stuck, target: { rack: a }, clock: 500 MHz, at: 0 s, duration: 20 s }",
      extra: "controllers: { clocks: { kind: mu-serve, period: 1 s, window: 30 s, target: { workload: chat } } }",
    };
    const racked = text(story).replace("servers: {", "racks: { a: { servers: {").replace("} } }\nworkloads", "} } } } }\nworkloads");
    const result = await play(racked, filesOf(story, ENCODERS));
    nearAll(finishes(result), [9, 22.01]);
    nearAll(energies(result), [8 * 27.5, 4 * 27.5 + 0.05 * (121.92 - 40.24) + 1.96 * 150]);
    assert.equal(metric(result, "sites.west.gpu_clock_switches"), 2);
    near(metric(result, "sites.west.gpu_clock_mean_hz"), (20 * 500e6 + 0.05 * 800e6 + 79.95 * 1000e6) / 100);
    assert.equal(metric(result, "sites.west.gpu_throttled_share"), 0);
    assert.equal(metric(result, "controllers.clocks.refusals"), 0);
    assert.deepEqual(struck(result), [["stuck", "west/a/0/gpu0", 0, 20]]);
  });

  it("may be stuck above what was set, and heat goes before", async () => {
    // Set 500 MHz, stuck at 1000, from 3 s no more than 800: 2 s and 2 / 0.8 s for 4 s of work.
    const result = await tell(
      {
        gpus: "{ kind: ./g.yaml, clock: 500 MHz }",
        faults:
          "stuck: { kind: gpu-clock-stuck, target: { site: west }, clock: 1000 MHz, at: 0 s }, hot: { kind: gpu-thermal, target: { site: west }, clock: 800 MHz, at: 3 s }",
      },
      ENCODERS,
    );
    nearAll(finishes(result), [5.5]);
    near(metric(result, "sites.west.gpu_throttled_share"), 0.97);
  });
});

describe("story: a GPU that is lost", () => {
  const requests: Story["requests"] = [
    [1, 4],
    [2, 2],
    [5, 2],
    [8, 4],
  ];
  const outcomes = (result: RunResult): unknown[] =>
    rowsOf(result, "requests").map(({ id, outcome, start_s, finish_s, energy_j }) => [id, outcome, start_s, finish_s, energy_j]);

  it("takes the batch and the queue with it, draws nothing, and serves again once it is back", async () => {
    // The first ran for 2 of its 3 s, the second waited, the third finds nobody; the fourth is answered as if nothing had been.
    const result = await tell({ requests, faults: "xid: { kind: gpu-lost, target: { site: west }, at: 3 s, duration: 4 s }" });
    assert.deepEqual(outcomes(result), [
      [0, "failed", 1, 3, 200],
      [1, "failed", Number.NaN, 3, 0],
      [2, "failed", Number.NaN, 5, 0],
      [3, "finished", 8, 11, 300],
    ]);
    near(metric(result, "energy.request_j"), 500);
    near(metric(result, "sites.west.gpu_energy_j"), 96 * 50 + 500);
    near(metric(result, "sites.west.gpu_availability"), 0.96);
    assert.equal(metric(result, "sites.west.availability"), 1);
    assert.equal(metric(result, "faults.xid.count"), 1);
    assert.deepEqual(
      result.eventLines?.map((line) => JSON.parse(line)).filter(({ event }) => event.startsWith("fault")),
      [
        { time_s: 3, event: "fault-began", fault: "xid", server: "west/0/gpu0" },
        { time_s: 7, event: "fault-ended", fault: "xid", server: "west/0/gpu0" },
      ],
    );
  });

  it("ends its requests as a crash of its server does", async () => {
    const faultOf = (kind: string): string => `f: { kind: ${kind}, target: { site: west }, at: 3 s, duration: 4 s }`;
    const lost = await tell({ requests, faults: faultOf("gpu-lost") });
    const crashed = await tell({ requests, faults: faultOf("server-crash") });
    assert.deepEqual(outcomes(lost), outcomes(crashed));
    near(metric(crashed, "sites.west.gpu_availability"), 0.96);
  });

  it("is gone while any fault holds it, its server's included", async () => {
    // Lost 10..20 and 15..30 s, its server down 25..40 s. One answer of 1.5 s before.
    const result = await tell({
      faults:
        "a: { kind: gpu-lost, target: { site: west }, at: 10 s, duration: 10 s }, b: { kind: gpu-lost, target: { site: west }, at: 15 s, duration: 15 s }, c: { kind: server-crash, target: { site: west }, at: 25 s, duration: 15 s }",
    });
    near(metric(result, "sites.west.gpu_availability"), 0.7);
    near(metric(result, "sites.west.gpu_energy_j"), 70 * 50 + 1.5 * 100);
  });

  it("leaves its requests to the others", async () => {
    const two = { gpus: "{ kind: ./g.yaml, count: 2 }", model: "{ kind: ./llm.yaml, replicas: 2 }" };
    const faults = "xid: { kind: gpu-lost, target: { gpu: west/0/gpu1 }, at: 0 s, duration: 50 s }";
    const result = await tell({ ...two, requests, faults });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ server, outcome, finish_s }) => [server, outcome, finish_s]),
      [
        ["west/0/gpu0", "finished", 4],
        ["west/0/gpu0", "finished", 6],
        ["west/0/gpu0", "finished", 8],
        ["west/0/gpu0", "finished", 11],
      ],
    );
    near(metric(result, "sites.west.gpu_availability"), 0.75);
  });

  it("takes no orders", () => {
    const { world, begin } = build({});
    begin();
    world.loseGpu(0 as GpuId, "xid");
    assert.equal(world.devices[0]?.orderClock(500e6), "west/0/gpu0 is not up");
    world.restoreGpu(0 as GpuId, "xid");
    assert.equal(world.devices[0]?.orderClock(500e6), undefined);
    assert.throws(() => world.restoreGpu(0 as GpuId, "xid"), /fault xid does not hold west\/0\/gpu0/);
  });

  it("fails under an engine by steps as well", async () => {
    // A prompt of 1 token: 1.01 s, then 1.1 s for each of the others. Lost at 3 s.
    const files = { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 1, 4], [8, 1, 2]) };
    const faults = "xid: { kind: gpu-lost, target: { site: west }, at: 3 s, duration: 4 s }";
    const result = await tell({ model: "{ kind: ./steps.yaml }", engine: "{ kind: vllm }", faults }, files);
    assert.deepEqual(
      rowsOf(result, "requests").map(({ outcome, finish_s }) => [outcome, finish_s]),
      [
        ["failed", 3],
        ["finished", 10.11],
      ],
    );
  });
});

describe("GPUs that a fault strikes", () => {
  const four = "{ kind: ./g.yaml, count: 4 }";
  const namesOf = async (target: string, files: Files = {}, when = "at: 1 s, duration: 1 s"): Promise<string[]> => {
    const result = await tell({ gpus: four, faults: `xid: { kind: gpu-lost, target: ${target}, ${when} }` }, files);
    return result.series.faults.map(({ server }) => server);
  };

  it("are those in the servers of the target, so many or that share of them, or one by its name", async () => {
    assert.equal((await namesOf("{ server: west/0 }")).length, 4);
    assert.equal(new Set(await namesOf("{ site: west, fraction: 0.5 }")).size, 2);
    assert.equal(new Set(await namesOf("{ site: west, count: 3 }")).size, 3);
    assert.deepEqual(await namesOf("{ gpu: west/0/gpu2 }"), ["west/0/gpu2"]);
  });

  it("may be named by the rows of a trace, or their server", async () => {
    const rows = { "xid.csv": csv("at_s,duration_s,gpu", [1, 1, "west/0/gpu3"], [5, 1, "west/0/gpu0"]) };
    assert.deepEqual(await namesOf("{ site: west }", rows, "trace: xid.csv"), ["west/0/gpu3", "west/0/gpu0"]);
    const server = { "xid.csv": csv("at_s,duration_s,server", [1, 1, "west/0"]) };
    assert.equal((await namesOf("{ site: west }", server, "trace: xid.csv")).length, 4);
  });

  const at = "at: 1 s, duration: 1 s";
  const cases: readonly (readonly [what: string, story: Story, files: Files, message: RegExp])[] = [
    [
      "at a clock that they lack",
      { faults: `hot: { kind: gpu-thermal, target: { site: west }, clock: 700 MHz, ${at} }` },
      {},
      /faults\.hot\.clock must be a clock of "g\.yaml", got 700 MHz, and it has 4 from 500 to 1000 MHz\. Hint: "600 MHz"\./,
    ],
    [
      "where there are none",
      {
        gpus: "{ kind: ./g.yaml } }, racks: { cpu: { servers: { kind: ./plain.yaml } }",
        faults: `xid: { kind: gpu-lost, target: { rack: cpu }, ${at} }`,
      },
      {},
      /faults\.xid\.target must name servers with GPUs: gpu-lost strikes GPUs\. Hint: gpus: \{ kind: a100-80gb \} on a group of servers\./,
    ],
    [
      "more of them than there are",
      { gpus: four, faults: `xid: { kind: gpu-lost, target: { site: west, count: 5 }, ${at} }` },
      {},
      /faults\.xid\.target\.count must be at most the 4 GPUs of the target, got 5\./,
    ],
    [
      "by a name that none has",
      { faults: `xid: { kind: gpu-lost, target: { gpu: west/0/gpu1 }, ${at} }` },
      {},
      /faults\.xid\.target\.gpu names "west\/0\/gpu1", which is no GPU of this scenario\. Did you mean "west\/0\/gpu0"\?/,
    ],
    [
      "by rows of a trace with a name outside the target",
      { gpus: four, faults: "xid: { kind: gpu-lost, target: { gpu: west/0/gpu1 }, trace: xid.csv }" },
      { "xid.csv": csv("at_s,duration_s,gpu", [1, 1, "west/0/gpu0"]) },
      /faults\.xid\.trace names the GPU "west\/0\/gpu0", which is not in the target\. The target has: west\/0\/gpu1\./,
    ],
    [
      "for servers",
      { faults: `down: { kind: server-crash, target: { gpu: west/0/gpu0 }, ${at} }` },
      {},
      /faults\.down\.target\.gpu must be a server: server-crash strikes servers\. Hint: server: west\/0\./,
    ],
    [
      "for servers, in a trace",
      { faults: "down: { kind: server-crash, target: { site: west }, trace: xid.csv }" },
      { "xid.csv": csv("at_s,duration_s,gpu", [1, 1, "west/0/gpu0"]) },
      /faults\.down\.trace has a column gpu, and server-crash strikes servers\. Hint: column server\./,
    ],
    [
      "by a link that nothing uses",
      { faults: `link: { kind: gpu-nvlink-slow, target: { site: west }, ${at} }` },
      {},
      /faults\.link slows a link that nothing uses: no model there has parallel above 1\. Hint: parallel: 2, or leave the fault out\./,
    ],
  ];
  for (const [what, story, files, message] of cases) it(`are refused ${what}`, () => assert.match(complaint(story, files), message));

  it("have a clock that cannot change yet under an engine by steps", () => {
    const steps = { model: "{ kind: ./steps.yaml }", engine: "{ kind: vllm }" };
    const files = { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 1, 4]) };
    assert.equal(complaint(steps, files), "");
    assert.match(
      complaint({ ...steps, gpus: "{ kind: ./g.yaml, powerCap: 125 W }" }, files),
      /workloads\.chat\.engine must not be "vllm" on GPUs with a powerCap: its clock cannot change yet\. Hint: engine: \{ kind: continuous \}\./,
    );
    for (const kind of ["gpu-thermal", "gpu-clock-stuck"])
      assert.match(
        complaint({ ...steps, faults: `hot: { kind: ${kind}, target: { gpu: west/0/gpu0 }, clock: 600 MHz, ${at} }` }, files),
        /workloads\.chat\.engine must not be "vllm" on the GPUs of faults\.hot/,
      );
  });
});

describe("a link that has lost lanes", () => {
  it("has the product of what its faults leave", () => {
    const { world, begin } = build({});
    begin();
    const factors: (number | undefined)[] = [];
    for (const [fault, factor] of [
      ["a", 0.5],
      ["b", 0.5],
      ["a", 1],
      ["b", 1],
    ] as const) {
      world.slowGpuLink(0 as GpuId, fault, factor);
      factors.push(world.devices[0]?.linkFactor);
    }
    assert.deepEqual(factors, [0.5, 0.25, 0.5, 1]);
  });
});
