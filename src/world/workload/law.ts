/** A law of sizes, times or gaps: non-negative numbers in the base unit of what it measures. */
import type { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { Plugin } from "../base/plugin.ts";
import type { Dimension } from "../base/quantity.ts";
import type { TableReader } from "../base/table.ts";

export interface Law {
  /** One value. Draws from `rng` alone. */
  draw(): number;
  /** Exact mean, or NaN where it does not exist. */
  readonly mean: number;
}

/** A law before it has a random stream: so that one spec serves many streams. */
export type LawFactory = (rng: Rng) => Law;

/** A law with its exact moments: capacity checks and closed forms stand on them. NaN where a trace decides. */
export interface MadeLaw {
  readonly factory: LawFactory;
  readonly mean: number;
  /** Mean of the square. */
  readonly secondMoment: number;
  /** The value below which a share `u` in [0, 1) of all lies. */
  readonly quantile: (u: number) => number;
}

/** A law's plugin; its fields take the units of what the law measures. */
export interface LawPlugin<Kind extends string, Shape extends z.ZodObject> extends Plugin<Kind, z.output<Shape>, MadeLaw> {
  shape(dimension: Dimension): Shape;
}

interface LawDefinition<Kind extends string, Shape extends z.ZodObject> {
  readonly kind: Kind;
  readonly doc: string;
  readonly files?: Readonly<Record<string, TableReader>>;
  shape(dimension: Dimension): Shape;
  create(spec: z.output<Shape>): MadeLaw;
}

/** A plugin from its definition; `schema` is the shape for durations, what `cybertwin list` shows. */
export function lawPlugin<const Kind extends string, Shape extends z.ZodObject>(
  definition: LawDefinition<Kind, Shape>,
): LawPlugin<Kind, Shape> {
  return { ...definition, schema: definition.shape("duration") as unknown as z.ZodType<z.output<Shape>> };
}

interface Moments {
  readonly mean: number;
  readonly secondMoment: number;
}

/** A made law from its moments, its quantiles and a way to bind its draw to a source of uniforms in [0, 1). */
export function madeLaw(
  { mean, secondMoment }: Moments,
  quantile: (u: number) => number,
  sampler: (uniform: () => number) => () => number,
): MadeLaw {
  return { mean, secondMoment, quantile, factory: (rng) => ({ mean, draw: sampler(rng.uniform) }) };
}

/** A law that is drawn by inversion: a uniform number is the share below the value. */
export function inverseLaw(moments: Moments, quantile: (u: number) => number): MadeLaw {
  return madeLaw(moments, quantile, (uniform) => () => quantile(uniform()));
}
