import { strict as assert } from "node:assert";
import { BrokenFrameError, FRAME, FrameReader, refusedFrame } from "../../src/experiment/env-protocol.ts";
import { EnvServer, serveEnvs } from "../../src/experiment/env-server.ts";
import type { StepResult } from "../../src/learn/env.ts";
import { GuardedEnv } from "../../src/learn/guarded-env.ts";
import type { Floats } from "../../src/learn/spaces.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { TimeLimit } from "../../src/learn/time-limit.ts";
import { Counter } from "../learn/counter.ts";

const request = (kind: number, values: Float32Array | Float64Array) => ({ kind, body: new Uint8Array(values.buffer) });
const reset = (...seeds: number[]) => request(FRAME.reset, Float64Array.from(seeds));
const step = (...actions: number[]) => request(FRAME.step, Float32Array.from(actions));

function onlyFrame(bytes: Uint8Array): { kind: number; body: Uint8Array } {
  const frames = [...new FrameReader(1e6).push(bytes)];
  assert.equal(frames.length, 1);
  return frames[0] as { kind: number; body: Uint8Array };
}

function refusal(bytes: Uint8Array): string {
  const { kind, body } = onlyFrame(bytes);
  assert.equal(kind, FRAME.refused);
  return new TextDecoder().decode(body);
}

/** Two lanes that see [count, drawn], with the info [2 * count], and end after three steps. */
function counters(autoreset: boolean, count = 2): EnvServer {
  const make = () => new GuardedEnv(new TimeLimit(new Counter(), { stepsMax: 3, mode: "truncated" }));
  return new EnvServer(Array.from({ length: count }, make), autoreset);
}

