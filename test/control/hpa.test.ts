import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import type { ServiceTelemetry } from "../../src/world/ports.ts";
import { play } from "../world/run-yaml.ts";
import { hourly, make, serviceTelemetry, telemetry } from "./make.ts";

type Step = readonly [nowS: number, seen: Partial<ServiceTelemetry>, sampledAtS?: number];

/** How many replicas it asks for at each step, undefined where it lets things be. All that it sees are ready, unless said. */
function asks(fields: object, steps: readonly Step[]): (number | undefined)[] {
  const controller = make("periodic", { kind: "hpa", ...fields });
  return steps.map(([nowS, seen, sampledAtS = nowS]) => {
    const web = serviceTelemetry({ readyReplicas: seen.replicas ?? 1, ...seen });
    const [action] = controller.decide({ ...telemetry(nowS, hourly([0])), sampledAtS, workloads: { web } }, rootRng(1));
    if (action === undefined) return undefined;
    assert.ok(action.kind === "replicas" && action.workload === "web");
    return action.count;
  });
}

const one = (fields: object, seen: Partial<ServiceTelemetry>): number | undefined => asks(fields, [[0, seen]])[0];

describe("hpa", () => {
  it("asks for ceil(n u / target), in whole numbers", () => {
    assert.equal(one({ cpuUtilization: 0.6 }, { replicas: 2, cpuUtilization: 0.9 }), 3); // in floats 3.0000000000000004
    assert.equal(one({ cpuUtilization: 0.6 }, { replicas: 2, cpuUtilization: 0.91 }), 4);
    assert.equal(one({ cpuUtilization: 0.5 }, { replicas: 3, cpuUtilization: 0.8 }), 5); // 4.8
    assert.equal(one({}, { replicas: 2, cpuUtilization: 1.2 }), 3); // the target is 0.8
  });

  it("lets the utilization stray by a tenth of the target", () => {
    const target = { cpuUtilization: 0.6, scaleDown: { stabilization: 0 } };
    assert.equal(one(target, { replicas: 9, cpuUtilization: 0.66 }), undefined);
    assert.equal(one(target, { replicas: 9, cpuUtilization: 0.67 }), 11); // 10.05
    assert.equal(one(target, { replicas: 9, cpuUtilization: 0.54 }), undefined);
    assert.equal(one(target, { replicas: 9, cpuUtilization: 0.53 }), 8); // 7.95
    assert.equal(one({ ...target, tolerance: 0 }, { replicas: 9, cpuUtilization: 0.61 }), 10);
  });

  it("rises by as many as there are, or by four, every 15 s", () => {
    // 40 are wanted: 2 + max(2, 4) = 6, 6 + max(6, 4) = 12, then 24, and 40.
    const busy = (replicas: number): Partial<ServiceTelemetry> => ({ replicas, cpuUtilization: 20 / replicas });
    const steps: Step[] = [
      [0, busy(2)],
      [14, busy(6)],
      [15, busy(6)],
      [30, busy(12)],
      [45, busy(24)],
    ];
    assert.deepEqual(asks({ cpuUtilization: 0.5, maxReplicas: 100 }, steps), [6, undefined, 12, 24, 40]);
    assert.equal(one({ cpuUtilization: 0.5, maxReplicas: 5 }, busy(2)), 5);
    const slow = { cpuUtilization: 0.5, scaleUp: { rates: [{ replicas: 4 }, { share: 0.5 }], select: "least" } };
    assert.equal(one(slow, busy(2)), 3);
    assert.equal(one({ cpuUtilization: 0.5, scaleUp: { select: "disabled" } }, busy(2)), undefined);
  });

  it("falls to the most that was wanted in the last 300 s", () => {
    const seen = (cpuUtilization: number): Partial<ServiceTelemetry> => ({ replicas: 10, cpuUtilization });
    const steps: Step[] = [
      [0, seen(0.6)], // 10
      [15, seen(0.3)], // 5
      [30, seen(0.48)], // 8
      [299, seen(0.1)], // 2, but 10 at 0 s
      [300, seen(0.1)], // the 10 has left the window: 8
    ];
    assert.deepEqual(asks({ cpuUtilization: 0.6 }, steps), [undefined, undefined, undefined, undefined, 8]);
  });

  it("falls by a share that is rounded up, and no further than the least", () => {
    const down = (share: number) => ({
      cpuUtilization: 0.5,
      maxReplicas: 100,
      scaleDown: { stabilization: 0, rates: [{ share, period: "1 min" }] },
    });
    const idle = (replicas: number): Partial<ServiceTelemetry> => ({ replicas, cpuUtilization: 0 });
    const steps: Step[] = [
      [0, idle(72)], // 7.2
      [59, idle(64)],
      [60, idle(64)], // 6.4
    ];
    assert.deepEqual(asks(down(0.1), steps), [64, undefined, 57]);
    assert.equal(one(down(0.1), idle(70)), 63); // seven, not eight
    assert.equal(one({ ...down(1), minReplicas: 3 }, idle(70)), 3);
  });

  it("counts replicas that still start as idle before it asks for more", () => {
    const half = (cpuUtilization: number): Partial<ServiceTelemetry> => ({ replicas: 4, readyReplicas: 2, cpuUtilization });
    assert.equal(one({ cpuUtilization: 0.6 }, half(0.9)), undefined); // 45 % of four: less than the target
    assert.equal(one({ cpuUtilization: 0.6 }, half(1.25)), undefined); // 62.5 % of four: within a tenth
    assert.equal(one({ cpuUtilization: 0.6 }, half(1.5)), 5); // 75 % of four
    assert.equal(one({ cpuUtilization: 0.6, scaleDown: { stabilization: 0 } }, half(0.3)), 1); // 30 % of the two that are ready
  });

  it("goes by its own order while the sample is older, and asks again where it was not carried out", () => {
    const busy = { replicas: 2, cpuUtilization: 0.9 };
    const steps: Step[] = [
      [0, busy],
      [15, busy, 0], // as old as the order
      [30, busy, 20], // there was no room
      [45, { replicas: 3, cpuUtilization: 0.6 }],
      [60, { replicas: 3, cpuUtilization: Number.NaN }], // nothing is ready
    ];
    assert.deepEqual(asks({ cpuUtilization: 0.6 }, steps), [3, undefined, 3, undefined, undefined]);
  });

  it("moves what is outside its bounds inside", () => {
    assert.equal(one({ maxReplicas: 5 }, { replicas: 9, cpuUtilization: 0.8 }), 5);
    assert.equal(one({ minReplicas: 3 }, { replicas: 1, cpuUtilization: 0.8 }), 3);
  });

  it("scales a service in a run", async () => {
    // 0.9 s of work a second: 90 % of one replica at 15 s, so two, and 45 % of each from then on, which is what two need.
    const { metrics } = await play(`
name: story
seed: 1
duration: 150 s
sites: { west: { servers: { kind: small-8c } } }
workloads: { web: { kind: service, startup: 0 s, work: 0.9 s, arrivals: { kind: renewal, gap: 1 s } } }
controllers:
  scale: { kind: hpa, target: { workload: web }, cpuUtilization: 0.6 }
  turn: { kind: round-robin, target: { workload: web } }
`);
    assert.equal(metrics["controllers.scale.decisions"], 11);
    assert.equal(metrics["controllers.scale.actions"], 1);
    assert.equal(metrics["workloads.web.replicas_mean"], (15 + 2 * 135) / 150);
  });

  it("lets a service arrive at more than it begins with", async () => {
    const story = (controllers: string): string => `
name: story
seed: 1
duration: 300 s
sites: { west: { servers: { kind: small-8c } } }
workloads: { web: { kind: service, work: 1 s, arrivals: { kind: poisson, rate: 3 req/s } } }
${controllers}
`;
    await assert.rejects(play(story("")), /more than the 1 that replicas x concurrency x speed give/);
    const { metrics } = await play(story("controllers: { scale: { kind: hpa, target: { workload: web }, maxReplicas: 8 } }"));
    assert.ok((metrics["workloads.web.replicas_mean"] as number) > 3);
    await assert.rejects(
      play(story("controllers: { scale: { kind: hpa, target: { workload: web }, minReplicas: 9, maxReplicas: 8 } }")),
      /at least minReplicas/,
    );
  });
});
