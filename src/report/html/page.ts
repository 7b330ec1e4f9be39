/** One self-contained page: the answer, then pictures, then everything. It asks the network for nothing. */
import { createHash } from "node:crypto";
import type { RunOutput } from "../../experiment/result.ts";
import { answerOf } from "../answer.ts";
import { standalone, WIDE } from "../charts/frame.ts";
import { escapeText } from "../escape.ts";
import { durationText, NBSP } from "../format.ts";
import { interruptionText, isPartial, shownRun } from "../interruption.ts";
import { answerSection, cardGroups } from "./answer-section.ts";
import { details } from "./details.ts";
import { type PictureSection, pictureHtml, pictureSections } from "./pictures.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** The same result gives the same bytes. */
export function renderReport(output: RunOutput): string {
  const answer = answerOf(output);
  const sections = pictureSections(output);
  return htmlPage({
    title: output.scenario.name,
    meta: metaLine(output),
    main: `${answerSection(output, answer)}
${jumpList(sections)}
<h2 id="numbers">In numbers</h2>
${cardGroups(output, answer)}
${whichRun(output)}
${sections.map(sectionHtml).join("\n")}
<h2 id="details">Details</h2>
${details(output)}`,
    madeBy: `Cybertwin ${output.version} from ${output.scenario.file}`,
  });
}

/** `meta` and `main` are HTML, the others text. */
export interface PageParts {
  readonly title: string;
  readonly meta: string;
  readonly main: string;
  readonly madeBy: string;
}

/** A page that is complete in itself. */
export function htmlPage({ title, meta, main, madeBy }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)} · Cybertwin report</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the answer</a>
<div class="wrap">
<header><h1>${escapeText(title)}</h1>${meta}</header>
<main id="main">
${main}
</main>
<footer>Made by ${escapeText(madeBy)}. This page is complete in itself and loads nothing.</footer>
</div>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Every picture as an SVG file of its own, by file name. */
export function reportPictures(output: RunOutput): Record<string, string> {
  const pictures = pictureSections(output).flatMap((section) => section.pictures);
  return Object.fromEntries(pictures.map((picture) => [`${picture.id}.svg`, standalone(picture.draw(WIDE, picture.id))]));
}

/** Nothing may be fetched; the one script is named by its hash. Charts position text by style attributes. */
function contentPolicy(): string {
  const hash = createHash("sha256").update(SCRIPT).digest("base64");
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

function metaLine(output: RunOutput): string {
  const series = shownRun(output)?.series;
  const cut = interruptionText(output);
  const count = (n: number, one: string) => (n === 1 ? `1 ${one}` : `${n} ${one}s`);
  const parts = [
    ...(isPartial(output) ? [] : [`${durationText(output.durationS)} simulated`]),
    ...(cut === null ? [] : [cut]),
    ...(output.warmupS > 0 ? [`after ${durationText(output.warmupS)} of warm-up`] : []),
    ...(output.startUtc === null ? [] : [`from ${output.startUtc.slice(0, 16).replace("T", " ")} UTC`]),
    count(series?.servers.names.length ?? 0, "server"),
    ...(series && series.faults.length > 0 ? [count(series.faults.length, "fault")] : []),
    output.seeds.length === 1 ? `seed ${output.seeds[0]}` : `${output.seeds.length} seeds`,
  ];
  return `<p class="meta">${parts.map((part) => escapeText(part).replaceAll(" ", NBSP)).join(" · ")}</p>`;
}

function jumpList(sections: readonly PictureSection[]): string {
  const links = [{ id: "numbers", title: "In numbers" }, ...sections, { id: "details", title: "Details" }];
  return `<nav aria-label="Parts of this page"><ul class="jump">${links.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join("")}</ul></nav>`;
}

function whichRun(output: RunOutput): string {
  return output.runs.length > 1
    ? `<p class="aside">The pictures below show the run of seed ${shownRun(output)?.seed}, one of ${output.runs.length}.</p>`
    : "";
}

function sectionHtml(section: PictureSection): string {
  return `<h2 id="${section.id}">${section.title}</h2>${section.notes.map((note) => `<p class="aside">${escapeText(note)}</p>`).join("")}${section.pictures.map(pictureHtml).join("")}`;
}
