/** The files of a finished sweep, and the way back from them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { renderSweep } from "./page.ts";
import { sweepToCsv } from "./to-csv.ts";
import { sweepFromJson, sweepToJson } from "./to-json.ts";

/** Everything but `meta.json`, which is not a function of the result. */
export function sweepFiles(output: SweepOutput): Readonly<Record<string, string>> {
  return { "table.csv": sweepToCsv(output), "report.html": renderSweep(output), "sweep.json": sweepToJson(output) };
}

/** The page of a folder that `sweepFiles` filled. @throws {StoredResultError} */
export function pageOfFolder(dir: string): string {
  return renderSweep(sweepFromJson(readFileSync(join(dir, "sweep.json"), "utf8")));
}
