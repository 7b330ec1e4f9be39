/** Where this package lies, from the bundle (dist/) as well as from the compiled sources (dist/src/cli/). */
import { existsSync, readFileSync } from "node:fs";

export function packageRoot(from: string = import.meta.url): URL {
  for (let folder = new URL(".", from); ; folder = new URL("..", folder)) {
    if (existsSync(new URL("package.json", folder))) return folder;
    if (folder.pathname === "/") throw new Error(`no package.json above ${from}`);
  }
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("package.json", packageRoot()), "utf8")) as { version: string };
  return version;
}
