import { strict as assert } from "node:assert";
import { qTable } from "../../src/learn/algorithms/q-table.ts";
import { evaluate } from "../../src/learn/evaluate.ts";
import { DivergedError, LearningCurve } from "../../src/learn/learning-curve.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { Training, type TrainingSpec } from "../../src/learn/train.ts";
import { packTraining, unpackTraining } from "../../src/learn/training-file.ts";

const SPEC: TrainingSpec = {
  algorithm: qTable,
  options: { bins: 3 },
  makeEnv: () => makeEnv("MemoryLength-v0"),
  seeds: [1, 2],
  stepBudget: 100,
  evaluation: { everySteps: 35, seeds: [5, 6, 7] },
};

describe("a learning curve", () => {
  it("has a point for each evaluation and one for the end, with all that happened in between", async () => {
    const training = await Training.begin(SPEC);
    const returns: number[][] = [[], []];
    const expected: { episodeCount: number; trainingReturn: number; stochastic: readonly number[]; greedy: readonly number[] }[][] = [];
    await training.run(({ episodes, evaluations }) => {
      for (const { agent, return: sum } of episodes) returns[agent]?.push(sum);
      if (evaluations === undefined) return undefined;
      expected.push(
        returns.map((own, agent) => {
          const policy = qTable.policy(makeEnv("MemoryLength-v0"), training.learner.policyData(agent) as never);
          const found = evaluate(policy, SPEC.makeEnv, [5, 6, 7]);
          return { ...found, episodeCount: own.length, trainingReturn: own.reduce((sum, one) => sum + one, 0) / own.length, measures: {} };
        }),
      );
      for (const own of returns) own.length = 0;
      return undefined;
    });
    assert.deepEqual(
      training.curve.map(({ steps }) => steps),
      [35, 70, 100],
    );
    assert.deepEqual(
      training.curve.map(({ agents }) => agents),
      expected,
    );
    // Episodes have ten steps: three end in the first 35, four by 70, three by 100.
    assert.deepEqual(
      training.curve.map(({ agents }) => agents[1]?.episodeCount),
      [3, 4, 3],
    );
  });

  it("averages measures over updates", () => {
    const curve = new LearningCurve(2);
    curve.addMeasures({ loss: [1, 10] }, 1);
    curve.addMeasures({ loss: [2, 30], entropy: [7, 8] }, 2);
    const nothing = { stochastic: [0], greedy: [0] };
    curve.addPoint(2, [nothing, nothing]);
    assert.deepEqual(
      curve.points[0]?.agents.map(({ measures }) => measures),
      [
        { loss: 1.5, entropy: 7 },
        { loss: 20, entropy: 8 },
      ],
    );
  });

  it("refuses losses that are not finite", () => {
    assert.throws(
      () => new LearningCurve(2).addMeasures({ loss: [1, Number.NaN] }, 640),
      (error) =>
        error instanceof DivergedError &&
        error.message === "agent 2 of 2, step 640: loss is NaN, the training diverged; lower the learning rate, or the reward's scale",
    );
  });

  it("lets others run after each step and between the episodes of an evaluation", async () => {
    const training = await Training.begin(SPEC);
    let turns = 0;
    await training.run(undefined, 100, () => {
      turns++;
      return undefined;
    });
    assert.equal(turns, 100 + 3 * 2 * 3 * 2); // steps; points x agents x seeds x modes
    const stopped = await Training.begin(SPEC);
    await stopped.run(undefined, 100, () => Promise.resolve(stopped.steps === 12 ? "stop" : undefined));
    assert.deepEqual([stopped.steps, stopped.isDone], [12, false]);
  });

  for (const steps of [35, 100]) {
    it(`stops after any episode of the evaluation at step ${steps}, and goes on with the next one`, async () => {
      const whole = await Training.begin(SPEC);
      await whole.run();
      const expected = await whole.save();
      for (let episodes = 1; episodes <= 2 * 3 * 2; episodes++) {
        const training = await Training.begin(SPEC);
        let turns = 0;
        let played = 0; // breaths at this step: the first comes after the first episode
        await training.run(undefined, undefined, () => {
          if (training.steps === steps) played++;
          turns++;
          return played === episodes ? Promise.resolve("stop") : undefined;
        });
        assert.deepEqual([training.steps, training.isDone, training.curve.at(-1)?.steps === steps], [steps, false, false]);
        const state = unpackTraining(SPEC, packTraining(SPEC, await training.save()));
        assert.equal(state.underWay?.flatMap(({ stochastic, greedy }) => [...stochastic, ...greedy]).length, episodes);
        const resumed = await Training.resume(SPEC, state);
        await resumed.run(undefined, undefined, () => {
          turns++;
          return undefined;
        });
        assert.deepEqual(await resumed.save(), expected);
        assert.equal(turns, 100 + 36, "no episode is played twice");
      }
    });
  }
});
