/** Pieces of tables for the terminal. */

export function inBrackets(interval: string | null): string {
  return interval === null ? "" : `[${interval}]`;
}

/** Columns under their heads. */
export function aligned(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  return [head, ...rows].map((row) => `  ${row.map((text, i) => text.padEnd(widths[i] as number)).join("  ")}`.trimEnd());
}
