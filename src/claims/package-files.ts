/** Files that come with the package, which claims are held against. */
import { existsSync, readFileSync } from "node:fs";

/** @throws {Error} if it is not there */
export function packageText(file: string): string {
  return readFileSync(new URL(file, packageFolder()), "utf8");
}

/** Likewise, as bytes. */
export function packageBytes(file: string): Uint8Array {
  return readFileSync(new URL(file, packageFolder()));
}

/** Above the bundle (dist/) as well as above the compiled sources (dist/src/claims/). */
function packageFolder(): URL {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    if (existsSync(new URL("package.json", folder))) return folder;
    if (folder.pathname === "/") throw new Error(`no package.json above ${import.meta.url}`);
  }
}
