import { strict as assert } from "node:assert";
import { bannedWords, wrongImports, wrongSizes } from "./rules.ts";
import { parseSources, type Source } from "./source.ts";

function only(path: string, text: string): Source {
  return parseSources({ [path]: text })[0] as Source;
}

describe("tidy rules", () => {
  const imports: readonly (readonly [path: string, text: string, messages: readonly string[]])[] = [
    ["src/kernel/simulation.ts", 'import "../world/cluster/server.ts";', ["src/kernel/simulation.ts:1: kernel may not import world"]],
    ["src/control/hpa.ts", 'import { Sum } from "../kernel/index.ts";\nimport type { Action } from "../world/ports.ts";', []],
    [
      "src/world/energy/meter.ts",
      '\nexport * from "../cluster/server.ts";',
      ["src/world/energy/meter.ts:2: world/energy may not import world/cluster"],
    ],
    [
      "src/world/energy/meter.ts",
      'import type { A } from "../ports.ts";',
      ["src/world/energy/meter.ts:1: world/energy may not import world"],
    ],
    ["src/world/world.ts", 'import "./cluster/server.ts"; import "./ports.ts";', []],
    ["src/scenario/load.ts", 'const m = await import("../cli/run.ts");', ["src/scenario/load.ts:1: scenario may not import cli"]],
    ["src/scenario/load.ts", 'type A = import("../report/a.ts").A;', ["src/scenario/load.ts:1: scenario may not import report"]],
    ["src/cli/bench.ts", 'import "../../bench/kernel.ts";', ["src/cli/bench.ts:1: cli may not import bench/kernel.ts"]],
    ["src/cloud/a.ts", "", ["src/cloud/a.ts:1: src has no such room"]],
    ["src/kernel/a.ts", '// import "../cli/run.ts"\nconst text = `import "../cli/run.ts"`;', []],
    ["test/kernel/a.test.ts", 'import "../../src/cli/run.ts";', []],
  ];
  for (const [path, text, messages] of imports) {
    it(`imports of ${path}: ${text.trim()}`, () => assert.deepEqual(wrongImports(only(path, text)), messages));
  }

  const words: readonly (readonly [path: string, text: string, messages: readonly string[]])[] = [
    ["src/faults/x.ts", "\nconst a = Math.random();", ["src/faults/x.ts:2: Math.random is banned, use rng"]],
    ["src/report/x.ts", "const a = Math.random() + Date.now();", []],
    ["src/report/x.ts", "const a = 2 ** 3;", ["src/report/x.ts:1: ** is banned, use powInt or power"]],
    [
      "src/cli/x.ts",
      "let a = 2; a **= 3; const b = Math.pow;",
      ["src/cli/x.ts:1: ** is banned, use powInt or power", "src/cli/x.ts:1: Math.pow is banned, use powInt or power"],
    ],
    ["src/world/x.ts", "const a = new Date(0);", ["src/world/x.ts:1: Date is banned, use the simulation's clock"]],
    ["src/world/x.ts", "const a = { process };", ["src/world/x.ts:1: process is banned, let cli or experiment hand it in"]],
    ["src/world/x.ts", "const a = process.env.A;", ["src/world/x.ts:1: process is banned, let cli or experiment hand it in"]],
    ["src/world/x.ts", "/** Math.random ** process */\nconst a = row.process; const b = { Date: 1, text: `process` };", []],
    ["src/world/x.ts", "function f(process: P) { return () => process.next(); }", []],
    [
      "src/world/x.ts",
      "function f(process: P) {}\nprocess.exit();",
      ["src/world/x.ts:2: process is banned, let cli or experiment hand it in"],
    ],
    [
      "src/world/x.ts",
      'import process from "node:process";\nprocess.exit();',
      ["src/world/x.ts:2: process is banned, let cli or experiment hand it in"],
    ],
    ["src/world/x.ts", "for (const process of all) process.next();", []],
    ["src/world/x.ts", "const { floor } = Math; const a = Math.floor(1);", []],
  ];
  for (const [path, text, messages] of words) {
    it(`words of ${path}: ${text.trim()}`, () => assert.deepEqual(bannedWords(only(path, text)), messages));
  }

  /** A function of `lineCount` lines, braces included. */
  const functionOf = (lineCount: number, head = "function f() {", tail = "}"): string =>
    `${head}\n${"  a();\n".repeat(lineCount - 2)}${tail}\n`;

  const sizes: readonly (readonly [what: string, text: string, messages: readonly string[]])[] = [
    ["70 lines in a function", functionOf(70), []],
    ["71 lines in a function", functionOf(71), ["src/kernel/a.ts:1: a function of 71 lines, at most 70"]],
    [
      "71 lines in an arrow, a comment above",
      `/**\n * Why.\n */\n${functionOf(71, "const f = () => {", "};")}`,
      ["src/kernel/a.ts:4: a function of 71 lines, at most 70"],
    ],
    ["71 lines in a method", functionOf(73, "class A {\n  #b() {", "  }\n}"), ["src/kernel/a.ts:2: a function of 73 lines, at most 70"]],
    ["braces in text", `const f = () => "{".length;\n${functionOf(70)}`, []],
    ["a chapter of tests", functionOf(100, 'describe("x", () => {', "});"), []],
    ["a long test", functionOf(100, 'it("x", () => {', "});"), ["src/kernel/a.ts:1: a function of 100 lines, at most 70"]],
    ["400 lines in a file", "a();\n".repeat(400), []],
    ["401 lines in a file", "a();\n".repeat(401), ["src/kernel/a.ts:1: 401 lines, at most 400"]],
  ];
  for (const [what, text, messages] of sizes) {
    it(`sizes: ${what}`, () => assert.deepEqual(wrongSizes(only("src/kernel/a.ts", text)), messages));
  }
});
