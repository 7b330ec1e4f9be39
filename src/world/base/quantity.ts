/** Quantities with units, as zod schemas: a string with a unit, or a number in the base unit. Output: the base unit. */
import { type ZodType, z } from "zod";
import { nounOf, parseUnits, scaled } from "./unit.ts";

/** What a quantity measures, and so which units it takes. Base units: s, B, W, Hz, J, g, 1/s, B/s, USD/J, g/kWh, 1. */
export type Dimension =
  | "duration"
  | "memory"
  | "power"
  | "frequency"
  | "energy"
  | "mass"
  | "rate"
  | "job-rate"
  | "bandwidth"
  | "price"
  | "carbon-intensity"
  | "number";

export interface QuantityRange {
  readonly min?: number;
  readonly max?: number;
  /** Greater than, where `min` allows equality. */
  readonly above?: number;
  /** A good value to show in a hint, such as "5 ms". */
  readonly example?: string;
}

interface DimensionInfo {
  readonly noun: string;
  readonly base: string;
  readonly example: string;
  /** Measures of parsed text that count as this dimension. */
  readonly takes: readonly string[];
  /** Base units of this dimension in one of the measure's; 1 where absent. */
  readonly perMeasure?: number;
}

const DIMENSIONS: Readonly<Record<Dimension, DimensionInfo>> = {
  duration: { noun: "a duration", base: "s", example: "5 s", takes: ["duration"] },
  memory: { noun: "a memory size", base: "B", example: "8 GiB", takes: ["memory"] },
  power: { noun: "a power", base: "W", example: "200 W", takes: ["power"] },
  frequency: { noun: "a frequency", base: "Hz", example: "2.1 GHz", takes: ["frequency"] },
  energy: { noun: "an energy", base: "J", example: "1 kWh", takes: ["energy"] },
  mass: { noun: "a mass", base: "g", example: "1000 kg", takes: ["mass"] },
  rate: {
    noun: "a rate",
    base: "per second",
    example: "400 req/s",
    takes: ["request/duration", "job/duration", "token/duration", "/duration"],
  },
  "job-rate": { noun: "a rate of jobs", base: "per second", example: "400 jobs/day", takes: ["job/duration", "/duration"] },
  bandwidth: { noun: "a bandwidth", base: "B/s", example: "10 GB/s", takes: ["memory/duration", "decimal memory/duration"] },
  price: { noun: "a price of energy", base: "USD/J", example: "80 USD/MWh", takes: ["money/energy"] },
  "carbon-intensity": { noun: "a carbon intensity", base: "g/kWh", example: "300 g/kWh", takes: ["mass/energy"], perMeasure: 3.6e6 },
  number: { noun: "a number", base: "", example: "1", takes: [""] },
};

/** Every dimension, for tests that visit all. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[];

/** A quantity of one dimension, within a range (default: at least 0). */
export function quantity(dimension: Dimension, range: QuantityRange = {}): ZodType<number> {
  return z
    .unknown()
    .transform((value, context) => {
      const read = readQuantity(value, dimension, range);
      if (read.ok) return read.value;
      context.addIssue({ code: "custom", message: read.message, params: { hint: read.hint, quantity: true } });
      return z.NEVER;
    })
    .meta({ type: dimension === "number" ? "number" : ["number", "string"], description: describeQuantity(dimension, range) });
}

export type QuantityRead =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Reads a YAML value as a quantity; the message fits after the field's path. */
export function readQuantity(value: unknown, dimension: Dimension, range: QuantityRange = {}): QuantityRead {
  const info = DIMENSIONS[dimension];
  const hint = quoted(range.example ?? info.example, dimension);
  const bounded = range.min !== undefined || range.max !== undefined || range.above !== undefined;
  const fail = (why: string, better?: string, showRange = bounded): QuantityRead => ({
    ok: false,
    message: `must be ${info.noun}${showRange ? rangeText(dimension, range) : ""}, got ${show(value)}${why}`,
    hint: better ?? hint,
  });
  const checked = (number: number): QuantityRead => {
    if (!Number.isFinite(number)) return fail(", which is not a finite number");
    return within(number, range) ? { ok: true, value: number } : fail("", undefined, true);
  };
  if (typeof value === "number") return checked(value);
  if (typeof value !== "string") return fail("");
  const parsed = parseUnits(value);
  if (!parsed.ok) return fail(parsed.why, parsed.hint);
  if (!info.takes.includes(parsed.measure)) return fail(...wrongUnit(value, dimension, parsed.measure));
  return checked(scaled(parsed.count * (info.perMeasure ?? 1), parsed.size));
}

/** Why a unit of another dimension does not fit, and what was probably meant. */
function wrongUnit(text: string, dimension: Dimension, measure: string): [why: string, hint?: string] {
  const number = Number.parseFloat(text);
  if (dimension === "duration" && measure === "length") return [", which is in metres", `"${number} min"`];
  if (dimension === "memory" && measure === "decimal memory") {
    const unit = text.trim().replace(/^[^A-Za-z]*/, "");
    return [", which counts in thousands", `"${number} ${unit[0]?.toUpperCase()}iB"`];
  }
  if (measure === "")
    return [
      ", which has no unit",
      `"${number} ${dimension === "rate" ? "req/s" : dimension === "job-rate" ? "jobs/day" : DIMENSIONS[dimension].base}"`,
    ];
  return [`, which is ${nounOf(measure === "decimal memory" ? "memory" : measure)}`];
}

function within(value: number, range: QuantityRange): boolean {
  if (range.above !== undefined && !(value > range.above)) return false;
  if (range.max !== undefined && value > range.max) return false;
  return value >= (range.min ?? (range.above === undefined ? 0 : Number.NEGATIVE_INFINITY));
}

function rangeText(dimension: Dimension, range: QuantityRange): string {
  const base = DIMENSIONS[dimension].base;
  const limit = (value: number): string => (base === "" ? `${value}` : `${value} ${base}`);
  const unbounded = range.min === Number.NEGATIVE_INFINITY;
  const low = unbounded ? "" : range.above === undefined ? ` of at least ${limit(range.min ?? 0)}` : ` above ${limit(range.above)}`;
  return range.max === undefined ? low : `${low} and at most ${limit(range.max)}`;
}

function describeQuantity(dimension: Dimension, range: QuantityRange): string {
  const info = DIMENSIONS[dimension];
  if (dimension === "number") return `A number${rangeText(dimension, range)}.`;
  const noun = `${info.noun[0]?.toUpperCase()}${info.noun.slice(1)}`;
  return `${noun}${rangeText(dimension, range)}: a string with a unit, such as "${range.example ?? info.example}", or a number (${info.base}).`;
}

function quoted(example: string, dimension: Dimension): string {
  return dimension === "number" ? example : `"${example}"`;
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a mapping" : String(value);
}
