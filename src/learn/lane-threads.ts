/**
 * Lanes played in worker threads. What is observed and done lies in shared memory, and a step is a number that goes up: no message, no
 * copy. Each thread has a fixed stretch of the lanes and writes their rows alone, so its speed and the number of threads change no result.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import type { AgentSpec, Env } from "./env.ts";
import { EnvError } from "./env-error.ts";
import { type LaneBuffers, LaneError, type LanePlayer, type Late, LocalLanes, laneBuffers, lanesOf } from "./lanes.ts";

/** Numbers that threads share. */
const WORD = { turn: 0, call: 1, done: 2, failed: 3 } as const;
const CALL = { begin: 0, step: 1, close: 2 } as const;

/** How long this thread sleeps before it looks after its events: a signal, a thread that died. */
const SLEEP_MS = 50;

export interface LaneThreadsOptions {
  /** The module of a thread, which calls `serveLanes`. */
  readonly workerFile: URL;
  /** What it makes environments of: plain data. */
  readonly source: unknown;
  /** Of these environments. */
  readonly spec: AgentSpec;
  readonly laneCount: number;
  /** Threads, at most one a lane. */
  readonly workers: number;
}

interface WorkerStart {
  readonly source: unknown;
  readonly control: Int32Array;
  readonly buffers: LaneBuffers;
  readonly port: MessagePort;
  /** Index of its first lane among all. */
  readonly firstLane: number;
}
/** What failed in a thread, as far as it can be sent. */
interface Failure {
  readonly error: unknown;
  readonly isEnvError: boolean;
  /** Where an environment went wrong. */
  readonly lane: number | undefined;
}

export class LaneThreads implements LanePlayer {
  readonly laneCount: number;
  readonly buffers: LaneBuffers;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * Object.keys(WORD).length));
  readonly #workers: readonly Worker[];
  /** One a thread: what fails comes here. */
  readonly #ports: readonly MessagePort[];
  readonly #ended: Promise<unknown>;
  /** A thread that ended by itself, and why. */
  #death: Error | undefined;

  /** What is wrong in a thread, wrong environments included, is thrown by the first call. */
  constructor({ workerFile, source, spec, laneCount, workers }: LaneThreadsOptions) {
    const count = Math.min(workers, laneCount);
    this.laneCount = laneCount;
    this.buffers = laneBuffers(spec, laneCount, SharedArrayBuffer);
    const channels = Array.from({ length: count }, () => new MessageChannel());
    this.#ports = channels.map(({ port1 }) => port1);
    this.#workers = channels.map(({ port2: port }, i) => {
      const [from, to] = [Math.floor((i * laneCount) / count), Math.floor(((i + 1) * laneCount) / count)];
      const start: WorkerStart = { source, control: this.#control, buffers: lanesOf(this.buffers, from, to), port, firstLane: from };
      return new Worker(workerFile, { workerData: start, transferList: [port] });
    });
    this.#ended = Promise.all(this.#workers.map((worker) => this.#endOf(worker)));
  }

  begin(): Late {
    return this.#call(CALL.begin);
  }

  step(): Late {
    return this.#call(CALL.step);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.ref();
    this.#tell(CALL.close);
    await this.#ended;
  }

  /** A thread that nobody closes keeps no process alive. */
  #endOf(worker: Worker): Promise<void> {
    worker.unref();
    return new Promise((resolve) => {
      worker.once("error", (error) => {
        this.#death ??= error;
      });
      worker.once("exit", (code) => {
        this.#death ??= new Error(`a thread that played environments ended with exit code ${code}`);
        resolve();
      });
    });
  }

  #tell(call: (typeof CALL)[keyof typeof CALL]): void {
    const control = this.#control;
    control[WORD.call] = call;
    control[WORD.done] = 0;
    Atomics.add(control, WORD.turn, 1);
    Atomics.notify(control, WORD.turn);
  }

  #call(call: typeof CALL.begin | typeof CALL.step): Late {
    if (this.#death !== undefined) throw this.#death;
    this.#tell(call);
    if (!this.#sleep()) return this.#late();
    this.#check();
    return undefined;
  }

  /** Sleeps until all threads are done; false if that takes long. */
  #sleep(): boolean {
    const control = this.#control;
    for (;;) {
      const done = Atomics.load(control, WORD.done);
      if (done === this.#workers.length) return true;
      if (Atomics.wait(control, WORD.done, done, SLEEP_MS) === "timed-out") return false;
    }
  }

  async #late(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#death !== undefined) throw this.#death;
    } while (!this.#sleep());
    this.#check();
  }

  /** @throws what failed in the first lane in which anything did, as if the lanes were played in this thread */
  #check(): void {
    if (Atomics.exchange(this.#control, WORD.failed, 0) === 0) return;
    const failures = this.#ports.map((port) => receiveMessageOnPort(port)?.message as Failure | undefined);
    const { error, isEnvError, lane } = failures.find((failure) => failure !== undefined) as Failure;
    if (!isEnvError) throw error;
    const { message } = error as EnvError;
    throw lane === undefined ? new EnvError(message) : new LaneError(message, lane);
  }
}

/** A thread's side: plays until it is told to end. @param makeEnv makes a guarded environment of what `source` was */
export function serveLanes(makeEnv: (source: unknown) => Env): void {
  const { source, control, buffers, port, firstLane } = workerData as WorkerStart;
  let lanes: LocalLanes | undefined;
  for (let turn = 0; ; ) {
    Atomics.wait(control, WORD.turn, turn);
    turn = Atomics.load(control, WORD.turn);
    const call = control[WORD.call];
    if (call === CALL.close) break;
    try {
      lanes ??= new LocalLanes(
        Array.from(buffers.acting, () => makeEnv(source)),
        buffers,
      );
      if (call === CALL.begin) lanes.begin();
      else lanes.step();
    } catch (error) {
      const lane = error instanceof LaneError ? firstLane + error.lane : undefined;
      const failure: Failure = { error, isEnvError: error instanceof EnvError, lane };
      port.postMessage(failure);
      Atomics.store(control, WORD.failed, 1);
    }
    Atomics.add(control, WORD.done, 1);
    Atomics.notify(control, WORD.done);
  }
}
