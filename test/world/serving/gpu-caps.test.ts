/**
 * GPUs that are kept from the clock that was set: by a cap on their watts, by heat, by a fault. The GPU `g` has four clocks here: with
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
import { columnOf, csv, type Files, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { build, complaint, ENCODERS, energies, filesOf, finishes, GPU, nearAll, type Story, struck, tell, text } from "./gpu-tell.ts";
import { KINDS } from "./kinds.ts";

const STEPS = "{ kind: ./steps.yaml }";
const VLLM = "{ kind: vllm }";

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

  it("is asked anew for each step: a prompt gives way, the tokens after it do not", async () => {
    // 40 tokens of prompt of 100 ms and 1 s besides: 6 s at 800 MHz, 121.92 W. Then two steps of 1.1 s at 1000 MHz, 150 W.
    const prompts = { "steps.yaml": (KINDS["steps.yaml"] as string).replace("10 ms", "100 ms") };
    const files = { ...prompts, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 40, 3]) };
    const result = await tell({ gpus: "{ kind: ./g.yaml, powerCap: 150 W }", model: STEPS, engine: VLLM }, files);
    nearAll(finishes(result), [9.2]);
    nearAll(energies(result), [6 * (121.92 - 40.24) + 2.2 * 100]);
    near(metric(result, "workloads.chat.ttft_mean_s"), 6);
    near(metric(result, "sites.west.gpu_throttled_share"), 0.06);
  });

  it("is known to who drops what cannot be in time, before the work begins", async () => {
    // The SLO is 4 s. Arithmetic of 4 s takes 5 s at 800 MHz. A prompt of 28 tokens takes 1 s + 2.8 s, and 1 s + 3.5 s there; one of 16 tokens 3 s.
    const drop = "controllers: { queue: { kind: edf, drop: true, target: { workload: chat } } }";
    const outcomes = async (story: Story, files: Files) => columnOf(await tell({ ...story, extra: drop }, files), "requests", "outcome");
    assert.deepEqual(await outcomes({}, ENCODERS), ["finished"]);
    assert.deepEqual(await outcomes({ gpus: "{ kind: ./g.yaml, powerCap: 125 W }" }, ENCODERS), ["dropped"]);
    const prompts = (tokens: number): Files => ({
      "steps.yaml": (KINDS["steps.yaml"] as string).replace("10 ms", "100 ms"),
      "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, tokens, 1]),
    });
    const steps = { model: STEPS, engine: VLLM };
    assert.deepEqual(await outcomes(steps, prompts(28)), ["finished"]);
    assert.deepEqual(await outcomes({ ...steps, gpus: "{ kind: ./g.yaml, powerCap: 150 W }" }, prompts(28)), ["dropped"]);
    assert.deepEqual(await outcomes({ ...steps, gpus: "{ kind: ./g.yaml, powerCap: 150 W }" }, prompts(16)), ["finished"]);
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

  it("is slower within a run of steps", async () => {
    // A prompt of 1 token: 1.01 s, then three steps of 1.1 s. At 2.56 s half of the first of these is done; at 500 MHz a step takes 1.375 s.
    const files = { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 1, 4]) };
    const faults = "hot: { kind: gpu-thermal, target: { site: west }, clock: 500 MHz, at: 2.56 s }";
    const result = await tell({ model: STEPS, engine: VLLM, faults }, files);
    nearAll(finishes(result), [2.56 + 2.5 * 1.375]);
    nearAll(energies(result), [1.56 * 100 + 2.5 * 1.375 * 30]);
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
    // Each of the two is ordered once: what is set and does not hold is not ordered again.
    assert.equal(metric(result, "controllers.clocks.actions"), 2);
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
