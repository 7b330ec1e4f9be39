/** Text such as "2.1 GHz" to a number in a base unit. Common units from a table; for the rest mathjs is asked. */
import { createRequire } from "node:module";
import type { FactoryFunctionMap, MathJsInstance, Unit } from "mathjs";

/** What a unit measures: one word to compare, and how a message calls it. */
const NOUNS = {
  duration: "a duration",
  memory: "memory",
  "decimal memory": "decimal memory",
  power: "a power",
  frequency: "a frequency",
  energy: "an energy",
  mass: "a mass",
  money: "money",
  request: "a count of requests",
  job: "a count of jobs",
  token: "a count of tokens",
  length: "a length",
  charge: "an electric charge",
  temperature: "a temperature",
} as const;
export type Measure = keyof typeof NOUNS;

/** Unit -> what it measures and its size in the base unit (s, B, W, Hz, J, g, USD, 1). A test holds it against mathjs. */
export const UNITS: Readonly<Record<string, readonly [Measure, number]>> = {
  ...group("duration", { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, sec: 1, second: 1, seconds: 1, min: 60, minute: 60, minutes: 60 }),
  ...group("duration", { h: 3600, hour: 3600, hours: 3600, d: 86400, day: 86400, days: 86400, week: 604800, weeks: 604800 }),
  ...group("duration", { year: 31557600, years: 31557600 }),
  ...group("memory", { B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824, TiB: 1099511627776 }),
  ...group("decimal memory", { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }),
  ...group("power", { mW: 1e-3, W: 1, kW: 1e3, MW: 1e6 }),
  ...group("frequency", { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 }),
  ...group("energy", { J: 1, kJ: 1e3, MJ: 1e6, Wh: 3600, kWh: 3.6e6, MWh: 3.6e9 }),
  ...group("mass", { g: 1, kg: 1e3, t: 1e6 }),
  ...group("money", { USD: 1 }),
  ...group("request", { req: 1 }),
  ...group("job", { job: 1, jobs: 1 }),
  ...group("token", { token: 1, tokens: 1 }),
  ...group("length", { m: 1 }),
  ...group("charge", { C: 1 }),
};

function group(measure: Measure, sizes: Readonly<Record<string, number>>): Record<string, readonly [Measure, number]> {
  return Object.fromEntries(Object.entries(sizes).map(([unit, size]) => [unit, [measure, size] as const]));
}

/** What was read: `count` units of `size` base units, and what they measure ("a/b" for quotients); or why nothing was. */
export type Parsed =
  | { readonly ok: true; readonly count: number; readonly size: number; readonly measure: string }
  | { readonly ok: false; readonly why: string; readonly hint?: string };

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/;

/** Reads a number with a unit. The measure of a bare number is "". */
export function parseUnits(text: string): Parsed {
  const match = NUMBER.exec(text.trim());
  if (match === null) return { ok: false, why: "" };
  const value = Number(match[1]);
  const unit = (match[2] as string).trim().replace(/^[\u00b5\u03bc](?=s)/, "u"); // the micro sign, or the Greek letter that looks like it
  if (unit === "") return { ok: true, count: value, size: 1, measure: "" };
  const slash = unit.indexOf("/");
  const upper = slash < 0 ? unit : unit.slice(0, slash).trim();
  const lower = slash < 0 ? undefined : unit.slice(slash + 1).trim();
  const top = upper === "" ? (["", 1] as const) : entry(upper);
  if (top !== undefined && lower === undefined) return { ok: true, count: value, size: top[1], measure: top[0] };
  const bottom = lower === undefined ? undefined : entry(lower);
  if (top === undefined || bottom === undefined) return trap(text, value, unit) ?? askMathjs(text.trim(), unit);
  return { ok: true, count: value, size: top[1] / bottom[1], measure: `${top[0]}/${bottom[0]}` };
}

function entry(unit: string): readonly [Measure, number] | undefined {
  return Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
}

/** Divides by a whole number where it can: 20 / 1e6 is exact to the last bit, 20 * 1e-6 is not. */
export function scaled(count: number, size: number): number {
  const parts = Math.round(1 / size);
  return size < 1 && Math.abs(parts * size - 1) < 1e-12 ? count / parts : count * size;
}

const MULTIPLE = /^(?:da|[hkMGTPEZY])s(?:ec|econds?)?$/;
/** Units that mathjs knows and nobody means: a month is a twelfth of a year there. In days. */
const SPANS: Readonly<Record<string, number>> = { month: 30, century: 36525, millennium: 365250 };

