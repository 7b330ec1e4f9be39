/** The world outside a command, handed in so that tests can run a command in their own process. */
export interface Io {
  /** stdout: results only. */
  out(text: string): void;
  /** stderr: errors, warnings, progress. */
  err(text: string): void;
  /** stdout: bytes of a protocol. Resolves when they have gone. */
  outBytes(bytes: Uint8Array): Promise<void>;
  /** stdin. Ends with an error when the signal is aborted. */
  input(signal: AbortSignal): AsyncIterable<Uint8Array>;
  readonly cwd: string;
  readonly errIsTerminal: boolean;
  /** Nobody looks on: a pipeline runs this. */
  readonly inCi: boolean;
  /** From here on the first interrupt aborts the signal, and only a second one kills. `meaning`: what becomes of the work, to tell the user. */
  catchInterrupt(meaning?: string): AbortSignal;
}
