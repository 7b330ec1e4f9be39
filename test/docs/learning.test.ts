import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { ALGORITHMS, OFFLINE_ALGORITHMS } from "../../src/learn/algorithms/index.ts";
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

  it("lists every algorithm", () => {
    const kinds = [...ALGORITHMS, ...OFFLINE_ALGORITHMS].map(({ kind }) => `\`${kind}\``);
    const table = text.slice(text.indexOf("## Algorithms"), text.indexOf("### Learning curves"));
    const listed = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, kind]) => kind);
    assert.deepEqual(listed, kinds);
  });

  it("says of learning curves what their rows say", () => {
    const table = text.slice(text.indexOf("### Learning curves"), text.indexOf("### Adding an algorithm"));
    const said = [...table.matchAll(/^\| (\S+-v\d+) \| `(\S+)` \|.*$/gm)];
    assert.ok(said.length > 0);
    for (const [line, task, kind] of said) assert.equal(line, curveRow(`${task}`, `${kind}`, Number(line.split(" | ")[4])));
  });
});

/** The row of a table of learning curves, from its file. */
function curveRow(task: string, kind: string, goal: number): string {
  const [, ...lines] = readFileSync(`results/learning/${task}-${kind}.csv`, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number) as [seed: number, steps: number, training: number, stochastic: number]);
  const seeds = [...new Set(rows.map(([seed]) => seed))];
  const curves = seeds.map((own) => rows.filter(([seed]) => seed === own));
  const firsts = curves.flatMap((curve) => curve.find(([, , , mean]) => mean >= goal)?.[1] ?? []).toSorted((a, b) => a - b);
  const lasts = curves.map((curve) => curve.at(-1)?.[3] as number).toSorted((a, b) => a - b);
  const median = ((lasts[(lasts.length - 1) >> 1] as number) + (lasts[lasts.length >> 1] as number)) / 2;
  const count = (steps = Number.NaN): string => steps.toLocaleString("en-US");
  const good = lasts.filter((mean) => mean >= goal).length;
  return `| ${[
    task,
    `\`${kind}\``,
    count(rows.at(-1)?.[1]),
    seeds.length,
    goal,
    `${good} of ${seeds.length}`,
    `${count(firsts[0])} to ${count(firsts.at(-1))}`,
    `${(lasts[0] as number).toFixed(1)}, ${median.toFixed(1)}`,
  ].join(" | ")} |`;
}
