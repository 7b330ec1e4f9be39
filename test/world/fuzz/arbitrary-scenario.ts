/** Scenarios at random, all of them valid: short horizons, every part that there is, in combinations nobody would write. */
import fc from "fast-check";
import type { Files } from "../run-yaml.ts";
import { SHARED_KINDS } from "../serving/shared-kinds.ts";
import { disaggregated, stepping } from "./arbitrary-steps.ts";
import { of, optional } from "./pick.ts";

export interface RandomScenario {
  readonly text: string;
  readonly seed: number;
}

/** Files that a random scenario may name. */
export const FUZZ_FILES: Files = {
  ...SHARED_KINDS,
  "chat.csv": `arrival_s,output_tokens,class\n${Array.from({ length: 40 }, (_, i) => `${Math.floor(i / 3) * 17},${1 + ((i * 7) % 31)},${i % 4 === 0 ? "encoder" : "llm"}`).join("\n")}\n`,
  "confusion.csv": "tokens_from,predicted_0,predicted_1\n0,0.8,0.2\n10,0.3,0.7\n",
  "odd.yaml": `kind: server
cores: 3
memory: 12.3 GiB
clocks: [0.7 GHz, 1.3 GHz, 2.9 GHz]
speed: 0.7
power: { kind: spec, watts: [31.7 W, 40 W, 47.1 W, 55 W, 61 W, 70.3 W, 77 W, 85.9 W, 96 W, 110 W, 133.3 W] }
sleep: { power: 3 W, wake: 7 s }
embodied: 700 kg
lifetime: 5 year
source: made up for tests
`,
  "pue.csv": "load,pue\n0,1.9\n0.4,1.37\n0.8,1.13\n",
  "carbon.csv": "hour,average_g_per_kwh\n0,300\n0.25,111.1\n0.5,402\n0.75,57.3\n1,299\n1.25,300\n",
  "web.csv": `arrival_s,work_s,class\n${Array.from({ length: 60 }, (_, i) => `${Math.floor(i / 2) * 13},${(i % 7) * 3 + 0.1},${i % 3 === 0 ? "gold" : "rest"}`).join("\n")}\n`,
  "jobs.csv": `arrival_s,work_s,cores,memory_b,deadline_s\n${Array.from({ length: 20 }, (_, i) => `${i * 31},${(i % 5) * 40 + 0.3},${[0.1, 1, 2.3, 3][i % 4]},${(i % 3) * 1.7e9},${50 + i * 40}`).join("\n")}\n`,
  "faults.csv": "at_s,duration_s\n40,60\n70,100\n100,1\n300,20\n320,20\n", // rows overlap and touch
};

const law = fc.oneof(
  of<unknown>("5 s", "0.3 s", "17 s"),
  fc.record({ kind: of("exponential"), mean: of("2 s", "20 s") }),
  fc.record({ kind: of("lognormal"), median: of("3 s"), sigma: of(1.5) }),
  fc.record({ kind: of("uniform"), min: of("0 s"), max: of("9 s") }),
  fc.record({ kind: of("bounded-pareto"), shape: of(1.1), min: of("0.5 s"), max: of("300 s") }),
);

const carbon = fc.oneof(
  of<unknown>("300 g/kWh"),
  fc.record({
    kind: of("trace"),
    file: of("carbon.csv"),
    repeat: of(true),
    forecast: fc.oneof(
      of<object>({ kind: "persistence" }, { kind: "profile" }, { kind: "bias", factor: 1.3 }),
      of({ kind: "noisy", mape24h: 0.1, mape96h: 0.2, issueEvery: "1 h" }),
    ),
  }),
);
const gpus = fc.record({ kind: of("g.yaml"), count: fc.integer({ min: 1, max: 2 }), clock: of("500 MHz", "1 GHz") });
const group = fc.record(
  { kind: of("small-8c", "odd.yaml", "./odd.yaml"), count: fc.integer({ min: 1, max: 3 }), gpus },
  { requiredKeys: ["kind", "count"] },
);
const site = fc.record(
  {
    pue: fc.oneof(of<unknown>(1, 1.25), of({ kind: "table", file: "pue.csv" })),
    carbon,
    psu: of("platinum", "titanium"),
    rows: of({ r: {} }),
    racks: fc.record({ a: fc.record({ row: of("r"), count: fc.integer({ min: 1, max: 2 }), servers: group }) }),
    servers: group,
  },
  { requiredKeys: ["rows", "racks"] },
);

