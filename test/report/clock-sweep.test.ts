import { strict as assert } from "node:assert";
import { clockSweep } from "../../src/report/charts/clock-sweep.ts";

const curve = (...ys: readonly number[]) => ys.map((y, i) => ({ x: 500 + 500 * i, y }));

describe("watts and time by clock", () => {
  const svg = clockSweep({
    id: "toy",
    title: "Toy",
    description: "Half the clock, half the watts.",
    mark: { x: 1000, label: "1000 MHz" },
    named: [{ x: 1000, y: 200 }],
    power: [
      { label: "encoders", curve: curve(100, 200) },
      { label: "writers", curve: curve(90, 150) },
    ],
    wattTicks: [0, 100, 200],
    timeTicks: [1, 1.5, 2],
    time: [
      [
        { label: "one", curve: curve(2, 1) },
        { label: "two", curve: curve(2, 1) },
      ],
      [{ label: "three", curve: curve(1.2, 1) }],
    ],
  });

  it("labels axes, clocks, classes and each curve", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["500", "1000", "clock, MHz", "watts of the board", "encoders", "writers", "one", "two", "three", "1000 MHz"])
      assert.ok(texts.includes(text), text);
  });

  it("keeps names of equal curves apart, around where they end", () => {
    const heightOf = (name: string): number =>
      Number(new RegExp(`translate\\([\\d.]+,([\\d.]+)\\)"[^>]*>${name}<`).exec(svg)?.[1] ?? Number.NaN);
    const [one, two, three] = [heightOf("one"), heightOf("two"), heightOf("three")];
    assert.ok(Math.abs(one - two) > 12.9, `${one}, ${two}`);
    assert.ok(three > Math.max(one, two), "less time is lower");
  });

  it("says what is to be seen", () => {
    assert.match(svg, /<desc [^>]*>Half the clock, half the watts\.</);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });
});
