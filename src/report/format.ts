/** Numbers as people read them: three significant digits, a unit that fits, never "NaN". */

/** Keeps a number and its unit on one line; the terminal table turns it back into a space. */
export const NBSP = "\u00a0";
export const MISSING = "—";

interface Scale {
  readonly from: number;
  readonly per: number;
  readonly unit: string;
}

/** From the smallest unit to the largest; the last one whose `from` is reached is used. */
const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  s: [
    { from: 0, per: 1e-6, unit: "µs" },
    { from: 1e-3, per: 1e-3, unit: "ms" },
    { from: 1, per: 1, unit: "s" },
    { from: 120, per: 60, unit: "min" },
    { from: 7200, per: 3600, unit: "h" },
    { from: 172_800, per: 86_400, unit: "d" },
  ],
  J: [
    { from: 0, per: 1e-3, unit: "mJ" },
    { from: 1, per: 1, unit: "J" },
    { from: 3600, per: 3600, unit: "Wh" },
    { from: 3.6e6, per: 3.6e6, unit: "kWh" },
    { from: 3.6e9, per: 3.6e9, unit: "MWh" },
  ],
  g: [
    { from: 0, per: 1e-3, unit: "mg" },
    { from: 1, per: 1, unit: "g" },
    { from: 1e3, per: 1e3, unit: "kg" },
    { from: 1e6, per: 1e6, unit: "t" },
  ],
  W: [
    { from: 0, per: 1, unit: "W" },
    { from: 1e3, per: 1e3, unit: "kW" },
    { from: 1e6, per: 1e6, unit: "MW" },
  ],
  B: [
    { from: 0, per: 1, unit: "B" },
    { from: 1_048_576, per: 1_048_576, unit: "MiB" },
    { from: 1_073_741_824, per: 1_073_741_824, unit: "GiB" },
  ],
};

/** The unit in which a quantity of this size reads best, and how many base units it holds. */
export function scaleFor(size: number, unit: string): { readonly per: number; readonly unit: string } {
  const scales = SCALES[unit];
  if (!scales) return { per: 1, unit };
  const rounded = Math.abs(size) * (1 + 1e-9);
  if (rounded === 0) return scales.find((scale) => scale.per === 1) ?? { per: 1, unit };
  let best = scales[0] as Scale;
  for (const scale of scales) if (rounded >= scale.from) best = scale;
  return best;
}

/** Three significant digits without an exponent; whole numbers from 1000 with commas. */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e15 || size < 1e-6) return value.toExponential(2);
  if (size >= 999.5) return grouped(Math.round(value));
  const text = value.toPrecision(3);
  return trimZeros(text.includes("e") ? Number(text).toFixed(8) : text);
}

/** A whole number with commas: 4,281,991. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A count in a sentence: 950, 12.3 k, 4.28 M. */
export function shortCount(value: number): string {
  if (Math.abs(value) < 10_000) return Number.isInteger(value) ? grouped(value) : threeDigits(value);
  if (Math.abs(value) < 999_500) return `${threeDigits(value / 1e3)}${NBSP}k`;
  if (Math.abs(value) < 999.5e6) return `${threeDigits(value / 1e6)}${NBSP}M`;
  return `${threeDigits(value / 1e9)}${NBSP}G`;
}

/** A fraction as a percentage that never rounds up to 100 %: 0.999966 is 99.997 %. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  if (value < 99 || value >= 100) return `${threeDigits(value)}${NBSP}%`;
  for (let digits = 2; digits < 8; digits++) {
    const text = value.toFixed(digits);
    if (Number(text) < 100) return `${trimZeros(text)}${NBSP}%`;
  }
  return `99.9999999${NBSP}%`;
}

/** A value of a metric, by the unit the summary gives and, for bare numbers, by what its name says. */
export function quantityText(value: number | null, unit: string, name = ""): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  if (isFraction(unit, name)) return percent(value);
  if (isBare(unit)) return Number.isInteger(value) ? grouped(value) : threeDigits(value);
  const scale = scaleFor(value, unit);
  return `${threeDigits(value / scale.per)}${NBSP}${scale.unit}`;
}

/** "38.1 to 39.4 ms": both ends in the unit of the upper one. */
export function intervalText(low: number | null, high: number | null, unit: string, name = ""): string | null {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  if (isFraction(unit, name)) return `${percent(low).slice(0, -2)} to ${percent(high)}`;
  if (isBare(unit)) return `${threeDigits(low)} to ${threeDigits(high)}`;
  const scale = scaleFor(Math.max(Math.abs(low), Math.abs(high)), unit);
  return `${threeDigits(low / scale.per)} to ${threeDigits(high / scale.per)}${NBSP}${scale.unit}`;
}

/** A stretch of time, whole where it can be: "24 h", "90 min". */
export function durationText(seconds: number): string {
  if (seconds >= 172_800 && seconds % 86_400 === 0) return `${grouped(seconds / 86_400)}${NBSP}days`;
  return quantityText(seconds, "s");
}

const FRACTION_NAMES = /(attainment|utilization(_mean|_max|_min)?|_share|_fraction|_windows_met|_ratio)$/;

function isFraction(unit: string, name: string): boolean {
  return unit === "fraction" || (isBare(unit) && FRACTION_NAMES.test(name));
}

function isBare(unit: string): boolean {
  return unit === "1" || unit === "" || unit === "count";
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
