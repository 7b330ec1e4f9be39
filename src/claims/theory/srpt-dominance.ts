import type { Claim } from "../claim.ts";
import { exactAtMost } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import { serverKind, type Tree } from "./station.ts";
import { countsAt, drawTrace, exponentialOf, REPLAY, timesOf } from "./trace.ts";

const COUNT = 10_000;
const TRACE = drawTrace({ seed: 7, count: COUNT, gapMeanS: 1 / 0.9, workOf: exponentialOf(1) });
const DURATION_S = (TRACE.arrivalS.at(-1) as number) + 1000;

/** Sums in another order round otherwise: finishes so near to each other are of one instant. */
const ROUNDING_S = 1e-9;

const queue = (kind: string): Tree => ({ controllers: { order: { kind, target: { workload: "s" }, oracle: ["work"] } } });
const OTHERS: Readonly<Record<string, { readonly service?: Tree; readonly more?: Tree }>> = {
  fcfs: {},
  sjf: { more: queue("sjf") },
  ps: { service: { discipline: "ps" } },
};

async function play(lab: Lab, { service = {}, more = {} }: (typeof OTHERS)[string]): Promise<Finding> {
  const loaded = lab.load({
    scenario: {
      name: "srpt-dominance",
      duration: DURATION_S,
      sites: { site: { servers: { kind: "./server.yaml" } } },
      workloads: { s: { kind: "service", ...REPLAY, ...service } },
      record: { requests: true },
      ...more,
    },
    files: { "server.yaml": serverKind(1), "requests.csv": TRACE.csv },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

/** The most by which `best` keeps more requests than `other`, at every instant at which a request comes or goes in either run. */
function mostAbove(best: Finding, other: Finding): number {
  const [b, o] = [timesOf(best), timesOf(other)];
  const bestFinishS = b.finishS.map((timeS) => timeS - ROUNDING_S);
  const instantsS = Float64Array.from([...b.arrivalS, ...bestFinishS, ...o.finishS]).sort();
  const others = countsAt(o.arrivalS, o.finishS, instantsS);
  return countsAt(b.arrivalS, bestFinishS, instantsS).reduce(
    (worst, count, i) => Math.max(worst, count - (others[i] as number)),
    -Infinity,
  );
}

export const srptDominance: Claim = {
  id: "srpt-dominance",
  title: "Nobody keeps fewer requests in system than shortest remaining work first, at any time",
  source: "N_SRPT(t) <= N(t) for every other rule on the same arrivals; Schrage, Operations Research 16(3), 1968",
  cases: [
    {
      tier: "quick",
      check: async (lab) => {
        const best = await play(lab, { more: queue("srpt") });
        const rows = [];
        for (const [name, rule] of Object.entries(OTHERS)) {
          const other = await play(lab, rule);
          const parameters = `against ${name}, ${COUNT} requests at load 0.9`;
          rows.push(
            exactAtMost({
              id: `${name}.at_all_times`,
              parameters: `${parameters}, every arrival and finish`,
              value: mostAbove(best, other),
              bound: 0,
              unit: "1",
            }),
          );
          const [mean, bound] = [best, other].map((run) => metricOf(run, "workloads.s.in_system_mean")) as [number, number];
          rows.push(exactAtMost({ id: `${name}.in_system_mean`, parameters, value: mean, bound, unit: "1" }));
        }
        return rows;
      },
    },
  ],
};
