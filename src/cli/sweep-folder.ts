/** The folder of a sweep: whose it is is written into it before the first run. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../experiment/write-whole.ts";
import { UsageError } from "./usage-error.ts";

const PLAN = "plan.json";
/** What a sweep writes: all that --force removes. */
const OURS = [PLAN, "tasks", "sweep.json", "table.csv", "report.html", "meta.json"];

/** Whatever decides the runs of a sweep. */
export interface Plan {
  /** Digest of its file, its scenarios and their files. */
  readonly sweep: string;
  /** Digest of the program that runs it. */
  readonly program: string;
}

/** Stands in each stored run. */
export function planSha256({ sweep, program }: Plan): string {
  return createHash("sha256").update(`${program}\0${sweep}`).digest("hex");
}

/**
 * Makes the folder this sweep's, or finds that it is so already.
 * @param named the folder as the user says it
 * @throws {UsageError} if it holds another sweep, or runs of another build, and `force` is not given, or anything else.
 */
export async function claimFolder(folder: string, named: string, { plan, force }: { plan: Plan; force: boolean }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => !name.endsWith(".part"));
  if (names.length > 0 && !names.includes(PLAN)) {
    throw new UsageError(`${named} holds files but no sweep (no ${PLAN}).`, "Name another folder with --out.");
  }
  if (names.includes(PLAN)) {
    const difference = differenceOf(await readPlan(folder), plan);
    if (difference === "none") return;
    if (!force) {
      const goOn = difference === "program" ? "Go on with that build, name" : "Name";
      throw new UsageError(`${named} ${HOLDS[difference]}`, `${goOn} another folder with --out, or begin anew with --force.`);
    }
    for (const name of OURS) await rm(join(folder, name), { recursive: true, force: true });
  }
  await writeWhole(join(folder, PLAN), `${JSON.stringify(plan)}\n`);
}

/** @throws {UsageError} unless the folder holds runs of the same sweep by the same build. */
export async function checkMergeable(folder: string, named: string, plan: Plan): Promise<void> {
  if (!existsSync(join(folder, PLAN))) throw new UsageError(`${named} holds no sweep (no ${PLAN}).`, "Name the --out of each shard.");
  const difference = differenceOf(await readPlan(folder), plan);
  if (difference === "none") return;
  const mend = difference === "program" ? "the build that ran all shards, or run this shard again." : "the files that all shards ran with.";
  throw new UsageError(`${named} ${HOLDS[difference]}`, `Merge with ${mend}`);
}

const HOLDS = {
  sweep: "holds another sweep, or this one before its files changed.",
  program: "holds runs of another build of cybertwin, which do not mix with those of this one.",
} as const;

function differenceOf(stored: Partial<Plan>, plan: Plan): "none" | keyof typeof HOLDS {
  if (stored.sweep !== plan.sweep) return "sweep";
  return stored.program === plan.program ? "none" : "program";
}

/** A damaged plan is nobody's. */
async function readPlan(folder: string): Promise<Partial<Plan>> {
  const text = await readFile(join(folder, PLAN), "utf8");
  try {
    return Object(JSON.parse(text)) as Partial<Plan>;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
