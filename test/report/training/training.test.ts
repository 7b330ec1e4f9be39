/** Table, CSV, JSON and picture of a training whose numbers are worked out by hand. */
import { strict as assert } from "node:assert";
import { meanReturn, winnerOf } from "../../../src/experiment/training/output.ts";
import type { AgentPoint } from "../../../src/learn/learning-curve.ts";
import { curveToCsv, scalarsOf } from "../../../src/report/training/curve-csv.ts";
import { curveFromJson, curveToJson } from "../../../src/report/training/curve-json.ts";
import { curveToSvg } from "../../../src/report/training/files.ts";
import { renderTraining } from "../../../src/report/training/page.ts";
import { trainingFromJson, trainingToJson } from "../../../src/report/training/to-json.ts";
import { trainingToTable } from "../../../src/report/training/to-table.ts";
import { tInterval } from "../../../src/stats/index.ts";
import { CURVE, OUTPUT, trainingPage } from "./sample.ts";

describe("what a training leaves", () => {
  it("is a table with best and last of each agent", () => {
    // Two returns m - d and m + d: the interval is m -+ 12.706 d, since t(0.975; 1) = 12.706 and s / sqrt(2) = d.
    assert.equal(
      trainingToTable(OUTPUT),
      `mine | CartPole-v1 | ppo | 200 of 4,000 steps, goal reached | cybertwin 9.9.9

  seed  policy  steps  mean return  95 % interval    greedy  95 % interval
  1000  best    100    12           [-13.4 to 37.4]  8
  1000  last    200    11                            12
  1001  best    200    21           [8.29 to 33.7]   2
  1001  last    200    21           [8.29 to 33.7]   2

Over 2 episodes by which the best was chosen: judge it by others, with cybertwin evaluate.
`,
    );
  });

  it("says that nothing was evaluated yet", () => {
    const agents = [{ seed: 1000, best: undefined, last: undefined }];
    assert.match(
      trainingToTable({ ...OUTPUT, agents, curve: [], ended: "interrupted" }),
      /interrupted \|.*\n\nNo policy has been evaluated yet\.\n$/,
    );
  });

  it("is a row of CSV for each evaluation and agent; what was not measured is empty", () => {
    assert.equal(
      curveToCsv(CURVE, [1000, 1001]),
      `seed,steps,episodes,training_return,stochastic_return,greedy_return,policy_loss
1000,100,2,5,12,8,0.25
1001,100,2,5,2,2,0.25
1000,200,2,5,11,12,0.25
1001,200,0,,21,2,0.25
`,
    );
  });

  it("is scalars for TensorBoard, without those that are not there", () => {
    assert.deepEqual(scalarsOf(CURVE[1]?.agents[1] as AgentPoint), {
      ...{ "return/stochastic": 21, "return/greedy": 2, "learning/policy_loss": 0.25 },
    });
  });

  it("is JSON without the curve", () => {
    const document = JSON.parse(trainingToJson(OUTPUT));
    assert.deepEqual([document.format, document.cybertwin, document.curve, document.goal], [2, "9.9.9", undefined, 21]);
    assert.deepEqual(document.agents[0].best.stochastic.mean, 12);
    assert.deepEqual(document.agents[0].best.greedy, { mean: 8, low: 8, high: 8 });
  });

  it("is read back whole, whatever was not measured", () => {
    assert.deepEqual(trainingFromJson(trainingToJson(OUTPUT), curveFromJson(curveToJson(CURVE))), OUTPUT);
    assert.match(curveToJson(CURVE), /"trainingReturn":null/);
    assert.throws(() => curveFromJson(curveToJson(CURVE).slice(0, 40)), /curve\.json is damaged/);
    assert.throws(() => curveFromJson('{"format":9}'), /curve\.json has format 9, this version reads 1/);
    assert.throws(() => trainingFromJson('{"format":1}', CURVE), /training\.json has format 1, this version reads 2/);
  });

  it("is a page: best of all agents, goal, each agent's returns, what it takes to make it again, what was measured", () => {
    const page = renderTraining(trainingPage());
    assert.match(
      page,
      /The best policy of ppo on CartPole-v1 returned <strong>21<\/strong> in the mean \(8\.29 to 33\.7 with 95 % confidence\)/,
    );
    assert.match(page, /Reached: the best policy of every seed was to return 21 in the mean/);
    assert.match(
      page,
      /<th scope="row">1000<\/th><td>best<\/td><td class="num">100<\/td><td class="num">12<\/td><td class="num">\[-13\.4 to 37\.4\]<\/td>/,
    );
    assert.match(page, /<td class="text"><code>lanes: 16<\/code><\/td>/); // gamma is the default
    assert.match(page, /<th scope="row">Seeds<\/th><td class="text">1000\.\.1001<\/td>/);
    assert.match(page, /every 100 steps and at the end, by seeds 2000\.\.2001</);
    assert.match(page, /wasm: a processor</);
    assert.match(page, /<code>cybertwin train mine\.yaml --set name=&#39;&lt;b&gt;&#39;<\/code>/);
    assert.match(
      page,
      /<code>agents\/seed-1001\/policy-best\.json<\/code><\/th><td class="num">200<\/td><td><code class="hash">cd<\/code>/,
    );
    assert.match(page, />policy_loss</);
    assert.doesNotMatch(page, /NaN|undefined|(?:src|href)="http/);
    assert.equal(renderTraining(trainingPage()), page);
  });

  it("is a page of a training that was cut short, and of one that missed its goal", () => {
    const cut = renderTraining(trainingPage({ ended: "interrupted", goal: 30 }));
    assert.match(cut, /<strong>Interrupted<\/strong> after 200 of 4,000 steps; <code>--resume<\/code> goes on/);
    assert.doesNotMatch(cut, /Missed|Reached/);
    assert.match(renderTraining(trainingPage({ ended: "budget", goal: 30 })), /Missed: the best policy of every seed was to return 30/);
    const early = renderTraining(
      trainingPage({ ended: "interrupted", curve: [], agents: [{ seed: 1, best: undefined, last: undefined }] }),
    );
    assert.match(early, /No policy of ppo on CartPole-v1 has been evaluated yet\./);
    assert.doesNotMatch(early, /<figure/);
  });

  it("is a picture: of one agent with interval and greedy policy, of several a line each", () => {
    const alone = { ...OUTPUT, seeds: [1000], curve: CURVE.map((at) => ({ ...at, agents: at.agents.slice(0, 1) })) };
    const one = curveToSvg(alone, tInterval);
    for (const text of [
      "mean of 2 episodes",
      "95 % interval",
      "greedy policy",
      "episodes of the training",
      "goal 21",
      "seed 1000: 11 after 200 steps",
    ]) {
      assert.ok(one.includes(text), text);
    }
    const several = curveToSvg(OUTPUT, tInterval);
    for (const text of ["each of 2 seeds, mean of 2 episodes", "mean of the seeds", "seed 1001: 21 after 200 steps"])
      assert.ok(several.includes(text), text);
    assert.ok(!`${one}${several}`.includes("NaN"));
    assert.equal(curveToSvg(OUTPUT, tInterval), several);
  });

  it("says what was learned from, and counts in updates then", () => {
    const part = (policy: string, seeds: readonly number[], mean: number) => ({
      ...{ policy, seeds, transitionCount: 1200, return: { mean, low: null, high: null } },
    });
    const output = { ...OUTPUT, countedIn: "updates", data: [part("hpa", [1, 2, 3], 6), part("<b>", [7], 10)] } as const;
    assert.match(
      trainingToTable(output),
      /200 of 4,000 updates, .*\nlearned from hpa, 3 episodes of 1,200 transitions, mean return 6\nlearned from <b>, one episode of 1,200 transitions, mean return 10\n\n {2}seed {2}policy {2}updates /,
    );
    const page = renderTraining(trainingPage(output));
    assert.match(page, />hpa, 3 episodes of 1,200 transitions, mean return 6, seeds 1\.\.3<br>&lt;b&gt;, one episode .*, seeds 7</);
    const svg = curveToSvg(output, tInterval);
    for (const text of [">data 7<", ">goal 21<", ">updates<"]) assert.ok(svg.includes(text), text); // (3 x 6 + 10) / 4
    assert.doesNotMatch(`${page}${svg}`, / steps</);
  });

  it("has no interval where one episode was played", () => {
    assert.deepEqual(meanReturn([7], tInterval), { mean: 7, low: null, high: null });
  });

  it("has a winner: the best of the bests, the first of equals", () => {
    assert.equal(winnerOf([{ meanReturn: 1 }, undefined, { meanReturn: 3 }, { meanReturn: 3 }]), 2);
    assert.equal(winnerOf([undefined, undefined]), 0);
  });
});
