/**
 * Clocks that change while work runs. The GPU `g` has 500 and 1000 MHz and takes 50 ms to switch. At 1000 MHz it draws 50 W with
 * a process that waits, 150 W decoding, 200 W computing; at 500 MHz (a quarter of the voltage's square, 0.8 of the bandwidth)
 * 32.5 W, 62.5 W and 60 W. Its server draws 100 W.
 */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import type { ServerId } from "../../../src/world/base/id.ts";
import type { GpuTelemetry } from "../../../src/world/ports.ts";
import { Scraper } from "../../../src/world/scraper.ts";
import { csv, type Files, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { ENCODER, KINDS } from "./kinds.ts";

interface Story {
  readonly clocks?: string;
  readonly engine?: string;
  readonly gpus?: string;
  /** Arrival and tokens of each request. */
  readonly requests: readonly (readonly [arrivalS: number, tokens: number])[];
  readonly extra?: string;
}

/** Up at the first decision that sees the GPU busy more than 40 % of two seconds; never down. */
const UP = "{ kind: ondemand, period: 2 s, up: 0.4, down: 0, target: { workload: chat } }";
const SLOW = "{ kind: ./g.yaml, clock: 500 MHz }";

function text({ clocks, engine = "{ kind: none }", gpus = SLOW, extra = "" }: Story): string {
  return `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: ${gpus} } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./llm.yaml } }, engine: ${engine}, arrivals: { kind: trace, file: chat.csv }, slo: { latency: 4 s } }
record: { requests: true, power: true }
${clocks === undefined ? "" : `controllers: { clocks: ${clocks} }\n`}${extra}`;
}

const filesOf = ({ requests }: Story, files: Files): Files => ({
  ...KINDS,
  "chat.csv": csv("arrival_s,output_tokens", ...requests),
  ...files,
});

const tell = async (story: Story, files: Files = {}, duration = "100 s"): Promise<RunResult> =>
  await play(text(story).replace("100 s", duration), filesOf(story, files));

const ENCODERS: Files = { "llm.yaml": ENCODER };

const finishes = (result: RunResult): number[] => rowsOf(result, "requests").map(({ finish_s }) => finish_s as number);
const energies = (result: RunResult): number[] => rowsOf(result, "requests").map(({ energy_j }) => energy_j as number);
const nearAll = (actual: readonly number[], expected: readonly number[], relative = 1e-12): void => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) near(value, expected[i] as number, relative);
};

