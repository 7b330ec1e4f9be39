/** What readers made of files that several scenarios share: the points of a sweep name the same ones. */
import type { FileReader } from "../world/base/table.ts";

export class TableCache {
  readonly #byReader = new Map<FileReader, Map<string, unknown>>();

  /** What `reader` made of `file`, made at the first call. */
  get<Made>(reader: FileReader, file: string, make: () => Made): Made {
    const known = this.#byReader.get(reader) ?? new Map<string, unknown>();
    this.#byReader.set(reader, known);
    if (!known.has(file)) known.set(file, make());
    return known.get(file) as Made;
  }
}
