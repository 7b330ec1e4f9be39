/** `cybertwin sweep <sweep.yaml>` */
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { runTasks } from "../experiment/pool.ts";
import { type SweepOutput, sweepOutput } from "../experiment/sweep/output.ts";
import { type Shard, shareOf, tasksOf } from "../experiment/sweep/shard.ts";
import { type StoredRun, type TaskKey, TaskStore } from "../experiment/sweep/task-store.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Engine, LoadedSweep, SweepPoint } from "./engine.ts";
import { BUG, EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { missedText } from "./missed-text.ts";
import { ownerOf, type Plan, takeFolder } from "./plan-folder.ts";
import { programSha256 } from "./program-digest.ts";
import { startProgress } from "./progress.ts";
import { checkMergeable, planSha256, SWEEP_FILES } from "./sweep-folder.ts";
import { UsageError } from "./usage-error.ts";

export const sweep: Command = {
  words: { usage: "<sweep.yaml>", min: 1, max: 1 },
  options: {
    workers: { type: "text", doc: "Threads to spread the runs over", example: "2" },
    out: { type: "text", doc: "Folder for finished runs and results; out/<name of the file> otherwise", example: "out/my-sweep" },
    force: { type: "switch", doc: "Begin anew in a folder that holds another sweep" },
    shard: { type: "text", doc: "Run one of several equal shares, for several machines", example: "1/4" },
    merge: { type: "texts", doc: "Join the folder of a shard into --out instead of running; may be repeated", example: "out/shard-1" },
    metric: { type: "texts", doc: "Metric to show in the table; may be repeated", example: "energy.total_j" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    quiet: { type: "switch", doc: "No progress and no warnings" },
  },
  run: sweepCommand,
};

async function sweepCommand(args: Args, io: Io, engine: Engine): Promise<number> {
  const [file = ""] = args.words;
  const quiet = args.switches.has("quiet");
  const workers = args.texts.get("workers");
  const workerCount = workers === undefined ? availableParallelism() : wholeNumber(workers, "--workers", 1);
  const shard = shardOf(args.texts.get("shard"));
  const merged = args.lists.get("merge") ?? [];
  if (shard !== undefined && merged.length > 0) throw new UsageError("--shard and --merge exclude each other.");
  const out = args.texts.get("out") ?? join("out", basename(file).replace(/\.ya?ml$/, ""));
  const loaded = await engine.loadSweep(file, io.cwd);
  if (!quiet) for (const warning of loaded.warnings) io.err(`${warning}\n`);
  const plan: Plan = { what: "sweep", task: loaded.sha256, program: programSha256() };
  const sha256 = planSha256(plan);
  const folder = resolve(io.cwd, out);
  for (const dir of merged) await checkMergeable(resolve(io.cwd, dir), dir, plan);
  const owner = await ownerOf(folder, out, { plan, force: args.switches.has("force") });
  if (owner !== "own") await takeFolder(folder, plan, SWEEP_FILES);
  const work: Work = { loaded, sha256, folder, out, metrics: args.lists.get("metric") ?? [], workerCount, quiet };
  const all = tasksOf(loaded.points.length, loaded.seeds);
  const share = shard === undefined ? all : shareOf(all, shard);
  if (merged.length > 0) await merge(work, all, merged, io);
  else if (!(await runMissing(work, share, io, engine))) return EXIT.interrupted;
  return finish(work, { all, share, shard }, args.texts.get("format") === "json" ? "json" : "table", io, engine);
}

function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of) return shard;
  throw new UsageError(`--shard must be i/n with i from 1 to n, got "${text}".`, "Hint: --shard 1/4.");
}

interface Work {
  readonly loaded: LoadedSweep;
  readonly sha256: string;
  readonly folder: string;
  /** The folder as the user says it. */
  readonly out: string;
  readonly metrics: readonly string[];
  readonly workerCount: number;
  readonly quiet: boolean;
}

/** Takes over the finished runs of other folders. @throws {UsageError} if some are nowhere. */
async function merge({ sha256, folder }: Work, all: readonly TaskKey[], merged: readonly string[], io: Io): Promise<void> {
  const own = new TaskStore(folder, sha256);
  const others = merged.map((dir) => new TaskStore(resolve(io.cwd, dir), sha256));
  let missing = 0;
  for (const key of all) {
    if ((await own.read(key)) !== undefined) continue;
    const found = await firstOf(others, key);
    if (found === undefined) missing++;
    else await own.write(key, found);
  }
  if (missing === 0) return;
  throw new UsageError(
    `${missing} of ${all.length} runs of this sweep are in none of ${merged.join(", ")}.`,
    "Run the shards that are missing, or leave --merge out to run the rest here.",
  );
}

