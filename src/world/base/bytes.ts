/** The bytes of a file that is too long to be held: where they are, and the port that reads a piece of them. */

/** Plain data, so that it crosses threads: bytes in memory, or a file on a disk as it was when it was checked. */
export type FileBytes =
  | { readonly held: Uint8Array }
  | { readonly path: string; readonly size: number /** Of its last change, ms since 1970. */; readonly mtimeMs: number };

/** Fills the start of `into` with bytes from `position` on, and says with how many: 0 only at the end. */
export type ReadPiece = (from: FileBytes, position: number, into: Uint8Array) => number;

/** Of bytes in memory. */
export function readHeld(held: Uint8Array, position: number, into: Uint8Array): number {
  const piece = held.subarray(position, position + into.length);
  into.set(piece);
  return piece.length;
}
