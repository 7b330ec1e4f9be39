/** The HTML page of a sweep: pictures, then every point in tables. */
import type { Comparison } from "../../experiment/sweep/compare.ts";
import type { PointOutput, SweepOutput } from "../../experiment/sweep/output.ts";
import { escapeText } from "../escape.ts";
import { intervalText, MISSING, quantityText } from "../format.ts";
import { table } from "../html/details.ts";
import { htmlPage } from "../html/page.ts";
import { pictureHtml } from "../html/pictures.ts";
import { sweepPictures } from "./pictures.ts";
import { chosenMetrics, pointName, shortPaths, shortValue } from "./points.ts";

/** The same sweep gives the same bytes. */
export function renderSweep(output: SweepOutput): string {
  const { name, version, points, seeds, kind } = output;
  const meta = `${points.length} points (${kind}) · ${seeds.length === 1 ? "1 seed" : `${seeds.length} seeds`} each`;
  const comparisons = output.compare?.groups.map((group) => comparisonTable(output, group)) ?? [];
  return htmlPage({
    title: name,
    meta: `<p class="meta">${meta}</p>`,
    main: [
      ...sweepPictures(output).map(pictureHtml),
      ...(comparisons.length > 0 ? ["<h2>Compared</h2>", ...comparisons] : []),
      "<h2>Points</h2>",
      pointsTable(output),
      `<p class="aside">Every metric of every point is in table.csv and sweep.json.</p>`,
    ].join("\n"),
    madeBy: `Cybertwin ${version}`,
  });
}

function pointsTable(output: SweepOutput): string {
  const metrics = chosenMetrics(output, []);
  const rows = output.points.map(({ values, summary }, i) => [
    String(i + 1),
    ...output.paths.map((path) => escapeText(shortValue(values[path]))),
    ...metrics.flatMap((metric) => {
      const entry = summary[metric];
      if (entry === undefined) return [MISSING, MISSING];
      return [quantityText(entry.mean, entry.unit, metric), intervalText(entry.ciLow, entry.ciHigh, entry.unit, metric) ?? MISSING];
    }),
  ]);
  const columns = [
    { title: "Point" },
    ...shortPaths(output.paths).map((path) => ({ title: escapeText(path) })),
    ...metrics.flatMap((metric) => [
      { title: escapeText(metric), number: true },
      { title: "95 % interval", number: true },
    ]),
  ];
  return table({ caption: "Every point, with means over its seeds", columns, rows });
}

function comparisonTable(output: SweepOutput, { baseline, points, order }: Comparison): string {
  const { metric, unit } = output.compare as NonNullable<SweepOutput["compare"]>;
  const nameOf = (point: number): string => escapeText(pointName(output.points[point] as PointOutput));
  const rows = points
    .filter(({ point }) => point !== baseline)
    .map(({ point, difference, ciLow, ciHigh, verdict }) => [
      nameOf(point),
      quantityText(difference, unit, metric),
      intervalText(ciLow, ciHigh, unit, metric) ?? MISSING,
      verdict,
    ]);
  const columns = [
    { title: "Point" },
    { title: "Difference", number: true },
    { title: "95 % interval", number: true },
    { title: "Verdict" },
  ];
  const caption = `${metric} against ${pointName(output.points[baseline] as PointOutput)}: differences of runs with the same seed`;
  const groups = order.map((tied) => tied.map(nameOf).join(" = ")).join(" &lt; ");
  return `${table({ caption, columns, rows })}<p class="aside">From low to high; = joins points that are not told apart: ${groups}.</p>`;
}
