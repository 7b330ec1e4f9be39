/** The folder of a training: what is written into it, and what is read back to go on. */
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PolicyOrigin } from "../experiment/training/session.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import { scalarsOf } from "../report/training/curve-csv.ts";
import { scalarRecord, startRecord, versionRecord } from "../report/training/tfevents.ts";
import type { TrainingSession } from "./engine.ts";
import { type Claim, ownerOf, PLAN, type Plan, readPlan, takeFolder } from "./plan-folder.ts";
import { UsageError } from "./usage-error.ts";

export const CHECKPOINT = "checkpoint.bin";
const EVENTS = "tensorboard";
/** Of each agent of a population. */
const AGENTS = "agents";
const POLICIES = ["policy-best.json", "policy-best.bin", "policy-last.json", "policy-last.bin"];
const TRAINING_FILES = [
  CHECKPOINT,
  EVENTS,
  AGENTS,
  ...POLICIES,
  "curve.csv",
  "curve.json",
  "curve.svg",
  "training.json",
  "meta.json",
  "report.html",
];

export interface TrainingClaim extends Claim {
  readonly resume: boolean;
}

const nowS = (): number => Date.now() / 1000;

export class TrainingFolder {
  readonly path: string;
  /** As the user says it. */
  readonly #named: string;
  readonly #seeds: readonly number[];
  /** This session's file of each agent. */
  #events: readonly string[] = [];
  /** Points of the curve that the events have. */
  #told = 0;

  constructor(path: string, { named, seeds }: { readonly named: string; readonly seeds: readonly number[] }) {
    this.path = path;
    this.#named = named;
    this.#seeds = seeds;
  }

  /**
   * Whether this training may have the folder; one that was given up before its first checkpoint is free. Nothing is written: who asks for a backend that is not there loses no results.
   * @returns the checkpoint to go on from
   * @throws {UsageError} if it holds another training, or this one and nobody says what to do with it
   */
  async check({ plan, resume, force }: TrainingClaim): Promise<Uint8Array | undefined> {
    if (resume && !existsSync(join(this.path, PLAN))) {
      throw new UsageError(`${this.#named} holds no training (no ${PLAN}).`, "Leave --resume out, or name its folder with --out.");
    }
    const isFree = force || (!resume && (await this.#holdsNothing()));
    const owner = await ownerOf(this.path, this.#named, { plan, force: isFree });
    if (resume) return this.#checkpoint();
    if (owner !== "own" || isFree) return undefined;
    throw new UsageError(
      `${this.#named} holds this training.`,
      "Go on with --resume, begin anew with --force, or name another folder with --out.",
    );
  }

  /** A training began here and left nothing to go on from. */
  async #holdsNothing(): Promise<boolean> {
    if (!existsSync(join(this.path, PLAN)) || existsSync(join(this.path, CHECKPOINT))) return false;
    return (await readPlan(this.path)).what === "training";
  }

  /** Makes the folder this training's, and empties it of any other. */
  claim(plan: Plan): Promise<void> {
    return takeFolder(this.path, plan, TRAINING_FILES);
  }

  /** None where the training was killed before there was one. */
  async #checkpoint(): Promise<Uint8Array | undefined> {
    const file = join(this.path, CHECKPOINT);
    return existsSync(file) ? readFile(file) : undefined;
  }

  /** A file of events for each agent: a folder of its own makes it a run of its own in TensorBoard. */
  async beginEvents({ steps, curve }: TrainingSession): Promise<void> {
    const beganS = nowS();
    const name = `events.out.tfevents.${Math.floor(beganS)}.${process.pid}`;
    this.#events = this.#seeds.map((seed) => join(this.path, EVENTS, `seed-${seed}`, name));
    this.#told = curve.length;
    const head = Buffer.concat([versionRecord(beganS), ...(steps > 0 ? [startRecord(beganS, steps + 1)] : [])]);
    for (const file of this.#events) {
      await mkdir(join(file, ".."), { recursive: true });
      await appendFile(file, head);
    }
  }

  /** Writes all that a kill must not cost, each file whole. */
  async store(session: TrainingSession, origin: PolicyOrigin): Promise<void> {
    for (const { steps, agents } of session.curve.slice(this.#told)) {
      for (const [agent, file] of this.#events.entries()) {
        const point = agents[agent];
        if (point !== undefined) await appendFile(file, scalarRecord({ wallTimeS: nowS(), step: steps, scalars: scalarsOf(point) }));
      }
    }
    this.#told = session.curve.length;
    await this.#storePolicies(session, origin);
    await writeWhole(join(this.path, CHECKPOINT), await session.checkpoint());
  }

  async #storePolicies(session: TrainingSession, origin: PolicyOrigin): Promise<void> {
    const { winner } = session;
    for (const [agent, seed] of this.#seeds.entries()) {
      const folders = [...(agent === winner ? ["."] : []), ...(this.#seeds.length > 1 ? [join(AGENTS, `seed-${seed}`)] : [])];
      const [best, last] = [session.bestPolicy(agent, origin), session.lastPolicy(agent, origin)];
      for (const folder of folders) {
        await mkdir(join(this.path, folder), { recursive: true });
        if (best !== undefined) await this.#storePolicy(join(folder, "policy-best"), best);
        await this.#storePolicy(join(folder, "policy-last"), last);
      }
    }
  }

  async #storePolicy(name: string, { manifest, weights }: { readonly manifest: string; readonly weights: Uint8Array }): Promise<void> {
    await writeWhole(join(this.path, `${name}.bin`), weights);
    await writeWhole(join(this.path, `${name}.json`), manifest);
  }

  async writeResults(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeWhole(join(this.path, name), text);
  }
}
