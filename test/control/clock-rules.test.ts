/** Controllers of GPU clocks, on telemetry made by hand: a GPU of 400, 600, 800 and 1000 MHz whose work goes with the clock. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import type { GpuTelemetry, Periodic } from "../../src/world/ports.ts";
import { hourly, make, telemetry } from "./make.ts";

const MHZ = 1e6;
const GPU: GpuTelemetry = {
  id: 0,
  name: "west/0/gpu0",
  up: true,
  clockHz: 800 * MHZ,
  setHz: 800 * MHZ,
  clocksHz: [400, 600, 800, 1000].map((mhz) => mhz * MHZ),
  slowdowns: [2.5, 1 / 0.6, 1.25, 1],
  busy: 0.5,
  powerW: 100,
  ended: 10,
  good: 10,
  latencyP99S: 5,
  sloS: 10,
};
type Given = Partial<Omit<GpuTelemetry, "clockHz">> & { readonly mhz?: number };

/** What a controller orders after a sample of one GPU, in MHz; undefined: nothing. */
function asked(controller: Periodic, atS: number, { mhz = 800, ...given }: Given): number | undefined {
  const gpus = [{ ...GPU, clockHz: mhz * MHZ, setHz: mhz * MHZ, ...given }];
  const [action, ...others] = controller.decide({ ...telemetry(atS, hourly([1])), gpus }, rootRng(1));
  assert.equal(others.length, 0);
  if (action === undefined) return undefined;
  assert.ok(action.kind === "gpu-clock" && action.gpu === 0);
  return action.clockHz / MHZ;
}
const once = (spec: object, given: Given): number | undefined => asked(make("periodic", spec as { kind: string }), 1, given);

describe("ondemand", () => {
  const spec = { kind: "ondemand", up: 0.8, down: 0.3 };

  it("goes to the greatest clock above `up`, one down below `down`, and stays between", () => {
    assert.equal(once(spec, { busy: 0.81, mhz: 400 }), 1000);
    assert.equal(once(spec, { busy: 0.8 }), undefined);
    assert.equal(once(spec, { busy: 0.3 }), undefined);
    assert.equal(once(spec, { busy: 0.29 }), 600);
    assert.equal(once({ ...spec, steps: 2 }, { busy: 0.29, mhz: 1000 }), 600);
  });

  it("stays at the ends", () => {
    assert.equal(once(spec, { busy: 1, mhz: 1000 }), undefined);
    assert.equal(once({ ...spec, steps: 9 }, { busy: 0 }), 400);
    assert.equal(once(spec, { busy: 0, mhz: 400 }), undefined);
  });

  it("leaves alone a GPU that is down, and speaks once of a sample", () => {
    assert.equal(once(spec, { busy: 1, up: false }), undefined);
    const controller = make("periodic", spec);
    assert.deepEqual(
      [asked(controller, 7, { busy: 1 }), asked(controller, 7, { busy: 1 }), asked(controller, 8, { busy: 1 })],
      [1000, undefined, 1000],
    );
  });

  it("goes by the clock in effect, and does not order again what is set", () => {
    assert.equal(once(spec, { busy: 1, mhz: 600, setHz: 1000 * MHZ }), undefined);
    assert.equal(once(spec, { busy: 0, mhz: 800, setHz: 1000 * MHZ }), 600);
    assert.equal(once(spec, { busy: 0, mhz: 800, setHz: 600 * MHZ }), undefined);
    assert.equal(once(spec, { busy: 0, mhz: 800, setHz: 400 * MHZ }), undefined);
    // Under pressure at 400 MHz mu-serve would go to 600: more is set, and heat is in the way.
    const late = { good: 0, mhz: 400, latencyP99S: 30 };
    assert.equal(once({ kind: "mu-serve" }, late), 600);
    assert.equal(once({ kind: "mu-serve" }, { ...late, setHz: 1000 * MHZ }), undefined);
  });

  it("decides for each GPU by itself", () => {
    const gpus = [GPU, { ...GPU, id: 3, busy: 1 }, { ...GPU, id: 5, busy: 0 }];
    const actions = make("periodic", spec).decide({ ...telemetry(1, hourly([1])), gpus }, rootRng(1));
    assert.deepEqual(actions, [
      { kind: "gpu-clock", gpu: 3, clockHz: 1000 * MHZ },
      { kind: "gpu-clock", gpu: 5, clockHz: 600 * MHZ },
    ]);
  });
});

