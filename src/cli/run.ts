/** `cybertwin run <scenario.yaml>` */
import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { runOutput } from "../experiment/output.ts";
import { type PoolHooks, runSeeds } from "../experiment/pool.ts";
import type { RunOutput, RunResult } from "../experiment/result.ts";
import { type PrecisionTarget, runUntilPrecise } from "../experiment/until-precise.ts";
import { durationText, NBSP } from "../report/format.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import type { Engine, LoadedScenario } from "./engine.ts";
import { BUG, EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { missedText } from "./missed-text.ts";
import { precisionText } from "./precision-text.ts";
import { startProgress } from "./progress.ts";
import { seedsOf } from "./seeds.ts";
import { UsageError } from "./usage-error.ts";

export const run: Command = {
  words: { usage: "<scenario.yaml>", min: 1, max: 1 },
  options: {
    seed: { type: "text", doc: "One run with this seed, whatever the scenario says", example: "7" },
    seeds: { type: "text", doc: "One run for each seed", example: "1..20 or 1,3,5" },
    set: { type: "texts", doc: "Change one value of the scenario; may be repeated", example: "sites.west.pue=1.2" },
    workers: { type: "text", doc: "Threads to spread the seeds over", example: "2" },
    out: { type: "text", doc: "Folder for the summary, the page and the tables", example: "out/my-run" },
    force: { type: "switch", doc: "Overwrite the folder of --out" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    quiet: { type: "switch", doc: "No progress and no warnings" },
  },
  run: runCommand,
};

async function runCommand(args: Args, io: Io, engine: Engine): Promise<number> {
  const folder = await outFolder(args, io.cwd, engine);
  if (folder === undefined) return await runScenario(args, io, engine);
  const spool = join(dirname(folder), `.${basename(folder)}.spool-${process.pid}`); // on the same disk, so that its files can be moved
  try {
    return await runScenario(args, io, engine, { folder, spool });
  } finally {
    rmSync(spool, { recursive: true, force: true });
  }
}

interface Place {
  /** Of `--out`. */
  readonly folder: string;
  /** For files that grow while a run goes. */
  readonly spool: string;
}

async function runScenario(args: Args, io: Io, engine: Engine, place?: Place): Promise<number> {
  const quiet = args.switches.has("quiet");
  const flagSeeds = seedsOf(args);
  const workers = args.texts.get("workers");
  const workerCount = workers === undefined ? availableParallelism() : wholeNumber(workers, "--workers", 1);
  const spool = place === undefined ? {} : { spool: place.spool };
  const scenario = await engine.loadScenario(args.words[0] as string, { set: args.lists.get("set") ?? [], cwd: io.cwd, ...spool });
  if (!quiet) for (const warning of scenario.warnings) io.err(`${warning}\n`);
  const ignored = flagSeeds !== undefined && scenario.head.precision !== undefined;
  if (ignored && !quiet) io.err(`${scenario.source.file}: precision is ignored: ${seedFlag(args)} says which runs there are.\n`);
  const seeds = flagSeeds ?? [seedOf(scenario)];
  const precision = flagSeeds === undefined ? scenario.head.precision : undefined;
  const { runs, askedCount, remark } = await runWithProgress({ scenario, seeds, precision, workerCount, quiet }, io, engine);
  if (runs.length === 0) {
    io.err("Interrupted before the first result.\n");
    return EXIT.interrupted;
  }
  const { head, source } = scenario;
  const output = runOutput({ version: engine.version, head, source, runs, interval: engine.meanInterval });
  const format = args.texts.get("format") === "json" ? "json" : "table";
  io.out(await engine.format(output, format)); // first: writing may fail
  if (place !== undefined) {
    const named = args.texts.get("out") as string;
    await engine.writeFolder(place.folder, await engine.files(output), { force: args.switches.has("force"), named });
  }
  if (remark !== undefined && !quiet) io.err(`${remark}\n`);
  return verdict(output, askedCount, { io, quiet, format });
}

/** Refuses before anything runs, not an hour later. */
async function outFolder(args: Args, cwd: string, engine: Engine): Promise<string | undefined> {
  const out = args.texts.get("out");
  if (out === undefined) {
    if (args.switches.has("force")) throw new UsageError("--force goes with --out.");
    return undefined;
  }
  if (out.trim() === "") throw new UsageError("--out names no folder.", "Hint: --out out/my-run.");
  const folder = resolve(cwd, out);
  if (existsSync(folder) && !args.switches.has("force")) {
    throw new UsageError(`--out ${out} exists.`, "Choose another folder, or overwrite it with --force.");
  }
  await engine.checkFolder(folder, { force: true, named: out });
  return folder;
}

function seedFlag(args: Args): string {
  return args.texts.has("seed") ? "--seed" : "--seeds";
}

function seedOf({ head, source }: LoadedScenario): number {
  if (head.seed !== undefined) return head.seed;
  throw new UsageError(
    `${source.file} has no seed, and none is drawn in secret.`,
    "Give one with --seed 1, several with --seeds 1..20, or write `seed: 1` into the scenario.",
  );
}

interface Work {
  readonly scenario: LoadedScenario;
  /** With `precision`, only the first of more. */
  readonly seeds: readonly number[];
  readonly precision: PrecisionTarget | undefined;
  readonly workerCount: number;
  readonly quiet: boolean;
}

interface Done {
  readonly runs: readonly RunResult[];
  /** More than `runs` only after an interruption. */
  readonly askedCount: number;
  /** What became of `precision`. */
  readonly remark?: string | undefined;
}

async function runWithProgress(work: Work, io: Io, engine: Engine): Promise<Done> {
  const signal = io.catchInterrupt();
  const progress = startProgress(io.errIsTerminal && !work.quiet);
  try {
    return await runAll(work, engine, { signal, onProgress: progress.update });
  } finally {
    progress.stop();
  }
}

async function runAll({ scenario, seeds, precision, workerCount }: Work, engine: Engine, hooks: PoolHooks): Promise<Done> {
  const { runSeed, workerFile } = engine;
  const plan = { loaded: scenario.loaded, workers: workerCount, runSeed, ...(workerFile !== undefined && { workerFile }) };
  if (precision === undefined) return { runs: await runSeeds({ ...plan, seeds }, hooks), askedCount: seeds.length };
  const found = await runUntilPrecise({ ...plan, firstSeed: seeds[0] as number }, precision, hooks);
  return { runs: found.runs, askedCount: found.askedCount, remark: precisionText(found, precision) };
}

interface Voice {
  readonly io: Io;
  readonly quiet: boolean;
  readonly format: "table" | "json";
}

/** Says on stderr what is wrong with the results, worst first. */
function verdict(output: RunOutput, seedCount: number, { io, quiet, format }: Voice): number {
  const broken = output.runs.flatMap(({ seed, identities }) =>
    Object.keys(identities)
      .filter((name) => identities[name] !== true)
      .map((name) => `Identity "${name}" is broken at seed ${seed}.\n`),
  );
  if (broken.length > 0) {
    io.err(`${broken.join("")}\n${BUG}`);
    return EXIT.bug;
  }
  const cut = output.runs.filter((run) => run.interruptedAtS !== undefined);
  if (cut.length > 0 || output.runs.length < seedCount) {
    const at = cut.map((run) => `seed ${run.seed} at ${timeText(run.interruptedAtS as number)}`).join(", ");
    io.err(`Interrupted: ${output.runs.length - cut.length} of ${seedCount} runs are whole${at === "" ? "" : `; ${at}`}.\n`);
    return EXIT.interrupted;
  }
  const missed = output.expectations.filter((expectation) => !expectation.met);
  if (missed.length === 0) return EXIT.good;
  if (!quiet)
    io.err(format === "table" ? missedCountText(missed.length, output.expectations) : missed.map((one) => `${missedText(one)}\n`).join(""));
  return EXIT.short;
}

/** The table has named them; the document of `--format json` does not, so there stderr does. */
function missedCountText(missedCount: number, { length }: RunOutput["expectations"]): string {
  return `${missedCount} of ${length} ${length === 1 ? "expectation" : "expectations"} missed.\n`;
}

function timeText(timeS: number): string {
  return durationText(timeS).replaceAll(NBSP, " ");
}
