/** A mistake on the command line: told in one line, with a hint, never with a stack. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Several mistakes in files, one finished line each; the loader's own error has the same shape. */
export interface ProblemsError extends Error {
  readonly problems: readonly unknown[];
}
export function isProblemsError(error: unknown): error is ProblemsError {
  return error instanceof Error && "problems" in error && Array.isArray(error.problems);
}