const service = fc.record(
  {
    kind: of("service"),
    replicas: fc.integer({ min: 1, max: 3 }),
    concurrency: of<unknown>(1, 2, 4, "unlimited"),
    discipline: of("fcfs", "ps"),
    queueLimit: of(0, 1, 30),
    weight: of(3, 1024, 2048.5),
    priority: of("critical", "normal", "best-effort"),
    tenant: of("acme", "umbrella"),
    work: law,
    arrivals: fc.oneof(
      fc.record({ kind: of("poisson"), rate: of("0.1 req/s", "0.6 req/s") }),
      fc.record({
        kind: of("closed"),
        users: fc.integer({ min: 1, max: 5 }),
        thinkTime: of<unknown>("3 s", { kind: "exponential", mean: "5 s" }),
      }),
      fc.record({ kind: of("trace"), file: of("web.csv"), scale: of(1, 3) }),
      fc.record({ kind: of("mmpp"), rates: of(["0.05 req/s", "2 req/s"]), holding: of(["60 s", "10 s"]) }),
    ),
    classes: of({ gold: { share: 0.3, priority: 2 }, rest: { share: 0.7, priority: 1 } }),
    resilience: fc.record({ timeout: optional(of("4 s", "20 s")), attempts: fc.integer({ min: 1, max: 3 }), backoff: of("0 s", "2 s") }),
    slo: fc.record({ latency: of("5 s"), percentile: of(0.5, 0.99), window: of("30 s", "7 s") }),
    requests: fc.record({ cpu: of(0.1, 0.3), memory: of("0.1 GiB") }),
    limits: fc.record({ cpu: optional(of(0.7, 1, 2.5)), memory: optional(of("1 GiB", "3.3 GiB")) }),
    memoryUse: fc.record({ base: of("0.3 GiB"), perRequest: of("0.3 GiB", "1.1 GiB") }),
    startup: of("0 s", "12 s"),
    restart: of("1 s", "33 s"),
  },
  { requiredKeys: ["kind", "work", "arrivals", "queueLimit", "requests"] },
);

const batch = fc
  .record(
    {
      kind: of("batch"),
      priority: of("critical", "normal", "best-effort"),
      jobs: fc.integer({ min: 1, max: 40 }),
      cores: of(0.1, 1, 2, 2.5, 3),
      memory: of("0 GiB", "0.1 GiB", "1.7 GiB", "9 GiB"),
      work: fc.oneof(law, of("200 s")),
      arrivals: fc.oneof(
        fc.record({ kind: of("uniform"), over: of("5 min") }),
        fc.record({ kind: of("poisson"), rate: of("3 jobs/min", "1 job/s") }),
        fc.record({ kind: of("trace"), file: of("jobs.csv") }),
      ),
      due: fc.oneof(fc.record({ deadline: of("60 s", "400 s") }), fc.record({ slack: of("0 s", "100 s", "3 h") })),
      checkpointEvery: of("7 s", "60 s"),
      floor: of("10 jobs/day"),
      interruptible: fc.boolean(),
      preempts: fc.boolean(),
      backfill: fc.boolean(),
      weight: of(3, 100),
      tenant: of("acme", "umbrella"),
    },
    { requiredKeys: ["kind", "work", "jobs"] },
  )
  .map(({ due, ...rest }) => ({ ...rest, ...due }));

