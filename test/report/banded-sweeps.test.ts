import { strict as assert } from "node:assert";
import { bandedSweeps } from "../../src/report/charts/banded-sweeps.ts";

const at = (x: number, value: number) => ({ x, value, low: value - 1, high: value + 1 });

describe("series over sweeps, on bands", () => {
  const svg = bandedSweeps({
    id: "toy",
    title: "Toy",
    description: "More of it gains more.",
    yLabel: "gain, %",
    level: 0.99,
    series: [
      { label: "one", band: { expected: 40, reach: 10 } },
      { label: "two", band: { expected: 20, reach: 10 } },
    ],
    panels: [
      {
        xLabel: "depth",
        points: [
          [at(1, 5), at(50, 40)],
          [at(1, 0), at(50, 20)],
        ],
        judged: { x: 50, label: "here" },
      },
      { xLabel: "rate", points: [[at(0.5, 10)], [at(0.5, 5)]] },
    ],
  });

  it("labels axes, places, series and bands", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    const wanted = ["depth", "rate", "gain, %", "1", "50", "0.5", "here", "one", "two"];
    for (const text of [...wanted, "40 published, give or take 10", "20 published, give or take 10"]) assert.ok(texts.includes(text), text);
  });

  it("draws each band from its lower to its upper end, on one scale in every panel", () => {
    const bands = [...svg.matchAll(/<g [^>]*aria-label="rect"[^>]*>(.*?)<\/g>/g)].flatMap(([, inner]) =>
      [...(inner as string).matchAll(/ height="([\d.]+)"[^>]* y="([\d.]+)"/g)].map(([, height, y]) => [Number(y), Number(height)] as const),
    );
    assert.equal(bands.length, 4);
    const [one, two] = bands as readonly (readonly [number, number])[] as [readonly [number, number], readonly [number, number]];
    assert.ok(Math.abs(one[0] + one[1] - two[0]) < 0.02, "30 is the end of both");
    assert.ok(Math.abs(one[1] - two[1]) < 0.02, "both span 20");
    assert.deepEqual(bands.slice(2), [one, two]);
  });

  it("says what is to be seen", () => {
    assert.match(svg, /<desc [^>]*>More of it gains more\.</);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it("draws series without bands from where it is told, with values to look for in every panel", () => {
    const plain = bandedSweeps({
      ...{ id: "toy", title: "Toy", description: "d", yLabel: "times", yFrom: 1, level: 0.99, series: [{ label: "one" }] },
      marks: { values: [1.2, 1.5], label: "looked for" },
      panels: [{ xLabel: "a", points: [[{ x: 1, value: 1.3, low: 1.25, high: 1.35 }]] }],
    });
    assert.doesNotMatch(plain, /published|NaN/);
    const texts = [...plain.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["looked for", "1.0", "1.5"]) assert.ok(texts.includes(text), text);
    assert.ok(!texts.includes("0.5"));
    const dashed = [...plain.matchAll(/stroke-dasharray="2 3"[^>]*>(.*?)<\/g>/g)].flatMap(([, inner]) => [
      ...(inner as string).matchAll(/<line/g),
    ]);
    assert.equal(dashed.length, 2);
  });
});
