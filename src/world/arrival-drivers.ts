/** Brings arrivals to services and batch pools: open processes, traces, and users in a closed loop. Hot: bench/run.ts. */
import { PHASE, type Rng, type Simulation } from "../kernel/index.ts";
import type { JobId } from "./base/id.ts";
import { pick } from "./base/pick.ts";
import type { BatchPool, NewJob } from "./cluster/batch-pool.ts";
import type { BatchWorkload } from "./cluster/batch-workload.ts";
import { NONE } from "./cluster/request-pool.ts";
import type { Receiver } from "./cluster/request-service.ts";
import type { ArrivalProcess } from "./workload/arrivals.ts";
import type { LawFactory } from "./workload/law.ts";

/** Draws what a request is: its class, and its size as `Receiver` takes it. One per stream of requests. */
export interface RequestSource {
  /** Class of the next request; the trace row where arrivals replay a file. */
  classIndex(row: number): number;
  size(classIndex: number, row: number): number;
  /** Of a request to a model; 0 of others. */
  promptTokens(classIndex: number, row: number): number;
}

/** Shares of each class, summing to 1, and the sizes of each. */
export interface ClassMix {
  readonly shares: readonly number[];
  readonly sizes: readonly LawFactory[];
  /** Prompts of models. */
  readonly prompts?: LawFactory;
}

/** Requests by law: each class draws its sizes from a stream of its own, so that no class shifts another's. */
export function lawSource({ shares, sizes, prompts }: ClassMix, rng: Rng): RequestSource {
  const promptTokens = prompts === undefined ? () => 0 : prompts(rng.fork("prompt")).draw;
  if (sizes.length === 1) {
    const draw = (sizes[0] as LawFactory)(rng.fork("work")).draw;
    return { classIndex: () => 0, size: draw, promptTokens };
  }
  const draws = sizes.map((size, i) => size(rng.fork(`work-${i}`)).draw);
  const classRng = rng.fork("class");
  return {
    classIndex: () => pick(shares, classRng.uniform()),
    size: (classIndex) => (draws[classIndex] as () => number)(),
    promptTokens,
  };
}

/** Starts an open process or a trace. */
export function driveOpen(simulation: Simulation, process: ArrivalProcess, source: RequestSource, service: Receiver): void {
  const next = (): void => {
    const timeS = process.nextS();
    if (timeS < Infinity) simulation.scheduleAt(timeS, PHASE.arrive, arrive, process.row ?? NONE);
  };
  const arrive = (row: number): void => {
    next(); // first, so that it fills the hole this event left in the queue
    const classIndex = source.classIndex(row);
    service.arrive(source.size(classIndex, row), classIndex, NONE, source.promptTokens(classIndex, row));
  };
  next();
}

/** Users who think, ask and wait. Each has streams of their own: one user's waits never shift another's draws. */
export class ClosedLoop {
  readonly #simulation: Simulation;
  readonly #service: Receiver;
  readonly #thinkS: (() => number)[] = [];
  readonly #sources: RequestSource[] = [];
  readonly #onAsk = (user: number): void => this.#ask(user);

  constructor(simulation: Simulation, service: Receiver, options: { users: number; thinkTime: LawFactory; mix: ClassMix }, rng: Rng) {
    this.#simulation = simulation;
    this.#service = service;
    for (let user = 0; user < options.users; user++) {
      const userRng = rng.fork(`user-${user}`);
      this.#thinkS.push(options.thinkTime(userRng.fork("think")).draw);
      this.#sources.push(lawSource(options.mix, userRng));
    }
  }

  begin(): void {
    for (let user = 0; user < this.#sources.length; user++) this.userFree(user);
  }

  /** The user's request ended, however it did: they think, then ask again. */
  userFree(user: number): void {
    this.#simulation.schedule((this.#thinkS[user] as () => number)(), PHASE.arrive, this.#onAsk, user);
  }

  #ask(user: number): void {
    const source = this.#sources[user] as RequestSource;
    const classIndex = source.classIndex(NONE);
    this.#service.arrive(source.size(classIndex, NONE), classIndex, user, source.promptTokens(classIndex, NONE));
  }
}

/** Submits jobs as they arrive; at most `limit` of them. `nextId` numbers jobs over all workloads. */
export function driveJobs(
  simulation: Simulation,
  source: { process: ArrivalProcess; limit: number; job(row: number): NewJob },
  target: { pool: BatchPool; workload: BatchWorkload; nextId(): number },
): void {
  let left = source.limit;
  const next = (): void => {
    if (left-- <= 0) return;
    const timeS = source.process.nextS();
    if (timeS < Infinity) simulation.scheduleAt(timeS, PHASE.arrive, arrive, source.process.row ?? NONE);
  };
  const arrive = (row: number): void => {
    next();
    target.pool.submit(target.workload, target.nextId() as JobId, source.job(row));
  };
  next();
}
