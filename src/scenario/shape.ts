/** Zod's issues, as problems in our words and at their places. */
import type { ZodType } from "zod";
import { show } from "../world/base/quantity.ts";
import { type JsonSchema, jsonSchemaOf } from "./choice.ts";
import { type Family, familyAt, listName } from "./family.ts";
import { isKeyNotYet, isKindNotYet } from "./not-yet.ts";
import type { Problem } from "./problem.ts";
import { keysAt, kindsAt } from "./schema-walk.ts";
import { nearest } from "./suggest.ts";
import { keyPlaceOf, type Path, placeOf, showPath, type Tree } from "./tree.ts";

/** As much of a zod issue as is read here. */
interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly [detail: string]: unknown;
}

/** What was parsed, to look things up in. */
interface Context {
  readonly tree: Tree;
  readonly plain: unknown;
  readonly schema: () => JsonSchema;
  /** Family of the document itself, where it is not a scenario. */
  readonly root: Family | undefined;
}

export type Shaped<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses the tree's values by `schema`. */
export function shape<T>(tree: Tree, plain: unknown, schema: ZodType<T>, root?: Family): Shaped<T> {
  const result = schema.safeParse(plain);
  if (result.success) return { ok: true, value: result.data };
  const context: Context = { tree, plain, root, schema: () => jsonSchemaOf(schema) };
  return { ok: false, problems: result.error.issues.flatMap((issue) => translate(issue as unknown as Issue, [], context)) };
}

function translate(issue: Issue, above: Path, context: Context): readonly Problem[] {
  const path = [...above, ...issue.path];
  const value = valueAt(context.plain, path);
  if (issue.code === "unrecognized_keys") return (issue.keys as string[]).map((key) => unknownKey([...path, key], context));
  if (issue.code === "invalid_key") return [badName(path, context)];
  if (value === undefined) return [missing(path, issue, context)];
  if (issue.code === "invalid_union") return union(issue, path, context);
  if (path.at(-1) === "kind" && issue.code === "invalid_value") return [unknownKind(path, context)];
  return [{ place: placeOf(context.tree, path), ...wording(issue, path, value) }];
}

function wording(issue: Issue, path: Path, value: unknown): Omit<Problem, "place"> {
  const where = path.length === 0 ? "the file" : showPath(path);
  if (issue.code === "custom") {
    const message = `${where}${issue.message.startsWith("must ") ? " " : ": "}${issue.message}`;
    const hint = hintOf(issue);
    return hint === undefined ? { message } : { message, hint };
  }
  const message = `${where} must ${expectation(issue)}, got ${show(value)}`;
  const hint = hintFor(issue, value);
  return hint === undefined ? { message } : { message, hint };
}

const NAME_RULE = 'a letter, then letters, digits and "-", all lower-case';

function hintOf(issue: Issue): string | undefined {
  const hint = (issue.params as { hint?: string } | undefined)?.hint;
  return hint === undefined ? undefined : `Hint: ${hint}.`;
}

const TYPES: Readonly<Record<string, string>> = {
  number: "be a number",
  int: "be a whole number",
  string: "be text",
  boolean: "be true or false",
  object: "be a mapping",
  record: "be a mapping",
  array: "be a list",
};

/** What follows "must". */
function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[String(issue.expected)] ?? `be ${issue.expected}`;
    case "invalid_value":
      return `be ${(issue.values as unknown[]).map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return bound(issue, issue.inclusive === false ? "above" : "at least", issue.minimum);
    case "too_big":
      return bound(issue, issue.inclusive === false ? "below" : "at most", issue.maximum);
    case "invalid_format":
      return issue.message.startsWith("must ") ? issue.message.slice("must ".length) : `be a name: ${NAME_RULE}`;
    default:
      return `be valid (${issue.message})`;
  }
}

function bound(issue: Issue, word: string, limit: unknown): string {
  if (issue.origin === "array") return `be a list of ${word} ${limit} ${limit === 1 ? "item" : "items"}`;
  return issue.origin === "string" ? `be text of ${word} ${limit} characters` : `be ${word} ${limit}`;
}

function hintFor(issue: Issue, value: unknown): string | undefined {
  const wantsNumber = issue.expected === "number" || issue.expected === "int";
  if (wantsNumber && typeof value === "string") {
    const number = Number.parseFloat(value);
    if (/^\s*[\d.]+\s*%\s*$/.test(value)) return `Hint: ${number / 100}.`;
    if (/^\s*[\d.]+\s*$/.test(value)) return `Hint: ${number}, without quotes.`;
  }
  if (issue.code !== "invalid_value" || typeof value !== "string") return undefined;
  return didYouMean(value, (issue.values as unknown[]).map(String));
}

function didYouMean(word: string, allowed: readonly string[]): string | undefined {
  const near = nearest(word, allowed);
  return near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`;
}

