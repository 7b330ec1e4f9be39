/** What arrives at each model of a workload, in the mean. */

import { type GpuKindSpec, nominalGpuClockHz } from "../world/serving/gpu-kind.ts";
import { aloneS, type Tokens } from "../world/serving/latency.ts";
import { gpuName, type ModelKindSpec } from "../world/serving/model-kind.ts";
import { type Spread, spreadOf, type Trace } from "../world/workload/index.ts";
import { columnOf } from "./meaning-tokens.ts";
import type { Parts } from "./parts.ts";
import { modelNamesOf, type ServingSpec, sharesOf, takesPrompts } from "./spec.ts";

export interface Demand {
  /** Requests a second; NaN where users wait for their answers. */
  readonly perS: number;
  /** Does a trace say when they come? */
  readonly isTrace: boolean;
  /** Mean lengths; NaN where a law has none. */
  readonly tokens: Tokens;
  /** Does a column of the trace say a length? Then its mean is that of the rows. */
  readonly isSaidByTrace: boolean;
}

/** Of each model, in declared order. */
export function demandsOf(serving: ServingSpec, kinds: readonly ModelKindSpec[], parts: Parts): readonly Demand[] {
  const trace = parts.traceOf(serving.arrivals);
  const isOfModels = modelNamesOf(serving, trace) !== undefined;
  const rate = parts.meanRate(serving.arrivals);
  const perS = rate.kind === "none" ? Number.NaN : rate.perS;
  const shares = sharesOf(serving);
  return Object.keys(serving.models).map((name, i): Demand => {
    const kind = kinds[i] as ModelKindSpec;
    const rows = (column: string): Spread | undefined => trace && spreadOf(trace, column, isOfModels ? name : undefined);
    const mean = (field: "outputTokens" | "promptTokens"): number => {
      const law = serving[field];
      const column = columnOf(field, law);
      if (column === undefined) return parts.meanOfLaw(law as NonNullable<typeof law>);
      return meanOf(rows(column)) * (law === undefined ? 1 : (law.scale as number));
    };
    const prompt = takesPrompts(serving, [kind]) ? mean("promptTokens") : 0;
    const output = kind.autoregressive ? mean("outputTokens") : 0;
    const isColumn = (field: "outputTokens" | "promptTokens"): boolean => columnOf(field, serving[field]) !== undefined;
    const asked = isOfModels ? rows("arrival_s") : undefined;
    const share = asked === undefined ? (shares[i] as number) : asked.count / (trace as Trace).rowCount;
    return {
      perS: perS * share,
      isTrace: rate.kind === "trace",
      tokens: { prompt, output },
      isSaidByTrace: (kind.autoregressive && isColumn("outputTokens")) || (takesPrompts(serving, [kind]) && isColumn("promptTokens")),
    };
  });
}

const meanOf = (spread: Spread | undefined): number =>
  spread === undefined || spread.count === 0 ? Number.NaN : spread.sum / spread.count;

/** Seconds that a request of mean length takes alone at the greatest clock, on so many GPUs that share its steps; NaN where the GPU kind or the mean is unknown. */
export function meanAloneS(
  model: ModelKindSpec,
  gpu: { readonly name: string; readonly kind: GpuKindSpec; readonly parallel?: number },
  tokens: Tokens,
): number {
  const law = model.latency[gpuName(gpu.name)];
  if (law === undefined) return Number.NaN;
  return aloneS(model, law, { ...gpu, clockHz: nominalGpuClockHz(gpu.kind) }, tokens);
}
