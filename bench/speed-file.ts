/** results/learning/speed.json, and the tables of docs/performance.md that are made of it. */
import { isGood, type Measured, numberText, requiredText } from "./measured.ts";

export interface SpeedFile {
  readonly command: string;
  /** "Node 20.20.2, 2 cores (AMD EPYC)". */
  readonly machine: string;
  /** Of the last minute, before and after. */
  readonly loadAverages: readonly [number, number];
  /** Devices, and what could not be measured. */
  readonly notes: readonly string[];
  readonly measured: readonly Measured[];
}

const UPDATES = "updates of an agent";
const POPULATIONS = [1, 8, 64, 512];

function speedTables({ machine, loadAverages, notes, measured }: SpeedFile): string {
  const [before, after] = loadAverages.map((load) => load.toFixed(1));
  return [
    `${machine}; load average ${before} before, ${after} after.`,
    "",
    ...table(["What", "Of", "Measured", "Required"], measured.filter(({ what }) => what !== UPDATES).map(row)),
    "",
    `Updates of an agent a second (updates of the population times its agents): ${notes.join("; ")}.`,
    "",
    ...table(["", "", ...POPULATIONS.map((count) => `${count} agent${count === 1 ? "" : "s"}`)], updateRows(measured)),
  ].join("\n");
}

const [BEGIN, END] = ["<!-- results/learning/speed.json -->", "<!-- end -->"];

/** The document with the tables between their marks. */
export function placeTables(document: string, file: SpeedFile): string {
  const [from, to] = [document.indexOf(BEGIN) + BEGIN.length, document.indexOf(END)];
  return `${document.slice(0, from)}\n${speedTables(file)}\n${document.slice(to)}`;
}

function row(measured: Measured): readonly string[] {
  const { what, of, value, unit } = measured;
  return [what, of, `${numberText(value)} ${unit}`, verdictText(measured)];
}

/** A row for each kind of update, backend and clock. */
function updateRows(measured: readonly Measured[]): readonly (readonly string[])[] {
  const rows = new Map<string, string[]>();
  for (const each of measured.filter(({ what }) => what === UPDATES)) {
    const [, update, count, backend] = /^(.*), (\d+) agents?, (.*)$/.exec(each.of) as unknown as [string, string, string, string];
    const head = [`${update} on \`${backend}\``, each.unit];
    const cells = rows.get(head.join()) ?? [...head, ...POPULATIONS.map(() => "")];
    const required = verdictText(each);
    cells[2 + POPULATIONS.indexOf(Number(count))] = `${numberText(each.value)}${required === "" ? "" : ` (${required})`}`;
    rows.set(head.join(), cells);
  }
  return [...rows.values()];
}

function verdictText(measured: Measured): string {
  return measured.required === undefined ? "" : `${requiredText(measured)}, ${isGood(measured) ? "met" : "missed"}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
