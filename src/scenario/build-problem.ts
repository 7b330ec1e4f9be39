/** What only building tells is wrong with a scenario. */
import type { Path } from "./tree.ts";

export class BuildProblem extends Error {
  readonly path: Path;
  readonly hint: string | undefined;
  constructor(path: Path, message: string, hint?: string) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}
