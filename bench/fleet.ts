/**
 * Ten thousand servers and a million jobs, each run in a process of its own, start of Node and reading of the trace included:
 * CPU time and peak memory against a budget, and how they grow with jobs, servers and requests.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootRng } from "../src/kernel/index.ts";
import { type Cost, costOf } from "./child.ts";
import { growthExponent } from "./growth.ts";

export interface FleetSize {
  readonly serverCount: number;
  readonly jobCount: number;
  readonly rule: string;
  readonly jobsFile: string;
  readonly endS: number;
}

const SERVER_COUNT = 10_000;
const JOB_COUNT = 1_000_000;
const CPU_S_MAX = 10;
const MIB = 1_048_576;
const PEAK_MIB_MAX = 512;
const EXPONENT_MAX = 1.15;
const REPEATS = 3;

const CORES_PER_SERVER = 32;
const CORES_MAX = 8;
const MEAN_WORK_S = 3600;
const GIB = 1_073_741_824;
/** Memory goes with cores, one to four GiB each: 2.5 of the server's 3 on average, so that either may bind. */
const GIB_PER_CORE_MAX = 4;

export async function fleet(say: (text: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "cybertwin-bench-"));
  try {
    const budgets = budgetCases(folder).map((it) => budget(it, say));
    const growths = growthCases(folder).map((it) => growth(it, say));
    return [...budgets, ...growths].every(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function budgetCases(folder: string): readonly (FleetSize & { readonly load: number })[] {
  return [0.95, 1.05].flatMap((load) => {
    const jobs = writeJobs(folder, { serverCount: SERVER_COUNT, jobCount: JOB_COUNT, load });
    return ["first-fit", "best-fit"].map((rule) => ({ ...jobs, rule, load }));
  });
}

function budget({ load, ...size }: FleetSize & { readonly load: number }, say: (text: string) => void): boolean {
  const { cpuS, peakB } = costOf("./fleet-child.js", size);
  const good = cpuS < CPU_S_MAX && peakB < PEAK_MIB_MAX * MIB;
  const cost = `${cpuS.toFixed(2)} s of ${CPU_S_MAX} s, ${(peakB / MIB).toFixed(0)} MiB of ${PEAK_MIB_MAX} MiB`;
  say(`${verdict(good)}  ${size.rule.padEnd(9)} at ${100 * load} %: ${cost}`);
  return good;
}

interface Growth {
  readonly of: string;
  readonly sizes: readonly number[];
  cost(size: number): Cost;
}

function growthCases(folder: string): readonly Growth[] {
  const best = { rule: "best-fit", load: 1.05 };
  const fleetCost = (size: { serverCount: number; jobCount: number }): Cost =>
    costOf("./fleet-child.js", { ...writeJobs(folder, { ...size, ...best }), ...best });
  return [
    { of: "jobs", sizes: [50_000, 100_000, 200_000, 400_000], cost: (jobCount) => fleetCost({ serverCount: 1000, jobCount }) },
    { of: "servers", sizes: [1250, 2500, 5000, 10_000], cost: (serverCount) => fleetCost({ serverCount, jobCount: 200_000 }) },
    { of: "both", sizes: [1250, 2500, 5000, 10_000], cost: (serverCount) => fleetCost({ serverCount, jobCount: 40 * serverCount }) },
    { of: "requests", sizes: [1_000_000, 2_000_000, 4_000_000, 8_000_000], cost: (requests) => costOf("./run-child.js", { requests }) },
  ];
}

function growth({ of, sizes, cost }: Growth, say: (text: string) => void): boolean {
  const points = sizes.map((size) => ({ size, cost: median(Array.from({ length: REPEATS }, () => cost(size).cpuS)) }));
  const exponent = growthExponent(points);
  const good = exponent <= EXPONENT_MAX;
  const measured = points.map((point) => `${point.size.toLocaleString("en")}: ${point.cost.toFixed(2)} s`).join(", ");
  say(`${verdict(good)}  growth in ${of.padEnd(8)} ${exponent.toFixed(2)}, at most ${EXPONENT_MAX} (${measured})`);
  return good;
}

/** A trace of jobs of 1 to 8 cores that ask for `load` times the fleet's cores. */
function writeJobs(folder: string, it: { serverCount: number; jobCount: number; load: number }): Omit<FleetSize, "rule"> {
  const { serverCount, jobCount, load } = it;
  const { uniform } = rootRng(1).fork("bench jobs");
  const meanGapS = (MEAN_WORK_S * (1 + CORES_MAX)) / 2 / (load * serverCount * CORES_PER_SERVER);
  const lines = ["arrival_s,work_s,cores,memory_b"];
  let arrivalS = 0;
  for (let i = 0; i < jobCount; i++) {
    arrivalS -= Math.log1p(-uniform()) * meanGapS;
    const cores = 1 + Math.floor(uniform() * CORES_MAX);
    const memoryB = cores * (1 + Math.floor(uniform() * GIB_PER_CORE_MAX)) * GIB;
    lines.push(`${arrivalS.toFixed(6)},${(-Math.log1p(-uniform()) * MEAN_WORK_S).toFixed(6)},${cores},${memoryB}`);
  }
  const jobsFile = join(folder, `jobs-${serverCount}-${jobCount}-${load}.csv`);
  writeFileSync(jobsFile, lines.join("\n"));
  return { serverCount, jobCount, jobsFile, endS: arrivalS + 1 };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const verdict = (good: boolean): string => (good ? "good " : "short");