function unknownKey(path: Path, context: Context): Problem {
  const place = keyPlaceOf(context.tree, path);
  if (isKeyNotYet(path)) return { place, message: `${showPath(path)} is not supported yet` };
  const key = String(path.at(-1));
  const inside = path.length === 1 ? "" : ` in ${showPath(path.slice(0, -1))}`;
  const hint = didYouMean(key, keysAt(context.schema(), path.slice(0, -1), context.plain));
  return { place, message: `unknown key ${JSON.stringify(key)}${inside}`, ...(hint === undefined ? {} : { hint }) };
}

function badName(path: Path, context: Context): Problem {
  const message = `${showPath(path.slice(0, -1))}: ${JSON.stringify(String(path.at(-1)))} is not a name`;
  return { place: keyPlaceOf(context.tree, path), message, hint: `Hint: ${NAME_RULE}.` };
}

function missing(path: Path, issue: Issue, context: Context): Problem {
  const place = placeOf(context.tree, path);
  const message = `${showPath(path)} is missing`;
  const kinds = path.at(-1) === "kind" ? kindsAt(context.schema(), path.slice(0, -1), context.plain) : [];
  if (kinds.length > 0) return { place, message, hint: `Hint: ${kinds.join(", ")}.` };
  const hint = hintOf(issue);
  return hint === undefined ? { place, message } : { place, message, hint };
}

function unknownKind(path: Path, context: Context): Problem {
  const kind = valueAt(context.plain, path);
  const place = placeOf(context.tree, path);
  const above = path.slice(0, -1);
  const family = above.length === 0 && context.root !== undefined ? context.root : familyAt(above);
  if (typeof kind !== "string") return { place, message: `${showPath(path)} must be text, got ${show(kind)}` };
  if (isKindNotYet(family, kind)) return { place, message: `${showPath(path)} ${JSON.stringify(kind)} is not supported yet` };
  const kinds = kindsAt(context.schema(), above, context.plain);
  const near = didYouMean(kind, kinds);
  const list = listName(family);
  const see =
    list !== undefined
      ? `See \`cybertwin list ${list}\`.`
      : near === undefined && kinds.length > 0
        ? `There are: ${kinds.join(", ")}.`
        : undefined;
  const hint = [near, see].filter((said) => said !== undefined).join(" ");
  return { place, message: `unknown ${family} kind ${JSON.stringify(kind)}`, ...(hint === "" ? {} : { hint }) };
}

/** Speaks of the branch that was meant: the one whose kind matches, else the one whose type does, else of all types. */
function union(issue: Issue, path: Path, context: Context): readonly Problem[] {
  if (issue.discriminator === "kind") return [unknownKind(path.at(-1) === "kind" ? path : [...path, "kind"], context)];
  const branches = (issue.errors ?? []) as readonly (readonly Issue[])[];
  const sameType = branches.filter((issues) => !issues.some((one) => one.path.length === 0 && isTypeIssue(one)));
  const rightKind = sameType.filter((issues) => !issues.some(isKindIssue));
  const meant = best(rightKind);
  if (meant !== undefined) return meant.flatMap((one) => translate(one, path, context));
  const wrongKind = best(sameType);
  if (wrongKind !== undefined) {
    const hasKind = valueAt(context.plain, [...path, "kind"]) !== undefined;
    const kindPath = [...path, "kind"];
    return [hasKind ? unknownKind(kindPath, context) : missing(kindPath, issue, context)];
  }
  const value = valueAt(context.plain, path);
  const custom = branches.flat().find((one) => isQuantityIssue(one) && one.path.length === 0);
  if (custom !== undefined && typeof value !== "object") return translate(custom, path, context);
  const wanted = new Set(
    branches
      .flat()
      .filter((one) => one.path.length === 0)
      .map(phrase),
  );
  return [{ place: placeOf(context.tree, path), message: `${showPath(path)} must be ${[...wanted].join(" or ")}, got ${show(value)}` }];
}

/** The least wrong branch; first of equals. */
function best(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.toSorted((a, b) => a.length - b.length)[0];
}

/** What one branch at the union's own level asks for, after "must be". */
function phrase(issue: Issue): string {
  const text = issue.code === "custom" ? issue.message.replace(/^must /, "").replace(/, got .*$/s, "") : expectation(issue);
  return text.replace(/^be /, "");
}

function isTypeIssue(issue: Issue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_value" || isQuantityIssue(issue);
}

/** A quantity that could not be read; other custom issues are about a value of the right type. */
function isQuantityIssue(issue: Issue): boolean {
  return issue.code === "custom" && (issue.params as { quantity?: boolean } | undefined)?.quantity === true;
}

function isKindIssue(issue: Issue): boolean {
  return issue.path.length === 1 && issue.path[0] === "kind";
}

export function valueAt(plain: unknown, path: Path): unknown {
  let here = plain;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}
