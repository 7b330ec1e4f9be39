/** The world outside a command, handed in so that tests can run a command in their own process. */
export interface Io {
  /** stdout: results only. */
  out(text: string): void;
  /** stderr: errors, warnings, progress. */
  err(text: string): void;
  readonly cwd: string;
  readonly errIsTerminal: boolean;
  /** From here on the first interrupt aborts the signal, and only a second one kills. `meaning`: what becomes of the work, to tell the user. */
  catchInterrupt(meaning?: string): AbortSignal;
}
