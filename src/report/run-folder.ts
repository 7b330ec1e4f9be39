/** The files of a finished run, and the way back from them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOutput } from "../experiment/result.ts";
import { renderReport } from "./html/page.ts";
import { fromJson, StoredResultError, toSeriesJson } from "./series-json.ts";
import { toJson } from "./to-json.ts";
import { toParquet } from "./to-parquet.ts";
import type { FolderFiles } from "./write-folder.ts";

/** Everything but `meta.json`, which says on what machine and when, and so is not a function of the result. */
export function runFiles(output: RunOutput): FolderFiles {
  const files: Record<string, FolderFiles[string]> = {
    "summary.json": toJson(output),
    "series.json": toSeriesJson(output),
    "report.html": renderReport(output),
  };
  for (const run of output.runs) {
    const suffix = output.runs.length === 1 ? "" : `-seed-${run.seed}`;
    for (const [name, table] of Object.entries(run.tables)) files[`${name}${suffix}.parquet`] = toParquet(table);
    if (run.traceFile !== undefined) files[`trace${suffix}.json`] = { movedFrom: run.traceFile };
    if (run.eventLines !== undefined) files[`events${suffix}.jsonl`] = run.eventLines.map((line) => `${line}\n`).join("");
  }
  return files;
}

/** Reads a folder that `runFiles` filled; row tables stay in their Parquet files. @throws {StoredResultError} */
export function fromFolder(dir: string): RunOutput {
  const read = (name: string) => {
    const path = join(dir, name);
    if (!existsSync(path)) throw new StoredResultError(`${dir} holds no ${name}: not the folder of a run`);
    return readFileSync(path, "utf8");
  };
  return fromJson(read("summary.json"), read("series.json"));
}
