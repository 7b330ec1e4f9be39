/**
 * Scalars in the form that TensorBoard reads: a file of records, each an Event message of protocol buffers.
 * @see tensorflow/core/lib/io/record_writer.cc for the framing, tensorflow/core/util/event.proto and framework/summary.proto
 * for the messages, RFC 3720 (appendix B.4) for CRC-32C.
 */

export interface ScalarEvent {
  /** Seconds since 1970: what TensorBoard shows as wall time. */
  readonly wallTimeS: number;
  readonly step: number;
  /** By tag; tags with a slash in them share a group. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** First in every file. */
export function versionRecord(wallTimeS: number): Uint8Array {
  return record(message([double(1, wallTimeS), text(3, "brain.Event:2")]));
}

/** Says that a new session goes on at `step`: TensorBoard drops what an earlier file has from there on. */
export function startRecord(wallTimeS: number, step: number): Uint8Array {
  const sessionLog = message([varint(1, 1)]); // status: START
  return record(message([double(1, wallTimeS), varint(2, step), bytes(7, sessionLog)]));
}

export function scalarRecord({ wallTimeS, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) => bytes(1, message([text(1, tag), float(2, value)])));
  return record(message([double(1, wallTimeS), varint(2, step), bytes(5, message(values))]));
}

/** Length, its checksum, the data, its checksum; all little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(12 + data.length + 4);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return framed;
}

/** Rotated and shifted, since a checksum of data that holds checksums is weak. */
function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** Castagnoli's polynomial; Node's own is another. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

// ... Protocol buffers: a field is its number and the form of its value, then the value ...

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const message = (fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

const key = (field: number, form: number): Uint8Array => Buffer.of((field << 3) | form);

function varint(field: number, value: number): Uint8Array {
  return Buffer.concat([key(field, VARINT), varintOf(value)]);
}

/** Seven bits a byte, the lowest first. */
function varintOf(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

function double(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(9);
  out.set(key(field, FIXED_64));
  out.writeDoubleLE(value, 1);
  return out;
}

function float(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(5);
  out.set(key(field, FIXED_32));
  out.writeFloatLE(value, 1);
  return out;
}

function bytes(field: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([key(field, LENGTH_DELIMITED), varintOf(data.length), data]);
}

const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value));
