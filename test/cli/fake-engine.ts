/** An engine whose scenarios are JSON files: `{ "name", "seed"?, "expect"?, "precision"?, "metrics"?, "broken"?, "loop"? }`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Engine } from "../../src/cli/engine.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import type { RunHooks } from "../../src/experiment/hooks.ts";
import type { Expected } from "../../src/experiment/output.ts";
import type { RunOutput, RunResult } from "../../src/experiment/result.ts";
import type { PrecisionTarget } from "../../src/experiment/until-precise.ts";
import { fakeResult } from "../experiment/fake-run.ts";

interface FakeScenario {
  readonly name: string;
  readonly seed?: number;
  readonly expect?: readonly Expected[];
  readonly precision?: PrecisionTarget;
  readonly metrics?: Readonly<Record<string, number | null>>;
  /** Identities that do not hold. */
  readonly broken?: readonly string[];
  /** Runs until it is interrupted. */
  readonly loop?: boolean;
  /** With `loop`: does not hear that it should stop. */
  readonly deaf?: boolean;
  readonly crash?: boolean;
}

class FakeSpecError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

async function runSeed(loaded: unknown, seed: number, hooks: RunHooks): Promise<RunResult> {
  const scenario = loaded as FakeScenario;
  if (scenario.crash) throw new Error("the world broke");
  if (scenario.loop) process.stderr.write("running\n");
  for (let turn = 1; scenario.loop; turn++) {
    if (hooks.shouldStop() && !scenario.deaf) return fakeResult(seed, { interruptedAtS: turn });
    await new Promise((resolveTurn) => setTimeout(resolveTurn, 5));
  }
  const identities = Object.fromEntries((scenario.broken ?? []).map((name) => [name, false]));
  return fakeResult(seed, { metrics: scenario.metrics ?? { x_s: seed }, identities: { requests: true, ...identities } });
}

export const fakeEngine: Engine = {
  version: "0.0.0-test",
  async loadScenario(file, { set, cwd }) {
    const text = readFileSync(resolve(cwd, file), "utf8");
    if (!text.startsWith("{")) throw new FakeSpecError([`${file}:1:1: not an object.`, `${file}:2:3: another problem.`]);
    const pairs = set.map((pair) => pair.split("=")).map(([key = "", value = ""]) => [key, JSON.parse(value) as unknown]);
    const scenario = { ...(JSON.parse(text) as FakeScenario), ...(Object.fromEntries(pairs) as Partial<FakeScenario>) };
    const { name, seed, precision, expect = [] } = scenario;
    const head = { name, seed, precision, durationS: 10, warmupS: 0, expect };
    return { head, source: { sha256: "ab", text, file }, warnings: [`${file}: a warning`], loaded: scenario };
  },
  runSeed,
  meanInterval: (values) => ({ mean: values[0] as number, low: Math.min(...values), high: Math.max(...values) }),
  async schemas() {
    return { scenario: { type: "object" }, sweep: { type: "object" } };
  },
  async loadSweep() {
    throw new Error("the small engine knows no sweeps: test/cli/sweep.test.ts runs the real one");
  },
  async makeEnvs() {
    throw new Error("the small engine knows no environments: test/cli/env.test.ts runs the real one");
  },
  async loadTraining() {
    throw new Error("the small engine trains nobody: test/cli/train.test.ts runs the real one");
  },
  async openTraining() {
    throw new Error("the small engine trains nobody");
  },
  async trainingFiles() {
    return {};
  },
  async trainingPage() {
    throw new Error("the small engine trains nobody");
  },
  async formatTraining(output) {
    return `${output.name}\n`;
  },
  async loadEvaluation() {
    throw new Error("the small engine has no policies: test/cli/evaluate.test.ts runs the real one");
  },
  async loadGate() {
    throw new Error("the small engine has no policies: test/cli/gate.test.ts runs the real one");
  },
  worldVersion: () => "",
  async check(file, options) {
    return (await this.loadScenario(file, options)).warnings;
  },
  async kinds() {
    const schema = z.strictObject({
      kind: z.literal("server-crash"),
      mtbf: z.number(),
      mttr: z.number().optional(),
      shape: z.number().default(2),
    });
    return [{ name: "faults", plugins: [{ kind: "server-crash", doc: "A server stops.", schema, create: () => undefined }] }];
  },
  async format(output, format) {
    return format === "json" ? `${JSON.stringify({ seeds: output.seeds, summary: output.summary })}\n` : `${output.scenario.name}\n`;
  },
  async files(output) {
    return { "summary.json": JSON.stringify(output) };
  },
  async checkFolder(folder) {
    if (folder.endsWith("precious")) throw new UsageError("precious holds no result.");
  },
  async writeFolder(folder, files) {
    if (folder.endsWith("full")) throw new UsageError("the disk is full.");
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "object" && "movedFrom" in content) throw new Error("the small engine records nothing");
      writeFileSync(join(folder, name), content);
    }
  },
  async readFolder(folder) {
    return JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as RunOutput;
  },
  async page(output) {
    return `<h1>${output.scenario.name}</h1>`;
  },
  async formatSweep(output) {
    return `${output.name}\n`;
  },
  async sweepFiles() {
    return {};
  },
  async sweepPage() {
    return "";
  },
};
