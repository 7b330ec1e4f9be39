/** Where the meaning pass notes what it finds. */
import type { Problem } from "./problem.ts";
import { nearest } from "./suggest.ts";
import { at, type Path, placeOf, showPath, type Tree } from "./tree.ts";

export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** `message` follows the path; `hint` is a whole sentence. */
  problem(path: Path, message: string, hint?: string): void {
    this.problems.push(this.#at(path, message, hint));
  }

  /** Odd, but not wrong. */
  warn(path: Path, message: string, hint?: string): void {
    this.warnings.push(this.#at(path, message, hint));
  }

  /** A name that must be one of the scenario's. @returns true if it is */
  requireName(path: Path, name: string, what: string, names: readonly string[]): boolean {
    if (names.includes(name)) return true;
    const near = nearest(name, names);
    const known = names.length === 0 ? "There is none." : `There are: ${names.slice(0, 20).join(", ")}.`;
    this.problem(
      path,
      `names ${JSON.stringify(name)}, which is no ${what} of this scenario`,
      near === undefined ? known : `Did you mean ${JSON.stringify(near)}?`,
    );
    return false;
  }

  #at(said: Path, message: string, hint: string | undefined): Problem {
    const path = asWritten(this.#tree, said);
    const place = placeOf(this.#tree, path);
    const text = path.length === 0 ? message : `${showPath(path)} ${message}`;
    return hint === undefined ? { place, message: text } : { place, message: text, hint };
  }
}

/** One group of servers may stand without its list: then the file has no index to show. */
function asWritten(tree: Tree, path: Path): Path {
  return path.filter((step, i) => typeof step !== "number" || at(tree, path.slice(0, i))?.kind !== "map");
}
