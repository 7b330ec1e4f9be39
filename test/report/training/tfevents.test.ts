/** The bytes that TensorBoard reads, against known ones and read back by another path. */
import { strict as assert } from "node:assert";
import { crc32c, record, scalarRecord, startRecord, versionRecord } from "../../../src/report/training/tfevents.ts";

interface Field {
  readonly field: number;
  readonly value: number | Buffer;
}

/** Every field of a message: varints and 32- or 64-bit floats as numbers, the rest as bytes. */
function fieldsOf(data: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = data[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < data.length) {
    const key = varint();
    const [field, form] = [key >> 3, key & 7];
    if (form === 0) fields.push({ field, value: varint() });
    else if (form === 1) {
      fields.push({ field, value: data.readDoubleLE(at) });
      at += 8;
    } else if (form === 5) {
      fields.push({ field, value: data.readFloatLE(at) });
      at += 4;
    } else {
      const length = varint();
      fields.push({ field, value: data.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

const payload = (framed: Uint8Array): Buffer => Buffer.from(framed.subarray(12, framed.length - 4));

describe("a TensorBoard file", () => {
  it("has the checksums of RFC 3720", () => {
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  });

  it("begins as TensorFlow's own do: 24 bytes that say the version", () => {
    // The first bytes of every events file: length 24, its masked checksum, then wall time (field 1) and version (field 3).
    const bytes = Buffer.from(versionRecord(0));
    assert.equal(bytes.subarray(0, 12).toString("hex"), "1800000000000000a37f4b22");
    assert.equal(bytes.subarray(12, 21).toString("hex"), "090000000000000000");
    assert.equal(bytes.subarray(21, 36).toString("latin1"), "\x1a\x0dbrain.Event:2");
    assert.equal(bytes.length, 12 + 24 + 4);
  });

  it("frames each record with masked checksums of length and data", () => {
    const data = Buffer.from("123456789");
    const framed = Buffer.from(record(data));
    assert.equal(framed.readBigUInt64LE(0), 9n);
    // ((crc >> 15 | crc << 17) + 0xa282ead8) mod 2^32 in integers without bounds
    const crc = 0xe3069283n;
    const masked = (((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn;
    assert.equal(BigInt(framed.readUInt32LE(12 + 9)), masked);
    assert.deepEqual(payload(framed), data);
  });

  it("holds scalars with their tags, at any step", () => {
    const [wallTime, step, summary, ...rest] = fieldsOf(
      payload(scalarRecord({ wallTimeS: 1234.5, step: 3_000_000_000, scalars: { "return/greedy": 1.5, loss: -0.1 } })),
    );
    assert.deepEqual([wallTime, step, rest], [{ field: 1, value: 1234.5 }, { field: 2, value: 3_000_000_000 }, []]);
    assert.equal(summary?.field, 5);
    const values = fieldsOf((summary as Field).value as Buffer).map(({ field, value }) => {
      assert.equal(field, 1);
      const [tag, simple] = fieldsOf(value as Buffer);
      assert.deepEqual([tag?.field, simple?.field], [1, 2]);
      return [String(tag?.value), simple?.value];
    });
    assert.deepEqual(values, [
      ["return/greedy", 1.5],
      ["loss", Math.fround(-0.1)],
    ]);
  });

  it("says where a later session goes on", () => {
    const [, step, log] = fieldsOf(payload(startRecord(1, 641)));
    assert.deepEqual(step, { field: 2, value: 641 });
    assert.equal(log?.field, 7);
    assert.deepEqual(fieldsOf((log as Field).value as Buffer), [{ field: 1, value: 1 }]); // SessionLog.status = START
  });
});
