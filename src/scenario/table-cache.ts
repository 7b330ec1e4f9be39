/** Tables that several scenarios share: the points of a sweep name the same files. */
import type { TableReader } from "../world/base/table.ts";

export class TableCache {
  readonly #byReader = new Map<TableReader, Map<string, unknown>>();

  /** What `reader` made of `file`, made at the first call. */
  get(reader: TableReader, file: string, make: () => unknown): unknown {
    const known = this.#byReader.get(reader) ?? new Map<string, unknown>();
    this.#byReader.set(reader, known);
    if (!known.has(file)) known.set(file, make());
    return known.get(file);
  }
}
