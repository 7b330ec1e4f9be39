/** Texts of a column as whole numbers, in order of appearance. */

/** As many are told apart: no scenario has more classes, and a column with a text of its own in every row must not fill the memory. */
const NAMES_MAX = 65_536;
/** Of a text that came when there were too many. */
export const UNNAMED = -1;
const RECENT_MASK = 255;
const HASH_FACTOR = 31;

interface Recent {
  readonly bytes: Uint8Array;
  readonly code: number;
}

export class Names {
  readonly all: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The last text of each hash: most cells are one of a few texts, and need no string. */
  readonly #recent: (Recent | undefined)[] = new Array(RECENT_MASK + 1).fill(undefined);

  constructor(known: readonly string[] = []) {
    for (const name of known) this.codeOf(name);
  }

  codeOf(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    if (this.all.length === NAMES_MAX) return UNNAMED;
    this.#codes.set(name, this.all.length);
    return this.all.push(name) - 1;
  }

  /** Of the text in [from, to). */
  codeOfBytes(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, HASH_FACTOR) + (bytes[at] as number)) | 0;
    const slot = (hash ^ (hash >>> 16)) & RECENT_MASK;
    const recent = this.#recent[slot];
    if (recent !== undefined && isSame(recent.bytes, bytes, from, to)) return recent.code;
    const own = bytes.slice(from, to);
    const code = this.codeOf(this.#decoder.decode(own));
    this.#recent[slot] = { bytes: own, code };
    return code;
  }
}

function isSame(text: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[from + i]) return false;
  return true;
}
