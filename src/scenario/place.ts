/** Where a value stands: a file (or an option of the command line), a line and a column. */
export interface Source {
  /** The file as the user may open it, or the option, as `--set a.b=value`. */
  readonly file: string;
  /** The folder that relative paths in it start from. */
  readonly dir: string;
  /** Where another file named this one. */
  readonly from?: Place;
}

/** Line and column count from 1; line 0 is the source as a whole. */
export interface Place {
  readonly source: Source;
  readonly line: number;
  readonly col: number;
}

/** `file:line:col`, without the zeros. */
export function showPlace(place: Place): string {
  if (place.line === 0) return place.source.file;
  return place.col === 0 ? `${place.source.file}:${place.line}` : `${place.source.file}:${place.line}:${place.col}`;
}
