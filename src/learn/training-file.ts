/** A training as bytes: one line of JSON that says what it belongs to, then its state. Reading and writing files is the caller's. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8"; // typed arrays and all numbers exactly; later Nodes read what earlier ones wrote
import { z } from "zod";
import { CheckpointError } from "./nets/manifest.ts";
import type { TrainingSpec, TrainingState } from "./train.ts";

const FORMAT = 1;
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
  const body = serialize(state);
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
  return deserialize(body) as TrainingState;
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
