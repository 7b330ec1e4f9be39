/** `cybertwin import <format> <file> --out FILE` */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ColumnTable } from "../experiment/result.ts";
import { TableBuilder } from "../experiment/table-builder.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import { readQuantity } from "../world/base/quantity.ts";
import { type ImportWindow, type TraceFormat, TraceImport, traceFormats, WrongColumns } from "../world/workload/formats/index.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import { dropLines, importJson, importTable } from "./import-text.ts";
import type { Io } from "./io.ts";
import { startProgress } from "./progress.ts";
import { readLines } from "./read-lines.ts";
import { UsageError } from "./usage-error.ts";

/** A row group of a Parquet file, and what is held in memory at a time. */
const ROWS_PER_PIECE = 100_000;

export const importTrace: Command = {
  words: { usage: "<format> <file>", min: 2, max: 2 },
  options: {
    out: { type: "text", doc: "File to write: .csv, .csv.gz or .parquet", example: "requests.csv" },
    class: { type: "switch", doc: "Write a column class, of the model or application that the trace names" },
    from: { type: "text", doc: "Leave out what comes earlier after the first request; times count from here", example: '"2 h"' },
    to: { type: "text", doc: "Leave out what comes later after the first request", example: '"3 h"' },
    "max-prompt": {
      type: "text",
      doc: "Drop requests with more tokens of prompt, which a model's context would not hold",
      example: "4095",
    },
    limit: { type: "text", doc: "Requests to keep at most", example: "10000" },
    force: { type: "switch", doc: "Overwrite the file of --out" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    quiet: { type: "switch", doc: "No progress" },
  },
  run: importFile,
};

async function importFile(args: Args, io: Io, { version }: Engine): Promise<number> {
  const [kind = "", named = ""] = args.words;
  const format = formatOf(kind);
  const withClass = args.switches.has("class");
  if (withClass && format.classColumn === undefined) {
    const naming = [...traceFormats.values()].filter(({ classColumn }) => classColumn !== undefined).map((other) => other.kind);
    throw new UsageError(`--class: traces of format ${kind} name no model.`, `These do: ${naming.join(", ")}.`);
  }
  const window = windowOf(args);
  const { encode, out, file: target } = await targetOf(args, io);
  const trace = new TraceImport(format.create({ kind })({ file: named, withClass }), window);
  const progress = startProgress(io.errIsTerminal && !args.switches.has("quiet"));
  const signal = io.catchInterrupt("nothing is written");
  const lines = readLines(resolve(io.cwd, named), { named, onProgress: progress.update });
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeWhole(target, encode(pieces(lines, trace, { withClass, signal, named })));
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    throw forUser(error, format);
  } finally {
    progress.stop();
  }
  const done = { version, format: kind, file: named, out, tally: trace.tally() };
  io.out(args.texts.get("format") === "json" ? importJson(done) : importTable(done));
  return EXIT.good;
}

function formatOf(kind: string): TraceFormat {
  const format = traceFormats.get(kind);
  if (format !== undefined) return format;
  const known = [...traceFormats.keys()];
  throw new UsageError(
    `Unknown trace format "${kind}".${didYouMean(kind, known)}`,
    `There are: ${known.join(", ")}. See \`cybertwin list trace-formats\`.`,
  );
}

function windowOf({ texts }: Args): ImportWindow {
  const most = (option: string): number => {
    const text = texts.get(option);
    return text === undefined ? Number.POSITIVE_INFINITY : wholeNumber(text, `--${option}`, 1);
  };
  const window = {
    fromS: durationOf("from", texts.get("from")) ?? 0,
    toS: durationOf("to", texts.get("to")) ?? Number.POSITIVE_INFINITY,
    limit: most("limit"),
    maxPrompt: most("max-prompt"),
  };
  if (window.toS <= window.fromS) throw new UsageError(`--to must be after --from: ${window.fromS} s to ${window.toS} s hold nothing.`);
  return window;
}

function durationOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const read = readQuantity(text, "duration", { example: "2 h" });
  if (read.ok) return read.value;
  throw new UsageError(`--${option} ${read.message}.`, `Hint: ${read.hint}.`);
}

async function targetOf(args: Args, io: Io) {
  const { encoderFor, TABLE_ENDINGS } = await import("../report/table-pieces.ts");
  const out = args.texts.get("out");
  if (out === undefined) throw new UsageError("Missing --out, the file to write.", "Hint: --out requests.csv.");
  const encode = encoderFor(out);
  if (encode === undefined) {
    throw new UsageError(
      `--out ${out} must end in ${TABLE_ENDINGS.join(", ")}: the ending says how to write.`,
      "Hint: --out requests.csv.",
    );
  }
  const file = resolve(io.cwd, out);
  if (existsSync(file) && !args.switches.has("force")) {
    throw new UsageError(`--out ${out} exists.`, "Choose another file, or overwrite it with --force.");
  }
  return { encode, out, file };
}

class Interrupted extends Error {}

interface PieceOptions {
  readonly withClass: boolean;
  readonly signal: AbortSignal;
  readonly named: string;
}

/** Our table in slices. @throws {UsageError} where no row is left, {Interrupted} once the user has had enough. */
async function* pieces(
  lines: AsyncIterable<readonly string[]>,
  trace: TraceImport,
  { withClass, signal, named }: PieceOptions,
): AsyncGenerator<ColumnTable> {
  const begin = () =>
    new TableBuilder({ arrival_s: "double", ...(withClass && { class: "text" }), prompt_tokens: "double", output_tokens: "double" });
  let piece = begin();
  let rowCount = 0;
  let isEmpty = true;
  for await (const some of lines) {
    if (signal.aborted) throw new Interrupted();
    for (const line of some) {
      const row = trace.take(line);
      if (row !== undefined) {
        piece.add({ arrival_s: row.timeS, class: row.class, prompt_tokens: row.promptTokens, output_tokens: row.outputTokens });
        rowCount++;
      }
      if (trace.isDone) break;
      if (rowCount < ROWS_PER_PIECE) continue;
      yield piece.table();
      isEmpty = false;
      piece = begin();
      rowCount = 0;
    }
    if (trace.isDone) break;
  }
  if (rowCount > 0) yield piece.table();
  else if (isEmpty) throw nothingLeft(trace, named);
}

function nothingLeft(trace: TraceImport, named: string): UsageError {
  const tally = trace.tally();
  const reasons = [...dropLines(tally), ...(tally.early > 0 ? [`${tally.early} come before --from`] : [])];
  return new UsageError(`${named} leaves no request to write: ${reasons.length === 0 ? "it holds none" : reasons.join("; ")}.`);
}

/** A wrong header, with the columns that it should have, and what it has those of. */
function forUser(error: unknown, format: TraceFormat): unknown {
  if (!(error instanceof WrongColumns)) return error;
  const needed = format.columns.map((name) => `"${name}"`).join(", ");
  const other = [...traceFormats.values()].find(({ columns }) => columns.every((name) => error.has.includes(name)));
  const better = error.has.includes("arrival_s")
    ? " This one is ours already: a scenario takes it as it is."
    : other === undefined
      ? ""
      : ` Did you mean format ${other.kind}?`;
  return new UsageError(`${error.file}:${error.line}: ${error.message}.`, `Traces of format ${format.kind} have ${needed}.${better}`);
}
