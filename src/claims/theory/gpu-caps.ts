import { bisect } from "../../stats/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, metricOf } from "../lab-task.ts";
import { ACTIVITY, CORE_W, dynamicW, encoder, gpuKind, IDLE_W, only, wattsAt } from "./gpu-station.ts";

const ROUNDING = 1e-9;
const RUN_S = 1000;
const REQUESTS = { kind: "trace", file: "requests.csv" };

/** Watts of arithmetic, which rise with the clock. */
const workingW = (ratio: number): number => wattsAt(ratio, ACTIVITY, CORE_W);
const waitingW = (ratio: number): number => wattsAt(ratio, 0, IDLE_W);

const STEP_MHZ = 5;
const FINE_MHZ = Array.from({ length: 101 }, (_, i) => 500 + STEP_MHZ * i);
const CAPS_W = Array.from({ length: 23 }, (_, i) => 100 + 5 * i);
const PIECE_S = 10;

/** One request of 10 s of arithmetic under each cap: the cap's watts give its clock, that its time and joules. */
async function everyCap(lab: Lab): Promise<readonly Verdict[]> {
  const named = CAPS_W.map((powerCapW) => ({ powerCapW, name: `cap-${powerCapW}` }));
  const run = await only(
    lab,
    {
      name: "gpu-caps",
      duration: RUN_S,
      sites: Object.fromEntries(
        named.map(({ name, powerCapW }) => [
          name,
          { servers: { kind: "./server.yaml", gpus: { kind: "./gpu.yaml", powerCap: `${powerCapW} W` } } },
        ]),
      ),
      workloads: Object.fromEntries(
        named.map(({ name }) => [
          name,
          { kind: "model-serving", sites: [name], models: { m: { kind: "./model.yaml" } }, arrivals: REQUESTS },
        ]),
      ),
    },
    { "gpu.yaml": gpuKind(FINE_MHZ, 0), "model.yaml": encoder(PIECE_S), "requests.csv": "arrival_s\n0\n" },
  );
  const off = { time: 0, energy: 0 };
  for (const { powerCapW, name } of named) {
    // The law inverted, and down to the clock below.
    const ratio = (Math.floor(bisect(workingW, powerCapW, 0.5, 1) * (1000 / STEP_MHZ)) * STEP_MHZ) / 1000;
    const timeS = PIECE_S / ratio;
    const energyJ = timeS * workingW(ratio) + (RUN_S - timeS) * waitingW(1);
    off.time = Math.max(off.time, Math.abs(metricOf(run, `workloads.${name}.latency_mean_s`) / timeS - 1));
    off.energy = Math.max(off.energy, Math.abs(metricOf(run, `sites.${name}.gpu_energy_j`) / energyJ - 1));
  }
  const parameters = `V100's law, ${FINE_MHZ.length} clocks of 0.5 to 1, ${CAPS_W.length} caps of ${CAPS_W[0]} to ${CAPS_W.at(-1)} W`;
  const row = (id: string, worst: number): Verdict =>
    exact({ id, parameters, value: 1 + worst, expected: 1, unit: "1", relative: ROUNDING });
  return [row("every_cap.time", off.time), row("every_cap.energy", off.energy)];
}

const WORK_S = 70;
const SWITCH_S = 3;
const CAP_W = 120; // arithmetic draws 111 W at 0.6 of the clock, 144 W at 0.8

/**
 * A batch that its cap, heat and a governor hold at one clock after another: the governor sets 0.8 at 3 s, 0.4 at 43 s; the cap allows 0.6
 * while it runs; it is hot, at most 0.4, from 20 to 30 s.
 */
async function midBatch(lab: Lab): Promise<readonly Verdict[]> {
  const arrivalS = 10;
  const run = await only(
    lab,
    {
      name: "gpu-caps-mid-batch",
      duration: RUN_S,
      sites: { site: { servers: { kind: "./server.yaml", gpus: { kind: "./gpu.yaml", powerCap: `${CAP_W} W` } } } },
      workloads: { s: { kind: "model-serving", models: { m: { kind: "./model.yaml" } }, arrivals: REQUESTS } },
      controllers: { governor: { kind: "ondemand", period: 40, up: 1, down: 0.95, target: { workload: "s" } } },
      faults: { hot: { kind: "gpu-thermal", target: { site: "site" }, clock: "400 MHz", at: 20, duration: 10 } },
      record: { requests: true },
    },
    { "gpu.yaml": gpuKind([400, 600, 800, 1000], SWITCH_S), "model.yaml": encoder(WORK_S), "requests.csv": `arrival_s\n${arrivalS}\n` },
  );
  const [hotS, coolS, switchS] = [20, 30, 43];
  const fastS = hotS - arrivalS + (switchS - coolS);
  const doneS = 0.6 * fastS + 0.4 * (coolS - hotS);
  const finishS = switchS + (WORK_S - doneS) / 0.4;
  const slowS = finishS - arrivalS - fastS;
  const energyJ = fastS * dynamicW(0.6) + slowS * dynamicW(0.4);
  const aroundJ = SWITCH_S * waitingW(1) + (arrivalS - SWITCH_S) * waitingW(0.8);
  const boardJ = aroundJ + fastS * workingW(0.6) + slowS * workingW(0.4) + (RUN_S - finishS) * waitingW(0.4);
  const parameters = `${WORK_S} s of arithmetic from ${arrivalS} s, set to 0.8 and from ${switchS} s to 0.4 of the clock, capped at 0.6, hot at 0.4 from ${hotS} to ${coolS} s`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id, parameters, value, expected, unit, relative: ROUNDING });
  return [
    row("finish", columnOf(run, "requests", "finish_s")[0] as number, finishS, "s"),
    row("request_energy", columnOf(run, "requests", "energy_j")[0] as number, energyJ, "J"),
    row("gpu_energy", metricOf(run, "sites.site.gpu_energy_j"), boardJ, "J"),
    row("throttled", metricOf(run, "sites.site.gpu_throttled_share"), (switchS - arrivalS) / RUN_S, "1"),
  ];
}

export const gpuCaps: Claim = {
  id: "gpu-caps",
  title: "A board under a cap on its watts works at the greatest clock within it, and its joules follow each clock that holds",
  source: "if P(f) > P_cap, lower f until P <= P_cap; t = W / u, E = sum P(u_i) t_i over the stretches; docs/serving.md, Caps and heat",
  cases: [
    { tier: "quick", check: everyCap },
    { tier: "quick", check: midBatch },
  ],
};
