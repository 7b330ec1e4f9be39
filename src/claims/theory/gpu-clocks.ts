import type { Claim, Verdict } from "../claim.ts";
import { exact, exactAtMost } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, metricOf } from "../lab-task.ts";
import { packageText } from "../package-files.ts";
import { ACTIVITY, CORE_W, dynamicW, encoder, gpuKind, IDLE_W, LAW, only, wattsAt } from "./gpu-station.ts";

const ROUNDING = 1e-9;

const WORK_S = 70;
const PERIOD_S = 40;
const SWITCH_S = 3;
const CLOCKS_MHZ = [400, 600, 800, 1000];

/** A governor that goes one clock down at 0, 40, 80 and 120 s, as long as it can; each order holds 3 s later. */
async function midBatch(lab: Lab): Promise<readonly Verdict[]> {
  const arrivalS = 10;
  const run = await only(
    lab,
    {
      name: "gpu-clocks",
      duration: 1000,
      sites: { site: { servers: { kind: "./server.yaml", gpus: { kind: "./gpu.yaml" } } } },
      workloads: {
        s: { kind: "model-serving", models: { m: { kind: "./model.yaml" } }, arrivals: { kind: "trace", file: "requests.csv" } },
      },
      controllers: { governor: { kind: "ondemand", period: PERIOD_S, up: 1, down: 0.95, target: { workload: "s" } } },
      record: { requests: true },
    },
    { "gpu.yaml": gpuKind(CLOCKS_MHZ, SWITCH_S), "model.yaml": encoder(WORK_S), "requests.csv": `arrival_s\n${arrivalS}\n` },
  );
  // From 10 s at 0.8 of the clock, from 43 s at 0.6: the interval to 80 s was busy throughout, and so were those after it.
  const secondS = PERIOD_S + SWITCH_S;
  const doneS = (secondS - arrivalS) * 0.8;
  const finishS = secondS + (WORK_S - doneS) / 0.6;
  const energyJ = (secondS - arrivalS) * dynamicW(0.8) + (finishS - secondS) * dynamicW(0.6);
  const waitingJ =
    SWITCH_S * wattsAt(1, 0, IDLE_W) +
    (secondS - SWITCH_S) * wattsAt(0.8, 0, IDLE_W) +
    (PERIOD_S * 3 + SWITCH_S - secondS) * wattsAt(0.6, 0, IDLE_W);
  const restJ = (1000 - PERIOD_S * 3 - SWITCH_S) * wattsAt(0.4, 0, IDLE_W);
  const parameters = `${WORK_S} s of arithmetic from ${arrivalS} s, clocks of 1, 0.8, 0.6 and 0.4 from 0, ${SWITCH_S}, ${secondS} and ${PERIOD_S * 3 + SWITCH_S} s`;
  const row = (id: string, value: number, expected: number, unit: string): Verdict =>
    exact({ id, parameters, value, expected, unit, relative: ROUNDING });
  return [
    row("finish", columnOf(run, "requests", "finish_s")[0] as number, finishS, "s"),
    row("request_energy", columnOf(run, "requests", "energy_j")[0] as number, energyJ, "J"),
    row("gpu_energy", metricOf(run, "sites.site.gpu_energy_j"), energyJ + waitingJ + restJ, "J"),
  ];
}

interface Piece {
  readonly clockMhz: number;
  readonly energyJ: number;
}

const RUN_S = 1000;

/** One request alone on each of GPUs with fixed clocks, and what it cost: the watts of the process that waits for as long as it took, and its own joules. */
async function pieces(
  lab: Lab,
  { gpuKind, clocksMhz, files }: { gpuKind: string; clocksMhz: readonly number[]; files: Readonly<Record<string, string>> },
): Promise<readonly Piece[]> {
  const named = clocksMhz.map((clockMhz, i) => ({ clockMhz, name: `at-${i}` }));
  const run = await only(
    lab,
    {
      name: "gpu-optimum",
      duration: RUN_S,
      sites: Object.fromEntries(
        named.map(({ name, clockMhz }) => [
          name,
          { servers: { kind: "./server.yaml", gpus: { kind: gpuKind, clock: `${clockMhz} MHz` } } },
        ]),
      ),
      workloads: Object.fromEntries(
        named.map(({ name }) => [
          name,
          {
            kind: "model-serving",
            sites: [name],
            models: { m: { kind: "./model.yaml" } },
            arrivals: { kind: "trace", file: "requests.csv" },
          },
        ]),
      ),
    },
    { ...files, "requests.csv": "arrival_s,output_tokens\n0,100\n" },
  );
  return named.map(({ name, clockMhz }) => {
    const ownJ = metricOf(run, `workloads.${name}.energy_mean_j_per_request`);
    const waitingW = (metricOf(run, `sites.${name}.gpu_energy_j`) - ownJ) / RUN_S;
    return { clockMhz, energyJ: ownJ + waitingW * metricOf(run, `workloads.${name}.latency_mean_s`) };
  });
}

