/** A batch job under way. Pooled: a slot and its container serve one job after another. */
import { type EventId, NO_EVENT } from "../../kernel/index.ts";
import type { JobId } from "../base/id.ts";
import type { BatchWorkload } from "./batch-workload.ts";
import type { Container } from "./container.ts";
import type { JobView } from "./ports.ts";
import type { Server } from "./server.ts";

export type JobState = "free" | "delayed" | "held" | "queued" | "running";

/** How a stretch of running ended. */
export type StretchEnd = "finished" | "evicted" | "crashed" | "oom" | "suspended" | "running";

export class Job {
  readonly slot: number;
  readonly container: Container;
  state: JobState = "free";
  id = 0 as JobId;
  workload!: BatchWorkload; // set by whoever takes the slot, before anyone else sees the job
  arrivalS = 0;
  workS = 0;
  cores = 0;
  memoryB = 0;
  /** Greater goes first. */
  priority = 0;
  /** From arrival, as its owner says it; Infinity where slack or nothing was said. */
  declaredDeadlineS = Infinity;
  /** Absolute; Infinity without one. */
  deadlineS = Infinity;
  /** Latest start a hold may cause, absolute. */
  latestStartS = Infinity;
  /** Work saved at the last checkpoint. */
  savedS = 0;
  firstStartS = Number.NaN;
  startS = 0;
  restarts = 0;
  energyJ = 0;
  carbonG = 0;
  /** Ends a delay, or a hold whose slack is spent. */
  timer: EventId = NO_EVENT;
  server: Server | undefined = undefined;
  /** What rules see of it. */
  readonly view: JobView;

  constructor(slot: number, container: Container) {
    this.slot = slot;
    this.container = container;
    this.view = new DeclaredJob(this);
  }
}

/** Greatest priority first, then arrival, then id: the order of the queue, for lists of jobs. */
export function inQueueOrder(a: Job, b: Job): number {
  return b.priority - a.priority || a.arrivalS - b.arrivalS || a.id - b.id;
}

/** Declared facts only: neither true work nor a deadline or slack that would give it away. */
class DeclaredJob implements JobView {
  readonly #job: Job;

  constructor(job: Job) {
    this.#job = job;
  }

  get id(): JobId {
    return this.#job.id;
  }
  get workload(): string {
    return this.#job.workload.name;
  }
  get cores(): number {
    return this.#job.cores;
  }
  get memoryB(): number {
    return this.#job.memoryB;
  }
  get arrivalS(): number {
    return this.#job.arrivalS;
  }
  get deadlineS(): number {
    return this.#job.arrivalS + this.#job.declaredDeadlineS;
  }
  get slackS(): number {
    return this.#job.workload.options.slackS ?? Infinity;
  }
  get priority(): number {
    return this.#job.priority;
  }
}
