/**
 * A policy as two files: a manifest, JSON that says where it comes from and what it fits, and all its weights as bytes. Acts
 * without TensorFlow.js. Reading and writing files is the caller's.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { AgentSpec } from "./env.ts";
import { CheckpointError } from "./nets/manifest.ts";
import { type NetworkPolicyData, networkPolicy, type Policy } from "./policy.ts";
import { type RecurrentPolicyData, recurrentPolicy } from "./recurrent-policy.ts";
import type { Space } from "./spaces.ts";
import { STORED_SLOT, type StoredSlot, storedSlot } from "./stored-slot.ts";
import { type TableData, tablePolicy } from "./table-policy.ts";

const FORMAT = "cybertwin-policy";
const VERSION = 1;

const SEEDS = z.array(z.int().min(0));

const ABOUT = z.strictObject({
  /** Which learned it, with all its hyperparameters. */
  algorithm: z.strictObject({ kind: z.string(), options: z.looseObject({}) }),
  /** Name of the environment: a task's id or a scenario's name. */
  environment: z.string(),
  /** Slot by slot. @see spacesOf */
  observationSpace: z.array(STORED_SLOT),
  actionSpace: z.array(STORED_SLOT),
  trainingSeeds: SEEDS,
  /** Of the episodes by which it was chosen among those of its training. */
  tuningSeeds: SEEDS,
  /** Of the environment that it was trained for. */
  steps: z.int().min(0),
  /** Over the tuning seeds, of the policy that draws its actions; null if it was never evaluated. */
  meanReturn: z.number().nullable(),
  /** Hash of the physics that the scenario uses. */
  worldVersion: z.string().optional(),
  /** The command line that makes it again. */
  command: z.string(),
  /** Version of cybertwin that trained it. */
  cybertwin: z.string(),
});
/** What a policy is, beside its weights. */
export type PolicyAbout = z.infer<typeof ABOUT>;

/** What the algorithms' `policyData` gives. */
export type PolicyData = NetworkPolicyData | RecurrentPolicyData | TableData;

export interface PolicyFile {
  readonly about: PolicyAbout;
  readonly data: PolicyData;
}

const MANIFEST = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Of the rest of the manifest and the weights. */
  sha256: z.string(),
  about: ABOUT,
  /** The data; arrays of numbers stand as `{ float32: [offset in bytes, length] }`, or float64. */
  data: z.unknown(),
});

/** @param data `Learner.policyData` @throws {CheckpointError} for numbers that are not finite: such a policy cannot act. */
export function packPolicy(about: PolicyAbout, data: unknown): { readonly manifest: string; readonly weights: Uint8Array } {
  const { body, weights } = taken(about, data);
  const manifest = { format: FORMAT, version: VERSION, sha256: digest(body, weights), ...body };
  return { manifest: `${JSON.stringify(manifest, null, 2)}\n`, weights };
}

/** The checksum that stands in a policy's manifest. */
export function policySha256({ about, data }: PolicyFile): string {
  const { body, weights } = taken(about, data);
  return digest(body, weights);
}

function taken(about: PolicyAbout, data: unknown) {
  const arrays: Array<Float32Array | Float64Array> = [];
  const placed = extract(data, arrays);
  return { body: { about: ABOUT.parse(about), data: placed }, weights: new Uint8Array(Buffer.concat(arrays.map(bytesOf))) };
}

/** @throws {CheckpointError} if they are damaged, do not belong together, or are of another format or version; says what to do. */
export function unpackPolicy(manifestText: string, weights: Uint8Array): PolicyFile {
  const { sha256, about, data } = manifestOf(manifestText);
  if (digest({ about, data }, weights) !== sha256) {
    throw new CheckpointError(
      `the policy is damaged, or its two files are not of one policy: the checksum of manifest and weights (${weights.byteLength} bytes) is not the stored one; restore both, or make it again: ${about.command}`,
    );
  }
  return { about, data: embed(data, weights) as PolicyData };
}

