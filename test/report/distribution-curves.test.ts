import { strict as assert } from "node:assert";
import { distributionCurves } from "../../src/report/charts/distribution-curves.ts";

describe("distribution curves", () => {
  const svg = distributionCurves({
    id: "toy",
    title: "Toy",
    description: "A is quick.",
    xLabel: "ms",
    xTicks: [1, 5, 10],
    series: [
      {
        label: "a",
        curve: [
          { x: 1, y: 0 },
          { x: 5, y: 1 },
        ],
        published: [{ x: 2, y: 0.5 }],
      },
      { label: "b", curve: [{ x: 10, y: 1 }], published: [] },
    ],
  });

  it("label every tick, both axes and every curve", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["1", "5", "10", "ms", "share at most this long", "100 %", "a", "b", "published"])
      assert.ok(texts.includes(text), text);
  });

  it("say what is to be seen", () => {
    assert.match(svg, /<desc [^>]*>A is quick\.</);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });
});
