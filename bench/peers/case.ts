import type { Entry } from "./measure.ts";

/** One question, put to several sides. */
export interface Case {
  readonly name: string;
  /** What is counted: "holds". */
  readonly unit: string;
  /** SHA-256 by file. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
  /** Who does not take part, and why. */
  readonly skipped: readonly string[];
}
