import { strict as assert } from "node:assert";
import { linePanels } from "../../src/report/charts/line-panels.ts";

const points = (...ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

describe("series in several quantities", () => {
  const svg = linePanels({
    id: "toy",
    title: "Toy",
    description: "One is above two.",
    series: ["one", "two"],
    notes: [{ label: "bound", mark: "line" }],
    panels: [
      {
        xLabel: "hour",
        yLabel: "cores",
        yFrom: 0,
        lines: [
          { series: 0, points: points(2, 4) },
          { series: 1, points: points(1, 2) },
        ],
      },
      { xLabel: "step", yLabel: "reward", mark: 10, lines: [{ isDashed: true, points: points(0, 5) }] },
    ],
  });
  const paths = [...svg.matchAll(/<g [^>]*aria-label="line"[^>]*><path[^>]* d="M([^"]+)"/g)].map((match) =>
    (match[1] as string).split(/[ML,]/).map(Number),
  );

  it("labels axes and series", () => {
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    for (const text of ["hour", "step", "cores", "reward", "one", "two", "bound"]) assert.ok(texts.includes(text), text);
    assert.match(svg, /<desc [^>]*>One is above two\.</);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it("draws the lines of a panel on one scale that begins where it is told", () => {
    assert.equal(paths.length, 3);
    const [one, two] = paths as [number[], number[]];
    const [fourY, twoY, oneY] = [one[3] as number, one[1] as number, two[1] as number];
    assert.ok(Math.abs(twoY - (two[3] as number)) < 0.02, "2 of both series lies at one height");
    assert.ok(Math.abs(twoY - fourY - 2 * (oneY - twoY)) < 0.05, "4 is as far above 2 as 2 is above 0");
  });

  it("makes room for what is to be looked for", () => {
    const [, , dashed] = paths as [number[], number[], number[]];
    const markY = Number(/aria-label="rule"[^>]*>.*?y1="([\d.]+)"/.exec(svg)?.[1]);
    assert.ok(
      Math.abs((dashed[1] as number) - (dashed[3] as number) - ((dashed[3] as number) - markY)) < 0.05,
      "5 is halfway from 0 to 10",
    );
  });
});
