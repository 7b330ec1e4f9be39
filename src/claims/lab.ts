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

  load({ scenario, files = {} }: Setting): LoadedSpec {
    const all: Readonly<Record<string, string>> = { ...files, "scenario.yaml": stringify(scenario) };
    const read = (file: string): string => {
      const text = all[file];
      if (text === undefined) throw new Error(`a claim names ${file} but does not bring it`);
      return text;
    };
    return { spec: loadScenario("scenario.yaml", { cwd: ".", read, catalogue: { dir: "catalogue", list: () => [] } }).spec };
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
