/** A believable day of a 20-server cloud, made by hand: one service, one batch workload, one crash, two seeds. */
import type {
  BatchSeries,
  GpuSeries,
  ModelSeries,
  RunOutput,
  RunResult,
  RunSeries,
  ServiceSeries,
  SiteSeries,
  SummaryEntry,
} from "../../src/experiment/result.ts";

const BUCKET_S = 300;
const WARMUP_S = 1800;
const DURATION_S = 86_400;
const TOTAL_S = WARMUP_S + DURATION_S;
const BUCKETS = TOTAL_S / BUCKET_S;
const SERVERS = 20;
const CRASH = { server: 6, startS: 9 * 3600, endS: 10.25 * 3600 };
const J_PER_KWH = 3.6e6;

type Draw = () => number;

/** A small repeatable stream of numbers in [0, 1); the sample must not depend on the simulator's own. */
function stream(seed: number): Draw {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const hourOf = (bucket: number) => (bucket * BUCKET_S) / 3600;
const load = (hour: number) => 0.55 - 0.33 * Math.cos(((hour - 5) * Math.PI) / 12);
const serverName = (index: number) => `cpu-${String(index + 1).padStart(2, "0")}`;
const crashed = (bucket: number) => bucket * BUCKET_S >= CRASH.startS && bucket * BUCKET_S < CRASH.endS;

function service(draw: Draw): ServiceSeries {
  const make = () => new Float64Array(BUCKETS);
  const series = { arrived: make(), failed: make(), mean: make(), p50: make(), p99: make() };
  const edges = Float64Array.from({ length: 97 }, (_, i) => 0.001 * Math.exp((i / 12) * Math.LN2));
  const counts = new Float64Array(96);
  for (let b = 0; b < BUCKETS; b++) {
    const hot = load(hourOf(b)) * (crashed(b) ? 1.16 : 1);
    const arrived = Math.round(90 * BUCKET_S * load(hourOf(b)) * (0.98 + 0.04 * draw()));
    series.arrived[b] = arrived;
    series.failed[b] = b * BUCKET_S === CRASH.startS ? 412 : crashed(b) ? Math.round(12 * draw()) : 0;
    series.p50[b] = 0.0062 * (1 + 0.5 * hot * hot) * (0.97 + 0.06 * draw());
    series.mean[b] = (series.p50[b] ?? 0) * 1.28;
    series.p99[b] = (series.p50[b] ?? 0) * (3.4 + 1.2 * hot * hot) * (crashed(b) ? 1.7 : 1) * (0.92 + 0.16 * draw());
    for (let i = 0; i < 96; i++) {
      const z = Math.log((edges[i] ?? 1) / (series.p50[b] ?? 1)) / 0.62;
      counts[i] = (counts[i] ?? 0) + Math.round((arrived * Math.exp((-z * z) / 2)) / 26.9);
    }
  }
  return {
    name: "web",
    sloLatencyS: 0.05,
    requestsArrived: series.arrived,
    requestsFailed: series.failed,
    latencyMeanS: series.mean,
    latencyP50S: series.p50,
    latencyP99S: series.p99,
    histogramEdgesS: edges,
    histogramCounts: counts,
  };
}

function site(draw: Draw, running: Float64Array): SiteSeries {
  const energyJ = {
    request: new Float64Array(BUCKETS),
    job: new Float64Array(BUCKETS),
    idle: new Float64Array(BUCKETS),
    "reserved-idle": new Float64Array(BUCKETS),
    "psu-loss": new Float64Array(BUCKETS),
    facility: new Float64Array(BUCKETS),
  };
  const carbonG = {
    request: new Float64Array(BUCKETS),
    job: new Float64Array(BUCKETS),
    idle: new Float64Array(BUCKETS),
    "reserved-idle": new Float64Array(BUCKETS),
    "psu-loss": new Float64Array(BUCKETS),
    facility: new Float64Array(BUCKETS),
  };
  const intensityGPerKwh = new Float64Array(BUCKETS);
  for (let b = 0; b < BUCKETS; b++) {
    const hour = hourOf(b);
    const up = crashed(b) ? 0.95 : 1;
    const watts = {
      request: 820 * load(hour) * (0.98 + 0.04 * draw()),
      job: 21 * (running[b] ?? 0),
      idle: (980 - 12 * (running[b] ?? 0)) * up,
      "reserved-idle": (420 + 11 * (running[b] ?? 0)) * up,
    };
    const it = watts.request + watts.job + watts.idle + watts["reserved-idle"];
    const all = { ...watts, "psu-loss": 0.07 * it, facility: 0.12 * it };
    intensityGPerKwh[b] = 265 + 120 * Math.cos(((Math.floor(hour) + 1) * Math.PI) / 12) + 30 * Math.sin(Math.floor(hour) * 1.7);
    for (const [account, power] of Object.entries(all) as [keyof typeof all, number][]) {
      energyJ[account][b] = power * BUCKET_S;
      carbonG[account][b] = ((power * BUCKET_S) / J_PER_KWH) * (intensityGPerKwh[b] ?? 0);
    }
  }
  return { name: "west", energyJ, carbonG, intensityGPerKwh };
}

function batch(draw: Draw): BatchSeries {
  const segments: BatchSeries["segments"][number][] = [];
  const freeAtS = new Float64Array(SERVERS * 2);
  const hitServer = serverName(CRASH.server);
  segments.push({ job: 0, server: hitServer, startS: 7.6 * 3600, endS: CRASH.startS, outcome: "crashed" });
  segments.push({ job: 0, server: hitServer, startS: 10.4 * 3600, endS: 13.7 * 3600, outcome: "finished" });
  freeAtS[CRASH.server * 2] = 13.8 * 3600;
  for (let job = 1; job < 96; job++) {
    const lane = Math.floor(draw() * SERVERS * 2);
    const server = Math.floor(lane / 2);
    let startS = Math.max(freeAtS[lane] ?? 0, draw() * 0.86 * DURATION_S);
    if (server === CRASH.server && startS >= CRASH.startS && startS < CRASH.endS) startS = CRASH.endS + 60;
    const wanted = startS + 1200 + 9000 * draw() * draw() * 2;
    const hit = server === CRASH.server && startS < CRASH.startS && wanted > CRASH.startS;
    const fate = draw();
    const outcome = hit
      ? "crashed"
      : wanted > TOTAL_S
        ? "running"
        : fate < 0.07
          ? "evicted"
          : fate < 0.09
            ? "oom"
            : fate < 0.11
              ? "suspended"
              : "finished";
    const endS = hit ? CRASH.startS : Math.min(wanted, TOTAL_S);
    freeAtS[lane] = endS + 30;
    if (startS < TOTAL_S) segments.push({ job, server: serverName(server), startS, endS, outcome });
  }
  segments.sort((a, b) => a.startS - b.startS || a.job - b.job);
  const running = new Float64Array(BUCKETS);
  const queued = new Float64Array(BUCKETS);
  for (let b = 0; b < BUCKETS; b++) {
    const middleS = (b + 0.5) * BUCKET_S;
    running[b] = segments.filter((s) => s.startS <= middleS && s.endS > middleS).length;
    queued[b] = Math.max(0, Math.round(9 * Math.sin((hourOf(b) / 24.5) * Math.PI) + 4 * draw() - 2)) + (crashed(b) ? 5 : 0);
  }
  return { name: "etl", queued, running, segments, truncatedCount: 0 };
}

/** Two GPUs that go with the load, between two clocks for a part of the time. */
function gpus(draw: Draw): GpuSeries {
  const clocksHz = [945e6, 1380e6];
  const at = (gpu: number, b: number): number => (load(hourOf(b)) > 0.5 + 0.2 * gpu ? 1 : 0);
  const residency = [0, 1].map((gpu) =>
    clocksHz.map((clockHz, level) => {
      const buckets = Array.from({ length: BUCKETS }, (_, b) => b).filter((b) => at(gpu, b) === level);
      return { clockHz, timeS: buckets.length * BUCKET_S };
    }),
  );
  const powerW = new Float32Array(2 * BUCKETS);
  const clockHz = new Float32Array(2 * BUCKETS);
  for (let gpu = 0; gpu < 2; gpu++) {
    for (let b = 0; b < BUCKETS; b++) {
      clockHz[gpu * BUCKETS + b] = clocksHz[at(gpu, b)] as number;
      powerW[gpu * BUCKETS + b] = (at(gpu, b) === 1 ? 170 : 95) + 12 * draw();
    }
  }
  return { names: ["west/1/gpu0", "west/1/gpu1"], sites: ["west", "west"], kinds: ["v100", "v100"], powerW, clockHz, residency };
}

function model(draw: Draw): ModelSeries {
  const running = Float64Array.from({ length: BUCKETS }, (_, b) => 6 * load(hourOf(b)) * (0.95 + 0.1 * draw()));
  return { workload: "chat", model: "opt", running, queued: running.map((value) => Math.max(0, 4 * (value - 4))) };
}

function series(draw: Draw): RunSeries {
  const etl = batch(draw);
  const utilization = new Float32Array(SERVERS * BUCKETS);
  for (let s = 0; s < SERVERS; s++) {
    for (let b = 0; b < BUCKETS; b++) {
      const middleS = (b + 0.5) * BUCKET_S;
      const jobs = etl.segments.filter((j) => j.server === serverName(s) && j.startS <= middleS && j.endS > middleS).length;
      const web = s < 12 ? 0.62 * load(hourOf(b)) : 0.02;
      const down = s === CRASH.server && crashed(b);
      utilization[s * BUCKETS + b] = down ? Number.NaN : Math.min(1, web + 0.24 * jobs + 0.05 * draw());
    }
  }
  return {
    bucketS: BUCKET_S,
    bucketCount: BUCKETS,
    warmupS: WARMUP_S,
    sites: [site(draw, etl.running)],
    servers: {
      names: Array.from({ length: SERVERS }, (_, i) => serverName(i)),
      racks: Array.from({ length: SERVERS }, (_, i) => (i < 10 ? "a" : "b")),
      utilization,
    },
    gpus: gpus(draw),
    services: [service(draw)],
    models: [model(draw)],
    batches: [etl],
    faults: [{ fault: "crash", kind: "server-crash", server: serverName(CRASH.server), startS: CRASH.startS, endS: CRASH.endS }],
  };
}

const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

function metricsOf(made: RunSeries, draw: Draw): Record<string, number | null> {
  const [web] = made.services;
  const [west] = made.sites;
  const [etl] = made.batches;
  if (!web || !west || !etl) throw new Error("the sample lacks a part");
  const jitter = 0.99 + 0.02 * draw();
  const arrived = total(web.requestsArrived);
  const failed = total(web.requestsFailed);
  const joules = Object.fromEntries(
    Object.entries(west.energyJ).map(([account, data]) => [`energy.${account.replace("-", "_")}_j`, total(data)]),
  );
  const energyJ = total(Object.values(joules));
  const operationalG = total(Object.values(west.carbonG).map((data) => total(data)));
  const finished = new Set(etl.segments.filter((s) => s.outcome === "finished").map((s) => s.job)).size;
  return {
    "workloads.web.latency_mean_s": 0.00968 * jitter,
    "workloads.web.latency_p50_s": 0.00731 * jitter,
    "workloads.web.latency_p99_s": 0.0312 * jitter,
    "workloads.web.latency_p999_s": 0.0583 * jitter,
    "workloads.web.slo_attainment": 1 - (failed + 0.00051 * arrived) / arrived,
    "workloads.web.slo_windows_met": 0.9951,
    "workloads.web.slo_violation_minutes": 7,
    "workloads.web.requests_arrived": arrived,
    "workloads.web.requests_finished": arrived - failed - 3,
    "workloads.web.requests_failed": failed,
    "workloads.web.requests_rejected": 0,
    "workloads.web.requests_unfinished": 3,
    "workloads.etl.jobs_arrived": 96,
    "workloads.etl.jobs_completed": finished,
    "workloads.etl.wait_mean_s": 1_240 * jitter,
    "workloads.etl.deadline_missed": null,
    "sites.west.utilization_mean": 0.37 * jitter,
    ...joules,
    "energy.total_j": energyJ,
    "energy.it_j": energyJ / 1.12,
    "carbon.operational_g": operationalG,
    "carbon.embodied_g": 8_210,
    "carbon.total_g": operationalG + 8_210,
    "faults.crash.time_to_recover_mean_s": 660 * jitter,
  };
}

function run(seed: number): RunResult {
  const draw = stream(seed);
  const made = series(draw);
  return {
    seed,
    metrics: metricsOf(made, draw),
    notes: {
      "workloads.web.latency_p99_s": { estimator: "log-histogram", n: 4_281_991 },
      "workloads.web.latency_p999_s": { estimator: "log-histogram", n: 4_281_991, censored: true },
      "workloads.etl.deadline_missed": { reason: "no job has a deadline" },
    },
    identities: {
      "requests balance": true,
      "jobs balance": true,
      "energy is the sum of its accounts": true,
      "Little's law": true,
      "no server over capacity": true,
    },
    eventLogHash: seed === 1 ? "5f1d7a8890ab34ce" : "a8809bb7c1d2e3f4",
    eventCount: 13_904_112 + seed,
    series: made,
    tables: {},
  };
}

const UNITS: readonly (readonly [string, string])[] = [
  ["_s", "s"],
  ["_j", "J"],
  ["_g", "g"],
  ["_minutes", "min"],
];

function summarize(runs: readonly RunResult[]): Record<string, SummaryEntry> {
  const summary: Record<string, SummaryEntry> = {};
  for (const name of Object.keys(runs[0]?.metrics ?? {})) {
    const values = runs.map((r) => r.metrics[name]).filter((v): v is number => typeof v === "number");
    const unit = UNITS.find(([suffix]) => name.endsWith(suffix))?.[1] ?? "1";
    if (values.length === 0) {
      summary[name] = { mean: null, ciLow: null, ciHigh: null, n: 0, unit, estimator: "replications" };
      continue;
    }
    const mean = total(values) / values.length;
    const spread = Math.max(...values) - Math.min(...values);
    summary[name] = { mean, ciLow: mean - 2.1 * spread, ciHigh: mean + 2.1 * spread, n: values.length, unit, estimator: "replications" };
  }
  return summary;
}

export const SCENARIO_TEXT = `name: sample-day
start: 2024-05-01T00:00:00Z
duration: 24 h
warmup: 30 min
sites:
  west: { racks: { a: { servers: { kind: dell-r740, count: 10 } }, b: { servers: { kind: dell-r740, count: 10 } } } }
workloads:
  web: { kind: service, replicas: 12, concurrency: 4, slo: { latency: 50 ms, percentile: 0.99, window: 1 min } }   # <b>"safe" & sound</b>
  etl: { kind: batch, priority: best-effort, jobs: 96 }
faults:
  crash: { kind: server-crash, target: { rack: a, count: 1 }, at: 9 h, duration: 75 min }
`;

/** The same bytes at every call. */
export function sampleOutput(): RunOutput {
  const runs = [run(1), run(2)];
  const summary = summarize(runs);
  return {
    version: "0.1.0",
    scenario: {
      name: "sample-day",
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      text: SCENARIO_TEXT,
      file: "scenarios/sample-day.yaml",
    },
    startUtc: "2024-05-01T00:00:00Z",
    durationS: DURATION_S,
    warmupS: WARMUP_S,
    seeds: [1, 2],
    runs,
    summary,
    expectations: [
      { metric: "workloads.web.slo_attainment", min: 0.999, value: summary["workloads.web.slo_attainment"]?.mean ?? null, met: true },
      {
        metric: "faults.crash.time_to_recover_mean_s",
        max: 600,
        value: summary["faults.crash.time_to_recover_mean_s"]?.mean ?? null,
        met: false,
      },
    ],
  };
}
