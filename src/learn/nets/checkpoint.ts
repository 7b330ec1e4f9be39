/** Takes the state of networks and optimizers, and puts it back. All of it is float32, so training goes on bit by bit as it would have. */
import { isDeepStrictEqual } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { type Checkpoint, CheckpointError, FORMAT, type Manifest, type PartManifest, sha256, sizeOf } from "./manifest.ts";

/** Something that a checkpoint can hold. */
export interface Saveable {
  /** What must be the same where it is restored, as plain data. */
  readonly architecture: object;
  /** Its tensors, by name. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  /** Its whole numbers, which restoring overwrites. */
  readonly counters?: Record<string, number>;
}
export type Saveables = Readonly<Record<string, Saveable>>;

/** Downloads everything. */
export async function takeCheckpoint(saveables: Saveables): Promise<Checkpoint> {
  const parts: Manifest["parts"] = {};
  const blocks: Float32Array[] = [];
  let offset = 0;
  for (const [name, { architecture, variables, counters = {} }] of Object.entries(saveables)) {
    const places: PartManifest["variables"] = {};
    for (const [variableName, variable] of Object.entries(variables)) {
      places[variableName] = { shape: [...variable.shape], offset };
      blocks.push((await variable.data()) as Float32Array);
      offset += variable.size;
    }
    parts[name] = { architecture: structuredClone(architecture) as Record<string, unknown>, counters: { ...counters }, variables: places };
  }
  const floats = new Float32Array(offset);
  let end = 0;
  for (const block of blocks) {
    floats.set(block, end);
    end += block.length;
  }
  return { manifest: { format: FORMAT, sha256: sha256(floats), floats: offset, parts }, floats };
}

/** Overwrites everything. @throws {CheckpointError} before anything is touched, if a part is missing or does not fit */
export function restoreCheckpoint(saveables: Saveables, { manifest, floats }: Checkpoint): void {
  for (const [name, saveable] of Object.entries(saveables)) requireFit(name, saveable, manifest.parts[name]);
  for (const [name, { variables, counters }] of Object.entries(saveables)) {
    const part = manifest.parts[name] as PartManifest;
    for (const [variableName, variable] of Object.entries(variables)) {
      const { shape, offset } = part.variables[variableName] as { shape: number[]; offset: number };
      tf.tidy(() => variable.assign(tf.tensor(floats.slice(offset, offset + sizeOf(shape)), shape)));
    }
    Object.assign(counters ?? {}, part.counters);
  }
}

function requireFit(name: string, { architecture, variables }: Saveable, part: PartManifest | undefined): void {
  if (part === undefined) throw new CheckpointError(`it has no part "${name}"`);
  if (!isDeepStrictEqual(part.architecture, structuredClone(architecture))) {
    throw new CheckpointError(`its part "${name}" is ${JSON.stringify(part.architecture)}, not ${JSON.stringify(architecture)}`);
  }
  for (const [variableName, { shape }] of Object.entries(variables)) {
    const found = part.variables[variableName]?.shape;
    if (!isDeepStrictEqual(found, [...shape])) {
      throw new CheckpointError(`"${variableName}" of its part "${name}" has shape [${found ?? ""}], not [${shape}]`);
    }
  }
}
