/** What every chart shares: one SVG with a title and a description for readers who cannot see it, a legend, and the plot. */
import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeText } from "../escape.ts";
import { color, darkRules, LIGHT, withoutVariables } from "../palette.ts";
import { type LegendItem, legend } from "./legend.ts";

/** `compact` is for phones: fewer ticks, shorter labels. */
export interface ChartSize {
  readonly width: number;
  readonly compact: boolean;
}
export const WIDE: ChartSize = { width: 880, compact: false };
export const PHONE: ChartSize = { width: 328, compact: true };

export interface ChartText {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in a sentence or two. */
  readonly description: string;
}

/** Equal margins let the reader's eye follow one moment down through all charts. */
export function margins(size: ChartSize): { readonly marginLeft: number; readonly marginRight: number } {
  return size.compact ? { marginLeft: 56, marginRight: 38 } : { marginLeft: 74, marginRight: 54 };
}

export function plotWidth(size: ChartSize): number {
  const { marginLeft, marginRight } = margins(size);
  return size.width - marginLeft - marginRight;
}

/** Several plots stand under each other. */
export function frame(
  text: ChartText,
  size: ChartSize,
  parts: { readonly legend: readonly LegendItem[]; readonly plot: PlotOptions | readonly PlotOptions[] },
): string {
  const key = legend(parts.legend, size.width - 8);
  const plots = [parts.plot].flat() as readonly PlotOptions[];
  let height = key.height;
  const drawn = plots.map((options, i) => {
    const { svg, height: needed } = drawPlot({ ...margins(size), width: size.width, ...options }, i === 0 ? text.id : `${text.id}-${i}`);
    const placed = `<g transform="translate(0,${height})">${svg}</g>`;
    height += needed;
    return placed;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="${text.id}-t ${text.id}-d" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" font-family="system-ui, sans-serif">` +
    `<title id="${text.id}-t">${escapeText(text.title)}</title><desc id="${text.id}-d">${escapeText(text.description)}</desc>` +
    `${key.svg}${drawn.join("")}</svg>`
  );
}

/** The compiler is not told of browsers' types; this is all that is needed of them. */
interface PageWindow {
  readonly document: NonNullable<PlotOptions["document"]>;
}

function drawPlot(options: PlotOptions, id: string): { readonly svg: string; readonly height: number } {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as PageWindow;
  const element = plot({ ...options, document, className: "plot" });
  for (const style of [...element.querySelectorAll("style")]) style.remove();
  element.removeAttribute("viewBox");
  element.setAttribute("font-size", "12");
  element.setAttribute("fill", color("ink"));
  element.removeAttribute("font-family");
  const svg = ownIds(element.outerHTML as string, id).replace(LONG_NUMBERS, (attribute) => attribute.replace(/(\.\d{2})\d+/g, "$1"));
  return { svg, height: Number(element.getAttribute("height")) };
}

/** A hundredth of a pixel is enough, and keeps pages small. */
const LONG_NUMBERS = / (?:d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform|points)="[^"]*"/g;

/** Plot counts its clip paths per process: name them by chart instead, so that the same result gives the same bytes. */
function ownIds(svg: string, id: string): string {
  const names = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] as string))];
  return names.reduce(
    (text, name, i) => text.replaceAll(` id="${name}"`, ` id="${id}-p${i}"`).replaceAll(`url(#${name})`, `url(#${id}-p${i})`),
    svg,
  );
}

const MARGIN = 14;

/** A chart as a file of its own: fixed light colours on a painted background, because a viewer may show it on any ground. */
export function standalone(svg: string): string {
  const framed = withoutVariables(svg).replace(/viewBox="0 0 (\d+) (\d+)" width="\d+" height="\d+"/, (_, w: string, h: string) => {
    const [width, height] = [Number(w) + 2 * MARGIN, Number(h) + 2 * MARGIN];
    return `viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}"`;
  });
  const ground = `<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="${LIGHT.page}"/>`;
  return `${framed.replace("<title", `${ground}<title`)}\n`;
}

/** As `standalone`, but dark where the reader's system is. The light colours stay in the attributes, for viewers without style sheets. */
export function adaptive(svg: string): string {
  const light = standalone(svg);
  return light.replace("<title", `<style>${darkRules(light)}</style><title`);
}