describe("story: a clock that changes under a batch", () => {
  it("leaves the work done as it is, and does the rest at the new clock", async () => {
    // 4 s of arithmetic from 1 s on, at half the clock. At 2 s it was busy 1 of 2 s: the order, which holds from 2.05 s.
    // 1.05 s at half the clock are 0.525 s of work; 3.475 s are left: done at 5.525 s. 27.5 W dynamic for 1.05 s, 150 W for 3.475 s.
    const result = await tell({ clocks: UP, requests: [[1, 9]] }, ENCODERS);
    nearAll(finishes(result), [5.525]);
    nearAll(energies(result), [1.05 * 27.5 + 3.475 * 150]);
    near(metric(result, "energy.reserved_idle_j"), 100 * 100 + 2.05 * 32.5 + 97.95 * 50);
    near(metric(result, "energy.request_j"), 550.125);
    assert.equal(metric(result, "sites.west.gpu_clock_switches"), 1);
    near(metric(result, "sites.west.gpu_clock_mean_hz"), (2.05 * 500e6 + 97.95 * 1000e6) / 100);
    near(metric(result, "sites.west.gpu_clock_greatest_share"), 0.9795);
    const rows = rowsOf(result, "power").filter(({ server }) => server === "west/0/gpu0");
    assert.deepEqual(
      rows.map(({ time_s, watts, clock_hz }) => [time_s, watts, clock_hz]),
      [
        [0, 32.5, 500e6],
        [1, 60, 500e6],
        [2.05, 200, 1000e6],
        [rows[3]?.time_s, 50, 1000e6],
      ],
    );
  });

  it("goes with the bandwidth for a model that writes tokens", async () => {
    // 4 tokens: 3 s at the greatest clock. 1.05 s / 1.25 = 0.84 s of work until 2.05 s; 2.16 s are left.
    const result = await tell({ clocks: UP, requests: [[1, 4]] });
    nearAll(finishes(result), [4.21]);
    nearAll(energies(result), [1.05 * 30 + 2.16 * 100]);
  });

  it("is the same for all members, whose batches end where they would have", async () => {
    // 3 s and 5 s of work together: the shorter is done at 4.21 s as above, and 2 s are left of the longer. The joules until then are shared.
    const story: Story = {
      clocks: UP,
      engine: "{ kind: continuous, maxBatch: 2 }",
      requests: [
        [1, 4],
        [1, 8],
      ],
    };
    const result = await tell(story);
    nearAll(finishes(result), [4.21, 6.21]);
    nearAll(energies(result), [(1.05 * 30 + 2.16 * 100) / 2, (1.05 * 30 + 2.16 * 100) / 2 + 200]);
  });

  it("works on at the old clock where the switch comes too late", async () => {
    // Another GPU takes 10 s to switch: 8 s at half the clock, done at 9 s.
    const slow = { "g.yaml": (KINDS["g.yaml"] as string).replace("50 ms", "10 s") };
    const result = await tell({ clocks: UP, requests: [[1, 9]] }, { ...ENCODERS, ...slow });
    nearAll(finishes(result), [9]);
    nearAll(energies(result), [8 * 27.5]);
    assert.equal(metric(result, "sites.west.gpu_clock_switches"), 1);
  });

  it("counts the carbon of each stretch at the intensity that held", async () => {
    // The grid changes at 3600 s, the clock at 3602.05 s, the request began at 3599 s: 30 W at 1e-4 g/J for 1 s, 30 W at 2e-4 for 2.05 s, 100 W for the rest.
    const grid =
      "sites: { west: { carbon: { kind: trace, file: grid.csv }, servers: { kind: small-8c, gpus: { kind: g.yaml, clock: 500 MHz } } } }";
    const story = text({ clocks: UP.replace("up: 0.4", "up: 0.6"), requests: [] })
      .replace(/sites: .*/, grid)
      .replace("100 s", "3700 s");
    const files = { "grid.csv": "hour,average_g_per_kwh\n0,360\n1,720\n2,360\n" };
    const result = await play(story, filesOf({ requests: [[3599, 18]] }, files));
    // 10 s of work: 3.05 s at 0.8 of the speed are 2.44 s of it.
    near(metric(result, "carbon.request_g"), 30 * 1e-4 + 2.05 * 30 * 2e-4 + 7.56 * 100 * 2e-4);
    // The board: 32.5 W of a process that waits until 3602.05 s, 50 W from then on, and what the request adds.
    const boardG = 3600 * 32.5 * 1e-4 + (2.05 * 32.5 + 97.95 * 50) * 2e-4 + metric(result, "carbon.request_g");
    near(metric(result, "workloads.chat.gpu_carbon_mean_g_per_request"), boardG);
  });
});

describe("an order for a GPU's clock", () => {
  const story: Story = { requests: [[1, 4]] };
  const build = () => buildWorld(loadYaml(text(story), filesOf(story, {})).spec, { seed: 1, warmupS: 0 });

  it("is refused with a clock that the kind lacks, for a GPU that is not there, and on a server that is down", () => {
    const { world, begin } = build();
    begin();
    assert.equal(actuate(world, { kind: "gpu-clock", gpu: 0, clockHz: 750e6 }), "g.yaml has no clock of 750000000 Hz");
    assert.equal(actuate(world, { kind: "gpu-clock", gpu: 1, clockHz: 500e6 }), "no GPU 1");
    world.crash(0 as ServerId, "test");
    assert.equal(actuate(world, { kind: "gpu-clock", gpu: 0, clockHz: 1000e6 }), "west/0/gpu0 is not up");
  });

  it("holds after the switch latency; the same again changes nothing, the one before is undone in its turn", () => {
    const { world, begin } = build();
    begin();
    const device = world.devices[0] as (typeof world.devices)[number];
    const order = (clockHz: number) => actuate(world, { kind: "gpu-clock", gpu: 0, clockHz });
    const clocks: number[] = [];
    for (const [atS, clockHz] of [
      [0, 1000e6],
      [0.02, 1000e6],
      [0.04, 500e6],
    ] as const) {
      world.simulation.runUntil(atS);
      assert.equal(order(clockHz), undefined);
    }
    for (const atS of [0.049, 0.05, 0.089, 0.091]) {
      world.simulation.runUntil(atS);
      clocks.push(device.clockHz);
    }
    assert.deepEqual(clocks, [500e6, 1000e6, 1000e6, 500e6]);
    assert.equal(device.clock.switchCount, 2);
  });
});

