import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { type Experience, makeBatch, Replay } from "../../src/learn/replay.ts";

const SIZE = { capacity: 5, observationSize: 2, actionSize: 1 };

/** A transition in which every number tells its own. */
const experience = (k: number): Experience => ({
  observation: Float32Array.of(k, k + 0.25),
  action: Float32Array.of(-k),
  reward: k / 2,
  successor: Float32Array.of(k + 1, k + 1.25),
  terminated: k % 3 === 0,
  elapsedSteps: 1 + k,
});

function filled(count: number, size = SIZE): Replay {
  const replay = new Replay(size);
  for (let k = 0; k < count; k++) replay.add(experience(k));
  return replay;
}

describe("the replay", () => {
  it("keeps the newest, whole", () => {
    const replay = filled(8);
    assert.equal(replay.count, 5);
    const { rows, next } = replay.save();
    assert.equal(next, 3);
    assert.deepEqual([...rows.rewards], [2.5, 3, 3.5, 1.5, 2]); // 5, 6, 7 over 0, 1, 2
    for (let i = 0; i < 5; i++) {
      const { observation, action, successor, terminated, elapsedSteps } = experience(2 * (rows.rewards[i] as number));
      assert.deepEqual(rows.observations.slice(2 * i, 2 * i + 2), observation);
      assert.deepEqual(rows.actions.slice(i, i + 1), action);
      assert.deepEqual(rows.successors.slice(2 * i, 2 * i + 2), successor);
      assert.deepEqual([rows.terminated[i], rows.elapsedSteps[i]], [Number(terminated), elapsedSteps]);
    }
  });

  it("draws all that it holds equally often, and nothing else", () => {
    const batch = makeBatch(1000, SIZE);
    const rng = rootRng(1).fork("replay");
    filled(3).sampleInto(batch, rng);
    const counts = new Map<number, number>();
    batch.rewards.forEach((reward, i) => {
      counts.set(reward, (counts.get(reward) ?? 0) + 1);
      assert.equal(batch.observations[2 * i + 1], 2 * reward + 0.25); // rows stay together
      assert.equal(batch.actions[i], -2 * reward);
    });
    assert.deepEqual([...counts.keys()].sort(), [0, 0.5, 1]);
    // A third of 1000 each, sd 15; five of them.
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000 / 3) < 75, `${count}`);
  });

  it("draws by the stream alone", () => {
    const drawn = (seed: number): Float32Array => {
      const batch = makeBatch(64, SIZE);
      filled(5).sampleInto(batch, rootRng(seed).fork("replay"));
      return batch.rewards;
    };
    assert.deepEqual(drawn(1), drawn(1));
    assert.notDeepEqual(drawn(1), drawn(2));
  });

  it("goes on from what was saved as if it had never stopped", () => {
    for (const count of [0, 3, 5, 8]) {
      const original = filled(count);
      const resumed = new Replay(SIZE);
      resumed.restore(original.save());
      for (const replay of [original, resumed]) for (let k = 100; k < 103; k++) replay.add(experience(k));
      assert.deepEqual(resumed.save(), original.save());
    }
  });

  it("keeps what is allowed next, where there are masks", () => {
    const size = { ...SIZE, maskSize: 3 };
    const masked = (count: number): Replay => {
      const replay = new Replay(size);
      for (let k = 0; k < count; k++) replay.add({ ...experience(k), successorMask: Uint8Array.of(1, k % 2, k % 3 === 0 ? 1 : 0) });
      return replay;
    };
    const batch = makeBatch(20, size);
    const replay = new Replay(size);
    replay.restore(masked(7).save());
    replay.sampleInto(batch, rootRng(1));
    batch.rewards.forEach((reward, i) => {
      const k = 2 * reward;
      assert.deepEqual([...(batch.successorMasks as Uint8Array).subarray(3 * i, 3 * i + 3)], [1, k % 2, k % 3 === 0 ? 1 : 0]);
    });
    assert.equal(filled(2).save().rows.successorMasks, undefined);
    assert.throws(() => replay.restore(filled(2).save()), /2 saved transitions do not fit a replay of 5 x \(2 \+ 1 \+ 3\)/);
    assert.throws(() => new Replay(SIZE).restore(masked(2).save()), /2 saved transitions do not fit a replay of 5 x \(2 \+ 1\)/);
  });

  it("refuses sizes that are none, empty draws, and a state of another size", () => {
    assert.throws(() => new Replay({ ...SIZE, capacity: 0 }), /capacity must be a whole number >= 1, got 0/);
    assert.throws(() => new Replay(SIZE).sampleInto(makeBatch(1, SIZE), rootRng(1)), /holds nothing to draw from/);
    const small = new Replay({ ...SIZE, capacity: 4 });
    assert.throws(() => small.restore(filled(5).save()), /5 saved transitions do not fit a replay of 4 x \(2 \+ 1\)/);
    const other = new Replay({ ...SIZE, actionSize: 2 });
    assert.throws(() => other.restore(filled(2).save()), /2 saved transitions do not fit/);
  });
});
