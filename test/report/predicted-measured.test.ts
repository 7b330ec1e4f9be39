import { strict as assert } from "node:assert";
import { predictedMeasured } from "../../src/report/charts/predicted-measured.ts";

describe("predicted over measured", () => {
  const svg = predictedMeasured({
    id: "toy",
    title: "Toy",
    description: "Two of three are close.",
    unit: "ms",
    ticks: [1, 10, 100],
    band: 0.15,
    series: [
      { label: "a", isHollow: false, points: [{ measured: 10, predicted: 10 }] },
      { label: "b", isHollow: true, colorOf: 0, points: [{ measured: 20, predicted: 50 }] },
    ],
  });

  it("labels both axes, every tick and every series, and says how wide the band is", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["1", "10", "100", "measured, ms, log scale", "predicted, ms, log scale", "a", "b", "within 15 %"])
      assert.ok(texts.includes(text), text);
  });

  it("puts a point that is right in the middle of the square", () => {
    const circles = [...svg.matchAll(/<circle[^>]* r="4.5"[^>]*>/g)].map(([circle]) => circle);
    const dots = circles.map((circle) => ["cx", "cy"].map((name) => Number(new RegExp(`${name}="([0-9.]+)"`).exec(circle)?.[1])));
    assert.equal(dots.length, 1);
    // The axes go from 1 to 100: 10 is half-way.
    assert.deepEqual(dots[0], [(74 + 826) / 2, (26 + 380) / 2]);
  });

  it("says what is to be seen", () => {
    assert.match(svg, /<desc [^>]*>Two of three are close\.</);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });
});
