/** The shape of a scenario file: the fixed fields, and the registries' kinds where they may stand. */
import { type ZodType, z } from "zod";
import { quantity, readQuantity } from "../world/base/quantity.ts";
import { batchFields, classFields, serviceFields } from "../world/cluster/spec.ts";
import { servingFields } from "../world/serving/spec.ts";
import { byKind, choice, withCommon } from "./choice.ts";
import { isKindNotYet } from "./not-yet.ts";
import type { Parts, Registry } from "./parts.ts";
import { policySchemaOf } from "./policy-schema.ts";
import { PLACES, type ScenarioShape } from "./spec.ts";

const name = z.string().regex(/^[a-z][a-z0-9-]*$/);
const fraction = z.number().min(0).max(1);
const frequency = quantity("frequency", { above: 0, example: "2.1 GHz" });
const named = <T>(value: ZodType<T>) => z.record(name, value);

const built = new WeakMap<Parts, ZodType<ScenarioShape>>();

/** Everything a scenario file may say, for these parts. `extends` is not here: it is gone before the shape is looked at. */
export function scenarioSchema(parts: Parts): ZodType<ScenarioShape> {
  const known = built.get(parts);
  if (known !== undefined) return known;
  const schema = buildSchema(parts);
  built.set(parts, schema);
  return schema;
}

function buildSchema(parts: Parts): ZodType<ScenarioShape> {
  return z.strictObject({
    name,
    seed: z.int().min(0).optional(),
    start: instant(parts).optional(),
    duration: quantity("duration", { above: 0, example: "24 h" }),
    warmup: warmup.default(0),
    precision: precision.optional(),
    sites: named(siteSchema(parts)).default({}),
    workloads: named(workloadSchema(parts)).default({}),
    controllers: named(controllerSchema(parts)).default({}),
    faults: named(faultSchema(parts)).default({}),
    expect: z.array(expectation).default([]),
    record: recordSchema.prefault({}),
  }) as unknown as ZodType<ScenarioShape>;
}

const auto = z.literal("auto");
const warmupTime = quantity("duration", { example: "30 min" });
const warmup = choice([auto, warmupTime], (value) => (value === "auto" ? auto : warmupTime));

const precision = z
  .strictObject({
    metric: z
      .string()
      .min(1)
      .meta({ description: "Of which the mean is to be known: any metric of docs/metrics.md that this scenario has." }),
    relative: z.number().gt(0).lt(1).default(0.02),
    maxRuns: z.int().min(10).default(100),
  })
  .meta({ description: "Replications are added until the 95 % interval of the metric's mean lies within this share of it." });

function instant(parts: Parts) {
  return z
    .string()
    .transform((text, context) => {
      const read = parts.parseInstant(text);
      if ("epochS" in read) return { text, epochS: read.epochS };
      const params = { hint: '"2021-07-01T00:00:00Z"' };
      context.addIssue({ code: "custom", message: `must be an ISO 8601 instant: ${read.problem}`, params });
      return z.NEVER;
    })
    .meta({ description: "The simulated wall clock at time 0, ISO 8601 in UTC, such as 2021-07-01T00:00:00Z." });
}

const gpuGroup = z.strictObject({
  kind: z.string().min(1).meta({ description: "A GPU kind of the catalogue, or the path of a file such as ./mine.yaml." }),
  count: z.int().min(1).default(1),
  clock: quantity("frequency", { above: 0, example: "945 MHz" }).optional(),
  powerCap: quantity("power", { above: 0, example: "150 W" })
    .optional()
    .meta({ description: "The most that each board may draw: its clock gives way." }),
});
const serverGroup = z.strictObject({
  kind: z.string().min(1).meta({ description: "A server kind of the catalogue, or the path of a file such as ./mine.yaml." }),
  count: z.int().min(1).default(1),
  clock: frequency.optional(),
  gpus: gpuGroup.optional(),
});
const serverGroups = z.array(serverGroup).min(1);
const servers = choice([serverGroup, serverGroups], (value) => (Array.isArray(value) ? serverGroups : serverGroup));

function siteSchema(parts: Parts) {
  return z.strictObject({
    pue: parts.pueSchema.optional(),
    carbon: parts.carbonSchema.optional(),
    psu: parts.psuSchema.optional(),
    rows: named(z.strictObject({})).default({}),
    racks: named(z.strictObject({ row: z.string().optional(), count: z.int().min(1).default(1), servers })).default({}),
    servers: servers.optional(),
  });
}

function workloadSchema(parts: Parts) {
  const work = parts.law("duration");
  const requestClass = z.strictObject({ ...classFields, work: work.optional() });
  const service = { work: work.optional(), arrivals: parts.arrivalsSchema("rate"), classes: named(requestClass).optional() };
  const batch = { work: work.optional(), arrivals: parts.arrivalsSchema("job-rate").optional() };
  const tokens = parts.law("number").optional();
  const serving = { promptTokens: tokens, outputTokens: tokens, arrivals: parts.arrivalsSchema("rate") };
  const schemas = new Map<string, ZodType>([
    ["service", z.strictObject({ ...serviceFields, ...service })],
    ["batch", z.strictObject({ ...batchFields, ...batch })],
    ["model-serving", z.strictObject({ ...servingFields, ...serving })],
  ]);
  return byKind(schemas, { common: {}, isOpaque: (kind) => isKindNotYet("workload", kind) });
}