describe("the server of environments", () => {
  it("plays each lane as an environment alone plays its seed, from one episode to the next", () => {
    const laneCount = 3;
    const server = new EnvServer(
      Array.from({ length: laneCount }, () => makeEnv("CartPole-v1")),
      true,
    );
    const alone = Array.from({ length: laneCount }, () => makeEnv("CartPole-v1"));
    const seen = alone.map(() => new Float32Array(4));
    const mask = new Uint8Array(0);
    server.answer(reset(5, 6, 7));
    alone.forEach((env, lane) => {
      env.reset(5 + lane, seen[lane] as Floats, mask);
    });
    let endedCount = 0;
    for (let t = 0; t < 200; t++) {
      const actions = alone.map((_, lane) => (t * (lane + 3)) % 2);
      const { body } = onlyFrame(server.answer(step(...actions)));
      const view = new DataView(body.buffer, body.byteOffset, body.length);
      let finalAt = 16 * laneCount + 16 * laneCount;
      alone.forEach((env, lane) => {
        const own = seen[lane] as Float32Array;
        const { reward, elapsedS, terminated } = env.step(Float32Array.of(actions[lane] as number), own, mask);
        assert.deepEqual([view.getFloat64(8 * lane, true), view.getFloat64(8 * (laneCount + lane), true)], [reward, elapsedS]);
        assert.equal(body[body.length - 2 * laneCount + lane], Number(terminated));
        if (terminated) {
          own.forEach((value, i) => {
            assert.equal(view.getFloat32(finalAt + 4 * i, true), value);
          });
          finalAt += 16;
          endedCount++;
          env.reset(undefined, own, mask);
        }
        own.forEach((value, i) => {
          assert.equal(view.getFloat32(16 * laneCount + 16 * lane + 4 * i, true), value);
        });
      });
      assert.equal(finalAt, body.length - 2 * laneCount);
    }
    assert.ok(endedCount > 5);
  });

  it("waits for a reset where episodes do not begin by themselves", () => {
    const server = counters(false, 1);
    server.answer(reset(1));
    for (let t = 0; t < 3; t++) assert.equal(onlyFrame(server.answer(step(0))).kind, FRAME.stepped);
    assert.match(refusal(server.answer(step(0))), /the episode has ended; call reset/);
    assert.equal(onlyFrame(server.answer(reset(-1))).kind, FRAME.begun);
    assert.equal(onlyFrame(server.answer(step(0))).kind, FRAME.stepped);
  });

  it("says what is asked wrongly, moves nothing, and hears the next request", () => {
    const server = counters(true);
    assert.match(refusal(server.answer(step(0, 0))), /^Counter-v0: a step before the first reset/);
    assert.match(refusal(server.answer(reset(-1, -1))), /the first reset needs a seed/);
    assert.match(
      refusal(server.answer(reset(1, 1.5))),
      /^Counter-v0, lane 1: the seed is 1\.5; seeds are whole numbers from 0 to 9007199254740991$/,
    );
    assert.match(refusal(server.answer(reset(1))), /^Counter-v0: reset needs a body of 16 bytes, this one has 8$/);
    assert.match(
      refusal(server.answer({ kind: 9, body: new Uint8Array(0) })),
      /^Counter-v0: there is no request of kind 9; reset is 1, step is 2$/,
    );
    server.answer(reset(1, 2));
    const wrong = refusal(server.answer(step(0, 3)));
    assert.match(wrong, /^Counter-v0, lane 1: action pick is 3, not in 0\.\.2; .*; nothing has moved$/);
    assert.match(refusal(server.answer(step(0, Number.NaN))), /lane 1: action pick is NaN/);
    assert.match(refusal(server.answer(step(0))), /step needs a body of 8 bytes, this one has 4/);
    const { body } = onlyFrame(server.answer(step(0, 1)));
    const infos = [32, 40].map((at) => new DataView(body.buffer, body.byteOffset).getFloat64(at, true));
    assert.deepEqual(infos, [2, 2]); // twice the count: the first step of both
  });

  it("refuses what the mask forbids", () => {
    const server = new EnvServer([makeEnv("ServerlessTableMasked-v0")], true);
    const { body } = onlyFrame(server.answer(reset(1)));
    const mask = [...body.subarray(24)]; // after six float32
    assert.equal(mask.length, 5);
    for (let t = 0; t < 50 && !mask.includes(0); t++) {
      const stepped = onlyFrame(server.answer(step(2))).body;
      mask.splice(0, 5, ...stepped.subarray(stepped.length - 5));
    }
    const forbidden = mask.indexOf(0);
    assert.ok(forbidden >= 0, "no mask forbade anything");
    assert.match(refusal(server.answer(step(forbidden))), new RegExp(`action change is ${forbidden}, which the mask forbids`));
  });

  it("wants a reset after a lane has broken its contract between others", () => {
    class Lame extends Counter {
      override step(action: Floats, observationOut: Floats, mask: Uint8Array): StepResult {
        const result = super.step(action, observationOut, mask);
        if (action[0] === 2) this.record.reward = Number.NaN;
        return result;
      }
    }
    const server = new EnvServer([new GuardedEnv(new Lame()), new GuardedEnv(new Lame())], true);
    server.answer(reset(1, 2));
    assert.match(refusal(server.answer(step(0, 2))), /the reward is NaN/);
    assert.match(refusal(server.answer(step(0, 0))), /after an error in one; call reset/);
    server.answer(reset(1, 2));
    assert.equal(onlyFrame(server.answer(step(0, 0))).kind, FRAME.stepped);
  });

  it("greets, answers one request after the other, and makes nothing that nobody takes", async () => {
    const said: Uint8Array[] = [];
    let underWay = 0;
    const input = async function* () {
      yield frameOf(reset(1));
      yield Buffer.concat([frameOf(step(1)), frameOf(step(1)).subarray(0, 5)]);
      yield frameOf(step(1)).subarray(5);
    };
    const write = async (bytes: Uint8Array): Promise<void> => {
      assert.equal(++underWay, 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      said.push(bytes);
    };
    await serveEnvs({ envs: [makeEnv("CartPole-v1")], autoreset: false, version: "0" }, { input: input(), write });
    assert.match(new TextDecoder().decode(said[0]), /^\{"protocol":"cybertwin-env".*\}\n$/);
    assert.deepEqual(
      said.slice(1).map((bytes) => onlyFrame(bytes).kind),
      [FRAME.begun, FRAME.stepped, FRAME.stepped],
    );
  });

  it("ends with a word where the input ends inside a frame", async () => {
    const said: Uint8Array[] = [];
    const served = { envs: [makeEnv("CartPole-v1")], autoreset: false, version: "0" };
    const input = async function* () {
      yield Uint8Array.of(1, 0, 0);
    };
    const message = "the input ends inside a frame, after 3 of its bytes";
    const write = async (bytes: Uint8Array) => void said.push(bytes);
    await assert.rejects(serveEnvs(served, { input: input(), write }), new BrokenFrameError(message));
    assert.deepEqual(said[1], refusedFrame(message));
  });
});

function frameOf({ kind, body }: { kind: number; body: Uint8Array }): Uint8Array {
  const frame = new Uint8Array(8 + body.length);
  new Uint32Array(frame.buffer).set([kind, body.length]);
  frame.set(body, 8);
  return frame;
}
