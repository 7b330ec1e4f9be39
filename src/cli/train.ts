/** `cybertwin train <training.yaml>` */
import { basename, join, resolve } from "node:path";
import type { PolicyOrigin } from "../experiment/training/session.ts";
import { BackendError } from "../learn/backends/backend.ts";
import { EnvError } from "../learn/env-error.ts";
import { DivergedError } from "../learn/learning-curve.ts";
import { CheckpointError } from "../learn/nets/manifest.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import type { Engine, LoadedTraining, TrainingFlags, TrainingSession } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { programSha256 } from "./program-digest.ts";
import { startProgress } from "./progress.ts";
import { shellQuoted } from "./shell-quoted.ts";
import { CHECKPOINT, TrainingFolder } from "./training-folder.ts";
import { UsageError } from "./usage-error.ts";

export const train: Command = {
  words: { usage: "<training.yaml>", min: 1, max: 1 },
  options: {
    seed: { type: "text", doc: "Seed instead of the file's, or several for a population", example: "1000..1003" },
    episodes: { type: "text", doc: "Budget in episodes instead of the file's", example: "500" },
    backend: { type: "text", doc: "What trains the networks: wasm, cpu, webgpu or tensorflow", example: "webgpu" },
    set: { type: "texts", doc: "Another value for a path of the file; may be repeated", example: "algorithm.lanes=16" },
    workers: { type: "text", doc: "Threads to play the environments in; no number changes a result", example: "2" },
    out: { type: "text", doc: "Folder for checkpoint, curve and policies; out/<name of the file> otherwise", example: "out/my-training" },
    resume: { type: "switch", doc: "Go on with the training that the folder holds" },
    force: { type: "switch", doc: "Begin anew in a folder that holds a training" },
    format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" },
    quiet: { type: "switch", doc: "No progress and no warnings" },
  },
  run: trainCommand,
};

async function trainCommand(args: Args, io: Io, engine: Engine): Promise<number> {
  const [file = ""] = args.words;
  const resume = args.switches.has("resume");
  const force = args.switches.has("force");
  if (resume && force) throw new UsageError("--resume and --force exclude each other.");
  const workers = wholeNumber(args.texts.get("workers") ?? "0", "--workers", 0);
  const flags: TrainingFlags = {
    ...{ seed: args.texts.get("seed"), episodes: args.texts.get("episodes"), backend: args.texts.get("backend") },
    set: args.lists.get("set") ?? [],
  };
  const name = basename(file).replace(/\.ya?ml$/, "");
  const out = args.texts.get("out") ?? join("out", name);
  const loaded = await engine.loadTraining(file, io.cwd, flags);
  if (!args.switches.has("quiet")) for (const warning of loaded.warnings) io.err(`${warning}\n`);
  const plan = { what: "training", task: loaded.sha256, program: programSha256() } as const;
  const folder = new TrainingFolder(resolve(io.cwd, out), { named: out, seeds: loaded.seeds });
  const stored = await folder.check({ plan, resume, force });
  const origin = { command: commandOf(file, flags), cybertwin: engine.version, worldVersion: engine.worldVersion(loaded.dataSha256) };
  return asUser({ file, out }, async () => {
    const episodeCount = loaded.data.reduce((sum, { seeds }) => sum + seeds.length, 0);
    if (episodeCount > 0 && io.errIsTerminal && !args.switches.has("quiet")) io.err(`Playing ${episodeCount} episodes to learn from.\n`);
    const session = await engine.openTraining(loaded, { stored, workers });
    try {
      if (!resume) await folder.claim(plan);
      return await runSession({ session, loaded, folder, origin, name, out, args }, io, engine);
    } finally {
      await session.close();
    }
  });
}

/** The command line that makes the same policies: what says where to write, and how much to say, is left out. */
function commandOf(file: string, { set = [], ...flags }: TrainingFlags): string {
  const words = [
    ...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...set.flatMap((each) => ["--set", each]),
  ];
  return ["cybertwin", "train", file, ...words].map(shellQuoted).join(" ");
}

interface Work {
  readonly session: TrainingSession;
  readonly loaded: LoadedTraining;
  readonly folder: TrainingFolder;
  readonly origin: PolicyOrigin;
  readonly name: string;
  /** The folder as the user says it. */
  readonly out: string;
  readonly args: Args;
}

async function runSession({ session, loaded, folder, origin, name, out, args }: Work, io: Io, engine: Engine): Promise<number> {
  const quiet = args.switches.has("quiet");
  if (io.errIsTerminal && !quiet) io.err(`${loaded.algorithm.kind} on ${session.environment}, by ${session.device}\n`);
  const signal = io.catchInterrupt("storing the training");
  const progress = startProgress(io.errIsTerminal && !quiet);
  const result = () => session.output({ version: engine.version, name }, engine.meanInterval);
  try {
    await folder.beginEvents(session);
    for (let end = "stretched"; end === "stretched"; ) {
      end = await session.stretch({ signal, onProgress: progress.update });
      await folder.store(session, origin);
      if (end === "stretched") continue;
      await folder.writeResults(await engine.trainingFiles(result(), { device: session.device }));
      await folder.writeResults({ "report.html": await engine.trainingPage(folder.path) });
    }
  } finally {
    progress.stop();
  }
  if (!session.hasEnded) {
    io.err(
      `Interrupted: the training is stored in ${out} after ${session.steps} of ${loaded.stepBudget} ${loaded.countedIn}; add --resume to go on from there.\n`,
    );
    return EXIT.interrupted;
  }
  io.out(await engine.formatTraining(result(), args.texts.get("format") === "json" ? "json" : "table"));
  return EXIT.good;
}

/** Mistakes that only show at work, as one line: the backend, what was stored, the environment, numbers that run away. */
async function asUser<T>({ file, out }: { readonly file: string; readonly out: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BackendError) throw new UsageError(`${error.message}.`, error.hint);
    if (error instanceof CheckpointError)
      throw new UsageError(`${join(out, CHECKPOINT)}: ${error.message}.`, "Restore it, or begin anew with --force.");
    throw error instanceof EnvError || error instanceof DivergedError ? new UsageError(`${file}: ${(error as Error).message}.`) : error;
  }
}
