import { strict as assert } from "node:assert";
import { hourly, job, make, serviceTelemetry, telemetry } from "./make.ts";

const HOUR_S = 3600;

describe("carbon-lowest-slot", () => {
  const day = hourly([300, 200, 250, 100, 100, 400]);
  const rule = make("delay", { kind: "carbon-lowest-slot" });

  it("waits for the lowest hour, the earliest of equals", () => {
    // Arrival at 0:10. Hours 3 and 4 both forecast 100 g/kWh: hour 3 is first.
    assert.equal(rule.startS(job(), 600, day), 3 * HOUR_S);
  });

  it("looks no further than the slack, its end included", () => {
    // Arrival at 0:30 with 2.5 h of slack: hour 3 is just within; with a second less only hours 1 (200) and 2 (250) are.
    assert.equal(rule.startS(job({ slackS: 2.5 * HOUR_S }), 0.5 * HOUR_S, day), 3 * HOUR_S);
    assert.equal(rule.startS(job({ slackS: 2.5 * HOUR_S - 1 }), 0.5 * HOUR_S, day), 1 * HOUR_S);
  });

  it("looks no further than its lookahead", () => {
    const near = make("delay", { kind: "carbon-lowest-slot", lookahead: 2 * HOUR_S } as { kind: string });
    assert.equal(near.startS(job(), 0, day), 1 * HOUR_S);
  });

  it("starts at once when nothing ahead is lower", () => {
    assert.equal(rule.startS(job(), 3.25 * HOUR_S, day), 3.25 * HOUR_S); // 100 now, 100 in hour 4
    assert.equal(rule.startS(job({ slackS: 0 }), 17, day), 17);
    assert.equal(rule.startS(job(), 17, hourly([50])), 17);
  });
});

describe("carbon-threshold", () => {
  it("holds above the quantile, releases below it, and speaks on change only", () => {
    const controller = make("periodic", { kind: "carbon-threshold", lookahead: 4 * HOUR_S, quantile: 0.5 } as { kind: string });
    // At each hour the four ahead, sorted; the nearest rank of 0.5 is the second.
    const carbon = hourly([300, 200, 250, 100, 400, 350, 350]);
    const said = [0, 1, 2, 3, 4].map((hour) => controller.decide(telemetry(hour * HOUR_S, carbon), rngUnused));
    assert.deepEqual(said, [
      [{ kind: "hold", workload: "etl" }], // 300 of 100 200 250 300: above 200
      [{ kind: "release", workload: "etl" }], // 200 of 100 200 250 400: equal to 200
      [], // 250 of 100 250 350 400: equal to 250, released already
      [], // 100 of 100 350 350 400
      [{ kind: "hold", workload: "etl" }], // 400 of 350 350 350 400
    ]);
  });

  it("rounds the rank up", () => {
    const controller = make("periodic", { kind: "carbon-threshold", lookahead: 4 * HOUR_S, quantile: 0.3 } as { kind: string });
    // The rank is ceil(0.3 x 4) = 2: 200 of 100 200 250 300 is not above it.
    assert.deepEqual(controller.decide(telemetry(0, hourly([200, 100, 300, 250])), rngUnused), []);
  });

  it("leaves a constant signal alone", () => {
    const controller = make("periodic", { kind: "carbon-threshold" });
    assert.equal(controller.periodS, 1800);
    assert.deepEqual(controller.decide(telemetry(0, hourly([100])), rngUnused), []);
  });

  it("keeps each of its workloads to itself, and services out", () => {
    const controller = make("periodic", { kind: "carbon-threshold" });
    const dirty = telemetry(0, hourly([500, 100]), ["a", "b"]);
    const mixed = { ...dirty, workloads: { ...dirty.workloads, web: serviceTelemetry() } };
    assert.deepEqual(controller.decide(mixed, rngUnused), [
      { kind: "hold", workload: "a" },
      { kind: "hold", workload: "b" },
    ]);
  });
});

const rngUnused = {
  uniform: (): number => assert.fail("no draw"),
  int: (): number => assert.fail("no draw"),
  fork: (): never => assert.fail("no stream"),
};
