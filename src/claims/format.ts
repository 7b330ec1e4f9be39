/** Rows as a table for people, as the contract's JSON, and as files. */
import type { Claim, Verdict } from "./claim.ts";

/** The document of `--format json`: same rows, same bytes. */
export function toClaimsJson(rows: readonly Verdict[]): string {
  const claims = rows.map(({ id, parameters, value, expected, low, high, unit, verdict, reason }) => ({
    ...{ id, parameters, value, expected, low, high, unit, verdict },
    ...(reason === undefined ? {} : { reason }),
  }));
  return `${JSON.stringify({ claims }, null, 2)}\n`;
}

const HEADER = ["claim", "parameters", "expected", "observed", "99 % interval", "unit", "verdict"] as const;

function cellsOf({ id, parameters, expected, value, low, high, unit, verdict }: Verdict): readonly string[] {
  const interval = low === high ? "exact" : `${short(low)} .. ${short(high)}`;
  return [id, parameters, short(expected), short(value), interval, unit, verdict];
}

const short = (value: number | null): string => (value === null ? "-" : String(Number(value.toPrecision(6))));

export function toClaimsTable(rows: readonly Verdict[]): string {
  const lines = [HEADER as readonly string[], ...rows.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...lines.map((cells) => (cells[column] as string).length)));
  return lines
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => cell.padEnd(widths[column] as number))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Every claim with its source, and its rows under it. */
export function toClaimsMarkdown(claims: readonly Claim[], rows: readonly Verdict[]): string {
  const chapters = claims.map((claim) => {
    const mine = rows.filter(({ id }) => id.startsWith(`${claim.id}.`));
    return `### ${claim.title}\n\n\`${claim.id}\`: ${claim.source}\n\n${markdownTable(mine)}`;
  });
  const rest = rows.filter(({ id }) => !claims.some((claim) => id.startsWith(`${claim.id}.`)));
  return [...chapters, ...(rest.length === 0 ? [] : [`### Identities of all these runs\n\n${markdownTable(rest)}`])].join("\n");
}

function markdownTable(rows: readonly Verdict[]): string {
  const header = [...HEADER, "margin"];
  const lines = rows.map((row) => `| ${[...cellsOf(row), row.reason ?? ""].join(" | ")} |\n`);
  return `| ${header.join(" | ")} |\n|${"---|".repeat(header.length)}\n${lines.join("")}`;
}

export function toClaimsCsv(rows: readonly Verdict[]): string {
  const header = "id,parameters,expected,value,low,high,unit,verdict,reason\n";
  return (
    header +
    rows
      .map(({ id, parameters, expected, value, low, high, unit, verdict, reason = "" }) =>
        [id, quoted(parameters), expected ?? "", value ?? "", low ?? "", high ?? "", unit, verdict, quoted(reason)].join(","),
      )
      .map((line) => `${line}\n`)
      .join("")
  );
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
