/** Folders that are filled bit by bit: whose a folder is is written into it before the first result. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../experiment/write-whole.ts";
import { UsageError } from "./usage-error.ts";

export const PLAN = "plan.json";

/** Whatever decides the results in a folder. */
export interface Plan {
  readonly what: "sweep" | "training";
  /** Digest of its file, its scenarios and their files. */
  readonly task: string;
  /** Digest of the program that runs it. */
  readonly program: string;
}

export interface Claim {
  readonly plan: Plan;
  /** Begin anew where the folder holds another. */
  readonly force: boolean;
}

/**
 * Whose the folder is: this plan's, nobody's, or another's that is to be given up. Nothing is written.
 * @param named the folder as the user says it
 * @throws {UsageError} if it holds another's results, or those of another build, and `force` is not given, or anything else.
 */
export async function ownerOf(folder: string, named: string, { plan, force }: Claim): Promise<"own" | "other" | "nobody"> {
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => !name.endsWith(".part")) : [];
  if (names.length > 0 && !names.includes(PLAN)) {
    throw new UsageError(`${named} holds files but no ${plan.what} (no ${PLAN}).`, "Name another folder with --out.");
  }
  if (!names.includes(PLAN)) return "nobody";
  const difference = differenceOf(await readPlan(folder), plan);
  if (difference === "none") return "own";
  if (force) return "other";
  const goOn = difference === "program" ? "Go on with that build, name" : "Name";
  throw new UsageError(`${named} ${holdsText(difference, plan)}`, `${goOn} another folder with --out, or begin anew with --force.`);
}

/** Makes the folder this plan's. @param ours names of files and folders that are written there: what there is of them goes */
export async function takeFolder(folder: string, plan: Plan, ours: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of [PLAN, ...ours]) await rm(join(folder, name), { recursive: true, force: true });
  await writeWhole(join(folder, PLAN), `${JSON.stringify(plan)}\n`);
}

export function holdsText(difference: "task" | "program", { what }: Plan): string {
  if (difference === "task") return `holds another ${what}, or this one before its files changed.`;
  return `holds results of another build of cybertwin, which do not mix with those of this one.`;
}

export function differenceOf(stored: Partial<Plan>, plan: Plan): "none" | "task" | "program" {
  if (stored.what !== plan.what || stored.task !== plan.task) return "task";
  return stored.program === plan.program ? "none" : "program";
}

/** A damaged plan is nobody's. */
export async function readPlan(folder: string): Promise<Partial<Plan>> {
  const text = await readFile(join(folder, PLAN), "utf8");
  try {
    return Object(JSON.parse(text)) as Partial<Plan>;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