/** A scenario that serves models has three GPUs at least: one for each replica. */
const serving = fc.record(
  {
    kind: of("model-serving"),
    models: of<object>(
      { llm: { kind: "llm.yaml" } },
      { llm: { kind: "./llm.yaml" }, encoder: { kind: "encoder.yaml" } },
      { encoder: { kind: "encoder.yaml", replicas: 2 }, llm: { kind: "llm.yaml", replicas: 1 } },
    ),
    engine: fc.oneof(
      of<object>({ kind: "none" }),
      fc.record({ kind: of("dynamic", "continuous"), maxBatch: fc.integer({ min: 1, max: 5 }), batchWait: of("0 s", "3 s") }),
    ),
    outputTokens: fc.oneof(of<unknown>(7), of<unknown>({ kind: "exponential", mean: 12 }, { kind: "uniform", min: 0, max: 40 })),
    arrivals: fc.oneof(
      fc.record({ kind: of("poisson"), rate: of("0.1 req/s", "0.6 req/s") }),
      fc.record({
        kind: of("closed"),
        users: fc.integer({ min: 1, max: 9 }),
        thinkTime: of<unknown>("2 s", { kind: "exponential", mean: "3 s" }),
      }),
    ),
    queueLimit: of(0, 1, 30),
    tenant: of("acme", "umbrella"),
    slo: fc.record({ latency: of("9 s"), percentile: of(0.5, 0.99), window: of("30 s", "7 s") }),
  },
  { requiredKeys: ["kind", "models", "outputTokens", "arrivals", "queueLimit"] },
);
/** Some of them on the same GPUs, some in stages over two. */
const sharing = fc.record(
  {
    kind: of("model-serving"),
    models: of<object>(
      { a: { kind: "small.yaml", replicas: 2 }, b: { kind: "encoder.yaml" } },
      { a: { kind: "small.yaml" }, b: { kind: "cut.yaml", parallel: 2 }, c: { kind: "encoder.yaml" } },
      { a: { kind: "cut.yaml", parallel: 3 }, b: { kind: "./cut.yaml", parallel: 2 }, c: { kind: "small.yaml" } },
    ),
    engine: fc.oneof(
      of<object>({ kind: "none" }),
      fc.record({ kind: of("dynamic", "continuous"), maxBatch: fc.integer({ min: 1, max: 5 }), batchWait: of("0 s", "3 s") }),
    ),
    placement: of("packed"),
    outputTokens: of<unknown>(7, { kind: "uniform", min: 0, max: 40 }),
    arrivals: fc.record({ kind: of("poisson"), rate: of("0.1 req/s", "0.9 req/s") }),
    queueLimit: of(0, 1, 30),
    slo: of<object>({ scale: 3 }, { scale: 2, latency: "9 s", window: "30 s" }),
  },
  { requiredKeys: ["kind", "models", "placement", "outputTokens", "arrivals", "queueLimit"] },
);
const replayed = fc.record({
  kind: of("model-serving"),
  models: of({ llm: { kind: "llm.yaml" }, encoder: { kind: "encoder.yaml" } }),
  engine: of<object>({ kind: "none" }, { kind: "dynamic", maxBatch: 3, batchWait: "5 s" }, { kind: "continuous", maxBatch: 2 }),
  arrivals: fc.record({ kind: of("trace"), file: of("chat.csv"), scale: of(1, 2) }),
});
const predictor = fc.oneof(
  of<object>({ kind: "none" }, { kind: "oracle" }),
  fc.record({ kind: of("noise-dial"), noise: of(0, 0.4, 1), latency: of<unknown>("0 s", { kind: "exponential", mean: "1 s" }) }),
  of({ kind: "confusion-matrix", file: "confusion.csv", latency: "500 ms" }),
);
const servingQueue = fc.oneof(
  of<object>(
    { kind: "fcfs" },
    { kind: "sjf", oracle: ["work"] },
    { kind: "priority", aging: "20 s" },
    { kind: "srpt", oracle: ["work"], aging: "30 s" },
  ),
  fc.record({ kind: of("ssjf"), predictor, aging: of("10 s", "100 s") }, { requiredKeys: ["kind"] }),
);

const stepQueue = of<object>(
  { kind: "sjf", oracle: ["work"], aging: "20 s" },
  { kind: "priority", preemptive: true },
  { kind: "srpt", oracle: ["work"] },
  { kind: "srpt", predictor: { kind: "noise-dial", noise: 0.5 }, preemptionCost: "1 s", aging: "30 s" },
  { kind: "mlfq", quantum: "3 s", levels: 3, skipJoin: true, starvation: "20 s" },
);
const classes = fc.record({
  classes: of({ gold: { share: 0.3, priority: 2, slo: { latency: "4 s" } }, rest: { share: 0.7 } }),
  slo: fc.record({ latency: of("9 s", "30 s"), window: of("30 s") }),
});

