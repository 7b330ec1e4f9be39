/** The HTML page of a sweep: pictures, then every point in tables. */
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { escapeText } from "../escape.ts";
import { intervalText, MISSING, quantityText } from "../format.ts";
import { table } from "../html/details.ts";
import { htmlPage } from "../html/page.ts";
import { pictureHtml } from "../html/pictures.ts";
import { sweepPictures } from "./pictures.ts";
import { chosenMetrics, comparisonRows, ORDER, orderLines, shortPaths, shortValue } from "./points.ts";
import { firstLines, refusalLines } from "./refusals.ts";

/** The same sweep gives the same bytes. */
export function renderSweep(output: SweepOutput): string {
  const { name, version, points, seeds, kind } = output;
  const meta = `${points.length} points (${kind}) · ${seeds.length === 1 ? "1 seed" : `${seeds.length} seeds`} each`;
  return htmlPage({
    title: name,
    meta: `<p class="meta">${meta}</p>`,
    main: [
      ...sweepPictures(output).map(pictureHtml),
      comparison(output),
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

function comparison(output: SweepOutput): string {
  if (output.compare === undefined) return "";
  const rows = comparisonRows(output).map((row) => row.map((text) => escapeText(text || MISSING)));
  const columns = [
    { title: "Point" },
    { title: "Baseline" },
    { title: "Difference", number: true },
    { title: "Interval", number: true },
    { title: "Verdict" },
  ];
  const caption = `${output.compare.metric}: differences from the baseline between runs with the same seed; all verdicts together hold at 95 %`;
  const orders = list(orderLines(output));
  const refusals = output.compare.groups.flatMap((group) => refusalLines(output, group));
  return [
    `<h2>Compared</h2>${table({ caption, columns, rows })}`,
    orders === "" ? "" : `<p class="aside">The order, ${ORDER}.</p>${orders}`,
    list(firstLines(refusals, REFUSALS_SHOWN)),
  ].join("");
}

const REFUSALS_SHOWN = 60;

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `<ul>${lines.map((line) => `<li>${escapeText(line)}</li>`).join("")}</ul>`;
}
