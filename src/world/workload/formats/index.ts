/** Formats of public traces that `cybertwin import` reads. */
import { registry } from "../../base/plugin.ts";
import { azureLlm } from "./azure-llm.ts";
import { burstgpt } from "./burstgpt.ts";
import type { TraceFormat } from "./format.ts";
import { mooncake } from "./mooncake.ts";
import { splitwise } from "./splitwise.ts";
import { vidur } from "./vidur.ts";

export { type LineReader, type TraceFormat, type TraceRow, WrongColumns } from "./format.ts";
export { type ImportTally, type ImportWindow, TraceImport } from "./trace-import.ts";

export const traceFormats: ReadonlyMap<string, TraceFormat> = registry<TraceFormat>("trace format", [
  azureLlm,
  burstgpt,
  mooncake,
  splitwise,
  vidur,
]);
