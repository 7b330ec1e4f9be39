/**
 * Formulas in scenario files, such as "0.7 * min(1, slo_s / latency_p99_s)": parsed by mathjs, compiled once to plain closures.
 * Only arithmetic, comparisons and the functions below: no assignment, no access to anything but the names that are handed in.
 */
import { createRequire } from "node:module";
import type { MathNode } from "mathjs";
import { power, powInt } from "../../kernel/index.ts";

export interface Expression {
  /** Names that it reads, in order of first mention. */
  readonly names: readonly string[];
  /** @param values of all names that it may read, in their order */
  readonly valueOf: (values: ArrayLike<number>) => number;
}

export type ExpressionRead =
  | { readonly ok: true; readonly value: Expression }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

type Evaluate = Expression["valueOf"];

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": raised,
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
};

const SIGNS: Readonly<Record<string, (a: number) => number>> = { "-": (a) => -a, "+": (a) => a, not: (a) => Number(a === 0) };

/** Whole powers up to this are products. */
const WHOLE_POWER_MAX = 64;

function raised(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= WHOLE_POWER_MAX) {
    const product = powInt(base, Math.abs(exponent));
    return exponent < 0 ? 1 / product : product;
  }
  return base < 0 ? Number.NaN : power(base, exponent);
}

/** Reads a formula over `known` names; messages fit after the field's path. */
export function readExpression(text: string, known: readonly string[]): ExpressionRead {
  const names: string[] = [];
  try {
    const compiled = compile(parser()(text), known, names);
    return { ok: true, value: { names, valueOf: compiled } };
  } catch (error) {
    if (error instanceof NotKnown) return { ok: false, message: error.message, hint: error.hint };
    if (error instanceof SyntaxError) return { ok: false, message: `cannot be read as a formula: ${error.message}` };
    throw error;
  }
}

class NotKnown extends Error {
  readonly hint: string;
  constructor(what: string, known: readonly string[]) {
    super(`has ${what}`);
    this.hint = known.join(", ");
  }
}

let made: ((text: string) => MathNode) | undefined;

/** Loaded on first need: it costs over a second, and most scenarios have no formula. */
function parser(): (text: string) => MathNode {
  if (made !== undefined) return made;
  const { create, parseDependencies } = createRequire(import.meta.url)("mathjs") as typeof import("mathjs");
  made = create(parseDependencies as never, {}).parse as (text: string) => MathNode;
  return made;
}

/** As much of mathjs's nodes as is read here. */
interface Shape {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly op?: string;
  readonly content?: MathNode;
  readonly fn?: { readonly name?: string };
  readonly args?: readonly MathNode[];
  readonly condition?: MathNode;
  readonly trueExpr?: MathNode;
  readonly falseExpr?: MathNode;
}

function compile(node: MathNode, known: readonly string[], names: string[]): Evaluate {
  const shape = node as unknown as Shape;
  const inner = (child: MathNode | undefined): Evaluate => compile(child as MathNode, known, names);
  switch (shape.type) {
    case "ParenthesisNode":
      return inner(shape.content);
    case "ConstantNode": {
      const { value: constant } = shape;
      if (typeof constant !== "number") throw new NotKnown(`${JSON.stringify(constant)}, which is not a number`, known);
      return () => constant;
    }
    case "SymbolNode":
      return named(shape.name as string, known, names);
    case "ConditionalNode": {
      const [condition, yes, no] = [inner(shape.condition), inner(shape.trueExpr), inner(shape.falseExpr)];
      return (values) => (condition(values) !== 0 ? yes(values) : no(values));
    }
    case "OperatorNode":
      return operation(shape, (shape.args ?? []).map(inner));
    case "FunctionNode":
      return application(shape.fn?.name ?? "", (shape.args ?? []).map(inner));
    default:
      throw new NotKnown(`"${String(node)}", which is neither arithmetic nor a comparison`, ALL_OPERATORS);
  }
}

const ALL_OPERATORS = [...Object.keys(OPERATORS), "not", "? :"];

function named(name: string, known: readonly string[], names: string[]): Evaluate {
  const at = known.indexOf(name);
  if (at < 0) throw new NotKnown(`the name ${JSON.stringify(name)}, which is not known here`, known);
  if (!names.includes(name)) names.push(name);
  return (values) => values[at] as number;
}

function operation({ op = "" }: Shape, args: readonly Evaluate[]): Evaluate {
  const [left, right] = args as [Evaluate, Evaluate];
  const apply = args.length === 1 ? SIGNS[op] : OPERATORS[op];
  if (apply === undefined) throw new NotKnown(`the operator ${JSON.stringify(op)}, which is not known here`, ALL_OPERATORS);
  if (args.length === 1) return (values) => (apply as (a: number) => number)(left(values));
  return (values) => (apply as (a: number, b: number) => number)(left(values), right(values));
}

function application(name: string, args: readonly Evaluate[]): Evaluate {
  const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  const takesMany = name === "min" || name === "max";
  if (apply === undefined || (takesMany ? args.length === 0 : args.length !== 1)) {
    throw new NotKnown(
      `${name}(${args.length === 1 ? "1 value" : `${args.length} values`}), which is not known here`,
      Object.keys(FUNCTIONS),
    );
  }
  return (values) => apply(...args.map((each) => each(values)));
}
