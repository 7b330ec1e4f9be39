/** A field that names a stored policy: the path of its manifest when parsed, the policy once the loader has read both its files. */
import { type ZodType, z } from "zod";
import type { PolicyFile } from "../../learn/policy-file.ts";

export interface StoredPolicy extends PolicyFile {
  /** The manifest as the loader found it; for messages. */
  readonly file: string;
}
export type PolicyField = string | StoredPolicy;

export const policyField: ZodType<PolicyField> = z.string().min(1);

/** The policy of a loaded field. @throws {Error} if the loader has not been there: our bug. */
export function policyOf(field: PolicyField): StoredPolicy {
  if (typeof field === "string") throw new Error(`${field} was not loaded`);
  return field;
}
