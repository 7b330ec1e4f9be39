/** Who decides, as files say it: a text is the file of a stored policy, a mapping has a kind. */
import { type ZodType, z } from "zod";
import { byKind, choice } from "./choice.ts";
import type { Registry } from "./parts.ts";

const file = z.string().min(1).meta({ description: "The .json file of a stored policy." });

/** @param policies that may decide, "stored" among them */
export function policySchemaOf(policies: Registry): ZodType {
  const kinds = byKind(new Map([...policies].map(([kind, { schema }]) => [kind, schema])), { common: {}, isOpaque: () => false });
  const short = file.transform((text) => kinds.parse({ kind: "stored", file: text }));
  return choice([file, kinds], (value) => (typeof value === "string" ? short : kinds));
}
