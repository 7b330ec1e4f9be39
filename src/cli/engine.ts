/** What the commands do their work with; wiring.ts gives the real one, loaded on demand, tests a small one. */
import type { RunSeed } from "../experiment/hooks.ts";
import type { Expected, ScenarioHead, ScenarioSource } from "../experiment/output.ts";
import type { RunOutput } from "../experiment/result.ts";
import type { MeanInterval } from "../experiment/summary.ts";
import type { SweepOutput } from "../experiment/sweep/output.ts";
import type { TrainingOutput } from "../experiment/training/output.ts";
import type { SessionOptions, TrainingSession } from "../experiment/training/session.ts";
import type { PrecisionTarget } from "../experiment/until-precise.ts";
import type { Env } from "../learn/env.ts";
import type { EvaluationWords, LoadedEvaluation } from "../scenario/evaluation.ts";
import type { LoadedGate } from "../scenario/gate/load.ts";
import type { LoadedTraining, TrainingFlags } from "../scenario/training/load.ts";
import type { AnyPlugin } from "../world/base/plugin.ts";

export type { LoadedTraining, TrainingFlags, TrainingSession };

export interface LoadedScenario {
  readonly head: ScenarioHead & { readonly seed?: number | undefined; readonly precision?: PrecisionTarget | undefined };
  readonly source: ScenarioSource;
  /** Finished lines: odd, but not wrong. */
  readonly warnings: readonly string[];
  /** Handed to `runSeed` as it is; plain data. */
  readonly loaded: unknown;
}

export interface LoadedSweep {
  /** Of the scenario. */
  readonly name: string;
  readonly kind: SweepOutput["kind"];
  readonly paths: readonly string[];
  readonly seeds: readonly number[];
  readonly points: readonly SweepPoint[];
  readonly compare?: { readonly metric: string; readonly baselineOf: readonly number[] };
  readonly warnings: readonly string[];
  readonly sha256: string;
}
export interface SweepPoint {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sha256: string;
  readonly expect: readonly Expected[];
  /** Handed to `runSeed` as it is; plain data. */
  readonly loaded: unknown;
}

export interface LoadOptions {
  /** `path=value`, in order. */
  readonly set: readonly string[];
  /** What the file, and relative paths in `set`, are relative to. */
  readonly cwd: string;
  /** A folder, made when needed, for files that are written while a run goes; absent: none are. */
  readonly spool?: string;
}

export interface EnvOptions extends Pick<LoadOptions, "set" | "cwd"> {
  readonly count: number;
  /** The external controller, where a scenario has several. */
  readonly agent: string | undefined;
}
export interface MadeEnvs {
  /** Guarded, all of one kind. */
  readonly envs: readonly Env[];
  readonly warnings: readonly string[];
}

/** Text, bytes, or a file that is moved into its place. */
export type Files = Readonly<Record<string, string | Uint8Array | { readonly movedFrom: string }>>;

/** What a list shows of a kind. */
export interface Listed extends Pick<AnyPlugin, "kind" | "doc" | "schema"> {
  /** Said in place of its fields. */
  readonly more?: string;
}

export interface KindList {
  /** Plural, as in `list faults`. */
  readonly name: string;
  readonly plugins: readonly Listed[];
}

export interface FolderOptions {
  readonly force: boolean;
  /** As the user typed it, for messages. */
  readonly named: string;
}

export interface Engine {
  readonly version: string;
  /** @throws an error with `problems` where the file, its scenario, or a flag is wrong. */
  loadTraining(file: string, cwd: string, flags: TrainingFlags): Promise<LoadedTraining>;
  /** @throws {BackendError}, {CheckpointError} and {EnvError} for what the user can mend. */
  openTraining(loaded: LoadedTraining, options: SessionOptions): Promise<TrainingSession>;
  /** The files of a training that are a function of its result, and `meta.json`. */
  trainingFiles(output: TrainingOutput, made: { readonly device: string }): Promise<Readonly<Record<string, string>>>;
  /** The page of a training's folder. */
  trainingPage(folder: string): Promise<string>;
  formatTraining(output: TrainingOutput, format: "table" | "json"): Promise<string>;
  /** @throws an error with `problems` where the files are wrong. */
  loadScenario(file: string, options: LoadOptions): Promise<LoadedScenario>;
  /** @throws an error with `problems` where the file, or the scenario of a point, is wrong. */
  loadSweep(file: string, cwd: string): Promise<LoadedSweep>;
  /** @throws {UsageError} where there is no such thing, or nobody alone to decide in it; else as `loadScenario`. */
  makeEnvs(source: string, options: EnvOptions): Promise<MadeEnvs>;
  /** @throws an error with `problems` where the words, or what they name, are wrong. */
  loadEvaluation(words: EvaluationWords, cwd: string): Promise<LoadedEvaluation>;
  /** @throws an error with `problems` where the file, or what it names, is wrong; its baseline is not looked at. */
  loadGate(file: string, cwd: string): Promise<LoadedGate>;
  /** Of the physics, and of the data that a scenario names; a task has none. */
  worldVersion(dataSha256: string | undefined): string;
  /** Checks a file of any of our families; its warnings. @throws an error with `problems`. @throws {UsageError} for `set` where nothing can be set. */
  check(file: string, options: Pick<LoadOptions, "set" | "cwd">): Promise<readonly string[]>;
  readonly runSeed: RunSeed<unknown>;
  /** The worker module beside `runSeed`; the pool's own where absent. */
  readonly workerFile?: URL;
  readonly meanInterval: MeanInterval;
  /** JSON Schemas by the name of the file's family. */
  schemas(): Promise<Readonly<Record<string, unknown>>>;
  kinds(): Promise<readonly KindList[]>;
  format(output: RunOutput, format: "table" | "json"): Promise<string>;
  /** The files of `--out`, by name. */
  files(output: RunOutput): Promise<Files>;
  /** Before anything runs: @throws {UsageError} for a folder that `writeFolder` would refuse. */
  checkFolder(folder: string, options: FolderOptions): Promise<void>;
  /** Writes whole or not at all. */
  writeFolder(folder: string, files: Files, options: FolderOptions): Promise<void>;
  readFolder(folder: string): Promise<RunOutput>;
  page(output: RunOutput): Promise<string>;
  /** @param metrics to show in the table instead of the usual ones */
  formatSweep(output: SweepOutput, format: "table" | "json", metrics: readonly string[]): Promise<string>;
  /** The files of a finished sweep, by name. */
  sweepFiles(output: SweepOutput): Promise<Readonly<Record<string, string>>>;
  /** The page of a sweep's folder. */
  sweepPage(folder: string): Promise<string>;
}
