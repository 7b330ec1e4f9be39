import { strict as assert } from "node:assert";
import { type ComparedChart, comparedBars } from "../../src/report/charts/compared-bars.ts";

const CHART: ComparedChart = {
  id: "toy",
  title: "Toy",
  level: 0.99,
  publishedLabel: "published",
  plots: [
    {
      yLabel: "gain, %",
      xLabel: "rule",
      band: 1,
      panels: [
        { label: "alone", bars: [{ label: "a", value: 10.5, low: 9, high: 12, expected: 10, published: 11, corrected: 4 }] },
        { label: "in pairs", bars: [{ label: "a", value: 22, low: 21, high: 23, expected: 20, published: null, corrected: null }] },
      ],
    },
  ],
};

describe("compared bars", () => {
  const svg = comparedBars(CHART);

  it("say in words how many leave their band, and by how much the furthest is off", () => {
    assert.match(svg, /<desc [^>]*>Toy\. gain, %: 2 bars in 2 panels, 1 of them outside the band of 1, the furthest 2\.00 off\./);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it("name panels, rules, axis and marks", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["alone", "in pairs", "gain, %", "rule", "published", "corrected", "re-run, give or take 1"]) {
      assert.ok(texts.includes(text), text);
    }
  });

  it("leave out what nothing was published or expected of", () => {
    const [first] = CHART.plots;
    assert.ok(first !== undefined);
    const bars = [{ label: "a", value: 1, low: 0, high: 2, expected: null, published: null, corrected: null }];
    const bare = comparedBars({ id: "toy", title: "Toy", level: 0.99, plots: [{ ...first, panels: [{ label: "p", bars }] }] });
    assert.doesNotMatch(bare, />published</);
    assert.match(bare, /0 bars in 1 panels/);
  });
});
