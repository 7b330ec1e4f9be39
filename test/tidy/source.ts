/** Reads sources the way the compiler does. Version 7 calls this interface unstable; package.json pins the version. */
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";

export interface Source {
  /** Path from the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: SourceFile;
}

/** Parses files given by path and text; nothing is read from disk. */
export function parseSources(texts: Readonly<Record<string, string>>): readonly Source[] {
  const files = Object.fromEntries(Object.entries(texts).map(([path, text]) => [`/repo/${path}`, text]));
  const config = { compilerOptions: { noLib: true, noResolve: true, types: [] }, files: Object.keys(texts) };
  const api = new API({ cwd: "/repo", fs: createVirtualFileSystem({ ...files, "/repo/tsconfig.json": JSON.stringify(config) }) });
  try {
    const project = api.updateSnapshot({ openProjects: ["/repo/tsconfig.json"] }).getProjects()[0];
    return Object.entries(texts).map(([path, text]) => {
      const tree = project?.program.getSourceFile(`/repo/${path}`);
      if (tree === undefined) throw new Error(`${path} was not parsed`);
      return { path, text, tree };
    });
  } finally {
    api.close();
  }
}

export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => {
    walk(child, visit);
    return undefined;
  });
}

/** Line of a position, counted from 1. */
export function lineAt(source: Source, position: number): number {
  return source.text.slice(0, position).split("\n").length;
}

/** First line of a node, leading comments left out. */
export function lineOf(source: Source, node: Node): number {
  return lineAt(source, node.getStart(source.tree));
}

export { type Node, SyntaxKind };