describe("telemetry of GPUs", () => {
  const story: Story = {
    requests: [
      [1, 2],
      [1, 2],
      [6, 4],
    ],
  };

  it("is of the interval: busy, requests that ended, those within the SLO, watts and clock now", () => {
    const { world, begin } = buildWorld(loadYaml(text(story), filesOf(story, {})).spec, { seed: 1, warmupS: 0 });
    const scraper = new Scraper(world, { predict: () => 0 }, ["chat"]);
    const blind = new Scraper(world, { predict: () => 0 }, ["other"]);
    begin();
    const at = (timeS: number): GpuTelemetry => {
      world.simulation.runUntil(timeS);
      const [gpu] = scraper.scrape().gpus;
      assert.ok(gpu);
      return gpu;
    };
    // 2 s / 0.8 = 2.5 s each: from 1 to 3.5 and to 6 s, after 2.5 and 5 s, of which the SLO of 4 s takes the first; then 3.75 s to 9.75 s.
    const { busy, ...first } = at(5);
    near(busy, 0.8);
    assert.deepEqual(first, {
      ...{ id: 0, name: "west/0/gpu0", up: true, clockHz: 500e6, setHz: 500e6, clocksHz: [500e6, 1000e6], slowdowns: [1.25, 1] },
      ...{ powerW: 62.5, ended: 1, good: 1, latencyP99S: 2.5, sloS: 4 },
    });
    const second = at(8);
    assert.deepEqual([second.busy, second.ended, second.good, second.latencyP99S], [1, 1, 0, 5]);
    const third = at(9);
    assert.deepEqual([third.busy, third.ended, third.good, third.latencyP99S], [1, 0, 0, Number.NaN]);
    assert.equal(at(10).powerW, 32.5);
    assert.deepEqual(blind.scrape().gpus, []);
  });

  it("counts those whose tokens were in time too", () => {
    // At 1000 MHz a prompt of 10 tokens takes 1.1 s, and so does each token after it: the first tokens come at 1.1 and 3.3 s, of which one is in time.
    const steps: Story = {
      engine: "{ kind: vllm, maxBatch: 1 }",
      gpus: "{ kind: ./g.yaml }",
      requests: [
        [0, 2],
        [0, 2],
      ],
    };
    const asked = text(steps).replace("slo: { latency: 4 s }", "promptTokens: 10, slo: { latency: 9 s, ttft: 2 s }");
    const { world, begin } = buildWorld(loadYaml(asked, filesOf(steps, { "llm.yaml": KINDS["steps.yaml"] as string })).spec, {
      seed: 1,
      warmupS: 0,
    });
    const scraper = new Scraper(world, { predict: () => 0 }, ["chat"]);
    begin();
    world.simulation.runUntil(5);
    const [gpu] = scraper.scrape().gpus;
    assert.deepEqual([gpu?.ended, gpu?.good], [2, 1]);
  });

  it("comes late: an order by what was long ago", async () => {
    // Scraped every 2 s and seen 3 s later: the scrape of 2 s (busy 1 of 2 s) is seen at 6 s, and holds from 6.05 s on.
    // 5.05 s at 0.8 of the speed are 4.04 s of 10 s of work: 5.96 s are left.
    const late = UP.replace("target", "telemetry: { scrape: 2 s, delay: 3 s }, target");
    nearAll(finishes(await tell({ clocks: late, requests: [[1, 18]] })), [12.01]);
  });
});

