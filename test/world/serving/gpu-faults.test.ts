/** GPUs that are lost, and which of them a fault strikes. The GPU `g` draws 50 W with a process that waits and 150 W decoding. */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../../src/experiment/result.ts";
import type { GpuId } from "../../../src/world/base/id.ts";
import { csv, type Files, metric, near, rowsOf } from "../run-yaml.ts";
import { build, complaint, type Story, tell } from "./gpu-tell.ts";

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
    // A prompt of 16 tokens, a whole block: 1.16 s, then 1.1 s for the next token, which needs another block. Lost at 3 s.
    const files = { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [1, 16, 4], [8, 1, 2]) };
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
      /faults\.link slows a link that nothing uses: no model there has parallel above 1, no placement cuts one, and no engine sends keys and values over it\. Hint: parallel: 2, or leave the fault out\./,
    ],
  ];
  for (const [what, story, files, message] of cases) it(`are refused ${what}`, () => assert.match(complaint(story, files), message));
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
