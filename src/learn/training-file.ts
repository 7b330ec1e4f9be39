/** A training as bytes: one line of JSON that says what it belongs to, then its state. Reading and writing files is the caller's. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8"; // typed arrays and all numbers exactly; later Nodes read what earlier ones wrote
import { z } from "zod";
import { CheckpointError } from "./nets/manifest.ts";
import type { TrainingSpec, TrainingState } from "./train.ts";

const FORMAT = 2;
const NEWLINE = 10;

const HEADER = z.strictObject({
  format: z.literal(FORMAT),
  algorithm: z.string(),
  /** Hyperparameters, defaults included. */
  options: z.looseObject({}),
  environment: z.string(),
  seeds: z.array(z.number()),
  stepBudget: z.number(),
  /** Of the bytes after the line. */
  sha256: z.string(),
});
type Header = z.infer<typeof HEADER>;

export function packTraining(spec: TrainingSpec, state: TrainingState): Uint8Array {
  const numbers: number[] = [];
  const tree = withoutNumbers(state, numbers);
  const body = serialize({ tree, numbers: Float64Array.from(numbers) } satisfies Body);
  const header: Header = { ...belonging(spec), sha256: digest(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** @throws {CheckpointError} if the bytes are damaged, of another format, or of another training than `spec`. */
export function unpackTraining(spec: TrainingSpec, bytes: Uint8Array): TrainingState {
  const end = bytes.indexOf(NEWLINE);
  const header = headerOf(Buffer.from(bytes.subarray(0, Math.max(end, 0))).toString());
  const body = bytes.subarray(end + 1);
  if (digest(body) !== header.sha256)
    throw new CheckpointError("the training is corrupted: its checksum is not the one it was stored with");
  for (const [name, wanted] of Object.entries(belonging(spec))) {
    const found = header[name as keyof Header];
    if (!isDeepStrictEqual(found, wanted)) {
      throw new CheckpointError(`the stored training has ${name} ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    }
  }
  const { tree, numbers } = deserialize(body) as Body;
  return withNumbers(tree, numbers.values()) as TrainingState;
}

/** Numbers lie apart, in the order of the walk: V8 writes the same number as an integer or as a double, by how it happened to be held. */
interface Body {
  readonly tree: unknown;
  readonly numbers: Float64Array;
}

/** Where a number was: nothing else in a state is a big integer. */
const PLACE = 0n;

/** @param numbers get those of the tree. Arrays are copied: two places that share one would be written otherwise than two equal ones. */
function withoutNumbers(value: unknown, numbers: number[]): unknown {
  if (typeof value === "number") {
    numbers.push(value);
    return PLACE;
  }
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  return mapped(value, (each) => withoutNumbers(each, numbers));
}

function withNumbers(value: unknown, numbers: IterableIterator<number>): unknown {
  if (value === PLACE) return numbers.next().value;
  return ArrayBuffer.isView(value) ? value : mapped(value, (each) => withNumbers(each, numbers));
}

/** Lists and objects of what `change` makes of their parts; anything else as it is. */
function mapped(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const part of value) list.push(change(part)); // V8 writes what `map` gives now as a dense list, now as a sparse one
    return list;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]));
}

function headerOf(line: string): Header {
  let header: unknown;
  try {
    header = JSON.parse(line);
  } catch {
    throw new CheckpointError("these bytes are no stored training: they do not begin with a line of JSON");
  }
  const format = (header as { format?: unknown } | null)?.format;
  if (format !== FORMAT)
    throw new CheckpointError(`the training has format ${JSON.stringify(format)}, this version reads format ${FORMAT}`);
  const parsed = HEADER.safeParse(header);
  if (!parsed.success) throw new CheckpointError(`the training's first line is broken: ${parsed.error.issues[0]?.path.join(".")}`);
  return parsed.data;
}

/** What has to be the same where a training goes on. */
function belonging({ algorithm, options = {}, makeEnv, seeds, stepBudget }: TrainingSpec): Omit<Header, "sha256"> {
  return {
    format: FORMAT,
    algorithm: algorithm.kind,
    options: algorithm.schema.parse(options) as Record<string, unknown>,
    environment: makeEnv().name,
    seeds: [...seeds],
    stepBudget,
  };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
