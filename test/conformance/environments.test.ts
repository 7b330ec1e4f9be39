import { strict as assert } from "node:assert";
import { checkEnv } from "../../src/learn/check-env.ts";
import { makeEnv, makeTeamEnv, makeTurnEnv, TASKS } from "../../src/learn/tasks/index.ts";

describe("every registered environment", () => {
  for (const task of TASKS) {
    it(`${task.id} keeps the contract`, () => {
      assert.deepEqual(checkEnv(task, { seed: 1, stepsMax: 300 }), []);
      assert.equal(task.create().name, task.id);
    });
  }

  it("keeps it under its time limit too", () => {
    for (const task of TASKS) {
      if (task.form !== "single" || task.stepsMax === undefined) continue;
      const { id, stepsMax } = task;
      assert.deepEqual(checkEnv({ form: "single", create: () => makeEnv(id) }, { seed: 2, stepsMax: stepsMax + 1 }), []);
    }
  });

  it("has an id of its own", () => assert.equal(new Set(TASKS.map(({ id }) => id)).size, TASKS.length));

  it("is found by its id and form, or the message lists what there is", () => {
    assert.equal(makeTeamEnv("TwoStepGame-v0").agents.length, 2);
    assert.equal(makeTurnEnv("TwoStepGameTurns-v0").acting, 0);
    assert.throws(() => makeEnv("CartPole-v2"), /no task "CartPole-v2" of the form "single"\. There are: Acrobot-v1, CartPole-v1, /);
    assert.throws(() => makeEnv("TwoStepGame-v0"), /no task "TwoStepGame-v0" of the form "single"/);
  });
});
