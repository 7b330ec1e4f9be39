/** A legend drawn in the chart itself, so that it travels with the picture. */
import { escapeText } from "../escape.ts";
import { color } from "../palette.ts";

export interface LegendItem {
  readonly label: string;
  readonly mark: "line" | "dashed" | "square" | "dot" | "ring" | "diamond" | "hatch" | "light-hatch" | "band" | "ramp";
  readonly fill: string;
}

const ROW_HEIGHT = 20;
const RAMP_STEPS = 8;

/** Items from left to right, wrapped at `width`. */
export function legend(items: readonly LegendItem[], width: number): { readonly svg: string; readonly height: number } {
  let x = 0;
  let row = 0;
  const parts: string[] = [];
  for (const item of items) {
    const swatch = item.mark === "ramp" ? RAMP_STEPS * 12 : 16;
    const needed = swatch + 6 + textWidth(item.label) + 12;
    if (x > 0 && x + needed - 12 > width) {
      x = 0;
      row++;
    }
    const y = row * ROW_HEIGHT;
    parts.push(
      `<g transform="translate(${x.toFixed(1)},${y})">${swatchSvg(item)}<text x="${swatch + 6}" y="12">${escapeText(item.label)}</text></g>`,
    );
    x += needed;
  }
  return {
    svg: `<g class="legend" font-size="12" fill="${color("ink")}">${parts.join("")}</g>`,
    height: items.length === 0 ? 0 : (row + 1) * ROW_HEIGHT + 6,
  };
}

/** Pixels at 12 px in the widest common interface font: a legend that is a little loose reads better than one that overlaps. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += /[iljtfr.,:;()'| \u00a0-]/.test(character) ? 4.4 : /[mwMW%]/.test(character) ? 11.6 : 7.7;
  return width;
}

function swatchSvg({ mark, fill }: LegendItem): string {
  switch (mark) {
    case "line":
      return `<path d="M0 8H16" stroke="${fill}" stroke-width="2.5"/>`;
    case "dashed":
      return `<path d="M0 8H16" stroke="${fill}" stroke-width="2" stroke-dasharray="5 3"/>`;
    case "square":
      return `<rect x="2" y="2" width="12" height="12" rx="2" fill="${fill}"/>`;
    case "dot":
      return `<circle cx="8" cy="8" r="4" fill="${fill}"/>`;
    case "ring":
      return `<circle cx="8" cy="8" r="3.5" fill="none" stroke="${fill}" stroke-width="2"/>`;
    case "diamond":
      return `<path d="M8 2.5L12 8L8 13.5L4 8Z" fill="${fill}"/>`;
    case "band":
      return `<rect x="1" y="1" width="14" height="14" fill="${fill}" fill-opacity="0.16"/><path d="M1.5 1V15" stroke="${fill}"/>`;
    case "hatch":
      return `<rect x="2.5" y="2.5" width="11" height="11" fill="none" stroke="${fill}"/><path d="M3 9L9 3M5 13L13 5" stroke="${fill}"/>`;
    case "light-hatch":
      return `<rect x="2.5" y="2.5" width="11" height="11" fill="var(--heat3)" stroke="${fill}"/><path d="M4 12L12 4" stroke="var(--page)" stroke-width="2.5"/><path d="M4 12L12 4" stroke="${fill}"/>`;
    case "ramp":
      return Array.from({ length: RAMP_STEPS }, (_, i) => `<rect x="${i * 12}" y="2" width="12" height="12" fill="var(--heat${i})"/>`).join(
        "",
      );
  }
}
