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
    { from: 0, per: 1e-9, unit: "ns" },
    { from: 1e-6, per: 1e-6, unit: "µs" },
    { from: 1e-3, per: 1e-3, unit: "ms" },
    { from: 1, per: 1, unit: "s" },
    { from: 120, per: 60, unit: "min" },
    { from: 7200, per: 3600, unit: "h" },
    { from: 172_800, per: 86_400, unit: "d" },
  ],
  J: [
    { from: 0, per: 1e-9, unit: "nJ" },
    { from: 1e-6, per: 1e-6, unit: "µJ" },
    { from: 1e-3, per: 1e-3, unit: "mJ" },
    { from: 1, per: 1, unit: "J" },
    { from: 3600, per: 3600, unit: "Wh" },
    { from: 3.6e6, per: 3.6e6, unit: "kWh" },
    { from: 3.6e9, per: 3.6e9, unit: "MWh" },
  ],
  g: [
    { from: 0, per: 1e-9, unit: "ng" },
    { from: 1e-6, per: 1e-6, unit: "µg" },
    { from: 1e-3, per: 1e-3, unit: "mg" },
    { from: 1, per: 1, unit: "g" },
    { from: 1e3, per: 1e3, unit: "kg" },
    { from: 1e6, per: 1e6, unit: "t" },
  ],
  W: [
    { from: 0, per: 1e-3, unit: "mW" },
    { from: 1, per: 1, unit: "W" },
    { from: 1e3, per: 1e3, unit: "kW" },
    { from: 1e6, per: 1e6, unit: "MW" },
  ],
  "#": [
    { from: 0, per: 1, unit: "" },
    { from: 1e3, per: 1e3, unit: "k" },
    { from: 1e6, per: 1e6, unit: "M" },
    { from: 1e9, per: 1e9, unit: "G" },
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

/** Significant digits (three by default) without an exponent; whole numbers stay whole, from 1000 on with commas. */
export function digitsText(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e15 || size < 1e-6) return value.toExponential(digits - 1);
  const exponent = Math.floor(Math.log10(Number(size.toPrecision(digits))));
  const whole = Number.isInteger(Number(size.toPrecision(12)));
  const [integer = "", fraction] = size.toFixed(whole ? 0 : Math.max(0, digits - 1 - exponent)).split(".");
  return `${value < 0 ? "-" : ""}${grouped(integer)}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A whole number with commas: 4,281,991. */
export function grouped(value: number | string): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A count in a sentence: 950, 123 k, 4.28 M. */
export function shortCount(value: number): string {
  return quantityText(value, briefUnit(value, "1", ""));
}

/** A fraction as a percentage that never rounds up to 100 %: 0.999966 is 99.997 %. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  if (value < 99 || value >= 100) return `${digitsText(value)}${NBSP}%`;
  for (let digits = 2; digits < 8; digits++) {
    const text = value.toFixed(digits);
    if (Number(text) < 100) return `${trimZeros(text)}${NBSP}%`;
  }
  return `99.9999999${NBSP}%`;
}

const LEAST_SHOWN = 0.001;

/** A value of a metric, by the unit the summary gives and, for bare numbers, by what its name says. */
export function quantityText(value: number | null, unit: string, name = "", digits = 3): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  if (isFraction(unit, name)) return percent(value);
  if (isBare(unit)) return Number.isInteger(value) ? grouped(value) : digitsText(value, digits);
  const scale = scaleFor(value, unit);
  const scaled = value / scale.per;
  // Less than a thousandth of the smallest unit is nothing that anyone measured.
  if (scale.per !== 1 && scaled > 0 && scaled < LEAST_SHOWN) return join(`< ${LEAST_SHOWN}`, scale.unit);
  return join(digitsText(scaled, digits), scale.unit);
}

/** "38.1 to 39.4 ms": both ends in the unit of the upper one, with as many digits as it takes to tell them apart. */
export function intervalText(low: number | null, high: number | null, unit: string, name = ""): string | null {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  const fraction = isFraction(unit, name);
  const scale = fraction
    ? { per: 0.01, unit: "%" }
    : isBare(unit)
      ? { per: 1, unit: "" }
      : scaleFor(Math.max(Math.abs(low), Math.abs(high)), unit);
  for (let digits = 3; digits < 9; digits++) {
    const from = digitsText(low / scale.per, digits);
    const to = digitsText(high / scale.per, digits);
    if (from !== to) return join(`${from} to ${to}`, scale.unit);
  }
  return null;
}

/** The unit to use where counts should be short: 4.35 M instead of 4,347,626. */
export function briefUnit(mean: number | null, unit: string, name: string): string {
  return mean !== null && Math.abs(mean) >= 1e5 && isBare(unit) && !isFraction(unit, name) ? "#" : unit;
}

function join(number: string, unit: string): string {
  return unit === "" ? number : `${number}${NBSP}${unit}`;
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
