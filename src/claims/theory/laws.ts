import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import { serverKind, type Tree } from "./station.ts";
import { drawTrace, exponentialOf, REPLAY, timesOf, total } from "./trace.ts";

const COUNT = 5000;
const CORES = 2;
const DURATION_S = 5000;
const TRACE = drawTrace({ seed: 1, count: COUNT, gapMeanS: 0.7, workOf: exponentialOf(1) });
const ROUNDING = 1e-9;

const RULES: Readonly<Record<string, Tree>> = {
  fcfs: { concurrency: CORES },
  ps: { discipline: "ps" },
};

async function play(lab: Lab, rule: string, times: Tree): Promise<Finding> {
  const loaded = lab.load({
    scenario: {
      name: "laws",
      ...times,
      sites: { site: { servers: { kind: "./server.yaml" } } },
      workloads: { s: { kind: "service", ...REPLAY, ...RULES[rule] } },
      record: { requests: true },
    },
    files: { "server.yaml": serverKind(CORES), "requests.csv": TRACE.csv },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

/** All requests arrive and leave within the run, so that both laws hold on the run itself and not only in the long run. */
async function rows(lab: Lab, rule: string): Promise<readonly Verdict[]> {
  const run = await play(lab, rule, { duration: DURATION_S });
  const { arrivalS, startS, finishS } = timesOf(run);
  if (arrivalS.length !== COUNT) throw new Error(`${arrivalS.length} of ${COUNT} requests ended`);
  const latenciesS = finishS.map((timeS, i) => timeS - (arrivalS[i] as number)).sort();
  const sojournS = total(latenciesS);
  const waitS = total(startS.map((timeS, i) => timeS - (arrivalS[i] as number)));
  const parameters = `${rule}, ${COUNT} requests on ${CORES} cores`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id: `${rule}.${id}`, parameters, value, expected, unit, relative: ROUNDING });
  const rate = COUNT / DURATION_S;
  return [
    row("little", metricOf(run, "workloads.s.in_system_mean"), rate * (sojournS / COUNT), "1"),
    row("latency_mean", metricOf(run, "workloads.s.latency_mean_s"), sojournS / COUNT, "s"),
    row("latency_p99", metricOf(run, "workloads.s.latency_p99_s"), latenciesS[COUNT * 0.99 - 1] as number, "s"), // the 4950th of 5000
    // Nobody waits for a shared core, and 0 = 0 says nothing.
    ...(rule === "ps" ? [] : [row("wait_mean", metricOf(run, "workloads.s.wait_mean_s"), waitS / COUNT, "s")]),
    row("utilisation", metricOf(run, "sites.site.utilization_mean"), (rate * total(TRACE.workS)) / COUNT / CORES, "1"),
    row("throughput", metricOf(run, "workloads.s.throughput_per_s"), rate, "1/s"),
  ];
}

const [WARMUP_S, CUT_S] = [1000, 3000];

/** The same requests, but the first and the last are outside the measured time, and some are under way at its beginning and its end. */
async function cut(lab: Lab): Promise<readonly Verdict[]> {
  const run = await play(lab, "fcfs", { warmup: WARMUP_S, duration: CUT_S - WARMUP_S });
  const { arrivalS, finishS } = timesOf(run);
  const arrived = TRACE.arrivalS.filter((timeS) => timeS <= CUT_S);
  const open = arrived.length - finishS.length;
  const isMeasured = (timeS: number): boolean => timeS >= WARMUP_S;
  const latenciesS = finishS.map((timeS, i) => timeS - (arrivalS[i] as number)).filter((_, i) => isMeasured(arrivalS[i] as number));
  const early = arrivalS.some((timeS, i) => !isMeasured(timeS) && isMeasured(finishS[i] as number));
  if (open === 0 || !early) throw new Error("nothing is under way where the time is cut");
  // Each request counts for as long as it was there; those that are still there, to the end.
  const areaS = total(finishS) + open * CUT_S - total(arrived);
  const parameters = `fcfs on ${CORES} cores, ${WARMUP_S} s of warm-up, ${open} under way at ${CUT_S} s`;
  const row = (id: string, metric: string, expected: number, unit: string): Verdict =>
    exact({ id: `cut.${id}`, parameters, value: metricOf(run, `workloads.s.${metric}`), expected, unit, relative: ROUNDING });
  return [
    row("in_system_mean", "in_system_mean", areaS / CUT_S, "1"),
    row("finished", "requests_finished", latenciesS.length, "1"),
    row("latency_mean", "latency_mean_s", total(latenciesS) / latenciesS.length, "s"),
    row("arrived", "requests_arrived", arrived.filter(isMeasured).length, "1"),
  ];
}

export const operationalLaws: Claim = {
  id: "laws",
  title: "Little's law and the utilisation law on a run, request by request",
  source: "L = lambda W, U = X S; Denning & Buzen, ACM Computing Surveys 10(3), 1978",
  cases: [
    ...Object.keys(RULES).map((rule) => ({ tier: "quick" as const, check: (lab: Lab) => rows(lab, rule) })),
    { tier: "quick", check: cut },
  ],
};