describe("a controller of clocks", () => {
  const complaint = (clocks: string, change: (scenario: string) => string = (scenario) => scenario): string => {
    const story: Story = { clocks, requests: [[1, 4]] };
    try {
      loadYaml(change(text(story)), filesOf(story, {}));
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it("needs models, and an SLO where it follows one", () => {
    const without = (scenario: string): string => scenario.replace(", slo: { latency: 4 s }", "");
    assert.equal(complaint("{ kind: mu-serve, target: { workload: chat } }"), "");
    assert.equal(complaint("{ kind: ondemand, target: { workload: chat } }", without), "");
    assert.match(
      complaint("{ kind: mu-serve, target: { workload: chat } }", without),
      /must have an slo with a latency for kind "mu-serve"\. Hint: slo: /,
    );
    const ofTokens = (scenario: string): string => scenario.replace("slo: { latency: 4 s }", "slo: { ttft: 1 s }");
    assert.match(
      complaint("{ kind: mu-serve, target: { workload: chat } }", ofTokens),
      /must have an slo with a latency for kind "mu-serve"/,
    );
    assert.match(complaint("{ kind: ondemand, target: { site: west } }"), /target must be a workload for kind "ondemand"/);
  });

  it("needs thresholds in their order, and a floor that some clock reaches", () => {
    const target = "target: { workload: chat }";
    assert.match(complaint(`{ kind: ondemand, up: 0.2, ${target} }`), /\.down must be at most up, which is 0\.2, got 0\.3\. Hint: 0\.2\./);
    assert.match(
      complaint(`{ kind: mu-serve, slackLow: 0.5, ${target} }`),
      /\.slackLow must be at most slackHigh, which is 0\.2, got 0\.5\. Hint: 0\.2\./,
    );
    assert.match(
      complaint(`{ kind: mu-serve, floor: 2 GHz, ${target} }`),
      /\.floor must be at most the greatest clock of "g\.yaml", 1000 MHz, got 2000 MHz\. Hint: "1000 MHz"\./,
    );
    assert.equal(complaint(`{ kind: mu-serve, floor: 1 GHz, slackLow: 0.2, ${target} }`), "");
  });
});

describe("series of GPUs and models", () => {
  it("hold watts, clocks, what waits and what runs of equal buckets, and the time at each clock", async () => {
    // 96 s in 96 buckets. As in the first story: busy from 1 s at 500 MHz, 1000 MHz from 2.05 s on. A second request waits from 1.5 s until it is done.
    // 4 tokens are 3 s of work: 1.05 s at 0.8 of the speed are 0.84 s, 2.16 s are left: done at 4.21 s. Then the other: until 7.21 s.
    const { series } = await tell(
      {
        clocks: UP,
        requests: [
          [1, 4],
          [1.5, 4],
        ],
      },
      {},
      "96 s",
    );
    const { gpus, models } = series;
    assert.equal(series.bucketS, 1);
    assert.deepEqual([gpus.names, gpus.sites, gpus.kinds], [["west/0/gpu0"], ["west"], ["g"]]);
    const watts = [...gpus.powerW.subarray(0, 9)];
    nearAll(watts.slice(0, 2), [32.5, 62.5]);
    near(watts[2] as number, 0.05 * 62.5 + 0.95 * 150, 1e-6);
    near(watts[7] as number, 0.21 * 150 + 0.79 * 50, 1e-6);
    near(watts[8] as number, 50);
    near(gpus.clockHz[2] as number, (0.05 * 500 + 0.95 * 1000) * 1e6, 1e-6);
    assert.equal(gpus.clockHz[3], 1e9);
    const [stays = []] = gpus.residency;
    assert.deepEqual(
      stays.map(({ clockHz }) => clockHz),
      [5e8, 1e9],
    );
    nearAll(
      stays.map(({ timeS }) => timeS),
      [2.05, 93.95],
    );
    const [llm] = models;
    assert.ok(llm !== undefined);
    assert.deepEqual([llm.workload, llm.model], ["chat", "llm"]);
    nearAll([...llm.running.subarray(0, 8)], [0, 1, 1, 1, 1, 1, 1, 0.21], 1e-9);
    nearAll([...llm.queued.subarray(0, 6)], [0, 0.5, 1, 1, 0.21, 0], 1e-9);
  });
});
