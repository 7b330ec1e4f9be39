/**
 * A rolling 64-bit hash of the event log: equal logs give equal hashes, on any machine and Node version.
 * Two 32-bit multiply-xor lanes; a few ns an event. Not cryptographic. Hot: bench/kernel.ts.
 */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Which of the two words is the low one: the hash must not depend on the machine's byte order. */
const LOW = new Uint8Array(new Int32Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
const TWO_TO_MINUS_32 = 1 / 0x100000000;

export class EventHash {
  #a = 0x9e3779b9 | 0;
  #b = 0x85ebca6b | 0;

  /** Mixes one event in: its time, its phase-and-sequence key and its argument. */
  add(timeS: number, tie: number, arg: number): void {
    double[0] = timeS;
    let a = Math.imul(this.#a ^ (words[LOW] as number), 0x2c1b3c6d);
    a ^= a >>> 15;
    let b = Math.imul(this.#b ^ (words[HIGH] as number), 0x297a2d39);
    b ^= b >>> 14;
    // The key's low word is the sequence; its upper bits hold the phase. The argument names the entity.
    this.#a = (Math.imul(a ^ b ^ (tie | 0), 0x1b873593) + (arg | 0)) | 0;
    this.#b = (Math.imul(b ^ (a >>> 3), 0xcc9e2d51 | 0) + ((tie * TWO_TO_MINUS_32) | 0)) | 0;
  }

  hex(): string {
    return (this.#a >>> 0).toString(16).padStart(8, "0") + (this.#b >>> 0).toString(16).padStart(8, "0");
  }
}
