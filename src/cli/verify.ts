/** `cybertwin verify [claim]...` */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Claim, Tier, Verdict } from "../claims/claim.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { startProgress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

export const verify: Command = {
  words: { usage: "[claim]...", min: 0, max: Infinity },
  options: {
    tier: {
      type: "choice",
      doc: "quick: a minute; full: high loads too, a quarter of an hour",
      choices: ["quick", "full"],
      default: "quick",
    },
    list: { type: "switch", doc: "Say which claims there are, and run none" },
    workers: { type: "text", doc: "Threads to spread the runs over", example: "2" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    out: { type: "text", doc: "Folder for table.csv, table.md and verdict.json", example: "results/theory" },
    quiet: { type: "switch", doc: "No progress" },
  },
  run: async (args, io) => verifyClaims((await import("../claims/index.ts")).THEORY, args, io),
};

/** Checks `known` claims, or those that the command line names. @returns 1 if one misses, each named on stderr. */
export async function verifyClaims(known: readonly Claim[], args: Args, io: Io): Promise<number> {
  const claims = chosen(known, args.words, { noun: "claim", command: "verify" });
  if (args.switches.has("list")) {
    io.out(listOf(claims));
    return EXIT.good;
  }
  const rows = await rowsOf(claims, args, io);
  const out = args.texts.get("out");
  if (out !== undefined) await writeTables(resolve(io.cwd, out), claims, rows);
  return tell(rows, args, io);
}

/** Runs the claims at the tier and with the workers that the command line says. */
export async function rowsOf(claims: readonly Claim[], args: Args, io: Io): Promise<readonly Verdict[]> {
  const { runClaims } = await import("../claims/index.ts");
  const workers = args.texts.get("workers");
  const progress = startProgress(io.errIsTerminal && !args.switches.has("quiet"));
  return runClaims({
    claims,
    tier: args.texts.get("tier") as Tier,
    workers: workers === undefined ? availableParallelism() : wholeNumber(workers, "--workers", 1),
    onProgress: progress.update,
  }).finally(progress.stop);
}

/** table.csv, table.md and verdict.json. */
export async function writeTables(folder: string, claims: readonly Claim[], rows: readonly Verdict[]): Promise<void> {
  const { toClaimsCsv, toClaimsJson, toClaimsMarkdown } = await import("../claims/index.ts");
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, "table.csv"), toClaimsCsv(rows));
  await writeWhole(join(folder, "table.md"), toClaimsMarkdown(claims, rows));
  await writeWhole(join(folder, "verdict.json"), toClaimsJson(rows));
}

/** The claims' names, for `--list`. */
export function listOf(claims: readonly Claim[]): string {
  const width = Math.max(0, ...claims.map(({ id }) => id.length));
  return claims.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join("");
}

/** Those that are named, or all. @throws {UsageError} for a word that names none. */
export function chosen(
  known: readonly Claim[],
  words: readonly string[],
  { noun, command }: { readonly noun: string; readonly command: string },
): readonly Claim[] {
  const ids = known.map(({ id }) => id);
  for (const word of words) {
    if (ids.includes(word)) continue;
    throw new UsageError(`There is no ${noun} "${word}".${didYouMean(word, ids)}`, `See \`cybertwin ${command} --list\`.`);
  }
  return words.length === 0 ? known : known.filter(({ id }) => words.includes(id));
}

/** Prints the rows, and on stderr each that misses. @returns the exit code. */
export async function tell(rows: readonly Verdict[], args: Args, io: Io): Promise<number> {
  const { toClaimsJson, toClaimsTable } = await import("../claims/index.ts");
  io.out(args.texts.get("format") === "json" ? toClaimsJson(rows) : toClaimsTable(rows));
  const missed = rows.filter(({ verdict }) => verdict === "miss");
  for (const { id, value, expected, reason } of missed) io.err(`${id} misses: expected ${expected}, got ${value} (${reason}).\n`);
  return missed.length > 0 ? EXIT.short : EXIT.good;
}
