/** A file appears whole or not at all, also if the process is killed or the power fails: written beside its place, then renamed into it. */
import { open, rename, rm } from "node:fs/promises";

/** @param content text, bytes, or pieces of a file too large to hold; whoever makes them may throw, and nothing appears */
export async function writeWhole(file: string, content: string | Uint8Array | AsyncIterable<string | Uint8Array>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, "w").catch((error) => {
    throw Object.assign(error, { path: file });
  });
  try {
    if (typeof content === "string" || content instanceof Uint8Array) await handle.writeFile(content);
    else for await (const piece of content) await handle.writeFile(piece);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error instanceof Error && "code" in error && !("path" in error) ? Object.assign(error, { path: file }) : error; // a full disk does not say where
  }
  await handle.close();
  await rename(part, file);
}
