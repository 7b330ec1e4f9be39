/** The vertical axis and its grid, the same in every chart. */
import { axisY, gridY, type Markish } from "@observablehq/plot";
import { color } from "../palette.ts";

export type Ticks = number | readonly number[];

/** Room for the labels of the vertical axis and of faults above, for two lines of the time axis below. */
export const ROOM = { marginTop: 26, marginBottom: 40 } as const;

/** Drawn first, behind the data. Plot's types know no `ticks` for grids. */
export function grid(ticks: Ticks): Markish {
  return gridY({ stroke: color("grid"), strokeOpacity: 1, ticks } as object);
}

export interface ValueAxis {
  readonly label: string | null;
  readonly ticks: Ticks;
  readonly side?: "left" | "right";
  /** Instead of Plot's own text, which on log axes leaves some out. */
  readonly text?: (value: number) => string;
}

export function valueAxis({ label, ticks, side, text }: ValueAxis): Markish {
  const at = typeof ticks === "number" ? { ticks } : {};
  const options = {
    label,
    labelArrow: "none",
    tickSize: 0,
    color: color("muted"),
    anchor: side ?? "left",
    ...at,
    ...(text ? { text } : {}),
  };
  return typeof ticks === "number" ? axisY(options as object) : axisY([...ticks], options as object);
}
