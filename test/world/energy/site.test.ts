import { strict as assert } from "node:assert";
import { amortisedG, gramsPerJoule, makePue, psuEfficiency, readPueTable, sciG } from "../../../src/world/energy/index.ts";

const close = (got: number, wanted: number, relative = 1e-12): void =>
  assert.ok(Math.abs(got - wanted) <= relative * Math.abs(wanted), `${got} is not ${wanted}`);

describe("a power supply", () => {
  it("has its rated efficiency on the rated loads, linear between them and constant below 10 %", () => {
    const platinum = psuEfficiency("platinum");
    assert.equal(platinum(0), 0.85);
    assert.equal(platinum(0.1), 0.85);
    assert.equal(platinum(0.2), 0.9);
    assert.equal(platinum(0.5), 0.94);
    assert.equal(platinum(1), 0.91);
    close(platinum(0.35), 0.92); // halfway from 0.90 to 0.94
    close(psuEfficiency("titanium")(0.75), 0.935); // halfway from 0.96 to 0.91
  });

  it("takes its loss out of the wall watts: the accounts keep their sum", () => {
    // 200 W of a 400 W server: load 0.5, efficiency 0.94. Idle 120 W and request 80 W become 112.8 and 75.2; 12 W are lost.
    const efficiency = psuEfficiency("platinum")(200 / 400);
    close(120 * efficiency, 112.8);
    close(200 * (1 - efficiency) + (120 + 80) * efficiency, 200);
  });
});

describe("PUE", () => {
  it("is one number, or a table by load", () => {
    assert.equal(makePue(1.1).constant, 1.1);
    assert.equal(makePue(1.1).at(0.3), 1.1);
    const pue = makePue({ kind: "table", file: readPueTable(["load,pue", "0.1,2", "0.5,1.2", "1,1.1"], "pue.csv") });
    assert.equal(pue.constant, undefined);
    assert.equal(pue.at(0), 2);
    assert.equal(pue.at(0.5), 1.2);
    close(pue.at(0.3), 1.6); // halfway from 2 to 1.2
    assert.equal(pue.at(1), 1.1);
    const half = makePue({ kind: "table", file: readPueTable(["load,pue", "0.1,2", "0.5,1.2"], "pue.csv") });
    assert.deepEqual([half.at(0.5), half.at(0.9)], [1.2, 1.2]); // constant beyond its last row
  });

  it("names the line of a bad row", () => {
    const read =
      (...rows: string[]) =>
      () =>
        readPueTable(["load,pue", ...rows], "pue.csv");
    assert.throws(read("0.1,1.5", "0.5,0.9"), { line: 3, message: 'column "pue" must be at least 1, got 0.9' });
    assert.throws(read("0.5,1.5", "0.5,1.2"), { line: 3, message: 'column "load" must rise: 0.5 after 0.5' });
    assert.throws(read("0.5,1.5", "50,1.2"), { line: 3, message: 'column "load" must be at most 1, got 50' });
    assert.throws(read(), { line: 1, message: "has a header but no rows" });
    assert.throws(() => readPueTable(["load,value", "0,1"], "pue.csv"), { line: 1, message: 'lacks column "pue"; it has "load", "value"' });
  });
});

describe("grams", () => {
  it("of energy: 7.2 MJ are 2 kWh, at 300 g/kWh 600 g", () => close(7.2e6 * gramsPerJoule(300), 600));

  it("of making a server: 1000 kg over 4 years of 365 days are 28.54 g an hour", () => {
    // 1e6 g / 35,040 h = 28.5388 g/h; an hour is 3600 s of 126,144,000 s.
    const server = { embodiedG: 1e6, lifetimeS: 4 * 365 * 86_400 };
    close(amortisedG(server, 3600), 28.538812785388128);
    close(amortisedG(server, server.lifetimeS), 1e6);
  });

  it("per functional unit: (600 g + 28 g) / 314 requests = 2 g", () => {
    assert.equal(sciG({ operationalG: 600, embodiedG: 28, units: 314 }), 2);
    assert.equal(sciG({ operationalG: 600, embodiedG: 28, units: 0 }), null);
  });
});
