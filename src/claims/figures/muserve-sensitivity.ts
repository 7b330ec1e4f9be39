/** What a lower clock saves and costs each of twelve models on a V100: one request of each, alone on a GPU of the catalogue at each clock. */
import type { Claim, Verdict } from "../claim.ts";
import type { Lab } from "../lab.ts";
import { metricOf } from "../lab-task.ts";
import { packageText } from "../package-files.ts";
import { serverKind } from "../theory/station.ts";
import { computed, judged } from "./rows.ts";

const ID = "muserve-sensitivity";
const GPU = "v100-pcie-16gb";
const CLOCKS_MHZ = [502, 600, 705, 802, 945, 1087, 1237, 1380];
const GREATEST_MHZ = 1380;
/** Where the named watts are found again: the clock of least energy in the public sweep. */
const NAMED_MHZ = 945;

/** In the order of the published legend. */
const ENCODERS = ["bert-base", "bert-large", "roberta-base", "roberta-large"];
const WRITERS = ["bloom-3b", "gpt2-xl", "opt-1.3b", "codegen-350m", "switch-base-16", "bloom-1b1", "gpt2-large", "switch-base-32"];
const MODELS = [...ENCODERS, ...WRITERS];

/** What mu-Serve's talk names, W, and how far a V100 may be off. */
const NAMED_W: Readonly<Record<number, number>> = { 1380: 214, 945: 120 };
const BAND_W = 3;
const NAMED_REDUCTION = 44;
/** The name is rounded: 120 of 214 W are 43.9 % less. */
const BAND_POINTS = 1;

/** Medians over the applications of the public V100 sweep that are bound by arithmetic, or by memory: time over that at 1380 MHz, watts likewise, and joules at 945 MHz. */
const MEDIANS = {
  arithmetic: { time: [2.76, 2.31, 1.96, 1.72, 1.45, 1.27, 1.12, 1], power: [0.37, 0.4, 0.45, 0.49, 0.56, 0.66, 0.81, 1], energy: 0.8 },
  memory: { time: [2.22, 2.09, 1.46, 1.2, 1.01, 1, 1, 1], power: [0.45, 0.47, 0.59, 0.66, 0.73, 0.78, 0.87, 1], energy: 0.75 },
};

interface Measured {
  readonly model: string;
  readonly clockMhz: number;
  readonly powerW: number;
  readonly latencyS: number;
}

const RUN_S = 100;
const ANSWER_TOKENS = 100;

