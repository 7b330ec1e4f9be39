/** A kind of server: a file of the catalogue, or the user's own. In base units. */
import { type ZodType, z } from "zod";
import { quantity } from "../base/quantity.ts";

const duration = (example: string) => quantity("duration", { example });
const clock = quantity("frequency", { above: 0, example: "2.1 GHz" });

/** The file's shape. @param power the power models' schema: how many watts the server draws */
export function serverKindSchema<Power>(power: ZodType<Power>) {
  return z.strictObject({
    kind: z.literal("server"),
    /** Schedulable cores; all of them busy is 100 % of the power table. */
    cores: z.int().min(1),
    memory: quantity("memory", { above: 0, example: "96 GiB" }),
    /** The levels a governor may choose, Hz. The greatest is the nominal one, at which `power` and `speed` hold. */
    clocks: z.array(clock).min(1),
    /** Work done per second by one core at the nominal clock; the reference core does 1. */
    speed: z.number().positive().default(1),
    power,
    /** From power-on to ready, and the watts meanwhile. */
    boot: z.strictObject({ time: duration("2 min"), power: quantity("power", { example: "150 W" }) }).optional(),
    sleep: z.strictObject({ power: quantity("power", { example: "5 W" }), wake: duration("10 s") }).optional(),
    /** Greenhouse gases of making it, g. */
    embodied: quantity("mass", { example: "1000 kg" }),
    lifetime: quantity("duration", { above: 0, example: "4 year" }),
    /** Where the numbers come from. */
    source: z.string().min(1),
  });
}

export interface ServerKindSpec<Power = unknown> {
  readonly kind: "server";
  readonly cores: number;
  readonly memory: number;
  readonly clocks: readonly number[];
  readonly speed: number;
  readonly power: Power;
  readonly boot?: { readonly time: number; readonly power: number } | undefined;
  readonly sleep?: { readonly power: number; readonly wake: number } | undefined;
  readonly embodied: number;
  readonly lifetime: number;
  readonly source: string;
}

/** Hz at which `power` and `speed` hold. */
export function nominalClockHz(kind: ServerKindSpec): number {
  return Math.max(...kind.clocks);
}
