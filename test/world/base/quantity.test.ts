import { strict as assert } from "node:assert";
import { z } from "zod";
import { DIMENSION_NAMES, type Dimension, quantity, readQuantity } from "../../../src/world/base/quantity.ts";
import { askMathjs, parseUnits, scaled, UNITS } from "../../../src/world/base/unit.ts";

function baseOf(value: unknown, dimension: Dimension): number {
  const read = readQuantity(value, dimension);
  assert.ok(read.ok, `${value}`);
  return read.value;
}

function refusal(value: unknown, dimension: Dimension): string {
  const read = readQuantity(value, dimension);
  assert.ok(!read.ok, `${value} was accepted`);
  return `${read.message}. Hint: ${read.hint}`;
}

describe("quantity", () => {
  it("takes a number in the base unit, or text with a unit", () => {
    assert.equal(baseOf(5, "duration"), 5);
    assert.equal(baseOf("5 ms", "duration"), 0.005);
    assert.equal(baseOf("20 us", "duration"), 2e-5); // 20 / 1e6, where 20 * 1e-6 is an ulp off
    assert.equal(baseOf("20 \u00b5s", "duration"), 2e-5);
    assert.equal(baseOf("20 \u03bcs", "duration"), 2e-5);
    assert.equal(baseOf("1 day", "duration"), 86_400);
    assert.equal(baseOf("1.5h", "duration"), 5400);
    assert.equal(baseOf("4 year", "duration"), 4 * 365.25 * 86_400);
    assert.equal(baseOf("8 GiB", "memory"), 8 * 1024 * 1024 * 1024);
    assert.equal(baseOf("2.1 GHz", "frequency"), 2.1e9);
    assert.equal(baseOf("1 kWh", "energy"), 3.6e6);
    assert.equal(baseOf("1000 kg", "mass"), 1e6);
    assert.equal(baseOf("400 req/s", "rate"), 400);
    assert.equal(baseOf("60 req/min", "rate"), 1);
    assert.equal(baseOf("432 jobs/day", "job-rate"), 0.005); // 432 / 86400
    assert.equal(baseOf("10 GB/s", "bandwidth"), 1e10);
    assert.equal(baseOf("3.6 KiB/h", "bandwidth"), 1.024); // 3.6 x 1024 / 3600
    assert.equal(baseOf("36 USD/MWh", "price"), 1e-8); // 36 / 3.6e9
    assert.equal(baseOf("300 g/kWh", "carbon-intensity"), 300);
    assert.equal(baseOf("0.3 kg/kWh", "carbon-intensity"), 300);
  });

  it("refuses what mathjs would take and nobody means", () => {
    assert.match(refusal("5 Ms", "duration"), /"Ms" is a multiple of seconds that nobody uses\. Hint: "5 ms"$/);
    assert.match(refusal("1 month", "duration"), /"month" has no one length\. Hint: "30 days"$/);
    assert.match(refusal("2 centuries", "duration"), /"centuries" has no one length\. Hint: "200 years"$/);
  });

  it("asks mathjs for what its own table lacks", () => {
    assert.equal(baseOf("1 decade", "duration"), 10 * 365.25 * 86_400);
    assert.equal(baseOf("2 lbs", "mass"), 2 * 453.59237);
  }).timeout(20_000); // the first question loads mathjs

  it("agrees with mathjs on every unit of the table", () => {
    const differing = Object.entries(UNITS).filter(([unit, [measure, size]]) => {
      const asked = askMathjs(`3 ${unit}`, unit);
      if (!asked.ok) return true;
      const expected = measure === "decimal memory" ? "memory" : measure;
      const counts = ["request", "job", "token", "money"].includes(measure); // mathjs knows these only in quotients
      return counts
        ? !Number.isNaN(asked.count)
        : asked.measure !== expected || Math.abs(scaled(asked.count, asked.size) / (3 * size) - 1) > 1e-15;
    });
    assert.deepEqual(differing, []);
  });

  it("agrees with mathjs on quotients", () => {
    for (const text of ["7 req/min", "7 jobs/day", "7 tokens/s", "7 USD/MWh", "7 GiB/h", "7 g/kWh", "7 req/d"]) {
      const ours = parseUnits(text);
      const theirs = askMathjs(text, text.slice(2));
      assert.ok(ours.ok && theirs.ok);
      assert.equal(ours.measure, theirs.measure);
      assert.ok(Math.abs(scaled(theirs.count, theirs.size) / scaled(ours.count, ours.size) - 1) < 1e-15, text);
    }
  });

  it("answers the spellings of other tools with ours", () => {
    assert.equal(refusal("30m", "duration"), 'must be a duration, got "30m", which is in metres. Hint: "30 min"');
    assert.equal(refusal("5 GB", "duration"), 'must be a duration, got "5 GB", which is memory. Hint: "5 s"');
    assert.equal(refusal("5 C", "duration"), 'must be a duration, got "5 C", which is an electric charge. Hint: "5 s"');
    assert.equal(refusal("8 GB", "memory"), 'must be a memory size, got "8 GB", which counts in thousands. Hint: "8 GiB"');
    assert.equal(refusal("64Gi", "memory"), 'must be a memory size, got "64Gi", and "Gi" is not a unit. Hint: "64 GiB"');
    assert.equal(refusal("1h30m", "duration"), 'must be a duration, got "1h30m", which mixes units. Hint: "90 min"');
    assert.equal(refusal("0.5%", "number"), 'must be a number, got "0.5%", which is in percent. Hint: 0.005');
    assert.equal(refusal("5", "duration"), 'must be a duration, got "5", which has no unit. Hint: "5 s"');
    assert.equal(refusal("5 foo", "duration"), 'must be a duration, got "5 foo", and "foo" is not a unit. Hint: "5 s"');
    assert.equal(refusal("3 kHz", "rate"), 'must be a rate, got "3 kHz", which is a frequency. Hint: "400 req/s"');
  });

  it("refuses what is not a finite number of at least 0", () => {
    assert.equal(refusal("-5 s", "duration"), 'must be a duration of at least 0 s, got "-5 s". Hint: "5 s"');
    assert.equal(refusal(Number.NaN, "duration"), 'must be a duration, got NaN, which is not a finite number. Hint: "5 s"');
    assert.equal(refusal(Number.POSITIVE_INFINITY, "power"), 'must be a power, got Infinity, which is not a finite number. Hint: "200 W"');
    assert.equal(refusal("1e308 year", "duration"), 'must be a duration, got "1e308 year", which is not a finite number. Hint: "5 s"');
    for (const value of ["NaN", "Infinity s", "", " ", [], {}, null, true, "s", "- 5 s", "1 2 s", "5 s s", "import('fs')", "5 ^ s"]) {
      refusal(value, "duration");
    }
  });

  it("keeps to its range and says it", () => {
    const mtbf = quantity("duration", { min: 1, example: "1 day" });
    assert.equal(mtbf.parse("1 s"), 1);
    const issue = mtbf.safeParse("-5 s").error?.issues[0];
    assert.equal(issue?.message, 'must be a duration of at least 1 s, got "-5 s"');
    assert.deepEqual((issue as { params?: unknown }).params, { hint: '"1 day"', quantity: true });
    const share = readQuantity("2", "number", { above: 0, max: 1 });
    assert.ok(!share.ok);
    assert.equal(share.message, 'must be a number above 0 and at most 1, got "2"');
  });

  it("says its unit in the JSON Schema, whatever the dimension", () => {
    for (const dimension of DIMENSION_NAMES) {
      const schema = z.toJSONSchema(quantity(dimension), { io: "input", target: "draft-7" });
      assert.deepEqual(schema.type, dimension === "number" ? "number" : ["number", "string"]);
      assert.match(String(schema.description), /of at least 0/);
    }
    assert.equal(
      z.toJSONSchema(quantity("duration", { above: 0, example: "50 ms" }), { io: "input" }).description,
      'A duration above 0 s: a string with a unit, such as "50 ms", or a number (s).',
    );
  });
});
