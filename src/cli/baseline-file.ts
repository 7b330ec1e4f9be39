/** The baseline that a gate names. What is wrong with it is said where the gate names it. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Baseline, BaselineError, readBaseline, type Subject, subjectDifferences } from "../experiment/gate/baseline.ts";
import type { LoadedGate } from "../scenario/gate/load.ts";
import { SpecError } from "../scenario/problem.ts";

/** Undefined if it does not exist. @throws {SpecError} if it cannot be read. */
export function baselineOf({ baseline, baselinePlace: place }: LoadedGate, cwd: string): Baseline | undefined {
  const path = resolve(cwd, baseline);
  if (!existsSync(path)) return undefined;
  try {
    return readBaseline(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    throw new SpecError([
      { place, message: `baseline ${JSON.stringify(baseline)} ${error.message}`, hint: "Restore it, or remove it and record it anew." },
    ]);
  }
}

interface Compared {
  readonly gate: LoadedGate;
  readonly baseline: Baseline | undefined;
  /** What is measured now. */
  readonly subject: Subject;
}

/** @throws {SpecError} unless there is a baseline of the same things. */
export function checkComparable(file: string, { gate, baseline, subject }: Compared): void {
  const record = `cybertwin gate ${file} --update --reason "..."`;
  const named = JSON.stringify(gate.baseline);
  const problem = (message: string, hint: string): SpecError => new SpecError([{ place: gate.baselinePlace, message, hint }]);
  if (baseline === undefined) throw problem(`baseline ${named} does not exist`, `Record it: ${record}.`);
  const differences = subjectDifferences(baseline.subject, subject);
  if (differences.length === 0) return;
  throw problem(
    `baseline ${named} is of another scenario or gate: ${differences.join("; ")}`,
    `If that is meant, record it anew: ${record}.`,
  );
}
