/** Loads sweeps from files in memory; `base.yaml` is the small scenario of the other tests. */
import { type LoadedSweep, loadSweep, SpecError } from "../../../src/scenario/index.ts";
import { SERVER, SMALL } from "../bed.ts";

/** Files by the path that a loader asks for. */
export function load(sweep: string, more: Readonly<Record<string, string>> = {}): LoadedSweep {
  const files: Readonly<Record<string, string>> = {
    "catalogue/servers/small.yaml": SERVER,
    "base.yaml": SMALL,
    "sweep.yaml": sweep,
    ...more,
  };
  return loadSweep("sweep.yaml", {
    cwd: "here",
    catalogue: { dir: "catalogue" },
    read: (file) => {
      const text = Object.hasOwn(files, file) ? files[file] : undefined;
      if (text === undefined) throw Object.assign(new Error(`no ${file}`), { code: "ENOENT" });
      return text;
    },
  });
}

/** The message that loading ends with. @throws {Error} if it does not */
export function complaint(sweep: string, more: Readonly<Record<string, string>> = {}): string {
  try {
    load(sweep, more);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error("the sweep was accepted");
}

export function valuesOf(sweep: LoadedSweep): readonly (readonly unknown[])[] {
  return sweep.points.map(({ values }) => Object.values(values));
}
