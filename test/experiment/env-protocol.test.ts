import { strict as assert } from "node:assert";
import {
  BrokenFrameError,
  begunFrame,
  type Frame,
  FrameReader,
  greeting,
  readActions,
  readSeeds,
  refusedFrame,
  requestBytes,
  steppedFrame,
} from "../../src/experiment/env-protocol.ts";
import { box, dict, discrete, multiDiscrete } from "../../src/learn/spaces.ts";
import { Counter } from "../learn/counter.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Two lanes of a counter: observations of two numbers, one info, no masks. By IEEE 754, 1 is 3ff0... as float64 and 3f800000 as float32. */
const BATCH = {
  observations: Float32Array.of(1, 0.5, 2, 0.25),
  successors: Float32Array.of(1, 0.5, -2, 0.125),
  masks: new Uint8Array(0),
  rewards: Float64Array.of(1, -2),
  elapsedS: Float64Array.of(2, 0.5),
  infos: Float64Array.of(4, 8),
  terminated: Uint8Array.of(0, 1),
  truncated: Uint8Array.of(0, 0),
};
const LANES = { env: new Counter(), count: 2, autoreset: true };
const OBSERVATIONS = "0000803f 0000003f 00000040 0000803e";
const FLOAT64S = "000000000000f03f 00000000000000c0 0000000000000040 000000000000e03f 0000000000001040 0000000000002040";

describe("the protocol of served environments", () => {
  it("writes frames by the byte", () => {
    assert.equal(hex(refusedFrame("no")), hex(bytes("05000000 02000000 6e6f")));
    assert.equal(hex(begunFrame(BATCH)), hex(bytes(`03000000 10000000 ${OBSERVATIONS}`)));
    assert.equal(hex(begunFrame({ ...BATCH, masks: Uint8Array.of(1, 0) })), hex(bytes(`03000000 12000000 ${OBSERVATIONS} 0100`)));
    // 6 float64 (48), 4 float32 (16), and of lane 1, which ended, 2 more (8); 4 flags: 76 bytes = 0x4c.
    assert.equal(hex(steppedFrame(BATCH, LANES)), hex(bytes(`04000000 4c000000 ${FLOAT64S} ${OBSERVATIONS} 000000c0 0000003e 0001 0000`)));
    const waiting = { ...LANES, autoreset: false }; // what was seen last is the observation: 68 = 0x44
    assert.equal(hex(steppedFrame(BATCH, waiting)), hex(bytes(`04000000 44000000 ${FLOAT64S} ${OBSERVATIONS} 0001 0000`)));
  });

  it("reads the bodies of requests", () => {
    assert.deepEqual(requestBytes(LANES), { reset: 16, step: 8 });
    assert.deepEqual([...readSeeds(bytes("000000000000f03f 000000000000f0bf"))], [1, -1]);
    const actions = new Float32Array(2);
    readActions(bytes("00000040 0000803f"), actions);
    assert.deepEqual([...actions], [2, 1]);
  });

  it("cuts frames however the bytes arrive", () => {
    const stream = bytes("01000000 03000000 aabbcc 02000000 00000000 07000000 01000000 dd");
    const whole = "1:aabbcc 2: 7:dd";
    const shown = (frames: readonly Frame[]): string => frames.map(({ kind, body }) => `${kind}:${hex(body)}`).join(" ");
    for (let size = 1; size <= stream.length; size++) {
      const reader = new FrameReader(3);
      const frames: Frame[] = [];
      for (let at = 0; at < stream.length; at += size) frames.push(...reader.push(stream.subarray(at, at + size)));
      assert.equal(shown(frames), whole, `in pieces of ${size}`);
      assert.equal(reader.pendingBytes, 0);
    }
  });

  it("gives up a stream that is out of step, after the frames before", () => {
    const reader = new FrameReader(3);
    const frames = reader.push(bytes("01000000 00000000 01000000 04000000"));
    assert.equal(frames.next().value?.kind, 1);
    assert.throws(() => frames.next(), new BrokenFrameError(MESSAGE));
  });

  it("greets with one line that says what goes to and fro", () => {
    const part = dict([
      { name: "pick", space: multiDiscrete([{ name: "a", count: 2 }]) },
      { name: "limit", space: box([{ name: "cores", low: 0.5, high: 4, scale: "log" }]) },
    ]);
    const env = Object.assign(new Counter(), {
      observationSpace: box([{ name: "x", low: -Infinity, high: Infinity }]),
      actionSpace: dict([
        { name: "inner", space: part },
        { name: "go", space: discrete("go", 3) },
      ]),
    });
    const line = new TextDecoder().decode(greeting({ env, count: 4, autoreset: true }, "1.2.3"));
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.deepEqual(JSON.parse(line), {
      protocol: "cybertwin-env",
      version: 1,
      cybertwin: "1.2.3",
      name: "Counter-v0",
      lanes: 4,
      autoreset: "SameStep",
      observationSpace: { kind: "box", slots: [{ kind: "real", name: "x", low: "-Infinity", high: "Infinity", scale: "linear" }] },
      actionSpace: {
        kind: "dict",
        members: [
          {
            name: "inner",
            space: {
              kind: "dict",
              members: [
                { name: "pick", space: { kind: "multi-discrete", slots: [{ kind: "choice", name: "a", count: 2 }] } },
                { name: "limit", space: { kind: "box", slots: [{ kind: "real", name: "cores", low: 0.5, high: 4, scale: "log" }] } },
              ],
            },
          },
          { name: "go", space: { kind: "discrete", slots: [{ kind: "choice", name: "go", count: 3 }] } },
        ],
      },
      masked: false,
      stepS: 2,
      infoNames: ["double"],
    });
  });
});

const MESSAGE = "a frame of kind 1 says that its body has 4 bytes, at most 3 are possible; the stream is out of step";
