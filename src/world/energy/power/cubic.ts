import type { Plugin } from "../../base/plugin.ts";
import { between, type IdleAndPeak, idleToPeakSchema } from "./between.ts";
import type { PowerFactory } from "./clock-factor.ts";

const shape = (u: number): number => u * u * u;

export const cubic = {
  kind: "cubic",
  doc: "P = idle + (peak - idle) u^3",
  schema: idleToPeakSchema("cubic"),
  create: (spec) => between(spec, shape),
} as const satisfies Plugin<"cubic", IdleAndPeak<"cubic">, PowerFactory>;
