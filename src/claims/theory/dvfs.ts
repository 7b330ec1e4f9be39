import type { Claim } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { metricOf } from "../lab-task.ts";
import { serverKind } from "./station.ts";

const STATIC_W = 16;
/** Watts per GHz^3: a volt per GHz, and a farad of 1e-9. */
const CUBIC_W = 1;
const LEVELS_GHZ = Array.from({ length: 21 }, (_, i) => (10 + i) / 10);
const NOMINAL_GHZ = 3;
const WORK_S = 300;
const ROUNDING = 1e-9;

/** Joules of one job at one clock: its dynamic joules, and the static watts for as long as it took. */
async function jobJ(lab: Lab, clockGhz: number): Promise<number> {
  const loaded = lab.load({
    scenario: {
      name: "dvfs",
      duration: 3 * WORK_S + 1,
      sites: { site: { servers: { kind: "./server.yaml", clock: `${clockGhz} GHz` } } },
      workloads: { etl: { kind: "batch", jobs: 1, cores: 1, work: WORK_S } },
    },
    files: {
      "server.yaml": serverKind(1, {
        clocks: LEVELS_GHZ.map((level) => `${level} GHz`),
        power: { kind: "dvfs", static: STATIC_W, coefficient: CUBIC_W * 1e-9, voltage: LEVELS_GHZ },
      }),
    },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return metricOf(run, "energy.job_j") + STATIC_W * metricOf(run, "workloads.etl.turnaround_mean_s");
}

export const dvfs: Claim = {
  id: "dvfs",
  title: "A clock that spends the fewest joules on a job",
  source:
    "E(f) = (P_s + k f^3) W/f is least at f* = (P_s/(2 k))^(1/3); Chandrakasan et al., IEEE J. Solid-State Circuits 27(4), 1992, for the cubic",
  cases: [
    {
      tier: "quick",
      check: async (lab) => {
        const spentJ: number[] = [];
        for (const level of LEVELS_GHZ) spentJ.push(await jobJ(lab, level));
        const byLaw = LEVELS_GHZ.map((f) => ((STATIC_W + CUBIC_W * f * f * f) * WORK_S * NOMINAL_GHZ) / f);
        const best = LEVELS_GHZ[spentJ.indexOf(Math.min(...spentJ))] as number;
        const worst = Math.max(...spentJ.map((joules, i) => Math.abs(joules / (byLaw[i] as number) - 1)));
        const parameters = `P_s = ${STATIC_W} W, k = ${CUBIC_W} W/GHz^3, ${LEVELS_GHZ.length} clocks`;
        return [
          exact({
            id: "best_clock",
            parameters,
            value: best,
            expected: Math.cbrt(STATIC_W / (2 * CUBIC_W)),
            unit: "GHz",
            relative: ROUNDING,
          }),
          exact({
            id: "least_energy",
            parameters,
            value: Math.min(...spentJ),
            expected: ((STATIC_W + CUBIC_W * 8) * WORK_S * NOMINAL_GHZ) / 2,
            unit: "J",
            relative: ROUNDING,
          }),
          exact({ id: "every_clock", parameters, value: 1 + worst, expected: 1, unit: "1", relative: ROUNDING }),
        ];
      },
    },
  ],
};
