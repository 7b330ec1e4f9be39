/** A folder of results appears whole or not at all. */
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** What a folder must hold to be taken for an earlier result: `force` replaces nothing else. */
const SIGNS_OF_A_RESULT = ["meta.json", "summary.json"];

/** By relative path: text, bytes, or a whole file of the same disk, already flushed, that is moved into its place. */
export type FolderFiles = Readonly<Record<string, string | Uint8Array | { readonly movedFrom: string }>>;

/** The user named a folder that must not be replaced. */
export class OutputFolderError extends Error {}

/**
 * Writes `files` into a sibling `.<name>.partial-<pid>`, flushes them to disk and renames it to `dir`.
 * A killed run leaves at most that hidden folder. With `force`, an earlier result (or an empty folder) is renamed aside first
 * and removed last; between the two renames a kill leaves it as `.<name>.old-<pid>`.
 * @throws {OutputFolderError} if `dir` exists and `force` is not given, or if it exists and does not look like a result of ours.
 */
export function writeFolder(dir: string, files: FolderFiles, options: FolderOptions): void {
  checkReplaced(resolve(dir), options.named ?? dir, options.force);
  const target = resolve(dir);
  const partial = partialOf(target);
  try {
    mkdirSync(dirname(target), { recursive: true });
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    for (const name of Object.keys(files)) place(partial, name, files[name] as FolderFiles[string]);
    flushFolder(partial);
    swapIn(partial, target);
  } catch (error) {
    if (existsSync(partial)) rmSync(partial, { recursive: true });
    throw unwritable(error, options.named ?? dir);
  }
}

/** Hidden beside the folder that it becomes. */
function partialOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
}

/** What the file system has against it, in a line that says the folder as the user did. */
function unwritable(error: unknown, named: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined || error instanceof OutputFolderError) return error;
  return new OutputFolderError(`${named} cannot be written: ${(error as Error).message}`);
}

interface FolderOptions {
  readonly force: boolean;
  /** The folder as the user typed it, for messages. */
  readonly named?: string;
}

/** Says what `writeFolder` would refuse, so that nobody computes for an hour first. @throws {OutputFolderError} */
export function checkFolder(dir: string, options: FolderOptions): void {
  const target = resolve(dir);
  const named = options.named ?? dir;
  checkReplaced(target, named, options.force);
  const partial = partialOf(target);
  try {
    const made = mkdirSync(dirname(target), { recursive: true });
    mkdirSync(partial, { recursive: true });
    rmSync(made ?? partial, { recursive: true }); // nothing of a run that may yet be refused stays behind
  } catch (error) {
    throw unwritable(error, named);
  }
}

function checkReplaced(target: string, named: string, force: boolean): void {
  if (!existsSync(target)) return;
  if (!lstatSync(target).isDirectory()) throw new OutputFolderError(`${named} exists and is not a folder`);
  if (!force) throw new OutputFolderError(`${named} exists. Hint: name another folder, or replace it with --force.`);
  const content = readdirSync(target);
  if (content.length > 0 && !SIGNS_OF_A_RESULT.some((name) => content.includes(name))) {
    throw new OutputFolderError(
      `${named} holds files but no result (no ${SIGNS_OF_A_RESULT.join(" or ")}), so --force does not replace it`,
    );
  }
}

function place(folder: string, name: string, content: FolderFiles[string]): void {
  const path = resolve(folder, name);
  if (!path.startsWith(`${folder}/`) && !path.startsWith(`${folder}\\`)) throw new Error(`file name "${name}" leaves the folder`);
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "object" && "movedFrom" in content) renameSync(content.movedFrom, path);
  else writeFlushed(path, content);
}

function writeFlushed(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  const file = openSync(path, "wx");
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function swapIn(partial: string, target: string): void {
  const parent = dirname(target);
  const old = join(parent, `.${basename(target)}.old-${process.pid}`);
  const replaces = existsSync(target);
  if (replaces) {
    rmSync(old, { recursive: true, force: true });
    renameSync(target, old);
  }
  renameSync(partial, target);
  flushFolder(parent);
  if (replaces) rmSync(old, { recursive: true, force: true });
}

/** Makes names in a folder survive a power cut; Windows cannot open folders and needs no such call. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
