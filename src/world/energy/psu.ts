/** Losses in a server's power supply. Watts are at the wall, so the loss is a share of them and nothing is added. */
import { z } from "zod";
import { interpolated } from "./interpolated.ts";

// 80 PLUS, 230 V internal redundant, at 10, 20, 50 and 100 % of rated output. The programme sets no Platinum value at 10 %: 0.85 is ours, from
// typical curves. SPEC watts are measured at the wall and so contain this loss already.
const LOADS = Float64Array.of(0.1, 0.2, 0.5, 1);
const CURVES = {
  platinum: Float64Array.of(0.85, 0.9, 0.94, 0.91),
  titanium: Float64Array.of(0.9, 0.94, 0.96, 0.91),
};

export const psuSchema = z.enum(["platinum", "titanium"]);
export type PsuKind = z.output<typeof psuSchema>;

/**
 * Efficiency by load share, 0..1: watts at the wall over the server's peak watts. Linear between the four rated points, constant below 10 %.
 *
 * Accounting rule: of `wallW` watts, (1 - efficiency) x wallW are booked as psu-loss, and every other account of the server
 * keeps its own watts x efficiency, so that the sum stays `wallW`.
 */
export function psuEfficiency(kind: PsuKind): (loadShare: number) => number {
  const curve = CURVES[kind];
  return (loadShare) => interpolated(LOADS, curve, loadShare);
}
