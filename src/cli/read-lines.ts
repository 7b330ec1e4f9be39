/** The lines of a text file of any size, unpacked where its name ends in .gz. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { UsageError } from "./usage-error.ts";

const CHUNK_BYTES = 1_048_576;
/** A file without lines is no text table; it would fill the memory. */
const LINE_LENGTH_MAX = 16_777_216;

export interface ReadOptions {
  /** As the user named it, for messages. */
  readonly named: string;
  /** Share of the file that is read, 0..1. */
  readonly onProgress: (fraction: number) => void;
}

/** Some lines at a time, without their line feeds. @throws {UsageError} for a broken archive or an endless line; file errors of Node. */
export async function* readLines(file: string, { named, onProgress }: ReadOptions): AsyncGenerator<readonly string[]> {
  const entry = await stat(file);
  if (entry.isDirectory()) throw new UsageError(`${named} is a folder.`);
  const { size } = entry;
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const bytes = file.endsWith(".gz") ? source.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : source;
  if (bytes !== source) source.on("error", (error) => bytes.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  let lineCount = 0;
  try {
    for await (const chunk of bytes) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop() as string;
      lineCount += lines.length;
      if (rest.length > LINE_LENGTH_MAX) throw new UsageError(`${named}:${lineCount + 1}: is longer than any line of a table.`);
      yield lines;
      onProgress(size === 0 ? 1 : source.bytesRead / size);
    }
  } catch (error) {
    throw unpackFault(error, named);
  } finally {
    source.destroy();
  }
  rest += decoder.decode();
  if (rest !== "") yield [rest];
}

function unpackFault(error: unknown, named: string): unknown {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return code.startsWith("Z_") ? new UsageError(`${named} cannot be unpacked: ${message}.`) : error;
}