const telemetry = fc.record({ scrape: of("5 s", "60 s"), delay: of("0 s", "13 s"), loss: of(0, 0.3) });
const queueRule = fc.oneof(
  of<object>({ kind: "fcfs" }, { kind: "sjf", oracle: ["work"] }, { kind: "srpt", oracle: ["work"] }),
  fc.record({ kind: of("priority"), preemptive: fc.boolean() }),
);
const routeRule = of<object>({ kind: "random" }, { kind: "round-robin" }, { kind: "power-of-d", d: 2 }, { kind: "power-of-d", d: 5 });
const placeRule = fc.record(
  { kind: of("first-fit", "best-fit", "worst-fit", "random-fit", "power-aware"), telemetry },
  { requiredKeys: ["kind"] },
);
const delayRule = fc.record({ kind: of("carbon-lowest-slot"), lookahead: of("1 h", "5 h"), oracle: of<string[]>([], ["carbon"]) });
const threshold = fc.record(
  { kind: of("carbon-threshold"), period: of("1 min", "7 min"), quantile: of(0.3, 1), telemetry, actuationDelay: of("9 s") },
  { requiredKeys: ["kind", "period"] },
);

/** Clocks that follow an SLO need one on latency. */
const clocks = optional(
  fc.oneof(
    fc.record({
      kind: of("ondemand"),
      period: of("3 s", "20 ms"),
      up: of(0.4, 0.9),
      down: of(0.1, 0.4),
      telemetry,
      actuationDelay: of("1 s"),
    }),
    fc.record({ kind: of("mu-serve"), slackHigh: of(0.1, 0.9), window: of("10 s", "1 min"), telemetry }, { requiredKeys: ["kind"] }),
  ),
);
const policiesOf = (queue: fc.Arbitrary<object | undefined>) => fc.record({ queue, route: optional(routeRule), clocks });
const servingPolicies = policiesOf(optional(servingQueue));

const faultTimes = fc.oneof(
  fc.record({ at: of("0 s", "100 s", "333.3 s"), duration: of("1 s", "77 s") }),
  fc.record({ at: of("200 s") }),
  fc.record({
    mtbf: fc.oneof(of<unknown>("90 s"), of({ kind: "exponential", mean: "100 s" })),
    mttr: of<unknown>("11 s", { kind: "exponential", mean: "30 s" }),
  }),
  fc.record({ trace: of("faults.csv") }),
);
const fault = fc
  .record({
    what: of<object>({ kind: "server-crash" }, { kind: "server-slow-cpu", factor: 0.3 }),
    target: fc.record({ where: of<object>({ site: "west" }, { rack: "a" }, { row: "r" }), count: optional(of(1)), together: fc.boolean() }),
    times: faultTimes,
  })
  .map(({ what, target: { where, count, together }, times }) => ({
    ...what,
    target: { ...where, together, ...(count === undefined ? {} : { count }) },
    ...times,
  }));
/** Of the three GPUs that a scenario with models has. */
const gpuFault = fc
  .record({
    what: of(
      { kind: "gpu-lost" },
      { kind: "gpu-thermal", clock: "500 MHz" },
      { kind: "gpu-clock-stuck", clock: "500 MHz" },
      { kind: "gpu-nvlink-slow", factor: 0.1 },
    ),
    target: of<object>({ rack: "gpu" }, { rack: "gpu", count: 2 }, { gpu: "west/gpu/0/gpu1" }, { rack: "gpu", together: true }),
    times: faultTimes,
  })
  .map(({ what, target, times }) => ({ ...what, target, ...times }));

const autoscaler = fc.record({
  kind: of("hpa"),
  period: of("5 s", "15 s"),
  cpuUtilization: of(0.3, 0.8, 2),
  maxReplicas: of(3, 12),
  scaleDown: of({ stabilization: "0 s" }, { stabilization: "60 s", rates: [{ replicas: 1 }, { share: 0.5, period: "20 s" }] }),
  telemetry: optional(of({ scrape: "7 s", delay: "3 s", loss: 0.2 })),
  actuationDelay: of("0 s", "4 s"),
});

