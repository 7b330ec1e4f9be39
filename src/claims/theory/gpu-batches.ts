import type { Case, Claim, Tier, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength, warmupLength } from "../run-length.ts";
import { gpuControls, gpuStation } from "./gpu-station.ts";
import { ofS, type Tree } from "./station.ts";

const ROUNDING = 1e-9;
const TOKENS = 1000;
const LATENCY: Tree = { kind: "linear", base: "0 s", perToken: "1 ms" };

/** How long a batch that begins with `members` takes, and the law of the arrivals meanwhile. */
interface Batch {
  readonly meanS: number;
  readonly secondMomentS2: number;
  /** Chance of `count` arrivals, 0 up to `most`. */
  arrivals(most: number): readonly number[];
  readonly leavers: number;
}
type BatchOf = (members: number, ratePerS: number) => Batch;

/** Work of 1 s: all leave together. */
export const constant: BatchOf = (members, ratePerS) => ({
  ...{ meanS: 1, secondMomentS2: 1, leavers: members },
  arrivals(most) {
    const shares = [Math.exp(-ratePerS)];
    for (let count = 1; count <= most; count++) shares.push(((shares[count - 1] as number) * ratePerS) / count);
    return shares;
  },
});

/** Exponential work of mean 1 s, up to the first end: 1 / members in the mean, and what is left of the others is exponential again. */
export const firstOfExponential: BatchOf = (members, ratePerS) => ({
  ...{ meanS: 1 / members, secondMomentS2: 2 / (members * members), leavers: 1 },
  arrivals(most) {
    const more = ratePerS / (ratePerS + members);
    const shares = [1 - more];
    for (let count = 1; count <= most; count++) shares.push((shares[count - 1] as number) * more);
    return shares;
  },
});

/**
 * Mean time in system of batches of at most `maxBatch`, from the chain of how many are there when a batch has ended: n becomes n less the
 * leavers and more by the arrivals; from 0 the next batch has one member. Between two ends it is n + arrivals so far, and Little's law does the rest.
 */
export function batchLatencyS(batchOf: BatchOf, maxBatch: number, ratePerS: number): number {
  const most = 80 * maxBatch; // more are there once in 1e12 ends at the loads tried
  const batches = Array.from({ length: most + 1 }, (_, n) => batchOf(Math.max(1, Math.min(n, maxBatch)), ratePerS));
  const arrivals = batches.map((batch) => batch.arrivals(most));
  let shares: readonly number[] = batches.map((_, n) => (n === 0 ? 1 : 0));
  for (let change = 1; change > 1e-13; ) {
    const next = new Array<number>(most + 1).fill(0);
    for (const [n, share] of shares.entries()) {
      const left = Math.max(1, n) - (batches[n] as Batch).leavers;
      const chances = arrivals[n] as readonly number[];
      for (let to = left; to <= most; to++) next[to] = (next[to] as number) + share * (chances[to - left] as number);
    }
    const sum = next.reduce((all, share) => all + share, 0);
    const scaled = next.map((share) => share / sum); // what would be beyond `most` is shared out
    change = scaled.reduce((all, share, n) => all + Math.abs(share - (shares[n] as number)), 0);
    shares = scaled;
  }
  let [presentS, cycleS] = [0, 0];
  for (const [n, share] of shares.entries()) {
    const { meanS, secondMomentS2 } = batches[n] as Batch;
    presentS += share * (Math.max(1, n) * meanS + (ratePerS * secondMomentS2) / 2);
    cycleS += share * (meanS + (n === 0 ? 1 / ratePerS : 0));
  }
  return presentS / cycleS / ratePerS;
}

interface Engine {
  readonly kind: "dynamic" | "continuous";
  readonly tokens: Tree | number;
  readonly workCv2: number;
  readonly batchOf: BatchOf;
}

const ENGINES: readonly Engine[] = [
  { kind: "dynamic", tokens: TOKENS, workCv2: 0, batchOf: constant },
  { kind: "continuous", tokens: { kind: "exponential", mean: TOKENS }, workCv2: 1, batchOf: firstOfExponential },
];
const MAX_BATCH = 4;

