/** Builds a table row by row, column by column in memory. */
import type { Column, ColumnTable } from "./result.ts";

type Types = Readonly<Record<string, "double" | "text">>;
type Row<T extends Types> = { readonly [Name in keyof T]: T[Name] extends "double" ? number : string };

export class TableBuilder<T extends Types> {
  readonly #doubles: { name: string; data: Float64Array }[] = [];
  readonly #texts: { name: string; data: string[] }[] = [];
  readonly #order: readonly string[];
  #rowCount = 0;

  constructor(types: T) {
    this.#order = Object.keys(types);
    for (const [name, type] of Object.entries(types)) {
      if (type === "double") this.#doubles.push({ name, data: new Float64Array(256) });
      else this.#texts.push({ name, data: [] });
    }
  }

  add(row: Row<T>): void {
    const at = this.#rowCount++;
    for (const column of this.#doubles) {
      if (at === column.data.length) {
        const bigger = new Float64Array(at * 2);
        bigger.set(column.data);
        column.data = bigger;
      }
      column.data[at] = row[column.name as keyof T] as number;
    }
    for (const { name, data } of this.#texts) data.push(row[name as keyof T] as string);
  }

  table(): ColumnTable {
    const columns = this.#order.map((name): Column => {
      const doubles = this.#doubles.find((column) => column.name === name);
      if (doubles !== undefined) return { name, type: "double", data: doubles.data.slice(0, this.#rowCount) };
      return { name, type: "text", data: this.#texts.find((column) => column.name === name)?.data as string[] };
    });
    return { columns, rowCount: this.#rowCount };
  }
}
