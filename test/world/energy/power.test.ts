import { strict as assert } from "node:assert";
import { makePowerModel, powerModels, powerProblem, powerSchema } from "../../../src/world/energy/index.ts";
import { clockFactor } from "../../../src/world/energy/power/clock-factor.ts";

const clocks = { clocksHz: [1e9, 2e9], nominalHz: 2e9 };
const r740 = [49.8, 114, 137, 159, 182, 208, 240, 277, 319, 376, 432];
const wattsOf = (spec: unknown, utilization: number, ratio = 1): number =>
  makePowerModel(powerSchema.parse(spec), clocks).powerW(utilization, ratio);
const near = (got: number, wanted: number): void =>
  assert.ok(Math.abs(got - wanted) <= 1e-12 * Math.abs(wanted), `${got} is not ${wanted}`);

describe("power laws", () => {
  it("read a SPEC table exactly on its points and linearly between them", () => {
    const spec = { kind: "spec", watts: r740 };
    assert.equal(wattsOf(spec, 0), 49.8);
    assert.equal(wattsOf(spec, 0.1), 114);
    assert.equal(wattsOf(spec, 1), 432);
    near(wattsOf(spec, 0.05), 81.9); // (49.8 + 114) / 2
    near(wattsOf(spec, 0.55), 224); // (208 + 240) / 2
    for (const [i, watts] of r740.entries()) near(wattsOf(spec, i / 10), watts);
  });

  it("go from idle to peak in their own curves", () => {
    const ends = { idle: 100, peak: 200 };
    assert.equal(wattsOf({ kind: "linear", ...ends }, 0.5), 150);
    assert.equal(wattsOf({ kind: "square", ...ends }, 0.5), 125); // 100 + 100 / 4
    assert.equal(wattsOf({ kind: "cubic", ...ends }, 0.5), 112.5); // 100 + 100 / 8
    assert.equal(wattsOf({ kind: "sqrt", ...ends }, 0.25), 150); // 100 + 100 / 2
    for (const kind of ["linear", "square", "cubic", "sqrt"]) {
      assert.equal(wattsOf({ kind, ...ends }, 0), 100);
      assert.equal(wattsOf({ kind, ...ends }, 1), 200);
    }
    assert.equal(wattsOf({ kind: "constant", watts: 70 }, 0.3, 0.5), 70);
    assert.equal(wattsOf(70, 0.3), 70);
  });

  it("leave idle power alone when the clock falls, and cut the rest by 0.35 r + 0.65 r^3", () => {
    assert.equal(clockFactor(1), 1);
    // r = 0.5: 0.175 + 0.08125 = 0.25625. Linear, full: 100 + 100 x 0.25625.
    near(wattsOf({ kind: "linear", idle: 100, peak: 200 }, 1, 0.5), 125.625);
    assert.equal(wattsOf({ kind: "spec", watts: r740 }, 0, 0.5), 49.8);
    near(wattsOf({ kind: "spec", watts: r740 }, 1, 0.5), 49.8 + (432 - 49.8) * 0.25625);
  });

  it("compute DVFS as static + coefficient f V(f)^2 u, the voltage linear between levels", () => {
    // 2 GHz at 1.2 V, half busy: 20 + 1e-8 x 2e9 x 1.44 x 0.5 = 34.4 W. 1.5 GHz lies halfway: 1.0 V, full: 20 + 15 = 35 W.
    const spec = { kind: "dvfs", static: 20, coefficient: 1e-8, voltage: [0.8, 1.2] };
    near(wattsOf(spec, 0.5, 1), 34.4);
    near(wattsOf(spec, 1, 0.75), 35);
    near(wattsOf(spec, 1, 0.5), 20 + 1e-8 * 1e9 * 0.64);
    near(wattsOf(spec, 1, 0.25), 20 + 1e-8 * 0.5e9 * 0.64); // below the lowest level its voltage stays
  });

  it("have the least energy per cycle at f* = (Ps / 2k)^(1/3) where V is in proportion to f", () => {
    // V = f in GHz and coefficient 1e-8 make P = Ps + k f^3 with k = 10 W/GHz^3; Ps = 20 W: f* = cube root of 1 = 1 GHz. E per cycle = P / f.
    const model = makePowerModel(powerSchema.parse({ kind: "dvfs", static: 20, coefficient: 1e-8, voltage: [0.2, 3] }), {
      clocksHz: [0.2e9, 3e9],
      nominalHz: 1e9,
    });
    let best = { ratio: 0, energyJ: Number.POSITIVE_INFINITY };
    for (let step = 200; step <= 3000; step++) {
      const energyJ = model.powerW(1, step / 1000) / (step * 1e6);
      if (energyJ < best.energyJ) best = { ratio: step / 1000, energyJ };
    }
    assert.ok(Math.abs(best.ratio - 1) <= 0.001, `least at ${best.ratio} GHz`);
    near(best.energyJ, 30e-9); // 20 W + 10 W over 1 GHz
  });

  it("never fall as load rises, nor as the clock rises", () => {
    const specs = [
      { kind: "linear", idle: 100, peak: 200 },
      { kind: "sqrt", idle: 100, peak: 200 },
      { kind: "spec", watts: r740 },
      { kind: "dvfs", static: 20, coefficient: 1e-8, voltage: [0.8, 1.2] },
    ];
    for (const spec of specs) {
      for (let i = 0; i < 100; i++) {
        assert.ok(wattsOf(spec, (i + 1) / 100, 0.7) >= wattsOf(spec, i / 100, 0.7), `${spec.kind} at ${i} %`);
        assert.ok(wattsOf(spec, 0.6, (i + 1) / 100) >= wattsOf(spec, 0.6, (i || 0.1) / 100), `${spec.kind} at clock ${i} %`);
      }
    }
  });

  it("tell the user what is wrong", () => {
    const messageOf = (spec: unknown): string => JSON.stringify(powerSchema.safeParse(spec).error?.issues ?? "accepted");
    assert.match(messageOf({ kind: "spec", watts: r740.slice(1) }), /must have 11 values, for 0, 10, ... 100 % load, got 10/);
    assert.match(messageOf({ kind: "spec", watts: [...r740.slice(0, 10), 300] }), /must not fall as load rises/);
    assert.match(messageOf({ kind: "linear", idle: 200, peak: 100 }), /peak must be at least idle/);
    const threeVolts = powerSchema.parse({ kind: "dvfs", static: 20, coefficient: 1e-8, voltage: [1, 1, 1] });
    assert.match(powerProblem(threeVolts, clocks) ?? "", /one value per clock level \(2\), got 3/);
    assert.throws(() => makePowerModel(threeVolts, clocks), RangeError);
  });

  it("are all in the registry under their own names", () => {
    assert.deepEqual([...powerModels.keys()], ["constant", "linear", "square", "cubic", "sqrt", "spec", "dvfs"]);
  });
});
