/** A word as a shell reads it back: bare where it may be, else in single quotes. */
export function shellQuoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
