/** Which build of the program runs: its version stands still while it is worked on, its bytes do not. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Digest of the program's own modules, of about 3 MB: of all files of the bundle, or, compiled only, of all under src. The bundle
 * holds its packages, too.
 * @param from this module: it lies in `dist/` in the bundle, and in `dist/src/cli/` otherwise
 */
export function programSha256(from: string = import.meta.url): string {
  const isCompiled = from.endsWith("/src/cli/program-digest.js");
  const root = new URL(isCompiled ? ".." : ".", from);
  const names = readdirSync(root, { recursive: isCompiled, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const hash = createHash("sha256");
  for (const name of names.map((path) => path.replaceAll("\\", "/")).sort()) {
    const bytes = readFileSync(new URL(name, root));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}
