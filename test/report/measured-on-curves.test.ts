import { strict as assert } from "node:assert";
import { adaptive } from "../../src/report/charts/frame.ts";
import { type CurvesChart, measuredOnCurves } from "../../src/report/charts/measured-on-curves.ts";
import { DARK, LIGHT } from "../../src/report/palette.ts";

const CHART: CurvesChart = {
  id: "toy",
  title: "Toy",
  xLabel: "load, 1",
  yLabel: "latency, s",
  yTicks: [1, 2, 5],
  margin: 0.01,
  level: 0.99,
  series: [
    {
      label: "a < b",
      curve: [0.1, 0.5].map((x) => ({ x, y: 1 / (1 - x) })),
      points: [
        { x: 0.1, value: 1.11, low: 1.1, high: 1.12, expected: 1 / 0.9 },
        { x: 0.5, value: 2.01, low: 1.96, high: 2.06, expected: 2 }, // 0.5 % off, by -2 % to 3 %
      ],
    },
    { label: "c", curve: [0.1, 0.5].map((x) => ({ x, y: 1 + x })), points: [] },
  ],
};
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);

describe("measured points on curves", () => {
  it("stand on their curve and, below, beside it; what there is none of leaves its curve alone", () => {
    const svg = measuredOnCurves(CHART);
    assert.equal(svg.match(/<circle /g)?.length, 2 * 2 + 1); // in both plots, and one in the legend
    assert.match(
      svg,
      /<desc [^>]*>Toy: latency, s against load, 1\. a &lt; b: 2 measured points, none further from its curve than 0\.50 %; c: 0/,
    );
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it("name both axes, the curves, the interval and the margin", () => {
    const texts = textsOf(measuredOnCurves(CHART));
    for (const text of ["load, 1", "latency, s", "off the curve by, %", "a &lt; b", "c", "measured, 99 % interval", "margin of 1 %"]) {
      assert.equal(texts.filter((said) => said === text).length, 1, text);
    }
    assert.deepEqual(texts.filter((said) => said === "0.1" || said === "0.5").sort(), ["0.1", "0.1", "0.5", "0.5"]);
  });

  it("show an interval that leaves the margin whole", () => {
    // The axis of the lower plot reaches as far as the interval, 3 %, so that the dashed lines of 1 % lie at a third of its half.
    const [lower] = textsOf(measuredOnCurves(CHART)).filter((said) => /^−?[23](\.0)?$/.test(said ?? ""));
    assert.ok(lower !== undefined);
  });
});

describe("a picture in a file", () => {
  const svg = adaptive(measuredOnCurves(CHART));

  it("is light in its attributes, for viewers without style sheets", () => {
    assert.doesNotMatch(svg, /var\(/);
    assert.match(svg, new RegExp(`<rect [^>]*fill="${LIGHT.page}"`));
  });

  it("is dark where the system is: every colour that it paints has a dark one", () => {
    const [, style = ""] = /<style>@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/.exec(svg) ?? [];
    for (const [, property, light] of svg.matchAll(/ (fill|stroke)="(#[0-9a-f]{6})"/g)) {
      const role = (Object.keys(LIGHT) as (keyof typeof LIGHT)[]).find((name) => LIGHT[name] === light);
      assert.ok(style.includes(`[${property}="${light}"]{${property}:${DARK[role ?? "page"]}}`), `${property} ${light}`);
    }
    assert.equal(style.match(/\[/g)?.length, new Set(style.match(/\[[^\]]*\]/g)).size);
  });
});
