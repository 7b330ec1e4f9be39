/** A file appears whole or not at all, also if the process is killed or the power fails: written beside its place, then renamed into it. */
import { open, rename } from "node:fs/promises";

export async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}
