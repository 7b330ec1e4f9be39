/** YAML text to a tree with places. */
import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit, type YAMLMap } from "yaml";
import type { Place, Source } from "./place.ts";
import { type Problem, SpecError } from "./problem.ts";
import type { Entry, ListTree, MapTree, Tree } from "./tree.ts";

/** Values that aliases may add to a document; a bomb asks for billions. */
const ALIASED_MAX = 10_000;
/** Levels of nesting; the deepest sensible scenario has about ten. */
const DEPTH_MAX = 100;

/** Parses one document. @throws {SpecError} with every problem of syntax. */
export function parseYaml(text: string, source: Source): Tree {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return source.file.startsWith("--") ? { source, line: 0, col: 0 } : { source, line: Math.max(line, 1), col: Math.max(col, 1) };
  };
  refuseDeepNesting(text, source);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: false });
  const problems: Problem[] = [...document.errors, ...document.warnings].map((fault) => ({
    place: placeAt(fault.pos[0]),
    message: `not valid YAML: ${wording(fault)}`,
  }));
  if (problems.length > 0) throw new SpecError(problems);
  const converter = new Converter(document, placeAt, source);
  const tree = converter.convert(document.contents as Node | null, 0);
  if (converter.problems.length > 0) throw new SpecError(converter.problems);
  return tree;
}

/** The parser recurses, so nesting is bounded before it starts: by brackets, and by indentation steps. */
function refuseDeepNesting(text: string, source: Source): void {
  let depth = 0;
  let line = 1;
  let col = 0;
  for (const char of text) {
    col++;
    if (char === "\n") [line, col] = [line + 1, 0];
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth = Math.max(0, depth - 1);
    if (depth > DEPTH_MAX || col > 100_000) {
      const message = depth > DEPTH_MAX ? `nested more than ${DEPTH_MAX} deep` : "a line of more than 100,000 characters";
      throw new SpecError([{ place: { source, line, col }, message }]);
    }
  }
}

type Document = ReturnType<typeof parseDocument>;

/** What each alias stands for: the last node before it that carries its name. In one pass, where asking each alias is quadratic. */
function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchored.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

class Converter {
  readonly problems: Problem[] = [];
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #placeAt: (offset: number) => Place;
  readonly #source: Source;
  readonly #open = new Set<Node>();
  #aliased = 0;
  #aliasDepth = 0;

  constructor(document: Document, placeAt: (offset: number) => Place, source: Source) {
    this.#targets = aliasTargets(document);
    this.#placeAt = placeAt;
    this.#source = source;
  }

  convert(node: Node | null, depth: number): Tree {
    const place = node?.range ? this.#placeAt(node.range[0]) : { source: this.#source, line: 1, col: 1 };
    if (this.#aliasDepth > 0) this.#aliased++;
    if (this.#aliased > ALIASED_MAX || depth > DEPTH_MAX) {
      const message = depth > DEPTH_MAX ? `nested more than ${DEPTH_MAX} deep` : `aliases expand to more than ${ALIASED_MAX} values`;
      throw new SpecError([...this.problems, { place, message }]);
    }
    if (isAlias(node)) return this.#alias(node, place, depth);
    if (isMap(node)) return this.#within(node, () => this.#map(node, place, depth));
    if (isSeq(node))
      return this.#within(node, (): ListTree => {
        return { kind: "list", place, items: node.items.map((item) => this.convert(item as Node | null, depth + 1)) };
      });
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return { kind: "scalar", place, value };
    }
    this.#report(place, "must be a number, text, true, false or null");
    return { kind: "scalar", place, value: null };
  }

  #within(node: Node, build: () => Tree): Tree {
    this.#open.add(node);
    const tree = build();
    this.#open.delete(node);
    return tree;
  }

  #alias(alias: Alias, place: Place, depth: number): Tree {
    const target = this.#targets.get(alias);
    if (target === undefined || this.#open.has(target)) {
      this.#report(
        place,
        target === undefined ? `*${alias.source} has no anchor before it` : `*${alias.source} stands inside what it names`,
      );
      return { kind: "scalar", place, value: null };
    }
    this.#aliasDepth++;
    const tree = this.convert(target, depth);
    this.#aliasDepth--;
    return tree;
  }

  #map(map: YAMLMap, place: Place, depth: number): MapTree {
    const entries = new Map<string, Entry>();
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const keyPlace = pair.key?.range ? this.#placeAt(pair.key.range[0]) : place;
      const key = this.#key(pair.key, keyPlace, entries);
      const value = pair.value === null ? ({ kind: "scalar", place: keyPlace, value: null } as const) : this.convert(pair.value, depth + 1);
      if (key !== undefined) entries.set(key, { keyPlace, value });
    }
    return { kind: "map", place, entries };
  }

  #key(node: Node, place: Place, entries: ReadonlyMap<string, Entry>): string | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      this.#report(place, "a key must be a plain word");
      return undefined;
    }
    const key = String(value);
    const first = entries.get(key);
    if (first !== undefined) this.#report(place, `key "${key}" is given twice, first at line ${first.keyPlace.line}`);
    else if (key === "<<") this.#report(place, 'the merge key "<<" is not part of YAML 1.2', "Use `extends`, or an alias as a value.");
    else if (key === "__proto__") this.#report(place, `"${key}" cannot be a key`);
    else return key;
    return undefined;
  }

  #report(place: Place, message: string, hint?: string): void {
    this.problems.push(hint === undefined ? { place, message } : { place, message, hint });
  }
}

/** The parser's words, where they speak to the person who wrote the file. */
function wording(fault: { readonly code: string; readonly message: string }): string {
  if (fault.code === "MULTIPLE_DOCS") return "a second document begins here";
  if (fault.message.includes("call stack")) return "nested too deeply";
  return `${fault.message[0]?.toLowerCase() ?? ""}${fault.message.slice(1).replace(/\.$/, "")}`;
}