const at = (tier: Tier, { kind, tokens, workCv2, batchOf }: Engine, load: number): Case => {
  const ratePerS = load * MAX_BATCH;
  const queue = { load, workCv2 };
  return {
    tier,
    check: (lab) =>
      replicate(lab, {
        parameters: `${kind}, batches of at most ${MAX_BATCH}, ${workCv2 === 0 ? "constant" : "exponential"} work, load ${load}`,
        setting: gpuStation({
          name: "gpu-batches",
          latency: LATENCY,
          serving: { engine: { kind, maxBatch: MAX_BATCH }, outputTokens: tokens, arrivals: { kind: "poisson", rate: ratePerS } },
          warmupS: warmupLength(queue),
          durationS: Math.ceil(runLength(queue) / MAX_BATCH),
        }),
        controls: gpuControls({ ratePerS, workS: 1 }),
        rows: [
          {
            id: `${kind}.${load}.latency_mean`,
            of: ofS("latency_mean_s"),
            unit: "s",
            expected: batchLatencyS(batchOf, MAX_BATCH, ratePerS),
            margin: MEAN_MARGIN,
          },
        ],
      }),
  };
};

const FULL_BATCHES = 250;

/** All requests at once, work of 1 s: full batches one after another. */
async function drain(lab: Lab, kind: string, maxBatch: number): Promise<readonly Verdict[]> {
  const count = FULL_BATCHES * maxBatch;
  const engine = kind === "none" ? { kind } : { kind, maxBatch };
  const loaded = lab.load(
    gpuStation({
      name: "gpu-batches",
      latency: LATENCY,
      serving: { engine, outputTokens: TOKENS, arrivals: { kind: "trace", file: "requests.csv" } },
      durationS: FULL_BATCHES + 1,
      files: { "requests.csv": `arrival_s\n${"0\n".repeat(count)}` },
    }),
  );
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  const parameters = `${kind}, ${count} requests of 1 s at once, batches of ${maxBatch}`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id: `${kind}.drain.${id}`, parameters, value, expected, unit, relative: ROUNDING });
  const busyS = metricOf(run, "workloads.s.gpu_utilization_mean") * (FULL_BATCHES + 1);
  return [
    row("throughput", metricOf(run, "workloads.s.requests_finished") / busyS, maxBatch, "1/s"),
    row("latency_mean", metricOf(run, "workloads.s.latency_mean_s"), (FULL_BATCHES + 1) / 2, "s"),
  ];
}

const OVERLOAD = 1.25;
const OVERLOAD_S = 4000;
/** Enough that a batch never lacks a member, once there are as many. */
const QUEUE_LIMIT = 100;

/** More comes than full batches can serve: the throughput is that of full batches, at any load above 1. */
const saturated = ({ kind, tokens }: Engine): Case => ({
  tier: "quick",
  check: (lab) =>
    replicate(lab, {
      parameters: `${kind}, batches of at most ${MAX_BATCH}, load ${OVERLOAD}`,
      setting: gpuStation({
        name: "gpu-batches",
        latency: LATENCY,
        serving: {
          ...{ engine: { kind, maxBatch: MAX_BATCH }, queueLimit: QUEUE_LIMIT },
          ...{ outputTokens: tokens, arrivals: { kind: "poisson", rate: OVERLOAD * MAX_BATCH } },
        },
        durationS: OVERLOAD_S,
      }),
      rows: [{ id: `${kind}.saturated.throughput`, of: ofS("throughput_per_s"), unit: "1/s", expected: MAX_BATCH, margin: MEAN_MARGIN }],
    }),
});

export const gpuBatches: Claim = {
  id: "gpu-batches",
  title: "Batches on a GPU: the throughput of full ones, and the mean latency of a queue served in batches",
  source:
    "X <= maxBatch/E[S]; mean latency from the chain at the ends of batches (M/D[1,b]/1, and with exponential work ended by the first), by Little's law; Bailey, Journal of the Royal Statistical Society B 16(1), 1954",
  cases: [
    { tier: "quick", check: (lab) => drain(lab, "none", 1) },
    { tier: "quick", check: (lab) => drain(lab, "dynamic", 8) },
    { tier: "quick", check: (lab) => drain(lab, "continuous", 8) },
    ...ENGINES.map(saturated),
    ...ENGINES.map((engine) => at("quick", engine, 0.6)),
    ...ENGINES.map((engine) => at("full", engine, 0.85)),
  ],
};
