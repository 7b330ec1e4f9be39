/** `record: { trace: true }`: the file by hand, and against the metrics of the same run. */
import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "../../../src/experiment/result.ts";
import { runSeed } from "../../../src/experiment/run.ts";
import { TraceFile } from "../../../src/experiment/trace-file.ts";
import { csv, type Files, loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

interface Event {
  readonly ph: "X" | "C" | "i" | "M";
  readonly name: string;
  readonly pid: number;
  readonly tid?: number;
  readonly s?: string;
  /** Microseconds, as is `dur`. */
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, number | string>>;
}
interface Trace {
  readonly traceEvents: readonly Event[];
  readonly otherData: Readonly<Record<string, unknown>>;
}

const STEPS = `name: story
seed: 1
duration: 10 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./steps.yaml } }, engine: { kind: vllm, kvBlocks: unlimited }, arrivals: { kind: trace, file: chat.csv } }
record: { requests: true, power: true, trace: true }
`;
/** Two kinds of engine, clocks that follow the load, and a server that is down for a while with work on it. */
const BUSY = `name: busy
seed: 5
duration: 10 min
warmup: 1 min
sites: { west: { servers: { kind: small-8c, count: 2, gpus: { kind: ./g.yaml, count: 2 } } } }
workloads:
  chat: { kind: model-serving, models: { llm: { kind: ./steps.yaml, replicas: 2 } }, engine: { kind: vllm, kvBlocks: 40 }, outputTokens: { kind: uniform, min: 1, max: 40 }, promptTokens: { kind: uniform, min: 1, max: 50 }, arrivals: { kind: poisson, rate: 0.2 req/s } }
  code: { kind: model-serving, models: { llm: { kind: ./llm.yaml, replicas: 2 } }, engine: { kind: continuous, maxBatch: 4 }, slo: { latency: 30 s }, outputTokens: { kind: uniform, min: 1, max: 9 }, arrivals: { kind: poisson, rate: 0.4 req/s } }
controllers: { clocks: { kind: ondemand, period: 2 s, up: 0.7, down: 0.5, target: { workload: code } } }
faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 200 s, duration: 30 s } }
record: { power: true, trace: true }
`;

describe("a trace of a run", () => {
  let spool = "";
  beforeEach(() => {
    spool = mkdtempSync(join(tmpdir(), "cybertwin-trace-"));
  });
  afterEach(() => rmSync(spool, { recursive: true, force: true }));

  async function traced(text: string, files: Files): Promise<{ result: RunResult; trace: Trace }> {
    const { spec } = loadYaml(text, files);
    const hooks = { shouldStop: () => false, onProgress: () => {} };
    const result = await runSeed({ spec, spool: join(spool, "deep") }, spec.seed as number, hooks);
    return { result, trace: JSON.parse(readFileSync(result.traceFile as string, "utf8")) as Trace };
  }

  const of = ({ traceEvents }: Trace, ph: Event["ph"], name?: string): Event[] =>
    traceEvents.filter((event) => event.ph === ph && (name === undefined || event.name === name)).toSorted((a, b) => a.ts - b.ts);

  /** Area under the values of a counter, value x seconds, up to its last event. */
  function area(trace: Trace, name: string, pid: number): number {
    const events = of(trace, "C", name).filter((event) => event.pid === pid);
    const values = events.map(({ args }) => Object.values(args)[0] as number);
    return events.reduce(
      (sum, { ts }, i) => (i === 0 ? 0 : sum + ((ts - (events[i - 1] as Event).ts) * (values[i - 1] as number)) / 1e6),
      0,
    );
  }

  it("has each step of an engine, steps of the same requests as one", async () => {
    // The story of steps.test.ts: prompts of 20 and 30 tokens, then two steps for both, a prompt beside one who writes, one step alone.
    const requests = csv("arrival_s,prompt_tokens,output_tokens", [0, 20, 5], [0, 30, 3], [3.5, 10, 1], [8, 40, 2]);
    const { trace, result } = await traced(STEPS, { ...KINDS, "chat.csv": requests });
    const common = { model: "llm", replica: 0, engine: "vllm" };
    const slice = (name: string, [startS, endS]: [number, number], args: object) => ({
      ...{ ph: "X", pid: 1, tid: 2, name, cat: "chat", ts: startS * 1e6, dur: Math.round((endS - startS) * 1e9) / 1e3 },
      args: { ...common, ...args },
    });
    assert.deepEqual(of(trace, "X"), [
      slice("prefill", [0, 1.5], { requests: 2, steps: 1, prompt_tokens: 50, output_tokens: 2 }),
      slice("decode", [1.5, 3.9], { requests: 2, steps: 2, prompt_tokens: 0, output_tokens: 4 }),
      slice("mixed", [3.9, 5.1], { requests: 2, steps: 1, prompt_tokens: 10, output_tokens: 2 }),
      slice("decode", [5.1, 6.2], { requests: 1, steps: 1, prompt_tokens: 0, output_tokens: 1 }),
      slice("prefill", [8, 9.4], { requests: 1, steps: 1, prompt_tokens: 40, output_tokens: 1 }),
      slice("unfinished", [9.4, 10], { requests: 1, steps: 0, prompt_tokens: 0, output_tokens: 0 }),
    ]);
    const watts = of(trace, "C", "gpu0 power").map(({ ts, args }) => [ts, args.W]);
    assert.deepEqual(watts, [
      [0, 150],
      [6_200_000, 50],
      [8_000_000, 150],
      [10_000_000, 150],
    ]);
    assert.deepEqual(
      of(trace, "C", "gpu0 clock").map(({ ts, args }) => [ts, args.MHz]),
      [
        [0, 1000],
        [10_000_000, 1000],
      ],
    );
    assert.deepEqual(
      of(trace, "M").map(({ name, args }) => [name, args.name]),
      [
        ["process_name", "west/0"],
        ["thread_name", "gpu0 (g)"],
      ],
    );
    assert.deepEqual(trace.otherData, { scenario: "story", seed: 1 });
    assert.deepEqual(
      rowsOf(result, "requests").map(({ class: model, prompt_tokens, output_tokens }) => [model, prompt_tokens, output_tokens]),
      [
        ["llm", 30, 3],
        ["llm", 10, 1],
        ["llm", 20, 5],
      ],
    );
  });

  it("has batches with the answers that they complete, and faults as moments", async () => {
    // 1 s + 0.5 s a token: 2 s and 3 s. The batch ends with the shorter; then the other alone, which the crash at 2.5 s cuts short.
    const text = STEPS.replace("./steps.yaml", "./llm.yaml")
      .replace("{ kind: vllm, kvBlocks: unlimited }", "{ kind: continuous }")
      .concat(
        "faults: { crash: { kind: server-crash, target: { site: west }, at: 2.5 s, duration: 1 s }, xid: { kind: gpu-lost, target: { site: west }, at: 5 s } }\n",
      );
    const { trace, result } = await traced(text, { ...KINDS, "chat.csv": csv("arrival_s,output_tokens", [0, 2], [0, 4]) });
    assert.deepEqual(
      of(trace, "X").map(({ name, ts, dur, args }) => [name, ts, dur, args.requests, args.steps, args.output_tokens]),
      [
        ["batch", 0, 2_000_000, 2, 1, 2],
        ["unfinished", 2_000_000, 500_000, 1, 0, 0],
      ],
    );
    assert.deepEqual(
      of(trace, "i").map(({ name, pid, tid, ts, s }) => [name, pid, tid, ts, s]),
      [
        ["crash begins", 1, undefined, 2_500_000, "p"],
        ["crash ends", 1, undefined, 3_500_000, "p"],
        ["xid begins", 1, 2, 5_000_000, "t"],
      ],
    );
    near(area(trace, "gpu0 power", 1), metric(result, "sites.west.gpu_energy_j"));
  });

  it("agrees with the meter, the clocks and the busy time of the same run", async () => {
    const { result, trace } = await traced(BUSY, KINDS);
    const tids = [...new Set(of(trace, "X").map(({ tid }) => tid))];
    assert.equal(tids.length, 4);
    for (const wanted of tids) {
      const slices = of(trace, "X").filter(({ tid }) => tid === wanted);
      slices.forEach(({ ts, dur }, i) => {
        const next = slices[i + 1];
        assert.ok(dur > 0 && (next === undefined || ts + dur <= next.ts + 1e-6), `${ts} + ${dur} and ${next?.ts}`); // sums of doubles near 1e9 us
      });
    }
    const busyS = of(trace, "X").reduce((sum, { dur }) => sum + dur / 1e6, 0);
    const endS = 660;
    near(busyS, metric(result, "sites.west.gpu_utilization_mean") * 4 * endS, 1e-9);
    for (const [workload, engine] of [
      ["chat", "vllm"],
      ["code", "continuous"],
    ] as const) {
      const own = of(trace, "X").filter(({ args }) => args.engine === engine);
      const ownS = own.reduce((sum, { dur }) => sum + dur / 1e6, 0);
      const memberS = own.reduce((sum, { dur, args }) => sum + (dur / 1e6) * (args.requests as number), 0);
      near(ownS, metric(result, `workloads.${workload}.gpu_utilization_mean`) * 2 * endS, 1e-9);
      near(memberS / ownS, metric(result, `workloads.${workload}.batch_size_mean`), 1e-9);
    }
    const gpus = [1, 2].flatMap((pid) => ["gpu0", "gpu1"].map((gpu) => ({ pid, gpu })));
    const sum = (what: string): number => gpus.reduce((all, { pid, gpu }) => all + area(trace, `${gpu} ${what}`, pid), 0);
    near(sum("power"), metric(result, "sites.west.gpu_energy_j"), 1e-9);
    near((sum("clock") * 1e6) / (4 * endS), metric(result, "sites.west.gpu_clock_mean_hz"), 1e-9);
    assert.ok(metric(result, "sites.west.gpu_clock_switches") > 10);
    assert.deepEqual(new Set(of(trace, "X").map(({ name }) => name)), new Set(["batch", "prefill", "decode", "mixed", "unfinished"]));
  });

  it("changes nothing: metrics and rows are those of a run without it", async () => {
    const { result } = await traced(BUSY, KINDS);
    const without = await play(BUSY.replace(", trace: true", ""), KINDS);
    assert.deepEqual(without.metrics, result.metrics);
    assert.equal(without.eventLogHash, result.eventLogHash);
    assert.deepEqual(rowsOf(without, "power"), rowsOf(result, "power"));
    assert.equal(without.traceFile, undefined);
  });

  it("stays away where no folder is kept", async () => {
    const result = await play(BUSY, KINDS);
    assert.equal(result.traceFile, undefined);
    assert.ok(!existsSync(join(spool, "deep")));
  });

  it("is on the disk while the run goes, but for its last piece", () => {
    const path = join(spool, "trace.json");
    const file = new TraceFile(path);
    const event = { ph: "i", pid: 1, name: "x".repeat(1000), cat: "fault", s: "p" } as const;
    for (let i = 0; i < 3000; i++) file.add({ ...event, ts: i });
    assert.ok(statSync(path).size > 3e6 - 3e5);
    file.close({ seed: 1 });
    assert.equal((JSON.parse(readFileSync(path, "utf8")) as Trace).traceEvents.length, 3000);
  });
});
