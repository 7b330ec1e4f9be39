/**
 * Which world rewards were earned in: a digest of the sources that decide what a run measures (`scripts/world.mjs` says which)
 * and of the data that the scenario names. Code of commands, reports and learners is no part of it, nor is the scenario's text.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { packageRoot } from "./package-root.ts";
import { UsageError } from "./usage-error.ts";

/** @param dataSha256 digest of the tables and kinds that a scenario names; undefined for a reference task */
export function worldVersion(dataSha256: string | undefined): string {
  if (dataSha256 === undefined) return sources("task");
  return createHash("sha256")
    .update(`${sources("scenario")}\0${dataSha256}`)
    .digest("hex");
}

function sources(world: "scenario" | "task"): string {
  const file = new URL("dist/world.json", packageRoot());
  if (!existsSync(file)) throw new UsageError("dist/world.json is missing: this program is not built whole.", "Run `npm run build`.");
  return (JSON.parse(readFileSync(file, "utf8")) as Record<typeof world, string>)[world];
}
