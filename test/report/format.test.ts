import { strict as assert } from "node:assert";
import { digitsText, durationText, intervalText, MISSING, NBSP, percent, quantityText, shortCount } from "../../src/report/format.ts";

const plain = (text: string | null) => text?.replaceAll(NBSP, " ");

describe("numbers for people", () => {
  it("keeps three significant digits and leaves whole numbers whole", () => {
    const shown = [0.0384, 3.849, 12, 12.04, 999.4, 999.6, 1234.5, 4_347_626, -2.5].map((value) => digitsText(value));
    assert.deepEqual(shown, ["0.0384", "3.85", "12", "12.0", "999", "1,000", "1,235", "4,347,626", "-2.50"]);
  });

  it("moves a quantity to the unit that fits", () => {
    const shown = [
      quantityText(0.00042, "s"), // 420 µs
      quantityText(0.0312, "s"),
      quantityText(90, "s"),
      quantityText(1240, "s"), // 20.7 min
      quantityText(86_400, "s"),
      quantityText(3.6e6 * 84.2, "J"),
      quantityText(31_400, "g"),
      quantityText(2.5e6, "g"),
      quantityText(2340, "W"),
    ].map(plain);
    assert.deepEqual(shown, ["420 µs", "31.2 ms", "90 s", "20.7 min", "24 h", "84.2 kWh", "31.4 kg", "2.50 t", "2.34 kW"]);
  });

  it("has a unit for very small quantities, and a floor below them", () => {
    const shown = [
      quantityText(1e-9, "s"),
      quantityText(2.5e-7, "s"),
      quantityText(1e-13, "s"), // 0.0001 ns
      quantityText(7.92e-12, "g"), // 7.92e-9 mg
      quantityText(4e-6, "g"),
      quantityText(3e-8, "J"),
      quantityText(0.002, "W"),
    ].map(plain);
    assert.deepEqual(shown, ["1 ns", "250 ns", "< 0.001 ns", "0.00792 ng", "4 µg", "30 nJ", "2 mW"]);
  });

  it("shows a missing or impossible number as a dash", () => {
    assert.deepEqual(
      [quantityText(null, "s"), quantityText(Number.NaN, "J"), quantityText(Number.POSITIVE_INFINITY, "1")],
      [MISSING, MISSING, MISSING],
    );
  });

  it("never rounds a missed share up to 100 %", () => {
    assert.deepEqual([0.9997, 0.99999, 0.999999999, 1, 0.5, 0.123].map(percent).map(plain), [
      "99.97 %",
      "99.999 %",
      "99.9999999 %",
      "100 %",
      "50 %",
      "12.3 %",
    ]);
  });

  it("reads a bare number as a share only where its name says so", () => {
    assert.equal(plain(quantityText(0.37, "1", "sites.west.utilization_mean")), "37 %");
    assert.equal(plain(quantityText(0.37, "1", "controllers.mine.reward_mean")), "0.370");
  });

  it("gives both ends of an interval one unit and enough digits to tell them apart", () => {
    assert.equal(plain(intervalText(0.0311, 0.0313, "s")), "31.1 to 31.3 ms");
    assert.equal(plain(intervalText(0.999_37, 0.999_374, "fraction")), "99.9370 to 99.9374 %");
    assert.equal(plain(intervalText(0.9, 1.2, "s")), "0.900 to 1.20 s");
    assert.equal(intervalText(null, 1, "s"), null);
  });

  it("shortens large counts and keeps small ones", () => {
    assert.deepEqual([412, 9999, 4_281_991].map(shortCount).map(plain), ["412", "9,999", "4.28 M"]);
    assert.equal(plain(durationText(172_800)), "2 days");
  });
});
