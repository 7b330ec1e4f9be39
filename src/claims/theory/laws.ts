import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { metricOf } from "../lab-task.ts";
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

/** All requests arrive and leave within the run, so that both laws hold on the run itself and not only in the long run. */
async function rows(lab: Lab, rule: string): Promise<readonly Verdict[]> {
  const loaded = lab.load({
    scenario: {
      name: "laws",
      duration: DURATION_S,
      sites: { site: { servers: { kind: "./server.yaml" } } },
      workloads: { s: { kind: "service", ...REPLAY, ...RULES[rule] } },
      record: { requests: true },
    },
    files: { "server.yaml": serverKind(CORES), "requests.csv": TRACE.csv },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  const { arrivalS, startS, finishS } = timesOf(run);
  if (arrivalS.length !== COUNT) throw new Error(`${arrivalS.length} of ${COUNT} requests ended`);
  const sojournS = total(finishS.map((timeS, i) => timeS - (arrivalS[i] as number)));
  const waitS = total(startS.map((timeS, i) => timeS - (arrivalS[i] as number)));
  const parameters = `${rule}, ${COUNT} requests on ${CORES} cores`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id: `${rule}.${id}`, parameters, value, expected, unit, relative: ROUNDING });
  const rate = COUNT / DURATION_S;
  return [
    row("little", metricOf(run, "workloads.s.in_system_mean"), rate * (sojournS / COUNT), "1"),
    row("latency_mean", metricOf(run, "workloads.s.latency_mean_s"), sojournS / COUNT, "s"),
    // Nobody waits for a shared core, and 0 = 0 says nothing.
    ...(rule === "ps" ? [] : [row("wait_mean", metricOf(run, "workloads.s.wait_mean_s"), waitS / COUNT, "s")]),
    row("utilisation", metricOf(run, "sites.site.utilization_mean"), (rate * total(TRACE.workS)) / COUNT / CORES, "1"),
    row("throughput", metricOf(run, "workloads.s.throughput_per_s"), rate, "1/s"),
  ];
}

export const operationalLaws: Claim = {
  id: "laws",
  title: "Little's law and the utilisation law on every path",
  source: "L = lambda W, U = X S; Denning & Buzen, ACM Computing Surveys 10(3), 1978",
  cases: Object.keys(RULES).map((rule) => ({ tier: "quick", check: (lab) => rows(lab, rule) })),
};