const cheapest = (all: readonly Piece[]): Piece => all.reduce((least, each) => (each.energyJ < least.energyJ ? each : least));

const FINE_MHZ = Array.from({ length: 101 }, (_, i) => 500 + 5 * i);

async function kink(lab: Lab): Promise<readonly Verdict[]> {
  const files = { "gpu.yaml": gpuKind(FINE_MHZ), "model.yaml": encoder(1) };
  const all = await pieces(lab, { gpuKind: "./gpu.yaml", clocksMhz: FINE_MHZ, files });
  const off = all.map(({ clockMhz, energyJ }) => {
    const ratio = clockMhz / 1000;
    return Math.abs((energyJ * ratio) / wattsAt(ratio, ACTIVITY, CORE_W) - 1);
  });
  const parameters = `V100's law, ${FINE_MHZ.length} clocks of 0.5 to 1, kink at ${LAW.kink}`;
  return [
    exactAtMost({ id: "kink", parameters, value: Math.abs(cheapest(all).clockMhz / 1000 - LAW.kink), bound: 0.01, unit: "1" }),
    exactAtMost({ id: "every_clock", parameters, value: Math.max(...off), bound: ROUNDING, unit: "1" }),
  ];
}

/** A model of the catalogue on a GPU of the catalogue. */
async function cheapestMhz(lab: Lab, gpu: string, model: string, clocksMhz: readonly number[]): Promise<number> {
  const files = {
    [`${gpu}.yaml`]: packageText(`catalogue/gpus/${gpu}.yaml`),
    "model.yaml": packageText(`catalogue/models/${model}.yaml`),
  };
  return cheapest(await pieces(lab, { gpuKind: `./${gpu}.yaml`, clocksMhz, files })).clockMhz;
}

const V100_MHZ = [502, 600, 705, 802, 945, 1087, 1237, 1380];

async function v100(lab: Lab): Promise<readonly Verdict[]> {
  const rows: Verdict[] = [];
  for (const model of ["bert-base", "opt-1.3b"]) {
    rows.push(
      exact({
        id: `v100.${model}`,
        parameters: "V100 of the catalogue, the 8 measured clocks",
        value: await cheapestMhz(lab, "v100-pcie-16gb", model, V100_MHZ),
        expected: 945,
        unit: "MHz",
        relative: ROUNDING,
      }),
    );
  }
  return rows;
}

/** Fitted apart from the V100's: a table of 15 MHz, and where the voltage of an A100 stops falling. */
const A100 = { clocksMhz: Array.from({ length: 61 }, (_, i) => 510 + 15 * i), greatestMhz: 1410, kink: 0.775 };

async function a100(lab: Lab): Promise<readonly Verdict[]> {
  const { clocksMhz, greatestMhz, kink } = A100;
  const clockMhz = await cheapestMhz(lab, "a100-80gb", "bert-base", clocksMhz);
  const parameters = `A100 of the catalogue, its ${clocksMhz.length} clocks, kink at ${kink}`;
  return [exactAtMost({ id: "a100.bert-base", parameters, value: Math.abs(clockMhz / greatestMhz - kink), bound: 0.01, unit: "1" })];
}

export const gpuClocks: Claim = {
  id: "gpu-clocks",
  title: "A clock that changes under a batch splits its joules and rescales the rest of it",
  source:
    "t / s of the work is done after t seconds at slowdown s; E = sum P(u_i) t_i over the stretches; docs/serving.md, Clocks that change",
  cases: [{ tier: "quick", check: midBatch }],
};

export const gpuOptimum: Claim = {
  id: "gpu-optimum",
  title: "A GPU spends the fewest joules on a piece of arithmetic where its voltage stops falling",
  source:
    "P / u = (P_s + b d)/u + A v(u)^2 falls up to the kink, where v rises; 945 MHz is the clock of fewest joules in the public sweep of a V100 (NV-DVFS-Benchmark)",
  cases: [
    { tier: "quick", check: kink },
    { tier: "quick", check: v100 },
    { tier: "quick", check: a100 },
  ],
};
