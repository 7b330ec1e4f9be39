/**
 * What the study's bars are held against, by batching mode. `rerun`: the released program run again with the released predictions, ten points
 * of twenty runs, batch cap 2. `published`: what the paper and its talk quote; which predictor their SSJF had is not released.
 */

import type { ServerSpec } from "./scheduler.ts";
import type { Policy } from "./study.ts";

export const MODES = ["none", "dynamic", "continuous"] as const;
export type Mode = (typeof MODES)[number];

/** The paper's names: "dynamic" runs a batch to its longest end, "continuous" forms it anew at each end. */
export const SERVERS: Readonly<Record<Mode, ServerSpec>> = {
  none: { batching: "whole", batchMax: 1 },
  dynamic: { batching: "whole", batchMax: 2 },
  continuous: { batching: "continuous", batchMax: 2 },
};

type Bars<Who extends string> = Readonly<Record<Mode, Readonly<Partial<Record<Who, number>>>>>;

export interface Reference {
  readonly rerun: Bars<Policy>;
  readonly published: Bars<"oracle" | "ssjf">;
}

/** Reduction of the mean JCT against FCFS, %. */
export const JCT_RATE: Reference = {
  rerun: {
    none: { oracle: 43.9, "three-class": 27.6, "five-class": 32.3 },
    dynamic: { oracle: 58.3, "three-class": 29.0, "five-class": 35.7 },
    continuous: { oracle: 43.0, "three-class": 22.5, "five-class": 28.6 },
  },
  published: { none: { oracle: 43.7, ssjf: 34.5 }, dynamic: { oracle: 58.2, ssjf: 39.6 }, continuous: { oracle: 43.0, ssjf: 33.2 } },
};
export const JCT_CV: Reference = {
  rerun: {
    none: { oracle: 33.5, "three-class": 20.6, "five-class": 25.0 },
    dynamic: { oracle: 53.1, "three-class": 32.6, "five-class": 37.5 },
    continuous: { oracle: 42.2, "three-class": 26.8, "five-class": 32.0 },
  },
  published: { none: { oracle: 37.6, ssjf: 30.5 }, dynamic: { oracle: 52.9, ssjf: 39.0 }, continuous: { oracle: 41.5, ssjf: 35.0 } },
};

/** Early throughput over that of FCFS. */
export const THROUGHPUT_RATE: Reference = {
  rerun: {
    none: { oracle: 4.88, "three-class": 2.05, "five-class": 3.11 },
    dynamic: { oracle: 4.27, "three-class": 1.85, "five-class": 2.6 },
    continuous: { oracle: 3.28, "three-class": 1.95, "five-class": 2.47 },
  },
  published: { none: { oracle: 4.7, ssjf: 3.6 }, dynamic: { oracle: 4.1, ssjf: 3.0 }, continuous: { oracle: 3.2, ssjf: 2.8 } },
};
/** The three-class predictor was not re-run here. */
export const THROUGHPUT_CV: Reference = {
  rerun: {
    none: { oracle: 3.26, "five-class": 2.33 },
    dynamic: { oracle: 3.64, "five-class": 2.33 },
    continuous: { oracle: 2.47, "five-class": 1.83 },
  },
  published: { none: { oracle: 3.4, ssjf: 2.6 }, dynamic: { oracle: 3.8, ssjf: 2.6 }, continuous: { oracle: 2.7, ssjf: 2.2 } },
};

/** By batch cap, rates 1 to 10 per second: JCT reduction in % and early throughput over FCFS, of the oracle and the five-class predictor. */
export const BATCH_CAPS = [2, 4, 6, 8, 10] as const;
export type BatchMode = Exclude<Mode, "none">;
export type BatchPolicy = Exclude<Policy, "three-class">;
export interface BatchReference {
  readonly jct: Readonly<Record<BatchPolicy, readonly number[]>>;
  readonly throughput: Readonly<Record<BatchPolicy, readonly number[]>>;
}
export const BATCHES: Readonly<Record<BatchMode, BatchReference>> = {
  dynamic: {
    jct: { oracle: [58.3, 60.0, 53.3, 45.2, 37.2], "five-class": [35.7, 33.7, 26.5, 21.2, 14.4] },
    throughput: { oracle: [4.27, 3.2, 2.44, 1.74, 1.74], "five-class": [2.6, 2.03, 1.69, 1.38, 1.38] },
  },
  continuous: {
    jct: { oracle: [43.0, 38.9, 44.1, 54.7, 65.4], "five-class": [28.6, 25.7, 35.2, 49.5, 62.7] },
    throughput: { oracle: [3.28, 2.07, 1.62, 1.44, 1.34], "five-class": [2.47, 1.75, 1.45, 1.35, 1.29] },
  },
};
