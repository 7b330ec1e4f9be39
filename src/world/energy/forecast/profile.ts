import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { RowSignal } from "../row-signal.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { isKnown, persisted } from "./known.ts";

const WEEK_S = 7 * 86_400;
/** More weeks would mix seasons, and cost a look-up each. */
const WEEK_COUNT = 4;

/** Mean of the same hour of the week over the last four weeks known, as far as the table reaches; without any, persistence. */
function predict(signal: RowSignal, nowS: number, timeS: number): number {
  if (isKnown(signal, nowS, timeS)) return signal.at(timeS);
  const lastS = timeS - Math.ceil((timeS - nowS) / WEEK_S) * WEEK_S;
  let sum = 0;
  let count = 0;
  for (let sourceS = lastS; count < WEEK_COUNT && sourceS >= signal.fromS; sourceS -= WEEK_S) {
    sum += signal.at(sourceS);
    count++;
  }
  return count > 0 ? sum / count : persisted(signal, nowS, timeS);
}

export const profile = {
  kind: "profile",
  doc: "the mean of the same hour of the week over the last four weeks",
  schema: z.strictObject({ kind: z.literal("profile") }),
  create:
    () =>
    ({ signal }) => ({ predict: (nowS, timeS) => predict(signal, nowS, timeS) }),
} as const satisfies Plugin<"profile", { readonly kind: "profile" }, ForecastFactory>;
