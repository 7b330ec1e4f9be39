/** What `cybertwin import` says of a finished import. */
import type { ImportTally } from "../world/workload/formats/index.ts";

export interface DoneImport {
  readonly version: string;
  readonly format: string;
  readonly file: string;
  readonly out: string;
  readonly tally: ImportTally;
}

/** A phrase for each reason. */
export function dropLines({ dropped }: ImportTally): readonly string[] {
  return dropped.map(({ reason, rows, firstLine, got }) => `${count(rows)}: ${reason}; first at line ${firstLine}, got "${got}"`);
}

export function importTable({ format, file, out, tally }: DoneImport): string {
  const { spanS, meanRatePerS: rate, gapCv, classes } = tally;
  const facts: [label: string, text: string][] = [
    ["kept", `${count(tally.kept)} requests`],
    ["span", `${spanS.toLocaleString("en-US", { maximumFractionDigits: 3 })} s`],
    [
      "rate",
      rate === null
        ? "all at once"
        : `${round(rate, 4)} req/s in the mean${gapCv === null ? "" : `, gaps with a cv of ${round(gapCv, 4)}`}`,
    ],
    ["tokens", `${round(tally.promptTokensMean, 5)} of a prompt, ${round(tally.outputTokensMean, 5)} of an answer, in the mean`],
  ];
  const named = Object.entries(classes).map(([name, rows]) => `${name} ${count(rows)}`);
  if (named.length > 0) facts.push(["classes", named.join(", ")]);
  for (const line of dropLines(tally)) facts.push(["dropped", line]);
  if (tally.dropped.length === 0) facts.push(["dropped", "no row"]);
  if (tally.early > 0) facts.push(["before", `${count(tally.early)} requests came before --from`]);
  if (tally.stoppedAtLine !== undefined) facts.push(["stopped", `at line ${tally.stoppedAtLine}; what follows was not read`]);
  if (tally.columnsLeftOut.length > 0) facts.push(["columns", `left out: ${tally.columnsLeftOut.join(", ")}`]);
  const lines = facts.map(([label, text]) => `  ${label.padEnd(8)}  ${text}`);
  return `${[`${file} (${format}) -> ${out}`, ...lines].join("\n")}\n`;
}

export function importJson({ version, format, file, out, tally }: DoneImport): string {
  return `${JSON.stringify({ cybertwin: version, format, file, out, ...tally, stoppedAtLine: tally.stoppedAtLine ?? null }, null, 2)}\n`;
}

const count = (value: number): string => value.toLocaleString("en-US");
const round = (value: number, digits: number): string =>
  Number(value.toPrecision(digits)).toLocaleString("en-US", { maximumFractionDigits: 9 });
