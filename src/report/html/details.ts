/** Everything else, in tables to open: nothing that the JSON says is missing from the page. */
import type { RunOutput } from "../../experiment/result.ts";
import { estimatorWords, intervalOf, remarkOf } from "../answer.ts";
import { escapeText } from "../escape.ts";
import { grouped, MISSING, quantityText } from "../format.ts";
import { shownRun } from "../interruption.ts";
import { breakable } from "./answer-section.ts";

export interface Column {
  readonly title: string;
  readonly number?: boolean;
  /** Long: breaks into lines. */
  readonly text?: boolean;
}
/** Cells are HTML; the first of a row is its header. */
export interface TableText {
  readonly id?: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export function details(output: RunOutput): string {
  const faults = shownRun(output)?.series.faults ?? [];
  const metricCount = Object.keys(output.summary).length;
  return [
    fold("All metrics", `${metricCount}`, search() + table(metricsTable(output))),
    output.runs.length > 1 ? fold("Values by seed", `${output.runs.length} runs`, table(seedsTable(output))) : "",
    notesFold(output),
    fold("Identities", "", `<p>What must hold in every run; a broken one is a bug.</p>${table(identitiesTable(output))}`),
    faults.length > 0 ? fold("Faults", `${faults.length}`, table(faultsTable(output))) : "",
    fold("Scenario", output.scenario.file, scenarioText(output)),
  ].join("");
}

export function fold(title: string, small: string, content: string): string {
  return `<details><summary>${escapeText(title)} <small>${breakable(escapeText(small))}</small></summary><div class="inside">${content}</div></details>`;
}

function search(): string {
  return `<div hidden><label for="search">Find a metric</label><input class="search" id="search" type="search" autocomplete="off" spellcheck="false" placeholder="for example: latency p99"><p id="search-count" role="status"></p></div>`;
}

export function table({ id, caption, columns, rows }: TableText): string {
  const head = columns.map(({ title, number }) => `<th scope="col"${number ? ' class="num"' : ""}>${title}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell, i) => cellHtml(cell, columns[i], i)).join("")}</tr>`).join("");
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeText(caption)}"><table${id === undefined ? "" : ` id="${id}"`}><caption>${escapeText(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function cellHtml(cell: string, column: Column | undefined, index: number): string {
  if (index === 0) return `<th scope="row">${cell}</th>`;
  return `<td${column?.number ? ' class="num"' : column?.text ? ' class="text"' : ""}>${cell}</td>`;
}

function metricName(name: string): string {
  return `<code>${breakable(escapeText(name))}</code>`;
}

function metricsTable(output: RunOutput): TableText {
  const rows = Object.keys(output.summary)
    .sort()
    .map((name) => {
      const entry = output.summary[name] as RunOutput["summary"][string];
      const value = quantityText(entry.mean, entry.unit, name);
      const exact =
        entry.mean === null ? MISSING : `<data value="${entry.mean}" title="${entry.mean} ${escapeText(entry.unit)}">${value}</data>`;
      return [
        metricName(name),
        exact,
        intervalOf(entry, name) ?? MISSING,
        String(entry.n),
        escapeText(entry.unit),
        entry.mean === null ? MISSING : escapeText(estimatorWords(entry)),
      ];
    });
  return {
    id: "metrics",
    caption: "Every metric: its mean and 95 % interval, and how the interval was made",
    columns: [
      { title: "Metric" },
      { title: "Mean", number: true },
      { title: "95 % interval", number: true },
      { title: "n", number: true },
      { title: "Unit in JSON" },
      { title: "Interval from" },
    ],
    rows,
  };
}

function seedsTable(output: RunOutput): TableText {
  const names = [...new Set(output.runs.flatMap((run) => Object.keys(run.metrics)))].sort();
  return {
    caption: "Each metric in each run",
    columns: [{ title: "Metric" }, ...output.runs.map((run) => ({ title: `seed ${run.seed}`, number: true }))],
    rows: names.map((name) => [
      metricName(name),
      ...output.runs.map((run) => quantityText(run.metrics[name] ?? null, output.summary[name]?.unit ?? "1", name, 5)),
    ]),
  };
}

function notesFold(output: RunOutput): string {
  const names = [...new Set(output.runs.flatMap((run) => Object.keys(run.notes)))].sort();
  if (names.length === 0) return "";
  const rows = names.map((name) => {
    const notes = output.runs.flatMap((run) => run.notes[name] ?? []);
    const estimators = [...new Set(notes.flatMap((note) => note.estimator ?? []))].join(", ");
    const samples = notes.flatMap((note) => (note.n === undefined ? [] : [grouped(note.n)])).join(", ");
    const width = notes
      .flatMap((note) =>
        note.halfWidth === undefined ? [] : [`± ${quantityText(note.halfWidth, output.summary[name]?.unit ?? "1", name)}`],
      )
      .join(", ");
    return [
      metricName(name),
      escapeText(remarkOf(output, name) ?? MISSING),
      escapeText(estimators || MISSING),
      samples || MISSING,
      width || MISSING,
    ];
  });
  const columns = [
    { title: "Metric" },
    { title: "Note" },
    { title: "Estimator" },
    { title: "Samples, by run", number: true },
    { title: "Within a run", number: true },
  ];
  return fold("Notes", `${names.length}`, table({ caption: "Why a value is missing, and how values were estimated", columns, rows }));
}

function identitiesTable(output: RunOutput): TableText {
  const names = [...new Set(output.runs.flatMap((run) => Object.keys(run.identities)))].sort();
  return {
    caption: "Identities in each run",
    columns: [{ title: "Identity" }, ...output.runs.map((run) => ({ title: `seed ${run.seed}` }))],
    rows: [
      ...names.map((name) => [
        escapeText(name),
        ...output.runs.map((run) =>
          run.identities[name] === undefined ? MISSING : run.identities[name] ? "holds" : '<strong class="bad">broken</strong>',
        ),
      ]),
      ["events handled", ...output.runs.map((run) => grouped(run.eventCount))],
      ["hash of the event log", ...output.runs.map((run) => `<code class="hash">${escapeText(run.eventLogHash)}</code>`)],
    ],
  };
}

function faultsTable(output: RunOutput): TableText {
  const run = shownRun(output);
  const rows = (run?.series.faults ?? []).map((fault) => [
    escapeText(fault.fault),
    escapeText(fault.kind),
    escapeText(fault.server),
    quantityText(fault.startS, "s"),
    quantityText(fault.endS - fault.startS, "s"),
  ]);
  return {
    caption: `What broke in the run of seed ${run?.seed}; starts count from the beginning of the warm-up`,
    columns: [
      { title: "Fault" },
      { title: "Kind" },
      { title: "Server or GPU" },
      { title: "Start", number: true },
      { title: "Lasted", number: true },
    ],
    rows,
  };
}

function scenarioText(output: RunOutput): string {
  const { text, sha256, name } = output.scenario;
  return `<p>The text of <strong>${escapeText(name)}</strong>, as it was run. SHA-256: <code class="hash">${escapeText(sha256)}</code></p><pre tabindex="0" aria-label="Text of the scenario">${escapeText(text)}</pre>`;
}
