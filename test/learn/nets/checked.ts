/** What several tests of networks share. */
import * as tf from "@tensorflow/tfjs-core";
import { type Rng, rootRng } from "../../../src/kernel/index.ts";

/** Numbers in [-1, 1). */
export function uniformArray(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
}

/** [rows, columns] of such numbers, the same in float32 and float64. */
export function matrix(rng: Rng, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => [...uniformArray(rng, columns)]);
}

/** @param seeds one an agent */
export const rngsOf = (...seeds: readonly number[]): readonly Rng[] => seeds.map(rootRng);

/** Greatest distance of two lists of numbers. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  let greatest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= greatest)) greatest = difference; // also when it is not a number
  }
  return greatest;
}

/** Disposes of whatever a test left behind. */
export function disposeAll(scope: () => void): void {
  tf.engine().startScope();
  try {
    scope();
  } finally {
    tf.engine().endScope();
    tf.disposeVariables();
  }
}
