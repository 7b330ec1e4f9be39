/** A fixed number of users, each with at most one request in flight. */
import { z } from "zod";
import { arrivalPlugin } from "../arrival-plugin.ts";
import { law, makeLaw } from "../laws/index.ts";

const thinkTime = law("duration").refine((spec): boolean => spec.kind !== "trace", { error: "think time needs a law, not a trace" });

export const closed = arrivalPlugin({
  kind: "closed",
  doc: "users who think, send a request, and wait for its answer",
  shape: () => z.strictObject({ kind: z.literal("closed"), users: z.int().min(1), thinkTime }),
  create: (spec) => ({ kind: "closed", users: spec.users, thinkTime: makeLaw(spec.thinkTime) }),
});
