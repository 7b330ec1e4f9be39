import type { Claim } from "../claim.ts";
import { exactAtMost } from "../exact.ts";
import { metricOf } from "../lab-task.ts";
import { serverKind } from "./station.ts";

const WORKLOADS = Array.from({ length: 12 }, (_, i) => `w${i + 1}`);
const BATCHES = 50;
const BETWEEN_S = 64;
const WORK_S = 0.5;
const ARRIVALS = Array.from({ length: BATCHES }, (_, i) => `${i * BETWEEN_S},${WORK_S}`);

export const ties: Claim = {
  id: "ties",
  title: "Jobs that come at one instant are served in the order in which they were declared",
  source: "first come, first served on one core: the k-th of a batch is done after k times the work; docs/design.md, Time and order",
  cases: [
    {
      tier: "quick",
      check: async (lab) => {
        const workload = {
          ...{ kind: "batch", cores: 1 },
          arrivals: { kind: "trace", file: "jobs.csv" },
          work: { kind: "trace", column: "work_s" },
        };
        const loaded = lab.load({
          scenario: {
            name: "ties",
            duration: BATCHES * BETWEEN_S,
            sites: { site: { servers: { kind: "./server.yaml" } } },
            workloads: Object.fromEntries(WORKLOADS.map((name) => [name, workload])),
          },
          files: { "server.yaml": serverKind(1), "jobs.csv": `${["arrival_s,work_s", ...ARRIVALS].join("\n")}\n` },
        });
        const [run] = await lab.play(loaded, [1]);
        if (run === undefined) throw new Error("one seed, no run");
        const offS = WORKLOADS.flatMap((name, i) =>
          ["turnaround_mean_s", "turnaround_max_s"].map((metric) =>
            Math.abs(metricOf(run, `workloads.${name}.${metric}`) - (i + 1) * WORK_S),
          ),
        );
        const parameters = `${BATCHES} times ${WORKLOADS.length} jobs of ${WORK_S} s`;
        return [exactAtMost({ id: "worst", parameters, value: Math.max(...offS), bound: 0, unit: "s" })];
      },
    },
  ],
};