describe("mu-serve", () => {
  const spec = { kind: "mu-serve", window: "10 s", attainment: 0.9, slackLow: 0.1, slackHigh: 0.4, increase: 1.5 };

  it("goes no lower than its floor", () => {
    // Safe at 0.1 s of 10 s: one clock lower, 800 to 600; with a floor of 700 MHz the least is 800, and from 1000 it goes there.
    const safe = { latencyP99S: 0.1 };
    assert.equal(once(spec, safe), 600);
    assert.equal(once({ ...spec, floor: "700 MHz" }, safe), undefined);
    assert.equal(once({ ...spec, floor: "700 MHz" }, { ...safe, mhz: 1000 }), 800);
    assert.equal(once({ ...spec, floor: "2 GHz" }, safe), undefined); // above the table: the clock stays
    assert.equal(once({ ...spec, floor: "700 MHz" }, { good: 0, mhz: 400 }), 600); // under pressure it is no concern
  });

  it("multiplies the clock when too many missed the SLO, to the first that is enough", () => {
    // 1.5 x 400 = 600; 1.5 x 600 = 900: 1000; 1.5 x 800 = 1200: there is no more than 1000.
    assert.equal(once(spec, { good: 8, mhz: 400, latencyP99S: 1 }), 600);
    assert.equal(once(spec, { good: 8, mhz: 600, latencyP99S: 1 }), 1000);
    assert.equal(once(spec, { good: 8, mhz: 800, latencyP99S: 1 }), 1000);
    assert.equal(once(spec, { good: 8, mhz: 1000, latencyP99S: 1 }), undefined);
    assert.equal(once(spec, { good: 0, mhz: 400, latencyP99S: Number.NaN }), 600); // all were rejected
  });

  it("does so too when little of the SLO is left, and nothing between little and much", () => {
    assert.equal(once(spec, { mhz: 400, latencyP99S: 9.1 }), 600);
    assert.equal(once(spec, { mhz: 400, latencyP99S: 9 }), undefined); // 0.1 is not less than 0.1
    assert.equal(once(spec, { mhz: 800, latencyP99S: 6 }), undefined); // 0.4 is not more than 0.4
  });

  it("goes down by steps when much is left, but to no clock at which the latency would break the SLO", () => {
    // 5 s at 800 MHz are 4 s of work: 6.7 s at 600 MHz, and just the 10 s of the SLO at 400.
    assert.equal(once(spec, {}), 600);
    assert.equal(once({ ...spec, decrease: 2 }, {}), 400);
    assert.equal(once({ ...spec, decrease: 2 }, { latencyP99S: 5.1 }), 600);
    assert.equal(once({ ...spec, decrease: 9 }, { latencyP99S: 1 }), 400);
    assert.equal(once(spec, { mhz: 400, latencyP99S: 1 }), undefined);
  });

  it("looks back over its window, and puts what it saw at another clock to the present one", () => {
    const controller = make("periodic", spec);
    assert.equal(asked(controller, 1, { good: 8, latencyP99S: 4, mhz: 1000 }), undefined); // at the end already
    assert.equal(asked(controller, 10.9, { mhz: 400, latencyP99S: 1 }), 600); // 18 of 20; 4 s of work are 10 s at 400 MHz: no slack
    assert.equal(asked(controller, 11, { ended: 0, good: 0, mhz: 600, latencyP99S: Number.NaN }), 400); // the sample of 1 s is just out; 0.4 s of work
  });

  it("stays where nothing ended, and where the GPU is down", () => {
    assert.equal(once(spec, { ended: 0, good: 0, latencyP99S: Number.NaN }), undefined);
    assert.equal(once(spec, { up: false }), undefined);
  });
});
