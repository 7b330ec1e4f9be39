/** What is wrong with a user's file, as data: collected, sorted and printed together. */
import type { Place } from "./place.ts";
import { showPlace } from "./place.ts";

export interface Problem {
  readonly place: Place;
  /** Starts with the field's path where there is one; no full stop at the end. */
  readonly message: string;
  readonly hint?: string;
}

/** The user's input is wrong (exit code 2). All problems of the first pass that failed, in order of file and line. */
export class SpecError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = problems.toSorted(comparePlaces);
    super(sorted.map(showProblem).join("\n"));
    this.name = "SpecError";
    this.problems = sorted;
  }
}

/** One line: `file:line:col: path message (from scenario.yaml:19). Hint: "1 day".` */
export function showProblem(problem: Problem): string {
  const from = problem.place.source.from;
  const origin = from === undefined ? "" : ` (from ${from.line > 0 ? `${from.source.file}:${from.line}` : from.source.file})`;
  const end = /[?.]$/.test(problem.message) && origin === "" ? "" : ".";
  return `${showPlace(problem.place)}: ${problem.message}${origin}${end}${problem.hint === undefined ? "" : ` ${problem.hint}`}`;
}

function comparePlaces(a: Problem, b: Problem): number {
  const rank = (p: Problem): number => (p.place.line > 0 ? 0 : 1); // what was said on the command line comes last
  const byRank = rank(a) - rank(b);
  if (byRank !== 0) return byRank;
  if (a.place.source.file !== b.place.source.file) return a.place.source.file < b.place.source.file ? -1 : 1;
  return a.place.line - b.place.line || a.place.col - b.place.col;
}
