/** Where claims are tried: scenario files in, measured numbers out, on the same path that `cybertwin run` takes. */
import { stringify } from "yaml";
import { type LoadedSpec, runSeed } from "../experiment/run.ts";
import { loadScenario } from "../scenario/index.ts";
import { type Finding, findingOf, type LabTask } from "./lab-task.ts";

export interface Setting {
  /** A scenario as a plain tree; it is written as YAML and read back. */
  readonly scenario: Readonly<Record<string, unknown>>;
  /** Text of the files that it names, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Bytes of the weights that it names, likewise. */
  readonly weights?: Readonly<Record<string, Uint8Array>>;
}

export interface Lab {
  /** @throws {SpecError} if the scenario is wrong. */
  load(setting: Setting): LoadedSpec;
  /** One run a seed, in the order of the seeds whatever worker finished first. */
  play(loaded: LoadedSpec, seeds: readonly number[]): Promise<readonly Finding[]>;
}

/** A lab with threads; `close` ends them. Runs happen in this thread with one worker. */
export class ThreadedLab implements Lab {
  readonly #workers: number;
  readonly #workerFile: URL;
  #pool: { run(task: LabTask): Promise<unknown>; destroy(): Promise<void> } | undefined;
  runCount = 0;
  /** `<scenario> seed <n>: <identity>` of every identity that did not hold. */
  readonly broken: string[] = [];

  constructor(options: { readonly workers: number; readonly workerFile?: URL }) {
    this.#workers = options.workers;
    this.#workerFile = options.workerFile ?? new URL("./lab-worker.js", import.meta.url);
  }

  load({ scenario, files = {}, weights = {} }: Setting): LoadedSpec {
    const [read, readBytes] = [broughtFrom({ ...files, "scenario.yaml": stringify(scenario) }), broughtFrom(weights)];
    const catalogue = { dir: "catalogue", list: () => [] };
    return { spec: loadScenario("scenario.yaml", { cwd: ".", read, readBytes, catalogue }).spec };
  }

  async play(loaded: LoadedSpec, seeds: readonly number[]): Promise<readonly Finding[]> {
    const findings = this.#workers > 1 && seeds.length > 1 ? await this.#inThreads(loaded, seeds) : await here(loaded, seeds);
    this.runCount += findings.length;
    for (const { seed, identities } of findings) {
      for (const [name, holds] of Object.entries(identities)) if (!holds) this.broken.push(`${loaded.spec.name} seed ${seed}: ${name}`);
    }
    return findings;
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
    this.#pool = undefined;
  }

  async #inThreads(loaded: LoadedSpec, seeds: readonly number[]): Promise<readonly Finding[]> {
    this.#pool ??= await startPool(this.#workerFile, this.#workers);
    const { run } = this.#pool;
    return Promise.all(seeds.map((seed) => run({ loaded, seed }) as Promise<Finding>));
  }
}

function broughtFrom<T>(all: Readonly<Record<string, T>>): (file: string) => T {
  return (file) => {
    const content = all[file];
    if (content === undefined) throw new Error(`a claim names ${file} but does not bring it`);
    return content;
  };
}

async function startPool(workerFile: URL, workers: number) {
  const { Piscina } = await import("piscina");
  const pool = new Piscina({ filename: workerFile.href, name: "runTask", minThreads: workers, maxThreads: workers });
  return { run: (task: LabTask) => pool.run(task), destroy: () => pool.destroy() };
}

async function here(loaded: LoadedSpec, seeds: readonly number[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const seed of seeds) findings.push(findingOf(await runSeed(loaded, seed, { shouldStop: () => false, onProgress() {} })));
  return findings;
}
