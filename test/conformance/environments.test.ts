import { strict as assert } from "node:assert";
import { checkEnv } from "../../src/learn/check-env.ts";
import { makeEnv, makeTeamEnv, makeTurnEnv, TASKS } from "../../src/learn/tasks/index.ts";
import { bareScenarioEnv, bareScenarioTeamEnv, bareScenarioTurnEnv } from "../../src/scenario/index.ts";
import { pair, SCALED } from "../agents/policies.ts";
import { loadYaml } from "../world/run-yaml.ts";

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

describe("every scenario with external controllers", () => {
  const plan = { seed: 1, stepsMax: 20 };

  it("keeps the contract with one of them", () => {
    const { spec } = loadYaml(SCALED);
    assert.deepEqual(checkEnv({ form: "single", create: () => bareScenarioEnv(spec) }, plan), []);
  });

  it("keeps it with several that act at once", () => {
    const { spec } = loadYaml(pair(15, 15));
    assert.deepEqual(checkEnv({ form: "team", create: () => bareScenarioTeamEnv(spec) }, plan), []);
  });

  it("keeps it with several that take turns", () => {
    const { spec } = loadYaml(pair(20, 30));
    assert.deepEqual(checkEnv({ form: "turns", create: () => bareScenarioTurnEnv(spec) }, plan), []);
  });
});
