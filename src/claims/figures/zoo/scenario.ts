/** The world of the figures on watts and grams: models of mu-Serve's table on V100s, two a server as in its cloud. */
import type { LoadedSpec } from "../../../experiment/run.ts";
import { type GpuKindSpec, gpuClocksHz } from "../../../world/serving/gpu-kind.ts";
import type { Setting } from "../../lab.ts";
import { packageText } from "../../package-files.ts";
import { serverKind, type Tree } from "../../theory/station.ts";
import { lengthQuantiles, lengthsOf, predictionMatrix } from "../ssjf/released-tables.ts";
import { readPopulation } from "../ssjf/requests.ts";

export const GPU = "v100-pcie-16gb";
/** Where a piece of work takes the fewest joules on the V100's clocks. */
export const LEAST_ENERGY_MHZ = 945;
export const WORKLOAD = "zoo";
export const SITE = "site";
const PREDICTOR = "five-class";
const GPUS_PER_SERVER = 2;

export interface Zoo {
  readonly name: string;
  /** Names in the catalogue. */
  readonly models: readonly string[];
  readonly serverCount: number;
  readonly durationS: number;
  readonly placement: "alpa-serve" | "mu-serve";
  readonly engine: Tree;
  readonly arrivals: Tree;
  readonly sloScale: number;
  /** Of the clock's controller; without it every clock stays. */
  readonly clocks?: Tree;
  /** Shortest first by the released predictions, where it is not first come, first served. */
  readonly isShortestFirst?: boolean;
  /** Of the site, and of the scenario. */
  readonly site?: Tree;
  readonly more?: Tree;
  readonly files?: Readonly<Record<string, string>>;
}

/** Answers and predictions are drawn together as released. Requests go to the GPUs with the fewest of them, as AlpaServe's dispatcher has it. */
export function zooSetting(zoo: Zoo): Setting {
  const { name, models, serverCount, durationS, placement, engine, arrivals, sloScale, clocks, isShortestFirst } = zoo;
  const target = { workload: WORKLOAD };
  const lengths = lengthsOf(readPopulation(), PREDICTOR);
  const gpus = { kind: `./${GPU}.yaml`, count: GPUS_PER_SERVER };
  return {
    scenario: {
      ...{ name, duration: durationS },
      sites: { [SITE]: { servers: { kind: "./server.yaml", count: serverCount, gpus }, ...zoo.site } },
      workloads: {
        [WORKLOAD]: {
          ...{ kind: "model-serving", models: Object.fromEntries(models.map((model) => [keyOf(model), { kind: `./${model}.yaml` }])) },
          ...{ engine, placement, arrivals, outputTokens: { kind: "table", file: "lengths.csv" }, slo: { scale: sloScale } },
        },
      },
      controllers: {
        route: { kind: "power-of-d", d: serverCount * GPUS_PER_SERVER, target },
        ...(clocks === undefined ? {} : { clocks: { kind: "mu-serve", target, telemetry: { scrape: "1 s" }, ...clocks } }),
        ...(isShortestFirst === true ? { queue: { kind: "ssjf", target, predictor: PREDICTED } } : {}),
      },
      record: { requests: true, power: true },
      ...zoo.more,
    },
    files: {
      "server.yaml": serverKind(1),
      [`${GPU}.yaml`]: packageText(`catalogue/gpus/${GPU}.yaml`),
      ...Object.fromEntries(models.map((model) => [`${model}.yaml`, packageText(`catalogue/models/${model}.yaml`)])),
      "lengths.csv": lengthQuantiles(lengths),
      "predictions.csv": predictionMatrix(lengths, PREDICTOR),
      ...zoo.files,
    },
  };
}

/** The latency is the mean of the released predictions. */
const PREDICTED: Tree = { kind: "confusion-matrix", file: "predictions.csv", latency: "7.9 ms" };

/** A name in a scenario has no dot. */
export const keyOf = (model: string): string => model.replace(".", "b");

/** The same with all GPUs at another clock from the start. Placements are searched at the greatest clock: the plans are those of all. */
export function atClock(loaded: LoadedSpec, clock: number): LoadedSpec {
  const { spec } = loaded;
  const sites = Object.entries(spec.sites).map(([name, site]) => {
    const servers = site.servers.map((group) => (group.gpus === undefined ? group : { ...group, gpus: { ...group.gpus, clock } }));
    return [name, { ...site, servers }] as const;
  });
  return { ...loaded, spec: { ...spec, sites: Object.fromEntries(sites) } };
}

export const clocksHzOf = ({ spec }: LoadedSpec): readonly number[] => gpuClocksHz(Object.values(spec.gpuKinds)[0] as GpuKindSpec);