const CLOCK = /^(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s)?$/;

/** Spellings from other tools, each answered by ours. */
function trap(text: string, value: number, unit: string): Parsed | undefined {
  if (unit === "%") return { ok: false, why: ", which is in percent", hint: `${value / 100}` };
  if (MULTIPLE.test(unit)) return { ok: false, why: `, and "${unit}" is a multiple of seconds that nobody uses`, hint: `"${value} ms"` };
  const span = unit.replace(/ies$/, "y").replace(/ia$/, "ium").replace(/s$/, "");
  if (Object.hasOwn(SPANS, span)) {
    const days = value * (SPANS[span] as number);
    return { ok: false, why: `, and "${unit}" has no one length`, hint: days < 365 ? `"${days} days"` : `"${days / 365.25} years"` };
  }
  const kubernetes = /^([KMGT])i$/.exec(unit);
  if (kubernetes) return { ok: false, why: `, and "${unit}" is not a unit`, hint: `"${value} ${unit}B"` };
  const clock = CLOCK.exec(text.trim());
  if (clock) {
    const seconds = Number(clock[1] ?? "0") * 3600 + Number(clock[2] ?? "0") * 60 + Number(clock[3] ?? "0");
    return { ok: false, why: ", which mixes units", hint: seconds % 60 === 0 ? `"${seconds / 60} min"` : `"${seconds} s"` };
  }
  return undefined;
}

/** How a message calls a measure. */
export function nounOf(measure: string): string {
  if (measure === "") return "a number without a unit";
  if (Object.hasOwn(NOUNS, measure)) return NOUNS[measure as Measure];
  if (measure.endsWith("memory/duration")) return "a bandwidth";
  if (measure.endsWith("/duration")) return measure === "length/duration" ? "a speed" : "a rate";
  if (measure === "mass/energy") return "a carbon intensity";
  return measure === "money/energy" ? "a price of energy" : `in ${measure}`;
}

let math: MathJsInstance | undefined;

/** Loaded on first need: it costs half a second, and most scenarios never meet a unit outside the table. */
function mathjs(): MathJsInstance {
  if (math !== undefined) return math;
  const { create, UnitDependencies } = createRequire(import.meta.url)("mathjs") as typeof import("mathjs");
  const made = create(UnitDependencies as FactoryFunctionMap, {});
  const unit = made.Unit as unknown as { createUnitSingle(name: string, definition?: string): void };
  for (const name of ["USD", "req", "job", "token"]) unit.createUnitSingle(name);
  unit.createUnitSingle("d", "1 day");
  unit.createUnitSingle("jobs", "1 job");
  unit.createUnitSingle("tokens", "1 token");
  math = made;
  return made;
}

/** mathjs's word for a dimension -> ours, with the unit of ours it is counted in. */
const MEASURES: readonly (readonly [string, string])[] = [
  ["s", "duration"],
  ["W", "power"],
  ["J", "energy"],
  ["kg", "mass"],
  ["m", "length"],
  ["C", "charge"],
  ["K", "temperature"],
  ["B", "memory"],
  ["B/s", "memory/duration"],
  ["req/s", "request/duration"],
  ["job/s", "job/duration"],
  ["token/s", "token/duration"],
  ["USD/J", "money/energy"],
  ["g/J", "mass/energy"],
  ["Hz", "frequency"],
];

/** Reads text by mathjs alone; exported so that a test can hold the table against it. */
export function askMathjs(text: string, unit: string): Parsed {
  const { Unit } = mathjs();
  const parsed = attempt(() => (Unit as unknown as { parse(text: string): Unit }).parse(text));
  if (parsed === undefined) return { ok: false, why: `, and "${unit}" is not a unit` };
  for (const [base, measure] of MEASURES) {
    const target = (Unit as unknown as { parse(text: string): Unit }).parse(`1 ${base}`);
    if (!parsed.equalBase(target)) continue;
    return { ok: true, count: parsed.toNumber(base), size: base === "kg" ? 1000 : 1, measure };
  }
  return { ok: true, count: Number.NaN, size: 1, measure: parsed.toJSON().unit };
}

/** mathjs throws SyntaxError for what it cannot read, Error for units it does not know. */
function attempt(parse: () => Unit): Unit | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
