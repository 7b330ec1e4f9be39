import type { Case, Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { serverKind } from "./station.ts";

const MTBF_S = 100;
const MTTR_S = 10;
const WORK_S = 100;
const JOBS = 4000;

/** Stretches of work that a failure throws back to their beginning; a checkpoint costs no time. */
function segmentsS(checkpointS: number): readonly number[] {
  const whole = Math.floor(WORK_S / checkpointS);
  return [...Array.from({ length: whole }, () => checkpointS), WORK_S - whole * checkpointS];
}

/**
 * One server, all jobs there at the start, so that each begins at the instant at which the one before it ends: the server is
 * up then and, failures being exponential, as good as new.
 */
const at = (name: string, checkpointS: number | undefined): Case => {
  const segments = checkpointS === undefined ? [WORK_S] : segmentsS(checkpointS);
  const failures = segments.reduce((sum, segmentS) => sum + Math.expm1(segmentS / MTBF_S), 0);
  return {
    tier: "quick",
    check: (lab) =>
      replicate(lab, {
        parameters: `work ${WORK_S} s, MTBF ${MTBF_S} s, MTTR ${MTTR_S} s, ${checkpointS === undefined ? "no checkpoint" : `every ${checkpointS} s`}`,
        setting: {
          scenario: {
            name: "restarts",
            duration: 1.5 * JOBS * failures * (MTBF_S + MTTR_S),
            sites: { site: { servers: { kind: "./server.yaml" } } },
            workloads: {
              etl: {
                kind: "batch",
                jobs: JOBS,
                cores: 1,
                work: `${WORK_S} s`,
                ...(checkpointS !== undefined && { checkpointEvery: `${checkpointS} s` }),
              },
            },
            faults: {
              crash: {
                kind: "server-crash",
                target: { site: "site" },
                mtbf: { kind: "exponential", mean: `${MTBF_S} s` },
                mttr: { kind: "uniform", min: `${MTTR_S / 2} s`, max: `${1.5 * MTTR_S} s` },
              },
            },
          },
          files: { "server.yaml": serverKind(1) },
        },
        rows: [
          {
            id: `${name}.completion_mean`,
            of: (run) => metricOf(run, "workloads.etl.turnaround_max_s") / JOBS, // over all jobs, not over those that came back
            unit: "s",
            expected: failures * (MTBF_S + MTTR_S),
            margin: MEAN_MARGIN,
          },
        ],
      }),
  };
};

export const restarts: Claim = {
  id: "restarts",
  title: "Jobs that failures throw back, with and without checkpoints",
  source:
    "E[T] = sum over segments s between checkpoints of (e^(lambda s) - 1)(1/lambda + R); Duda, Information Processing Letters 16(5), 1983",
  cases: [at("none", undefined), at("checkpoints", 30)],
};
