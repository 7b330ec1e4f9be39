/** A stored policy that decides for an external controller: `policy: mine.json`, or with its mode. */
import { z } from "zod";
import type { Plugin } from "../world/base/plugin.ts";
import { policyField, policyOf } from "../world/base/policy-field.ts";
import type { Decider } from "./external-controller.ts";

const schema = z.strictObject({
  kind: z.literal("stored"),
  /** The .json file that a training wrote. */
  file: policyField,
  /** Its mean or likeliest action, or one that it draws. */
  mode: z.enum(["greedy", "stochastic"]).default("greedy"),
});
export type StoredPolicySpec = z.output<typeof schema>;

export const storedPolicy: Plugin<"stored", StoredPolicySpec, Decider> = {
  kind: "stored",
  doc: "A policy that was trained: acts where it sees and does what it was trained with.",
  schema,
  policies: ["file"],
  create: ({ file, mode }) => ({ kind: "stored", file: policyOf(file), mode }),
};
