import type { Plugin } from "../../base/plugin.ts";
import { between, type IdleAndPeak, idleToPeakSchema } from "./between.ts";
import type { PowerFactory } from "./clock-factor.ts";

const shape = (u: number): number => u * u;

export const square = {
  kind: "square",
  doc: "P = idle + (peak - idle) u^2",
  schema: idleToPeakSchema("square"),
  create: (spec) => between(spec, shape),
} as const satisfies Plugin<"square", IdleAndPeak<"square">, PowerFactory>;
