/**
 * Checkpoints: one block of float32 and a manifest, plain JSON, that says what lies where and what it must fit. Knows nothing of
 * TensorFlow.js, so that a stored policy can be read without it.
 */
import { createHash } from "node:crypto";
import { z } from "zod";

const COUNT = z.number().int().nonnegative();
export const FORMAT = 1;

const MANIFEST = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the block's bytes, little-endian. */
  sha256: z.string(),
  /** Length of the block. */
  floats: COUNT,
  parts: z.record(
    z.string(),
    z.strictObject({
      architecture: z.looseObject({}),
      counters: z.record(z.string(), COUNT),
      variables: z.record(z.string(), z.strictObject({ shape: z.array(COUNT), offset: COUNT })),
    }),
  ),
});
export type Manifest = z.infer<typeof MANIFEST>;
export type PartManifest = Manifest["parts"][string];

export interface Checkpoint {
  readonly manifest: Manifest;
  readonly floats: Float32Array;
}

/** A checkpoint that cannot be used; the message says why. */
export class CheckpointError extends Error {}

/**
 * A checkpoint as it was stored.
 * @param manifest parsed JSON
 * @param bytes the block, little-endian
 * @throws {CheckpointError} if they do not belong together, or are of another format
 */
export function readCheckpoint(manifest: unknown, bytes: Uint8Array): Checkpoint {
  const format = (manifest as { format?: unknown } | null)?.format;
  if (format !== FORMAT) throw new CheckpointError(`it has format ${JSON.stringify(format)}, this version reads format ${FORMAT}`);
  const parsed = MANIFEST.safeParse(manifest);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CheckpointError(`its manifest is broken: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const wanted = parsed.data.floats * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.byteLength !== wanted) throw new CheckpointError(`its weights have ${bytes.byteLength} bytes, the manifest says ${wanted}`);
  const floats = new Float32Array(new Uint8Array(bytes).buffer);
  if (sha256(floats) !== parsed.data.sha256) throw new CheckpointError("its weights are corrupted: their checksum is not the manifest's");
  for (const [name, { variables }] of Object.entries(parsed.data.parts)) {
    for (const { shape, offset } of Object.values(variables)) {
      if (offset + sizeOf(shape) > floats.length) throw new CheckpointError(`its part "${name}" ends beyond its weights`);
    }
  }
  return { manifest: parsed.data, floats };
}

/** The block as stored beside the manifest. */
export function checkpointBytes({ floats }: Checkpoint): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** As hexadecimal digits. */
export function sha256(floats: Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength))
    .digest("hex");
}