const controllerFields = {
  target: oneTarget(["workload", "site", "row", "rack", "server"], {}),
  oracle: z.array(z.enum(["work", "carbon"])).default([]),
  period: quantity("duration", { above: 0, example: "15 s" }).optional(),
  actuationDelay: quantity("duration", { example: "10 s" }).default(0),
  telemetry: z
    .strictObject({
      scrape: quantity("duration", { above: 0, example: "15 s" }),
      delay: quantity("duration", { example: "15 s" }).default(0),
      loss: fraction.default(0),
    })
    .optional(),
};

function controllerSchema(parts: Parts): ZodType {
  const policed = { ...controllerFields, policy: policySchemaOf(parts.registries.policy as Registry).optional() };
  return family("controller", parts.controllers, (kind) => (kind === "external" ? policed : controllerFields));
}

function faultFields(parts: Parts) {
  return {
    target: oneTarget(PLACES, {
      count: z.int().min(1).optional(),
      fraction: z.number().gt(0).max(1).optional(),
      together: z.boolean().default(false),
    }),
    at: quantity("duration", { example: "6 h" }).optional(),
    duration: quantity("duration", { above: 0, example: "30 min" }).optional(),
    mtbf: lawFrom(parts, { min: 1, example: "1 day" }).optional(),
    mttr: lawFrom(parts, { above: 0, example: "1 h" }).optional(),
    trace: z.string().min(1).optional(),
  };
}

function faultSchema(parts: Parts): ZodType {
  const fields = faultFields(parts);
  return family("fault", parts.faults, () => fields);
}

/** A law of durations whose constant has a lower bound. */
function lawFrom(parts: Parts, range: { min?: number; above?: number; example: string }): ZodType {
  const law = parts.law("duration");
  const constant = quantity("duration", range).transform((value) => ({ kind: "deterministic", value }));
  return choice([quantity("duration", range), law], (value) => (typeof value === "object" && value !== null ? law : constant));
}

function oneTarget(kinds: readonly string[], extra: Readonly<Record<string, ZodType>>) {
  const fields = Object.fromEntries(kinds.map((kind) => [kind, z.string().min(1).optional()]));
  return z.strictObject({ ...fields, ...extra }).superRefine((target, context) => {
    const said = kinds.filter((kind) => (target as Record<string, unknown>)[kind] !== undefined);
    if (said.length === 1) return;
    const got = said.length === 0 ? "none" : said.join(" and ");
    context.addIssue({ code: "custom", message: `must name exactly one of ${kinds.join(", ")}, got ${got}` });
  });
}

type Fields = Readonly<Record<string, ZodType>>;

/** @param fieldsOf what a kind has besides what its plugin says; "" for a kind that is not known */
function family(name: "controller" | "fault", plugins: Registry, fieldsOf: (kind: string) => Fields): ZodType {
  const schemas = new Map([...plugins].map(([kind, plugin]) => [kind, withCommon(plugin.schema, fieldsOf(kind)).describe(plugin.doc)]));
  return byKind(schemas, { common: fieldsOf(""), isOpaque: (kind) => isKindNotYet(name, kind) });
}

const BOUND = z.unknown().meta({ type: ["number", "string"], description: "A number in the metric's unit, or a quantity with a unit." });

const expectation = z
  .strictObject({ metric: z.string().min(1), min: BOUND.optional(), max: BOUND.optional() })
  .transform((wanted, context) => {
    if (wanted.min === undefined && wanted.max === undefined) context.addIssue({ code: "custom", message: "must say min, max or both" });
    const read = (side: "min" | "max"): number | undefined => {
      if (wanted[side] === undefined) return undefined;
      const bound = readQuantity(wanted[side], dimensionOf(wanted.metric), { min: Number.NEGATIVE_INFINITY });
      if (bound.ok) return bound.value;
      context.addIssue({ code: "custom", path: [side], message: bound.message, params: { hint: bound.hint } });
      return undefined;
    };
    const min = read("min");
    const max = read("max");
    return { metric: wanted.metric, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  });

/** Metrics end in their unit. */
function dimensionOf(metric: string): "duration" | "energy" | "mass" | "power" | "number" {
  const unit = metric.slice(metric.lastIndexOf("_") + 1);
  return ({ s: "duration", j: "energy", g: "mass", w: "power" } as const)[unit as "s"] ?? "number";
}

const wholeOrNone = z.boolean().transform(Number);

const recordSchema = z.strictObject({
  /** Share of requests kept as rows; true is all. */
  requests: choice([fraction, wholeOrNone], (value) => (typeof value === "boolean" ? wholeOrNone : fraction)).default(0),
  jobs: z.boolean().default(false),
  power: z.boolean().default(false),
  events: z.boolean().default(false),
  /** What every GPU did and drew, for ui.perfetto.dev. */
  trace: z.boolean().default(false),
});
