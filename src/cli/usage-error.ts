/** A mistake on the command line: told in one line, with a hint, never with a stack. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Faults of files and disks that the user can mend, by Node's code. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be touched by this user",
  EPERM: "may not be touched by this user",
  EROFS: "lies on a read-only disk",
  EISDIR: "is a folder",
  ENOTDIR: "is not a folder",
  EEXIST: "exists",
  ENOSPC: "does not fit: the disk is full",
};

/** One line for a fault of a file, or undefined for any other error. */
export function fileFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const fault = Object.hasOwn(FILE_FAULTS, code) ? FILE_FAULTS[code] : undefined;
  return fault === undefined || path === undefined ? undefined : `${dest ?? path} ${fault}.`;
}

/** Several mistakes in files, one finished line each; the loader's own error has the same shape. */
export interface ProblemsError extends Error {
  readonly problems: readonly unknown[];
}
export function isProblemsError(error: unknown): error is ProblemsError {
  return error instanceof Error && "problems" in error && Array.isArray(error.problems);
}
