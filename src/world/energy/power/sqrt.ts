import type { Plugin } from "../../base/plugin.ts";
import { between, type IdleAndPeak, idleToPeakSchema } from "./between.ts";
import type { PowerFactory } from "./clock-factor.ts";

const shape = (u: number): number => Math.sqrt(u);

export const sqrt = {
  kind: "sqrt",
  doc: "P = idle + (peak - idle) sqrt(u)",
  schema: idleToPeakSchema("sqrt"),
  create: (spec) => between(spec, shape),
} as const satisfies Plugin<"sqrt", IdleAndPeak<"sqrt">, PowerFactory>;
