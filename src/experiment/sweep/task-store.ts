/** The finished runs of a sweep, one small file each, so that a killed sweep goes on where it was. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunResult } from "../result.ts";
import { writeWhole } from "../write-whole.ts";

/** Which run of a sweep; `point` counts from 0. */
export interface TaskKey {
  readonly point: number;
  readonly seed: number;
}

/** What is kept of a run: what summaries and comparisons rest on. */
export type StoredRun = Pick<RunResult, "metrics" | "notes" | "latencyCounts" | "identities" | "eventLogHash">;

interface TaskFile extends StoredRun {
  /** Digest of the sweep that the run belongs to. */
  readonly sweep: string;
  /** Counts from 1, as in the results. */
  readonly point: number;
  readonly seed: number;
}

export class TaskStore {
  readonly #folder: string;
  readonly #sweep: string;

  /** @param sweep digest of whatever decides the runs: files of another sweep are not read */
  constructor(folder: string, sweep: string) {
    this.#folder = join(folder, "tasks");
    this.#sweep = sweep;
  }

  /** @throws {Error} if a metric is NaN or infinite: that is a bug of whoever measured, and JSON would hide it. */
  async write({ point, seed }: TaskKey, { metrics, notes, latencyCounts, identities, eventLogHash }: StoredRun): Promise<void> {
    for (const [name, value] of Object.entries(metrics)) {
      if (value !== null && !Number.isFinite(value)) throw new Error(`metric ${name} is ${value} at point ${point + 1}, seed ${seed}`);
    }
    const head = { sweep: this.#sweep, point: point + 1, seed };
    const task: TaskFile = { ...head, metrics, notes, ...(latencyCounts && { latencyCounts }), identities, eventLogHash };
    await mkdir(this.#folder, { recursive: true });
    await writeWhole(this.#fileOf({ point, seed }), `${JSON.stringify(task)}\n`);
  }

  /** The stored run, or undefined where there is none of this sweep that is whole. */
  async read(key: TaskKey): Promise<StoredRun | undefined> {
    const text = await textOf(this.#fileOf(key));
    const task = text === undefined ? undefined : parsed(text);
    if (task?.sweep !== this.#sweep || task.point !== key.point + 1 || task.seed !== key.seed) return undefined;
    const { metrics, notes, latencyCounts, identities, eventLogHash } = task as TaskFile;
    return { metrics, notes, ...(latencyCounts && { latencyCounts }), identities, eventLogHash };
  }

  #fileOf({ point, seed }: TaskKey): string {
    return join(this.#folder, `point-${point + 1}-seed-${seed}.json`);
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A damaged file counts as none: its run is made again. */
function parsed(text: string): Partial<TaskFile> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