function manifestOf(text: string): z.infer<typeof MANIFEST> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new CheckpointError("this is no policy's manifest: it is not JSON; name the .json file that a training wrote");
  }
  const { format, version } = Object(manifest) as { format?: unknown; version?: unknown };
  if (format !== FORMAT) {
    throw new CheckpointError(
      `this is no policy's manifest: its format is ${JSON.stringify(format)}, not "${FORMAT}"; name the .json file that a training wrote`,
    );
  }
  if (version !== VERSION) {
    throw new CheckpointError(
      `the policy has version ${JSON.stringify(version)} of its format, this cybertwin reads version ${VERSION}; train it again, or use the cybertwin that wrote it`,
    );
  }
  const parsed = MANIFEST.safeParse(manifest);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CheckpointError(`the policy's manifest is damaged: ${issue?.path.join(".")}: ${issue?.message}; restore it`);
}

/** Plain data with its arrays moved to `arrays`. */
function extract(data: unknown, arrays: Array<Float32Array | Float64Array>): unknown {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    if (!data.every(Number.isFinite)) throw new CheckpointError(DIVERGED);
    const offset = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
    arrays.push(data);
    return { [data instanceof Float32Array ? "float32" : "float64"]: [offset, data.length] };
  }
  if (typeof data === "number" && !Number.isFinite(data)) throw new CheckpointError(DIVERGED);
  if (Array.isArray(data)) return data.map((item) => extract(item, arrays));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).flatMap(([key, value]) => (value === undefined ? [] : [[key, extract(value, arrays)]])));
}
const DIVERGED = "the policy has numbers that are not finite: its training diverged; a lower learning rate may help";

/** The inverse of `extract`. */
function embed(data: unknown, weights: Uint8Array): unknown {
  if (Array.isArray(data)) return data.map((item) => embed(item, weights));
  if (typeof data !== "object" || data === null) return data;
  const entries = Object.entries(data);
  const [[key, place] = []] = entries;
  if (key === "float32" || key === "float64") {
    const [offset, length] = place as [number, number];
    const Floats = key === "float32" ? Float32Array : Float64Array;
    return new Floats(Uint8Array.from(weights.subarray(offset, offset + length * Floats.BYTES_PER_ELEMENT)).buffer);
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, embed(value, weights)]));
}

const bytesOf = (floats: Float32Array | Float64Array): Uint8Array => new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

/** Written as JSON, so that how the file is indented does not matter. */
function digest(body: { readonly about: unknown; readonly data?: unknown }, weights: Uint8Array): string {
  return createHash("sha256").update(JSON.stringify(body)).update("\0").update(weights).digest("hex");
}

/** An agent's spaces as they stand in a manifest, whole and comparable. */
export function spacesOf({ observationSpace, actionSpace }: AgentSpec): Pick<PolicyAbout, "observationSpace" | "actionSpace"> {
  return { observationSpace: stored(observationSpace), actionSpace: stored(actionSpace) };
}

const stored = ({ slots }: Space): StoredSlot[] => slots.map(storedSlot);

/** Makes a stored policy act for an agent. @throws {CheckpointError} if the agent's spaces are not those it was trained in; names the first difference. */
export function policyFor(spec: AgentSpec, { about, data }: PolicyFile): Policy {
  const own = spacesOf(spec);
  const difference =
    firstDifference("observation", own.observationSpace, about.observationSpace) ??
    firstDifference("action", own.actionSpace, about.actionSpace);
  if (difference !== undefined) {
    throw new CheckpointError(
      `the policy was trained in ${about.environment} and does not fit ${spec.name}: ${difference}; train one here, or use it there`,
    );
  }
  if (data.kind === "table") return tablePolicy(spec, data);
  return data.kind === "recurrent" ? recurrentPolicy(spec, data) : networkPolicy(spec, data);
}

function firstDifference(what: string, own: readonly StoredSlot[], trained: readonly StoredSlot[]): string | undefined {
  for (let i = 0; i < Math.max(own.length, trained.length); i++) {
    const [here, there] = [shown(own[i]), shown(trained[i])];
    if (here !== there) return `${what} ${i + 1} is ${here} here and was ${there} there`;
  }
  return undefined;
}

/** "speedMPerS, -Infinity..Infinity linear", whole: equal texts are equal slots. */
function shown(slot: StoredSlot | undefined): string {
  if (slot === undefined) return "missing";
  return slot.kind === "choice" ? `${slot.name}, one of ${slot.count}` : `${slot.name}, ${slot.low}..${slot.high} ${slot.scale}`;
}
