import type { Plugin } from "../../base/plugin.ts";
import { between, type IdleAndPeak, idleToPeakSchema } from "./between.ts";
import type { PowerFactory } from "./clock-factor.ts";

const shape = (u: number): number => u;

export const linear = {
  kind: "linear",
  doc: "P = idle + (peak - idle) u, the common first guess; off by 4-20 % of peak on published SPEC curves",
  schema: idleToPeakSchema("linear"),
  create: (spec) => between(spec, shape),
} as const satisfies Plugin<"linear", IdleAndPeak<"linear">, PowerFactory>;
