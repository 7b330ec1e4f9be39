/** The field of rules under which some may wait for ever, and what it says to the world. */
import { quantity } from "../world/base/quantity.ts";

export const agingField = { aging: quantity("duration", { above: 0, example: "100 s" }).optional() };

export function agingOf(agingS: number | undefined): { readonly agingS?: number } {
  return agingS === undefined ? {} : { agingS };
}
