/** Who decides, as files say it: the name of a stored policy, or a mapping with a kind. */
import { type ZodType, z } from "zod";
import { byKind, choice } from "./choice.ts";

const file = z.string().min(1).meta({ description: "The .json file of a stored policy." });

/** The likeliest or mean action, or one that is drawn. */
const mode = z.enum(["greedy", "stochastic"]).default("greedy");
export type PolicyMode = z.infer<typeof mode>;

const stored = z.strictObject({ kind: z.literal("stored"), file, mode });
export type StoredPolicySpec = z.infer<typeof stored>;

const short = file.transform((path) => stored.parse({ kind: "stored", file: path }));

/** @param heuristics schemas of what may stand in the place of a stored policy, by kind */
export function policySchemaOf(heuristics: ReadonlyMap<string, ZodType>): ZodType {
  const kinds = byKind(new Map<string, ZodType>([["stored", stored], ...heuristics]), { common: {}, isOpaque: () => false });
  return choice([file, kinds], (value) => (typeof value === "string" ? short : kinds));
}
