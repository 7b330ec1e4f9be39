/** What learners of values do under masks, against values worked out by hand. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { dqn } from "../../../src/learn/algorithms/dqn.ts";
import { Memory } from "../../../src/learn/algorithms/memory.ts";
import { qTable } from "../../../src/learn/algorithms/q-table.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import type { AgentSpec } from "../../../src/learn/env.ts";
import { type LaneBuffers, laneBuffers } from "../../../src/learn/lanes.ts";
import { box, discrete } from "../../../src/learn/spaces.ts";
import type { TableData } from "../../../src/learn/table-policy.ts";

const spec: AgentSpec = {
  name: "Toy-v0",
  observationSpace: box([{ name: "x", low: 0, high: 1 }]),
  actionSpace: discrete("pick", 3),
  masked: true,
};
const setting = { spec, stepS: 1, seeds: [1] };

/** One lane in which a reward follows. */
function lane(
  masks: readonly number[],
  successorMasks: readonly number[],
  reward: number,
  ended: "terminated" | "goes on" = "goes on",
): LaneBuffers {
  const lanes = laneBuffers(spec, 1);
  lanes.masks.set(masks);
  lanes.successorMasks.set(successorMasks);
  lanes.rewards[0] = reward;
  lanes.elapsedS[0] = 1;
  lanes.terminated[0] = ended === "terminated" ? 1 : 0;
  return lanes;
}

describe("masks", () => {
  before(() => openBackend("wasm"));
  afterEach(() => tf.disposeVariables());

  it("tabular Q-learning takes the greatest value of what is allowed next", async () => {
    const learner = await qTable.create(setting, qTable.schema.parse({ bins: 1, learningRate: 0.5, learningRateEnd: 0.5, gamma: 0.5 }));
    const play = (lanes: LaneBuffers): readonly number[] => {
      learner.act(0, lanes, 0);
      learner.observe(0, lanes);
      return [...(learner.policyData(0) as TableData).values];
    };
    assert.deepEqual(play(lane([0, 0, 1], [1, 1, 1], 10)), [0, 0, 5]); // 0 + (10 + 0 - 0) / 2
    assert.deepEqual(play(lane([1, 0, 0], [1, 1, 1], 10)), [6.25, 0, 5]); // (10 + 5 / 2) / 2
    assert.deepEqual(play(lane([0, 1, 0], [0, 0, 1], 10)), [6.25, 6.25, 5]); // 6.25 is not allowed next: 5 again
    assert.deepEqual(play(lane([0, 0, 1], [0, 0, 0], 1, "terminated")), [6.25, 6.25, 3]); // 5 + (1 - 5) / 2
  });

  it("DQN draws evenly from what each lane allows", async () => {
    const learner = await dqn.create(setting, dqn.schema.parse({ hidden: [4], lanes: 2, epsilon: 1, startSteps: 1e6 }));
    const lanes = laneBuffers(spec, 2);
    lanes.masks.set([1, 0, 1, 0, 1, 1]);
    const counts = [0, 1].map(() => [0, 0, 0] as number[]);
    for (let i = 0; i < 2000; i++) {
      learner.act(0, lanes, 0);
      counts.forEach((own, k) => {
        (own[lanes.actions[k] as number] as number)++;
      });
      await learner.update(0); // counts the steps, by which streams are forked
    }
    const [first, second] = counts as [number[], number[]];
    assert.deepEqual([first[1], second[0]], [0, 0]);
    // A thousand of 2000 each, sd 22; five of them.
    for (const count of [first[0], second[1]]) assert.ok(Math.abs((count as number) - 1000) < 112, `${count}`);
    learner.dispose();
  });

  it("DQN takes the greatest value of what each lane allows", async () => {
    const learner = await dqn.create(setting, dqn.schema.parse({ hidden: [4], lanes: 3, epsilon: 0 }));
    const lanes = laneBuffers(spec, 3);
    lanes.masks.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    learner.act(0, lanes, 0);
    assert.deepEqual([...lanes.actions], [0, 1, 2]);
    learner.dispose();
  });

  it("the memory keeps what is allowed next with its transition", () => {
    const memory = new Memory(setting, { capacity: 4, batchSize: 8, gamma: 0.5, laneCount: 1, masked: true });
    for (const k of [0, 1, 2]) {
      memory.observe(
        0,
        lane(
          [1, 1, 1],
          [0, 1, 2].map((i) => (i === k ? 1 : 0)),
          k,
        ),
      );
    }
    tf.tidy(() => {
      const { rewards, successorMasks } = memory.sample(0);
      const rows = (successorMasks as tf.Tensor3D).arraySync()[0] as number[][];
      assert.deepEqual(
        rows.map((row) => row.indexOf(1)),
        rewards.arraySync()[0],
      );
    });
  });
});
