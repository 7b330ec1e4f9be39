/** What the arrival processes share: their plugin, and how a profile bends their clock. */
import type { ZodType, z } from "zod";
import type { Plugin } from "../base/plugin.ts";
import { quantity } from "../base/quantity.ts";
import type { FileReader } from "../base/table.ts";
import type { ArrivalFactory, ArrivalOptions, ArrivalProcess, ArrivalStream, OpenArrivals } from "./arrivals.ts";
import type { ClockOptions } from "./profile.ts";
import { makeProfile, type ProfileSpec, profile } from "./profiles/index.ts";

/** Requests or jobs: which units a rate takes. */
export type RateDimension = "rate" | "job-rate";

export interface ArrivalPlugin<Kind extends string, Shape extends z.ZodObject> extends Plugin<Kind, z.output<Shape>, ArrivalFactory> {
  shape(rate: RateDimension): Shape;
}

interface ArrivalDefinition<Kind extends string, Shape extends z.ZodObject> {
  readonly kind: Kind;
  readonly doc: string;
  readonly files?: Readonly<Record<string, FileReader>>;
  shape(rate: RateDimension): Shape;
  create(spec: z.output<Shape>): ArrivalFactory;
}

/** A plugin from its definition; `schema` is the shape for requests, what `cybertwin list` shows. */
export function arrivalPlugin<const Kind extends string, Shape extends z.ZodObject>(
  definition: ArrivalDefinition<Kind, Shape>,
): ArrivalPlugin<Kind, Shape> {
  return { ...definition, schema: definition.shape("rate") as unknown as ZodType<z.output<Shape>> };
}

const RATE_EXAMPLES: Readonly<Record<RateDimension, string>> = { rate: "400 req/s", "job-rate": "400 jobs/day" };

export const positiveRate = (rate: RateDimension): ZodType<number> => quantity(rate, { above: 0, example: RATE_EXAMPLES[rate] });
export const rateFromZero = (rate: RateDimension): ZodType<number> => quantity(rate, { min: 0, example: RATE_EXAMPLES[rate] });
export const profileField = profile.optional();

interface Unprofiled {
  readonly meanRatePerS: number;
  readonly peakRatePerS: number;
  /** Squared coefficient of variation of independent gaps; absent where gaps depend on each other. */
  readonly gapCv2?: number;
  /** The process in its own time, at factor 1. */
  create(options: ArrivalOptions): ArrivalProcess;
}

/**
 * An open process, its rate multiplied by the profile: the process runs in a time that passes `factor` times as fast. For
 * Poisson arrivals this is the exact non-homogeneous process; others keep their gaps in stretched time.
 * @see Gerhardt & Nelson, Transforming renewal processes for simulation of nonstationary arrival processes, INFORMS J. Computing 21(4), 2009.
 */
export function openArrivals(spec: ProfileSpec | undefined, base: Unprofiled): OpenArrivals {
  const { gapCv2, meanRatePerS } = base;
  if (spec === undefined) {
    const stream = gapCv2 === undefined ? undefined : { gapCv2, expectedBy: (timeS: number) => meanRatePerS * timeS };
    return { kind: "open", ...base, ...(stream && { stream: () => stream }) };
  }
  const { meanFactor, peakFactor, clock } = makeProfile(spec);
  const streamFrom = (options: ClockOptions): ArrivalStream => {
    const { elapsedAt } = clock(options);
    return { gapCv2: gapCv2 as number, expectedBy: (timeS) => meanRatePerS * elapsedAt(timeS) };
  };
  return {
    kind: "open",
    meanRatePerS: base.meanRatePerS * meanFactor,
    peakRatePerS: base.peakRatePerS * peakFactor,
    ...(gapCv2 !== undefined && { stream: streamFrom }),
    create: (options) => {
      const { timeOf } = clock(options);
      const process = base.create(options);
      return { nextS: () => timeOf(process.nextS()) };
    },
  };
}
