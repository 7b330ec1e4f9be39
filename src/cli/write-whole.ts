/** A file appears whole or not at all: written beside its place, then renamed into it. */
import { rename, writeFile } from "node:fs/promises";

export async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text);
  await rename(part, file);
}
