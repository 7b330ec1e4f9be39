import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { persisted } from "./known.ts";

export const persistence = {
  kind: "persistence",
  doc: "the value at the same time of day on the last day known; the present value on the first day",
  schema: z.strictObject({ kind: z.literal("persistence") }),
  create:
    () =>
    ({ signal }) => ({ predict: (nowS, timeS) => persisted(signal, nowS, timeS) }),
} as const satisfies Plugin<"persistence", { readonly kind: "persistence" }, ForecastFactory>;
