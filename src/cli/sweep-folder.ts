/** The folder of a sweep. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { differenceOf, holdsText, PLAN, type Plan, readPlan } from "./plan-folder.ts";
import { UsageError } from "./usage-error.ts";

/** What a sweep writes. */
export const SWEEP_FILES = ["tasks", "sweep.json", "table.csv", "report.html", "meta.json"];

/** Stands in each stored run. */
export function planSha256({ task, program }: Plan): string {
  return createHash("sha256").update(`${program}\0${task}`).digest("hex");
}

/** @throws {UsageError} unless the folder holds runs of the same sweep by the same build. */
export async function checkMergeable(folder: string, named: string, plan: Plan): Promise<void> {
  if (!existsSync(join(folder, PLAN))) throw new UsageError(`${named} holds no sweep (no ${PLAN}).`, "Name the --out of each shard.");
  const difference = differenceOf(await readPlan(folder), plan);
  if (difference === "none") return;
  const mend = difference === "program" ? "the build that ran all shards, or run this shard again." : "the files that all shards ran with.";
  throw new UsageError(`${named} ${holdsText(difference, plan)}`, `Merge with ${mend}`);
}