async function firstOf(stores: readonly TaskStore[], key: TaskKey): Promise<StoredRun | undefined> {
  for (const store of stores) {
    const found = await store.read(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Runs what is not stored yet, storing each run as it ends; false if it was interrupted. */
async function runMissing(work: Work, share: readonly TaskKey[], io: Io, engine: Engine): Promise<boolean> {
  const { loaded, folder, sha256, out, quiet } = work;
  const store = new TaskStore(folder, sha256);
  const missing: TaskKey[] = [];
  for (const key of share) if ((await store.read(key)) === undefined) missing.push(key);
  const stored = share.length - missing.length;
  if (stored > 0 && io.errIsTerminal && !quiet) io.err(`${stored} of ${share.length} runs are stored in ${out} already.\n`);
  let kept = 0;
  const signal = io.catchInterrupt();
  const progress = startProgress(io.errIsTerminal && !quiet);
  const { runSeed, workerFile } = engine;
  const tasks = missing.map(({ point, seed }) => ({ loaded: (loaded.points[point] as SweepPoint).loaded, seed }));
  const plan = { tasks, workers: work.workerCount, runSeed, ...(workerFile !== undefined && { workerFile }) };
  try {
    await runTasks(
      plan,
      async (result, index) => {
        if (result.interruptedAtS !== undefined) return;
        await store.write(missing[index] as TaskKey, result);
        kept++;
        checkMetrics(work, Object.keys(result.metrics));
      },
      { signal, onProgress: progress.update },
    );
  } finally {
    progress.stop();
  }
  if (kept === missing.length) return true;
  io.err(`Interrupted: ${stored + kept} of ${share.length} runs are stored in ${out}; the same command goes on from there.\n`);
  return false;
}

/** At the first run, not after the last. @throws {UsageError} for a metric that a finished run does not have. */
function checkMetrics({ metrics }: Work, known: readonly string[]): void {
  for (const name of metrics) {
    if (known.includes(name)) continue;
    throw new UsageError(`--metric names "${name}", which the runs do not measure.${didYouMean(name, known)}`);
  }
}

interface Tasks {
  readonly all: readonly TaskKey[];
  readonly share: readonly TaskKey[];
  readonly shard: Shard | undefined;
}

/** Reads every run back, so that the results are made of the same bytes however often the sweep was begun. */
async function finish(work: Work, { all, share, shard }: Tasks, format: "table" | "json", io: Io, engine: Engine): Promise<number> {
  const store = new TaskStore(work.folder, work.sha256);
  const runs: StoredRun[] = [];
  const broken: string[] = [];
  for (const { point, seed } of all) {
    const run = await store.read({ point, seed });
    if (run === undefined) continue;
    runs.push(run);
    for (const [name, holds] of Object.entries(run.identities)) {
      if (!holds) broken.push(`Identity "${name}" is broken at point ${point + 1}, seed ${seed}.\n`);
    }
  }
  let missed: readonly string[] = [];
  if (runs.length === all.length) missed = await writeResults(work, runs, format, io, engine);
  else if (shard === undefined) throw new Error(`${all.length - runs.length} stored runs vanished from ${work.folder}`);
  else io.out(shareText(shard, share.length, work.out, format));
  if (broken.length > 0) {
    io.err(`${broken.join("")}\n${BUG}`);
    return EXIT.bug;
  }
  io.err(missed.join(""));
  return missed.length > 0 ? EXIT.short : EXIT.good;
}

/** The result of a run that cannot yet say more. */
function shareText({ index, of }: Shard, runCount: number, out: string, format: "table" | "json"): string {
  if (format === "json") return `${JSON.stringify({ shard: { index, of }, runs: runCount, folder: out })}\n`;
  return `Shard ${index}/${of}: its ${runCount} runs are stored in ${out}. Join the shards with --merge.\n`;
}

/** @returns a line for each expectation that a point misses */
async function writeResults(work: Work, runs: readonly StoredRun[], format: "table" | "json", io: Io, engine: Engine) {
  const { loaded, folder, metrics } = work;
  checkMetrics(work, Object.keys(Object.assign({}, ...runs.map((run) => run.metrics))));
  const perPoint = loaded.seeds.length;
  const { name, kind, paths, seeds, compare, sha256 } = loaded;
  const points = loaded.points.map(({ values, sha256: scenarioSha256, expect }, i) => {
    return { values, sha256: scenarioSha256, expect, runs: runs.slice(i * perPoint, (i + 1) * perPoint) };
  });
  const { version, meanInterval: interval } = engine;
  const output = sweepOutput({ version, name, sha256, kind, paths, seeds, points, compare, interval });
  for (const [file, text] of Object.entries(await engine.sweepFiles(output))) await writeWhole(join(folder, file), text);
  io.out(await engine.formatSweep(output, format, metrics));
  return missedLines(output);
}

function missedLines({ points }: SweepOutput): readonly string[] {
  return points.flatMap(({ expectations }, i) =>
    expectations.filter(({ met }) => !met).map((missed) => `At point ${i + 1}: ${missedText(missed)}\n`),
  );
}
