/** Fluids in a replica: what goes in, what is left, what is served. */
import { strict as assert } from "node:assert";
import { Flow } from "../../../../src/world/cluster/fluid/flow.ts";
import { LAW } from "../../../../src/world/cluster/fluid/latency-law.ts";
import { workLaw } from "../../../../src/world/cluster/fluid/work-law.ts";
import { makeLaw } from "../../../../src/world/workload/index.ts";

const WORK = workLaw(makeLaw({ kind: "exponential", mean: 0.02 }), true);
const STEP_S = 15;
const UNSEEN = { intervalS: STEP_S, level: Number.NaN, replicas: 1 };

const near = (value: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value} beside ${expected}`);

/** A step of one core at speed 1, as its server would have it; returns requests served. */
function step(flow: Flow, perS: number, surprise = 0): number {
  const busy = flow.plan({ stepS: STEP_S, expected: perS * STEP_S, surprise, gapCv2: 1, ...UNSEEN }, 1, 1);
  assert.ok(busy >= 0 && busy <= 1);
  const served = (busy * STEP_S) / WORK.meanS;
  flow.advance(STEP_S, served);
  return served;
}

describe("the flow of a replica", () => {
  it("comes to the stationary queue of M/M/1, whatever the step", () => {
    const flow = new Flow({ slots: 1, work: WORK });
    let served = 0;
    for (let i = 0; i < 200; i++) served = step(flow, 45);
    near(flow.content, 9, 1e-9); // 0.9 / (1 - 0.9)
    near(served, 45 * STEP_S, 1e-9);
    near(flow.running, 0.9, 1e-9);
    near(flow.law[LAW.chance] as number, 0.9, 1e-9);
    near(flow.law[LAW.delayS] as number, 0.2, 1e-9); // 20 ms / (1 - 0.9)
    assert.equal(flow.law[LAW.shift], 0);
  });

  it("grows by what is too much and drains by what is free, and loses nothing", () => {
    const flow = new Flow({ slots: 1, work: WORK });
    let balance = 0;
    for (let i = 0; i < 40; i++) balance += 60 * STEP_S - step(flow, 60);
    near(flow.content, 40 * STEP_S * 10, 0.01); // 10 requests a second too many
    near(flow.content, balance, 1e-9);
    near(flow.law[LAW.shift] as number, (39.5 * STEP_S * 10) / 50, 1e-9); // the mean of the step, at 50 a second
    for (let i = 0; i < 10; i++) balance += 20 * STEP_S - step(flow, 20);
    near(flow.content, 6000 - 10 * STEP_S * 30, 0.02);
    for (let i = 0; i < 10; i++) balance += 20 * STEP_S - step(flow, 20);
    near(flow.content, balance, 1e-6);
    near(flow.content, 0.4 / 0.6, 1e-3);
  });

  it("serves what chance adds, at once where there is room, never beyond capacity, and keeps the rest", () => {
    const calm = new Flow({ slots: 1, work: WORK });
    for (let i = 0; i < 50; i++) step(calm, 20);
    near(step(calm, 20, 30), 20 * STEP_S + 30, 0.01);
    const full = new Flow({ slots: 1, work: WORK });
    for (let i = 0; i < 50; i++) step(full, 60);
    const before = full.content;
    const served = step(full, 60, 100);
    near(served, 50 * STEP_S, 0.001);
    near(full.content, before + 60 * STEP_S + 100 - served, 1e-9);
  });

  it("that gets nothing more is empty when it said", () => {
    const flow = new Flow({ slots: 1, work: WORK });
    for (let i = 0; i < 10; i++) step(flow, 60);
    const content = flow.content;
    const { busyCores, lastsS } = flow.planEnd(1, 1);
    near(busyCores * lastsS, content * WORK.meanS, 1e-9);
    assert.ok(busyCores <= 1 && lastsS >= content / 50);
    flow.advance(lastsS, content);
    assert.ok(flow.content < 1e-9);
  });

  it("on half a core is twice as slow", () => {
    const flow = new Flow({ slots: Infinity, work: WORK });
    for (let i = 0; i < 100; i++) {
      const busy = flow.plan({ stepS: STEP_S, expected: 10 * STEP_S, surprise: 0, gapCv2: 1, ...UNSEEN }, 0.5, 1);
      flow.advance(STEP_S, (busy * STEP_S) / WORK.meanS);
    }
    near(flow.content, 0.4 / 0.6, 1e-9); // 10 of 25 a second
    near((flow.law[LAW.scale] as number) + (flow.law[LAW.stretch] as number), 1 / 0.5 / (1 - 0.4), 1e-9);
  });
});
