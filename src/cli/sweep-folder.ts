/** The folder of a sweep: whose it is is written into it before the first run. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../experiment/write-whole.ts";
import { UsageError } from "./usage-error.ts";

const PLAN = "plan.json";
/** What a sweep writes: all that --force removes. */
const OURS = [PLAN, "tasks", "sweep.json", "table.csv", "report.html", "meta.json"];

/** Digest of whatever decides the runs of a sweep: of its file and scenarios, and of the program. */
export function planSha256(version: string, sweepSha256: string): string {
  return createHash("sha256").update(`${version}\0${sweepSha256}`).digest("hex");
}

/**
 * Makes the folder this sweep's, or finds that it is so already.
 * @param named the folder as the user says it
 * @throws {UsageError} if it holds another sweep and `force` is not given, or anything else.
 */
export async function claimFolder(folder: string, named: string, { sha256, force }: { sha256: string; force: boolean }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => !name.endsWith(".part"));
  const plan = `${JSON.stringify({ sha256 })}\n`;
  if (names.length > 0 && !names.includes(PLAN)) {
    throw new UsageError(`${named} holds files but no sweep (no ${PLAN}).`, "Name another folder with --out.");
  }
  if (names.includes(PLAN)) {
    if ((await readFile(join(folder, PLAN), "utf8")) === plan) return;
    if (!force) {
      throw new UsageError(
        `${named} holds another sweep, or this one before its files or the program changed.`,
        "Name another folder with --out, or begin anew with --force.",
      );
    }
    for (const name of OURS) await rm(join(folder, name), { recursive: true, force: true });
  }
  await writeWhole(join(folder, PLAN), plan);
}
