import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { makeEnv, TASKS } from "../../src/learn/tasks/index.ts";
import { scenarioEnv } from "../../src/scenario/index.ts";
import { meanReturn, playEpisodes, randomPolicy } from "../learn/play.ts";
import { loadYaml } from "../world/run-yaml.ts";

describe("docs/learning.md", () => {
  const text = readFileSync("docs/learning.md", "utf8");

  it("shows a task as its file is", () => {
    assert.ok(text.includes(`\`\`\`ts\n${readFileSync("src/learn/tasks/memory-length.ts", "utf8")}\`\`\``));
  });

  it("shows a scenario that is an environment, whose episodes end with it", () => {
    const example = /```yaml\n# scaler\.yaml\n([\s\S]*?)```/.exec(text)?.[1] as string;
    const { spec, warnings } = loadYaml(example);
    assert.deepEqual(warnings, []);
    const env = scenarioEnv({ ...spec, duration: 300 });
    const [episode] = playEpisodes(env, { seed: 1, count: 1 }, randomPolicy(env, 2));
    assert.equal(episode?.stepCount, 20);
    assert.ok(0 < (episode?.return as number) && (episode?.return as number) <= 20);
  });

  it("lists every task with its time limit and the size of its spaces", () => {
    for (const task of TASKS) {
      const row = new RegExp(`^\\| \`${task.id}\` \\| ([^|]*) \\| ([^|]*) \\|`, "m").exec(text);
      assert.ok(row !== null, `no row of ${task.id}`);
      if (task.form !== "single") continue;
      assert.equal(row[2], `${task.stepsMax ?? "none"}`, task.id);
      if (row[1]?.startsWith("the same")) continue;
      const { observationSpace, actionSpace } = task.create();
      const action = actionSpace.kind === "discrete" ? `one of ${actionSpace.count}` : `${actionSpace.slots.length} real`;
      assert.equal(row[1], `${observationSpace.slots.length}, ${action}`, task.id);
    }
  });

  it("says what random actions get", () => {
    for (const { id, form } of TASKS) {
      if (form !== "single") continue;
      const said = Number(new RegExp(`^\\| \`${id}\` \\|[^|]*\\|[^|]*\\| (\\S+) `, "m").exec(text)?.[1]);
      const env = makeEnv(id);
      const episodes = playEpisodes(env, { seed: 11, count: 300 }, randomPolicy(env, 12));
      const mean = meanReturn(episodes);
      const sd = Math.sqrt(episodes.reduce((sum, episode) => sum + (episode.return - mean) * (episode.return - mean), 0) / 300);
      // Four standard errors, and the rounding of the table.
      assert.ok(Math.abs(mean - said) < (4 * sd) / Math.sqrt(300) + 0.5, `${id}: ${mean}, said ${said}`);
    }
  });
});
