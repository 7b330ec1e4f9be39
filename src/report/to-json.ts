/** The document of `--format json` and of `summary.json`: docs/contract, "Output". Same result, same bytes. */
import type { Note, RunOutput, RunResult } from "../experiment/result.ts";

/**
 * The contract's document with sorted metric names, two spaces of indent and a final newline.
 * @throws {Error} if a number is NaN, infinite or -0: those are bugs of whoever measured.
 */
export function toJson(output: RunOutput): string {
  const document = {
    cybertwin: output.version,
    scenario: { name: output.scenario.name, sha256: output.scenario.sha256 },
    durationS: output.durationS,
    seeds: output.seeds,
    runs: output.runs.map(runDocument),
    summary: mapSorted(output.summary, ({ mean, ciLow, ciHigh, n, unit, estimator }) => ({ mean, ciLow, ciHigh, n, unit, estimator })),
  };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}

function runDocument(run: RunResult) {
  return {
    seed: run.seed,
    metrics: mapSorted(run.metrics, (value) => value),
    notes: contractNotes(run.notes),
    identities: mapSorted(run.identities, (holds) => holds),
    eventLogHash: run.eventLogHash,
    ...(run.interruptedAtS !== undefined && { interruptedAtS: run.interruptedAtS }),
  };
}

function contractNotes(notes: Readonly<Record<string, Note>>) {
  const told = Object.entries(notes).filter(([, note]) => note.reason !== undefined || note.censored !== undefined);
  return mapSorted(Object.fromEntries(told), ({ reason, censored }) => ({
    ...(reason === undefined ? {} : { reason }),
    ...(censored === undefined ? {} : { censored }),
  }));
}

function mapSorted<From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> {
  const names = Object.keys(record).sort();
  return Object.fromEntries(names.map((name) => [name, to(record[name] as From)]));
}

/** @throws {Error} at the first number that JSON cannot carry, naming its place. */
export function refuseBadNumbers(value: unknown, path: string): void {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    throw new Error(`${path || "the document"} is ${Object.is(value, -0) ? "-0" : value}, which JSON cannot say`);
  }
  if (value === null || typeof value !== "object") return;
  for (const [key, item] of Object.entries(value)) refuseBadNumbers(item, path === "" ? key : `${path}.${key}`);
}
