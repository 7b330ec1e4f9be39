/** Who decides, in files that are read before it is known in what: a text is the file of a stored policy, a mapping has a kind. */
import { type ZodType, z } from "zod";
import { choice } from "./choice.ts";

export function deciderSchema(description: string): ZodType {
  const file = z
    .string()
    .refine((name) => name.endsWith(".json"), { error: "must be the .json file of a stored policy, or a mapping such as { kind: hpa }" })
    .meta({ description });
  const mapping = z.looseObject({ kind: z.string() }).meta({ description: "As a scenario's `policy` has it." });
  return choice([file, mapping], (value) => (typeof value === "string" ? file : mapping));
}
