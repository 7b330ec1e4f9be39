import type { Case, Claim } from "../claim.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, type RandomRow, replicate } from "../replicate.ts";
import { runLength, warmupLength } from "../run-length.ts";
import { type ClassPair, sharedCoreLatencyS } from "./shared-core.ts";
import { EXPONENTIAL, serverKind } from "./station.ts";

const LOADS: ClassPair = { heavy: 0.3, light: 0.2 };
const TOTAL = LOADS.heavy + LOADS.light;

/** Two containers on one core. The chain is solved only when the case is checked. */
const at = (name: string, weights: ClassPair, expectedOf: () => ClassPair): Case => ({
  tier: "quick",
  check: (lab) => {
    const expected = expectedOf();
    const service = (load: number, weight: number) => ({
      ...{ kind: "service", discipline: "ps", work: EXPONENTIAL, requests: { cpu: 0.5 }, weight },
      arrivals: { kind: "poisson", rate: load },
    });
    const rowOf = (which: "heavy" | "light"): RandomRow => ({
      id: `${name}.${which}.latency_mean`,
      of: (run) => metricOf(run, `workloads.${which}.latency_mean_s`),
      unit: "s",
      expected: expected[which],
      margin: MEAN_MARGIN,
    });
    const rate = (run: Finding, which: string): number =>
      metricOf(run, `workloads.${which}.requests_arrived`) / metricOf(run, "run.measured_s");
    return replicate(lab, {
      parameters: `loads ${LOADS.heavy} and ${LOADS.light}, weights ${weights.heavy} and ${weights.light}`,
      setting: {
        scenario: {
          name: "weighted-sharing",
          warmup: warmupLength({ load: TOTAL }),
          duration: 2 * runLength({ load: TOTAL }),
          sites: { site: { servers: { kind: "./server.yaml" } } },
          workloads: { heavy: service(LOADS.heavy, weights.heavy), light: service(LOADS.light, weights.light) },
        },
        files: { "server.yaml": serverKind(1) },
      },
      controls: [
        { of: (run) => rate(run, "heavy"), knownMean: LOADS.heavy },
        { of: (run) => rate(run, "light"), knownMean: LOADS.light },
        { of: (run) => metricOf(run, "sites.site.utilization_mean"), knownMean: TOTAL },
      ],
      rows: [rowOf("heavy"), rowOf("light"), totalRow(name)],
    });
  },
});

/** Work of one exponential law, served by no matter which rule that does not know sizes: the mean over both is that of one queue. */
const totalRow = (name: string): RandomRow => ({
  id: `${name}.latency_mean`,
  of: (run) => {
    const sums = ["heavy", "light"].map((which) => {
      const n = metricOf(run, `workloads.${which}.requests_finished`);
      return [n, n * metricOf(run, `workloads.${which}.latency_mean_s`)] as const;
    });
    return sums.reduce((sum, [, latencyS]) => sum + latencyS, 0) / sums.reduce((sum, [n]) => sum + n, 0);
  },
  unit: "s",
  expected: 1 / (1 - TOTAL),
  margin: MEAN_MARGIN,
});

const byChain = (name: string, weights: ClassPair): Case => at(name, weights, () => sharedCoreLatencyS(LOADS, weights));

export const weightedSharing: Claim = {
  id: "weighted-sharing",
  title: "Generalised processor sharing between containers: a weight for each container, not for each request",
  source:
    "stationary distribution of the two-class Markov chain, solved by us; shares w_i/(w_1 + w_2) while both containers have requests, Parekh & Gallager, IEEE/ACM Transactions on Networking 1(3), 1993; over both L = rho/(1 - rho) for any weights; weight ratio to infinity: preemptive-resume priority, W1 = 1/(1 - rho1), W2 = 1/((1 - rho1)(1 - rho1 - rho2)), Kleinrock, Queueing Systems II, 1976, chapter 3",
  cases: [
    byChain("1-to-1", { heavy: 1024, light: 1024 }),
    byChain("3-to-1", { heavy: 3072, light: 1024 }),
    byChain("1-to-2", { heavy: 1024, light: 2048 }),
    at("limit", { heavy: 1e6, light: 1 }, () => ({ heavy: 1 / (1 - LOADS.heavy), light: 1 / ((1 - LOADS.heavy) * (1 - TOTAL)) })),
  ],
};
