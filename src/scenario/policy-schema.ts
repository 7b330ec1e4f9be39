/** Who decides, as files say it: a text is the file of a stored policy, a mapping has a kind. */
import { type ZodType, z } from "zod";
import { byKind, choice } from "./choice.ts";
import type { Registry } from "./parts.ts";

const file = z.string().min(1).meta({ description: "The .json file of a stored policy." });

/** @param policies that may decide, "stored" among them */
export function policySchemaOf(policies: Registry): ZodType {
  const kinds = byKind(new Map([...policies].map(([kind, { schema }]) => [kind, schema])), { common: {}, isOpaque: () => false });
  const short = file.transform((text, context) => {
    if (text.endsWith(".json")) return kinds.parse({ kind: "stored", file: text });
    const message = `must be the .json file of a stored policy, or a mapping with a kind, got ${JSON.stringify(text)}`;
    const hint = policies.has(text)
      ? `{ kind: ${text} }`
      : `mine.json, or { kind: ${[...policies.keys()].find((kind) => kind !== "stored")} }`;
    context.addIssue({ code: "custom", message, params: { hint } });
    return z.NEVER;
  });
  return choice([file, kinds], (value) => (typeof value === "string" ? short : kinds));
}
