/** Seeds in a file. */
import { z } from "zod";
import { choice } from "./choice.ts";
import { readSeedList } from "./seed-list.ts";

const seedText = z.string().transform((text, context) => {
  const read = readSeedList(text);
  if (read.ok) return read.seeds;
  context.addIssue({ code: "custom", message: read.message, params: { hint: '"1..20"' } });
  return z.NEVER;
});
const oneSeed = z
  .int()
  .min(0)
  .transform((seed) => [seed]);
const seedItems = z
  .array(z.int().min(0))
  .min(1)
  .refine((list) => new Set(list).size === list.length, { error: "names a seed twice" });
/** `1..20`, one seed, or a list of them. */
export const seedsSchema = choice([seedText, oneSeed, seedItems], (value) =>
  Array.isArray(value) ? seedItems : typeof value === "string" ? seedText : oneSeed,
);