/** A rule of each kind, or none, for each workload; and controllers. */
const policies = fc.record({
  queue: optional(queueRule),
  route: optional(routeRule),
  place: optional(placeRule),
  delay: optional(delayRule),
  hold: optional(threshold),
  scale: optional(autoscaler),
});

export const scenarios: fc.Arbitrary<RandomScenario> = fc
  .record({
    west: site,
    east: optional(site),
    services: fc.array(fc.tuple(service, policies), { maxLength: 3 }),
    batches: fc.array(fc.tuple(batch, policies), { maxLength: 3 }),
    chat: optional(
      fc.oneof(
        fc.tuple(fc.oneof(serving, replayed, sharing), servingPolicies),
        fc.tuple(fc.oneof(stepping, disaggregated), policiesOf(optional(stepQueue))),
        fc.tuple(
          fc.oneof(serving, sharing).map((spec) => ({ ...spec, engine: { kind: "continuous", maxBatch: 3 } })),
          policiesOf(stepQueue),
        ),
        fc.tuple(
          fc.tuple(fc.oneof(serving, sharing, stepping, disaggregated), classes).map(([spec, fields]) => ({ ...spec, ...fields })),
          policiesOf(fc.record({ kind: of("edf"), drop: fc.boolean() })),
        ),
      ),
    ),
    faults: fc.array(fault, { maxLength: 3 }),
    gpuFaults: fc.array(gpuFault, { maxLength: 3 }),
    powerCap: optional(of("100 W", "160 W")), // arithmetic under either, text under the first
    duration: of("400 s", "1000 s", "1333.7 s"),
    warmup: of<unknown>("0 s", "100 s", "auto"),
    seed: fc.integer({ min: 0, max: 999 }),
  })
  .map(({ west, east, services, batches, chat, faults, gpuFaults, powerCap, duration, warmup, seed }) => {
    const workloads = [
      ...services.map(([spec], i) => [`web-${i}`, spec] as const),
      ...batches.map(([spec], i) => [`etl-${i}`, spec] as const),
      ...(chat === undefined ? [] : [["chat", chat[0]] as const]),
    ];
    const isCarbonKnown = [west, east].every((each) => each === undefined || each.carbon !== undefined); // else nobody may decide by it
    const controllers = [
      ...services.flatMap(([, { queue, route, scale }], i) => aimed(`web-${i}`, { queue, route, scale })),
      ...batches.flatMap(([, { place, delay, hold }], i) => aimed(`etl-${i}`, isCarbonKnown ? { place, delay, hold } : { place })),
      ...(chat === undefined ? [] : aimed("chat", isFit(chat) ? chat[1] : { ...chat[1], clocks: undefined })),
    ];
    const boards = { kind: "g.yaml", count: 3, ...(powerCap === undefined ? {} : { powerCap }) };
    const racks = chat === undefined ? west.racks : { ...west.racks, gpu: { servers: { kind: "small-8c", gpus: boards } } };
    const isCut = JSON.stringify(workloads).includes('"parallel"'); // else no link is used
    const all = chat === undefined ? faults : [...faults, ...gpuFaults.filter(({ kind }) => isCut || kind !== "gpu-nvlink-slow")];
    const scenario = {
      name: "fuzz",
      duration,
      warmup,
      sites: {
        west: { ...west, racks },
        ...(east === undefined ? {} : { east: { ...east, rows: {}, racks: {}, servers: east.servers ?? { kind: "small-8c" } } }),
      },
      workloads: Object.fromEntries(workloads),
      controllers: Object.fromEntries(controllers),
      faults: Object.fromEntries(all.map((each, i) => [`fault-${i}`, each])),
      record: { requests: 1, jobs: true, power: true, events: true },
    };
    return { text: JSON.stringify(scenario, null, 1), seed };
  });

const isFit = ([workload, { clocks }]: readonly [object, { readonly clocks: { readonly kind: string } | undefined }]): boolean =>
  clocks?.kind !== "mu-serve" || ("slo" in workload && ("latency" in (workload.slo as object) || "scale" in (workload.slo as object)));

const aimed = (workload: string, rules: Readonly<Record<string, object | undefined>>): (readonly [string, object])[] =>
  Object.entries(rules).flatMap(([name, rule]) =>
    rule === undefined ? [] : [[`${name}-${workload}`, { ...rule, target: { workload } }] as const],
  );