/** One run: each pair of a model and a clock is a site of its own. Watts are those of the board while the request runs. */
async function sweep(lab: Lab): Promise<readonly Measured[]> {
  const pairs = MODELS.flatMap((model, i) => CLOCKS_MHZ.map((clockMhz) => ({ model, clockMhz, name: `m${i}-${clockMhz}` })));
  const loaded = lab.load({
    scenario: {
      name: ID,
      duration: RUN_S,
      sites: Object.fromEntries(
        pairs.map(({ name, clockMhz }) => [
          name,
          { servers: { kind: "./server.yaml", gpus: { kind: `./${GPU}.yaml`, clock: `${clockMhz} MHz` } } },
        ]),
      ),
      workloads: Object.fromEntries(
        pairs.map(({ name, model }) => [
          name,
          {
            ...{ kind: "model-serving", sites: [name], models: { m: { kind: `./${model}.yaml` } } },
            arrivals: { kind: "trace", file: "requests.csv" },
            ...(WRITERS.includes(model) ? { outputTokens: ANSWER_TOKENS } : {}),
          },
        ]),
      ),
    },
    files: {
      "server.yaml": serverKind(1),
      "requests.csv": "arrival_s\n0\n",
      [`${GPU}.yaml`]: packageText(`catalogue/gpus/${GPU}.yaml`),
      ...Object.fromEntries(MODELS.map((model) => [`${model}.yaml`, packageText(`catalogue/models/${model}.yaml`)])),
    },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return pairs.map(({ name, model, clockMhz }) => {
    const ownJ = metricOf(run, `workloads.${name}.energy_mean_j_per_request`);
    const waitingW = (metricOf(run, `sites.${name}.gpu_energy_j`) - ownJ) / RUN_S;
    const latencyS = metricOf(run, `workloads.${name}.latency_mean_s`);
    return { model, clockMhz, latencyS, powerW: waitingW + ownJ / latencyS };
  });
}

function rowsOf(all: readonly Measured[], model: string): readonly Verdict[] {
  const own = all.filter((each) => each.model === model);
  const at = (mhz: number): Measured => own.find(({ clockMhz }) => clockMhz === mhz) as Measured;
  const greatest = at(GREATEST_MHZ);
  const isEncoder = ENCODERS.includes(model);
  const medians = isEncoder ? MEDIANS.arithmetic : MEDIANS.memory;
  const what = isEncoder ? "arithmetic" : "memory";
  const each = own.flatMap(({ clockMhz, powerW, latencyS }) => {
    const i = CLOCKS_MHZ.indexOf(clockMhz);
    const parameters = `${model} at ${clockMhz} MHz`;
    const median = `beside the median of applications bound by ${what}`;
    const named = isEncoder ? NAMED_W[clockMhz] : undefined;
    const power = { id: `power.${model}.${clockMhz}`, parameters, unit: "W" };
    return [
      named !== undefined
        ? judged(power, powerW, named, BAND_W)
        : computed(power, powerW, Number(((medians.power[i] as number) * greatest.powerW).toPrecision(4)), median),
      computed({ id: `time.${model}.${clockMhz}`, parameters, unit: "1" }, latencyS / greatest.latencyS, medians.time[i] as number, median),
    ];
  });
  const reduction = 100 * (1 - at(NAMED_MHZ).powerW / greatest.powerW);
  const row = { id: `reduction.${model}`, parameters: `${model}, ${GREATEST_MHZ} to ${NAMED_MHZ} MHz`, unit: "points" };
  const energy = computed(
    { id: `energy.${model}`, parameters: `${model}, joules at ${NAMED_MHZ} MHz over those at ${GREATEST_MHZ}`, unit: "1" },
    (at(NAMED_MHZ).powerW * at(NAMED_MHZ).latencyS) / (greatest.powerW * greatest.latencyS),
    medians.energy,
    `beside the median of applications bound by ${what}`,
  );
  return [
    ...each,
    isEncoder ? judged(row, reduction, NAMED_REDUCTION, BAND_POINTS) : computed(row, reduction, null, "watts are of a class"),
    energy,
  ];
}

async function check(lab: Lab): Promise<readonly Verdict[]> {
  const all = await sweep(lab);
  return MODELS.flatMap((model) => rowsOf(all, model));
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { clockSweep }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/clock-sweep.ts"),
  ]);
  const shown = (id: string): number => rows.find((row) => row.id === `${ID}.${id}`)?.value ?? Number.NaN;
  const curve = (what: string, model: string) => CLOCKS_MHZ.map((x) => ({ x, y: shown(`${what}.${model}.${x}`) }));
  const [before, after] = [shown(`power.bert-base.${GREATEST_MHZ}`), shown(`power.bert-base.${NAMED_MHZ}`)];
  const costs = MODELS.map((model) => shown(`time.${model}.${NAMED_MHZ}`));
  return adaptive(
    clockSweep({
      id: ID,
      title: "Watts and time of twelve models on a V100, by clock",
      description:
        `From ${GREATEST_MHZ} to ${NAMED_MHZ} MHz an encoder's GPU goes from ${before.toFixed(0)} to ${after.toFixed(0)} W; ` +
        `a request takes ${Math.min(...costs).toFixed(2)} to ${Math.max(...costs).toFixed(2)} times as long, by model.`,
      mark: { x: NAMED_MHZ, label: `${NAMED_MHZ} MHz` },
      named: Object.entries(NAMED_W).map(([mhz, y]) => ({ x: Number(mhz), y })),
      power: [
        { label: "encoders", curve: curve("power", "bert-base") },
        { label: "models that write tokens", curve: curve("power", "opt-1.3b") },
      ],
      wattTicks: [0, 50, 100, 150, 200, 250],
      timeTicks: [1, 1.5, 2, 2.5],
      time: [ENCODERS, WRITERS].map((models) => models.map((label) => ({ label, curve: curve("time", label) }))),
    }),
  );
}

export const muserveSensitivity: Claim = {
  id: ID,
  title: "Twelve models on a V100: watts and time by clock",
  source:
    "mu-Serve (Qiu et al., USENIX ATC 2024), motivation: 214 W to 120 W, 44 % less; medians of a public sweep of a V100 (NV-DVFS-Benchmark)",
  cases: [{ tier: "quick", check }],
  figure,
};
