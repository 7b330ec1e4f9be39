/** The rules that sources keep. Each returns finished messages, `file:line: what is wrong`. */
import { posix } from "node:path";
import { lineAt, lineOf, type Node, type Source, SyntaxKind, walk } from "./source.ts";

/** Who may be imported: only rooms further left. */
const ROOMS = ["kernel", "stats", "learn", "world", "control", "faults", "agents", "scenario", "experiment", "report", "claims", "cli"];
/** The same inside `world`; files in world/ itself come last. */
const WORLD_ROOMS = ["base", "workload", "energy", "cluster", "serving"];

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 400;

const AMBIENT: Readonly<Record<string, string>> = {
  "Math.random": "use rng",
  Date: "use the simulation's clock",
  performance: "use the simulation's clock",
  process: "let cli or experiment hand it in",
};
/** Rooms at the edge, which talk to the machine. */
const AMBIENT_ALLOWED = ["experiment", "report", "cli"];

interface Place {
  readonly name: string;
  readonly rank: number;
}

function roomOf(path: string): Place | undefined {
  const [src, room = ""] = path.split("/");
  return src === "src" && ROOMS.includes(room) ? { name: room, rank: ROOMS.indexOf(room) } : undefined;
}

function worldRoomOf(path: string): Place {
  const [, , room = ""] = path.split("/");
  const rank = WORLD_ROOMS.indexOf(room);
  return rank < 0 ? { name: "world", rank: WORLD_ROOMS.length } : { name: `world/${room}`, rank };
}

/** Imports that point to the right, and files in `src` outside every room. */
export function wrongImports(source: Source): readonly string[] {
  if (!source.path.startsWith("src/")) return [];
  const from = roomOf(source.path);
  if (from === undefined) return [`${source.path}:1: src has no such room`];
  const messages: string[] = [];
  walk(source.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined || !specifier.startsWith(".")) return;
    const target = posix.join(posix.dirname(source.path), specifier);
    const place = `${source.path}:${lineOf(source, node)}`;
    const to = roomOf(target);
    if (to === undefined) messages.push(`${place}: ${from.name} may not import ${target}`);
    else if (to.rank > from.rank) messages.push(`${place}: ${from.name} may not import ${to.name}`);
    else if (to.name === "world" && from.name === "world") {
      const [inner, innerTo] = [worldRoomOf(source.path), worldRoomOf(target)];
      if (innerTo.rank > inner.rank) messages.push(`${place}: ${inner.name} may not import ${innerTo.name}`);
    }
  });
  return messages;
}

/** What a node imports, exports from, or loads on demand. */
function specifierOf(node: Node): string | undefined {
  const parts = node as unknown as {
    moduleSpecifier?: { text: string };
    expression?: Node;
    arguments?: readonly { text?: string }[];
    argument?: { literal?: { text?: string } };
  };
  if (node.kind === SyntaxKind.ImportDeclaration || node.kind === SyntaxKind.ExportDeclaration) return parts.moduleSpecifier?.text;
  if (node.kind === SyntaxKind.CallExpression && parts.expression?.kind === SyntaxKind.ImportKeyword) return parts.arguments?.[0]?.text;
  return node.kind === SyntaxKind.ImportType ? parts.argument?.literal?.text : undefined;
}

const FUNCTIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

/** Files and functions that are too long. The callback of `describe` is a chapter, not a function. */
export function wrongSizes(source: Source): readonly string[] {
  const lineCount = source.text.trimEnd().split("\n").length;
  const messages = lineCount > FILE_LINES_MAX ? [`${source.path}:1: ${lineCount} lines, at most ${FILE_LINES_MAX}`] : [];
  walk(source.tree, (node) => {
    if (!FUNCTIONS.has(node.kind) || isChapter(node)) return;
    const first = lineOf(source, node);
    const length = lineAt(source, node.end) - first + 1;
    if (length > FUNCTION_LINES_MAX) messages.push(`${source.path}:${first}: a function of ${length} lines, at most ${FUNCTION_LINES_MAX}`);
  });
  return messages;
}

function isChapter(node: Node): boolean {
  const call = node.parent as unknown as { kind: SyntaxKind; expression?: { text?: string } };
  return call.kind === SyntaxKind.CallExpression && call.expression?.text === "describe";
}

/** Words that make results depend on the machine: chance, clocks, and powers that differ between versions of Node. */
export function bannedWords(source: Source): readonly string[] {
  const messages: string[] = [];
  const allowed = AMBIENT_ALLOWED.includes(roomOf(source.path)?.name ?? "");
  const ban = (node: Node, word: string, instead: string): void => {
    messages.push(`${source.path}:${lineOf(source, node)}: ${word} is banned, ${instead}`);
  };
  const shadows = shadowsIn(source);
  walk(source.tree, (node) => {
    if (node.kind === SyntaxKind.AsteriskAsteriskToken || node.kind === SyntaxKind.AsteriskAsteriskEqualsToken) {
      ban(node, "**", "use powInt or power");
    }
    if (node.kind !== SyntaxKind.Identifier || isOnlyAName(node)) return;
    const word = wordOf(node);
    if (shadows.some(({ name, scope }) => name === word && scope.pos <= node.pos && node.end <= scope.end)) return;
    if (word === "Math.pow") ban(node, word, "use powInt or power");
    const instead = Object.hasOwn(AMBIENT, word) ? AMBIENT[word] : undefined;
    if (instead !== undefined && !allowed) ban(node, word, instead);
  });
  return messages;
}

const SCOPES: ReadonlySet<SyntaxKind> = new Set([
  ...FUNCTIONS,
  SyntaxKind.Block,
  SyntaxKind.ForStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.SourceFile,
]);
const BINDINGS: ReadonlySet<SyntaxKind> = new Set([SyntaxKind.Parameter, SyntaxKind.VariableDeclaration, SyntaxKind.BindingElement]);

/** Local variables and parameters with the stretch of source where they hide a global of the same name. */
function shadowsIn(source: Source): readonly { readonly name: string; readonly scope: Node }[] {
  const shadows: { readonly name: string; readonly scope: Node }[] = [];
  walk(source.tree, (node) => {
    const name = (node as unknown as { name?: { text?: string } }).name?.text;
    if (!BINDINGS.has(node.kind) || name === undefined) return;
    let scope = node;
    while (!SCOPES.has(scope.kind)) scope = scope.parent;
    shadows.push({ name, scope });
  });
  return shadows;
}

/** `Math.x` for Math, the word itself for others. */
function wordOf(node: Node): string {
  const { text, parent } = node as unknown as { text: string; parent: { name?: { text?: string } } };
  return text === "Math" ? `Math.${parent.name?.text}` : text;
}

/** True for `x.process`, `{ process: 1 }`, a declared member, and types: names that happen to read like a global. */
function isOnlyAName(node: Node): boolean {
  const parent = node.parent as unknown as { kind: SyntaxKind; name?: Node };
  if (parent.kind === SyntaxKind.TypeReference) return true;
  const named = parent.name === node;
  return named && parent.kind !== SyntaxKind.ShorthandPropertyAssignment;
}
