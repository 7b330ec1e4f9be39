/** A slot of a space as JSON. */
import { z } from "zod";
import type { Slot } from "./spaces.ts";

/** JSON has no infinities. */
const BOUND = z.union([z.number(), z.enum(["-Infinity", "Infinity"])]);

export const STORED_SLOT = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("real"), name: z.string(), low: BOUND, high: BOUND, scale: z.enum(["linear", "log"]) }),
  z.strictObject({ kind: z.literal("choice"), name: z.string(), count: z.int().min(1) }),
]);
export type StoredSlot = z.infer<typeof STORED_SLOT>;

export function storedSlot(slot: Slot): StoredSlot {
  if (slot.kind === "choice") return { kind: "choice", name: slot.name, count: slot.count };
  return { kind: "real", name: slot.name, low: storedBound(slot.low), high: storedBound(slot.high), scale: slot.scale };
}

function storedBound(bound: number): z.infer<typeof BOUND> {
  if (Number.isFinite(bound)) return bound;
  return bound > 0 ? "Infinity" : "-Infinity";
}
