import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, type Finding, metricOf } from "../lab-task.ts";
import { serverKind, type Tree } from "./station.ts";
import { drawTrace, exponentialOf, REPLAY, timesOf, total } from "./trace.ts";

const J_PER_KWH = 3.6e6;
const S_PER_H = 3600;
const CORES = 4;
const WATTS = [50, 60, 72, 84, 96, 110, 120, 130, 142, 155, 170];
const G_PER_KWH = [360, 720, 72, 144, 500];
const PUE = 1.25;
const DURATION_S = G_PER_KWH.length * S_PER_H;
const ROUNDING = 1e-9;

const REQUESTS = drawTrace({ seed: 11, count: 4000, gapMeanS: 4, workOf: exponentialOf(12) });
const JOBS = drawTrace({ seed: 12, count: 40, gapMeanS: 300, workOf: exponentialOf(200) });

/** Watts of a SPEC table at `busy` of its cores. */
function wattsAt(busy: number): number {
  const at = (busy / CORES) * 10;
  const low = Math.min(9, Math.floor(at));
  return (WATTS[low] as number) + (at - low) * ((WATTS[low + 1] as number) - (WATTS[low] as number));
}

async function play(lab: Lab, name: string, workloads: Tree, files: Readonly<Record<string, string>>): Promise<Finding> {
  const grid = ["hour,average_g_per_kwh", ...G_PER_KWH.map((grams, hour) => `${hour},${grams}`)].join("\n");
  const loaded = lab.load({
    scenario: {
      name,
      duration: DURATION_S,
      sites: { site: { pue: PUE, carbon: { kind: "trace", file: "grid.csv", signal: "average" }, servers: { kind: "./server.yaml" } } },
      workloads,
      record: { requests: true, jobs: true },
    },
    files: { "server.yaml": serverKind(CORES, { power: { kind: "spec", watts: WATTS } }), "grid.csv": `${grid}\n`, ...files },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

/** Joules and grams of the server by its requests' starts and ends alone: a staircase, summed step by step. */
function staircase(run: Finding): { readonly energyJ: number; readonly carbonG: number } {
  const { startS, finishS } = timesOf(run);
  const steps = [
    ...Array.from(startS, (timeS) => ({ timeS, change: 1 })),
    ...Array.from(finishS, (timeS) => ({ timeS, change: -1 })),
    ...G_PER_KWH.map((_, hour) => ({ timeS: (hour + 1) * S_PER_H, change: 0 })),
  ].sort((a, b) => a.timeS - b.timeS);
  let [nowS, busy, energyJ, carbonG] = [0, 0, 0, 0];
  for (const { timeS, change } of steps) {
    const stepJ = wattsAt(busy) * (timeS - nowS);
    energyJ += stepJ;
    if (timeS > nowS) carbonG += (stepJ / J_PER_KWH) * (G_PER_KWH[Math.floor(nowS / S_PER_H)] as number);
    nowS = timeS;
    busy += change;
  }
  return { energyJ, carbonG };
}

async function integrals(lab: Lab): Promise<readonly Verdict[]> {
  const run = await play(lab, "energy", { s: { kind: "service", concurrency: CORES, ...REPLAY } }, { "requests.csv": REQUESTS.csv });
  const { energyJ, carbonG } = staircase(run);
  const parameters = `${REQUESTS.workS.length} requests on ${CORES} cores of a SPEC table, ${G_PER_KWH.length} hours`;
  return [
    exact({ id: "integral", parameters, value: metricOf(run, "energy.it_j"), expected: energyJ, unit: "J", relative: ROUNDING }),
    exact({
      id: "carbon",
      parameters,
      value: metricOf(run, "carbon.operational_g"),
      expected: PUE * carbonG,
      unit: "g",
      relative: ROUNDING,
    }),
  ];
}

const ACCOUNTS = ["request", "job", "idle", "reserved_idle", "psu_loss", "facility"];

async function attribution(lab: Lab): Promise<readonly Verdict[]> {
  const run = await play(
    lab,
    "attribution",
    {
      s: { kind: "service", discipline: "ps", limits: { cpu: 3 }, ...REPLAY },
      etl: { kind: "batch", cores: 1, arrivals: { kind: "trace", file: "jobs.csv" }, work: { kind: "trace", column: "work_s" } },
    },
    // A shared service drains more slowly than it may: fewer requests, so that all end within the run.
    { "requests.csv": REQUESTS.csv.split("\n").slice(0, 3001).join("\n"), "jobs.csv": JOBS.csv },
  );
  const sum = (table: string, column: string): number => total(columnOf(run, table, column));
  const over = (prefix: string, unit: string): number =>
    ACCOUNTS.reduce((all, account) => all + metricOf(run, `${prefix}.${account}_${unit}`), 0);
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id, parameters: "requests and jobs side by side", value, expected, unit, relative: ROUNDING });
  return [
    row("requests", sum("requests", "energy_j"), metricOf(run, "energy.request_j"), "J"),
    row("jobs", sum("jobs", "energy_j"), metricOf(run, "energy.job_j"), "J"),
    row("accounts", over("energy", "j"), metricOf(run, "energy.total_j"), "J"),
    row("facility", metricOf(run, "energy.total_j"), PUE * metricOf(run, "energy.it_j"), "J"),
    row(
      "grams",
      sum("requests", "carbon_g") + sum("jobs", "carbon_g"),
      metricOf(run, "carbon.request_g") + metricOf(run, "carbon.job_g"),
      "g",
    ),
    row("grams_of_accounts", over("carbon", "g"), metricOf(run, "carbon.operational_g"), "g"),
  ];
}

export const energy: Claim = {
  id: "energy",
  title: "Joules and grams are integrals over exact steps",
  source: "E = sum P_i dt, C = sum E_t CI_t over the steps of load and the hours of the grid, with nothing sampled",
  cases: [{ tier: "quick", check: integrals }],
};

export const attributed: Claim = {
  id: "attribution",
  title: "Requests, jobs and idle time share the meter",
  source: "the sum of the shares is the meter: an identity at every instant",
  cases: [{ tier: "quick", check: attribution }],
};
