/** `cybertwin reproduce [figure]...` */
import { join, resolve } from "node:path";
import type { Claim, Verdict } from "../claims/claim.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import type { Args, Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { chosen, listOf, rowsOf, tell, writeTables } from "./verify.ts";

export const reproduce: Command = {
  words: { usage: "[figure]...", min: 0, max: Infinity },
  options: {
    tier: { type: "choice", doc: "quick: some points, seconds each; full: all", choices: ["quick", "full"], default: "quick" },
    list: { type: "switch", doc: "Say which figures there are, and make none" },
    workers: { type: "text", doc: "Threads to spread the runs over", example: "2" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    out: {
      type: "text",
      doc: "Folder for a folder of each figure: table.csv, table.md, verdict.json, figure.svg; results (full) or out (quick) otherwise",
      example: "results",
    },
    quiet: { type: "switch", doc: "No progress" },
  },
  run: async (args, io) => reproduceFigures((await import("../claims/index.ts")).FIGURES, args, io),
};

/** A quick look must not replace what a full run left. */
const OUT: Readonly<Record<string, string>> = { quick: "out", full: "results" };

/** Makes `known` figures, or those that the command line names, each whole before the next. @returns 1 if a row misses. */
export async function reproduceFigures(known: readonly Claim[], args: Args, io: Io): Promise<number> {
  const figures = chosen(known, args.words, { noun: "figure", command: "reproduce" });
  if (args.switches.has("list")) {
    io.out(listOf(figures));
    return EXIT.good;
  }
  const out = args.texts.get("out") ?? (OUT[args.texts.get("tier") as string] as string);
  const rows: Verdict[] = [];
  for (const figure of figures) rows.push(...(await reproduceOne(figure, resolve(io.cwd, out, figure.id), args, io)));
  const code = await tell(rows, args, io);
  if (io.errIsTerminal && !args.switches.has("quiet")) for (const { id } of figures) io.err(`Wrote ${join(out, id)}.\n`);
  return code;
}

async function reproduceOne(claim: Claim, folder: string, args: Args, io: Io): Promise<readonly Verdict[]> {
  const rows = (await rowsOf([claim], args, io)).map((row) => (isOf(claim, row) ? row : { ...row, id: `${claim.id}.${row.id}` }));
  await writeTables(folder, [claim], rows);
  if (claim.figure !== undefined) await writeWhole(join(folder, "figure.svg"), await claim.figure(rows));
  return rows;
}

/** The row on the identities of all runs belongs to no claim. */
const isOf = (claim: Claim, row: Verdict): boolean => row.id.startsWith(`${claim.id}.`);
