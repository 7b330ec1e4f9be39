/** Which of our files a document is: each family has keys of its own at the top. */
import { dirname } from "node:path";
import { type ReadText, readNamed } from "./extends.ts";
import { parseYaml } from "./source.ts";
import { toPlain } from "./tree.ts";

export type FileFamily = "scenario" | "sweep" | "training" | "gate" | "server" | "gpu" | "model";

/** Only a training says `algorithm`, only a gate `baseline`, only a sweep `vary`, only files that stand on a scenario name one, and only a kind's own file says at the top `kind: server` `kind: gpu` or `kind: model`. @throws {SpecError} for text that is not YAML */
export function fileFamily(file: string, read: ReadText): FileFamily {
  const source = { file, dir: dirname(file) };
  const tree = parseYaml(readNamed(read, file, { source, line: 0, col: 0 }, "the file"), source);
  const { kind } = Object(toPlain(tree)) as { kind?: unknown };
  if (kind === "server" || kind === "gpu" || kind === "model") return kind;
  if (tree.kind === "map" && tree.entries.has("algorithm")) return "training";
  if (tree.kind === "map" && tree.entries.has("baseline")) return "gate";
  return tree.kind === "map" && (tree.entries.has("vary") || tree.entries.has("scenario")) ? "sweep" : "scenario";
}
