/**
 * The batch jobs of all workloads that may use the same servers: one queue, one index, one place rule.
 * Hot: bench/fleet.ts. Semantics: docs/design.md, "A batch job".
 */
import { NO_EVENT, PHASE, powInt, type Rng, type Simulation } from "../../kernel/index.ts";
import type { JobId } from "../base/id.ts";
import type { BatchWorkload } from "./batch-workload.ts";
import { Container, type ContainerOwner } from "./container.ts";
import { inQueueOrder, Job, type StretchEnd } from "./job.ts";
import { JobQueue, NO_JOB } from "./job-queue.ts";
import { ServerFleetIndex } from "./placement/fleet-index.ts";
import { milliCores } from "./placement/milli-cores.ts";
import type { FleetIndex, PlaceRule } from "./ports.ts";
import type { Server } from "./server.ts";

/** A job that outgrew its server's memory waits before it tries again, twice as long each time: Kubernetes' crash-loop back-off. */
const OOM_BACKOFF_S = 10;
const OOM_BACKOFF_MAX_S = 300;

export interface BatchPoolOptions {
  readonly servers: readonly Server[];
  readonly rule: PlaceRule;
  /** False: strictly in order, nobody overtakes a job that does not fit. */
  readonly backfill: boolean;
  /** What the place rule sees; undefined: the truth as it is now. */
  readonly mirror: FleetIndex | undefined;
}

/** What the pool reports upwards. */
export interface BatchListener {
  stretchEnded(job: Job, server: Server, end: StretchEnd): void;
  jobFinished(job: Job, server: Server): void;
  /** A container came or went: every index that knows the server must hear of it. */
  freeChanged(server: Server): void;
  /** A job left for good: its room may be given to any pool. */
  roomMade(server: Server): void;
  memoryExceeded(server: Server): void;
}

export interface NewJob {
  readonly workS: number;
  readonly cores: number;
  readonly memoryB: number;
  /** Greater goes first. */
  readonly priority: number;
  /** From arrival; Infinity without one. Slack makes one too, which only the books know. */
  readonly deadlineS: number;
  readonly declaredDeadlineS: number;
  readonly slackS: number;
}

export class BatchPool implements ContainerOwner {
  readonly index: ServerFleetIndex;
  readonly #simulation: Simulation;
  readonly #options: BatchPoolOptions;
  readonly #listener: BatchListener;
  readonly #rng: Rng;
  readonly #queue = new JobQueue();
  readonly #jobs: Job[] = [];
  readonly #freeSlots: number[] = [];
  /** By server id; undefined for servers outside the pool. */
  readonly #byId: (Server | undefined)[] = [];
  readonly #byServer: Job[][] = [];
  readonly #onDue = (slot: number): void => this.#due(this.#jobs[slot] as Job);

  constructor(simulation: Simulation, options: BatchPoolOptions, rng: Rng, listener: BatchListener) {
    this.#simulation = simulation;
    this.#options = options;
    this.#rng = rng;
    this.#listener = listener;
    this.index = new ServerFleetIndex(
      options.servers.map(({ id, cores, options: { memoryB, power } }) => ({
        id,
        cores,
        memoryB,
        idleW: power.powerW(0, 1),
        peakW: power.powerW(1, 1),
      })),
    );
    for (const server of options.servers) {
      this.#byId[server.id] = server;
      this.#byServer[server.id] = [];
    }
  }

  has(server: Server): boolean {
    return this.#byId[server.id] !== undefined;
  }

  /** Jobs running on a server, in order of start. */
  jobsOn(server: Server): readonly Job[] {
    return this.#byServer[server.id] ?? [];
  }

  /** Every job under way, by slot. */
  *openJobs(): Generator<Job> {
    for (const job of this.#jobs) if (job.state !== "free") yield job;
  }

  submit(workload: BatchWorkload, id: JobId, spec: NewJob): void {
    const { nowS } = this.#simulation;
    const job = this.#take();
    const { stats } = workload;
    job.workload = workload;
    job.id = id;
    job.arrivalS = nowS;
    job.workS = spec.workS;
    job.cores = spec.cores;
    job.memoryB = spec.memoryB;
    job.priority = spec.priority;
    job.declaredDeadlineS = spec.declaredDeadlineS;
    job.deadlineS = nowS + spec.deadlineS;
    job.latestStartS = nowS + spec.slackS;
    stats.arrivedCount++;
    stats.queuedCount++;
    if (nowS >= stats.warmupS) stats.arrivedMeasured++;
    const startS = workload.delay === undefined ? nowS : workload.delay.rule.startS(job.view, nowS, workload.delay.carbon);
    if (!(startS >= nowS)) throw new Error(`delay rule of ${workload.name} gave a start of ${startS} s at ${nowS} s`);
    // A rule does not know the work, and so not the slack that a deadline leaves: nobody is delayed past it.
    if (startS > nowS && job.latestStartS > nowS) this.#delay(job, Math.min(startS, job.latestStartS));
    else this.#enter(job);
  }

  /** Free resources of a server in this pool changed, or it opened or closed. */
  refresh(server: Server): void {
    const { options } = server;
    this.index.update(server.id, server.cores - server.reservedCores, options.memoryB - server.reservedMemoryB, server.isUp);
  }

  /** Starts whatever the room on this server lets in. */
  dispatch(server: Server): void {
    if (!server.isUp) return;
    if (!this.#options.backfill) {
      for (let slot = this.#queue.head(); slot !== NO_JOB && this.#place(this.#jobs[slot] as Job); slot = this.#queue.head());
      return;
    }
    for (;;) {
      const slot = this.#queue.firstFitting(server.cores - server.reservedCores, server.options.memoryB - server.reservedMemoryB);
      if (slot === NO_JOB || !this.#place(this.#jobs[slot] as Job)) return;
    }
  }

  /** Queued jobs of the workload wait for `release`, or until their slack is spent. */
  hold(workload: BatchWorkload): void {
    workload.isHeld = true;
    const { nowS } = this.#simulation;
    for (const job of this.#jobs) {
      if (job.workload !== workload || job.state !== "queued" || job.latestStartS <= nowS) continue;
      this.#queue.remove(job.slot);
      this.#hold(job);
    }
  }

  release(workload: BatchWorkload): void {
    workload.isHeld = false;
    const jobs = [...workload.held].sort(inQueueOrder);
    workload.held.clear();
    for (const job of jobs) {
      this.#simulation.cancel(job.timer);
      job.timer = NO_EVENT;
      this.#enter(job);
    }
  }

  /**
   * Stops a running job and queues it again. Its work since the last checkpoint is lost, unless it is suspended.
   * Whoever calls it says afterwards what may use the room: `dispatch`, or `retry` for jobs of a lost server.
   */
  stop(job: Job, end: Exclude<StretchEnd, "finished" | "running">): void {
    const server = job.server as Server;
    const { container, workload } = job;
    const { stats } = workload;
    server.touch(container);
    this.#bookStretch(job);
    const doneS = job.workS - container.remove(job.slot);
    const keptS = end === "suspended" ? doneS : lastCheckpointS(job, doneS);
    stats.workDoneCoreS.add((doneS - job.savedS) * job.cores);
    stats.lostWorkCoreS.add((doneS - keptS) * job.cores);
    job.savedS = keptS;
    job.restarts++;
    stats.restarts++;
    if (end === "evicted") stats.evictions++;
    if (end === "oom") stats.oomKills++;
    this.#leave(job, end);
    stats.queuedCount++;
    const { nowS } = this.#simulation;
    if (end === "oom") this.#delay(job, nowS + Math.min(OOM_BACKOFF_S * powInt(2, Math.min(job.restarts - 1, 9)), OOM_BACKOFF_MAX_S));
    else if (workload.isHeld && job.latestStartS > nowS) this.#hold(job);
    else this.#wait(job);
  }

  /** Stops every job on a server that goes down; returns them for `retry`. */
  evacuate(server: Server): readonly Job[] {
    const jobs = [...this.jobsOn(server)];
    for (const job of jobs) this.stop(job, "crashed");
    return jobs;
  }

  /** Looks for new places for jobs that lost theirs, first in order first. */
  retry(jobs: readonly Job[]): void {
    for (const job of jobs.toSorted(inQueueOrder)) if (job.state === "queued") this.#tryStart(job);
  }

  taskFinished(slot: number): void {
    const job = this.#jobs[slot] as Job;
    const server = job.server as Server;
    this.#bookStretch(job);
    job.workload.stats.workDoneCoreS.add((job.workS - job.savedS) * job.cores);
    job.workload.stats.finished(job, this.#simulation.nowS);
    this.#listener.jobFinished(job, server);
    this.#leave(job, "finished");
    this.#give(job);
    this.#listener.roomMade(server);
  }

  rebased(container: Container, phiJ: number, carbonG: number): void {
    const job = this.#jobs[container.taskAt(0)] as Job;
    job.energyJ += phiJ; // the job keeps what the container forgets
    job.carbonG += carbonG;
  }

  #due(job: Job): void {
    job.timer = NO_EVENT;
    job.workload.held.delete(job);
    this.#enter(job);
  }

  #delay(job: Job, untilS: number): void {
    job.state = "delayed";
    job.timer = this.#simulation.scheduleAt(untilS, PHASE.arrive, this.#onDue, job.slot);
  }

  #hold(job: Job): void {
    job.state = "held";
    job.workload.held.add(job);
    if (job.latestStartS < Infinity) job.timer = this.#simulation.scheduleAt(job.latestStartS, PHASE.arrive, this.#onDue, job.slot);
  }

  /** The job may start from now on: at once if something fits, else it queues; a held one waits on. */
  #enter(job: Job): void {
    if (job.workload.isHeld && job.latestStartS > this.#simulation.nowS) {
      this.#hold(job);
      return;
    }
    this.#wait(job);
    this.#tryStart(job);
  }

  #tryStart(job: Job): void {
    if ((this.#options.backfill || this.#queue.head() === job.slot) && this.#place(job)) return;
    if (job.workload.options.preempts && this.#queue.head() === job.slot) this.#preemptFor(job);
  }

  #wait(job: Job): void {
    job.state = "queued";
    this.#queue.push(job.slot, {
      id: job.id,
      arrivalS: job.arrivalS,
      priority: job.priority,
      cores: job.cores,
      memoryB: job.memoryB,
    });
  }

  /** Asks the rule for a server and starts the job there; false if it stays queued. */
  #place(job: Job): boolean {
    const chosen = this.#options.rule.choose(job.view, this.#options.mirror ?? this.index, this.#rng);
    if (chosen === undefined) return false;
    const server = this.#byId[chosen];
    if (server === undefined) throw new Error(`place rule chose server ${chosen}, which ${job.workload.name} may not use`);
    if (!this.#fits(job, server)) {
      job.workload.stats.refusals++;
      return false;
    }
    this.#start(job, server);
    return true;
  }

  #fits(job: Job, server: Server): boolean {
    const { memoryB } = server.options;
    return (
      server.isUp &&
      milliCores(job.cores) <= milliCores(server.cores - server.reservedCores) &&
      job.memoryB <= memoryB - server.reservedMemoryB
    );
  }

  #start(job: Job, server: Server): void {
    const { container } = job;
    const { nowS } = this.#simulation;
    const { stats, options } = job.workload;
    this.#queue.remove(job.slot);
    job.state = "running";
    job.server = server;
    job.startS = nowS;
    if (Number.isNaN(job.firstStartS)) job.firstStartS = nowS;
    stats.queuedCount--;
    stats.runningCount++;
    container.shape({ weight: options.weight, taskCores: job.cores, capCores: job.cores });
    server.addContainer(container, job);
    server.usedMemoryB += job.memoryB;
    (this.#byServer[server.id] as Job[]).push(job);
    server.touch(container);
    container.add(job.slot, job.id, job.workS - job.savedS);
    server.settle();
    this.#listener.freeChanged(server);
    if (server.usedMemoryB > server.options.memoryB) this.#listener.memoryExceeded(server);
  }

  /** Evicts jobs of lower priority where the fewest suffice; among equal servers the lowest id. */
  #preemptFor(job: Job): void {
    let best: Job[] | undefined;
    for (const server of this.#options.servers) {
      const victims = this.#victims(job, server);
      if (victims !== undefined && (best === undefined || victims.length < best.length)) best = victims;
    }
    if (best === undefined) return;
    const server = (best[0] as Job).server as Server;
    for (const victim of best) this.stop(victim, "evicted");
    this.#start(job, server);
    this.retry(best);
    this.#listener.roomMade(server); // victims may have held more than was needed
  }

  /** The lowest and latest jobs whose end makes room, or undefined if even all of them do not. */
  #victims(job: Job, server: Server): Job[] | undefined {
    if (!server.isUp) return undefined;
    let cores = server.cores - server.reservedCores;
    let memoryB = server.options.memoryB - server.reservedMemoryB;
    const victims: Job[] = [];
    const { priority } = job;
    const lower = this.jobsOn(server).filter((other) => other.priority < priority);
    for (const other of lower.sort((a, b) => a.priority - b.priority || b.startS - a.startS || b.id - a.id)) {
      if (cores >= job.cores && memoryB >= job.memoryB) break;
      victims.push(other);
      cores += other.cores;
      memoryB += other.memoryB;
    }
    return victims.length > 0 && cores >= job.cores && memoryB >= job.memoryB ? victims : undefined;
  }

  #bookStretch(job: Job): void {
    const { container } = job;
    job.energyJ += container.phiJ;
    job.carbonG += container.taskCarbonG((job.server as Server).options.intensity.gPerJ);
  }

  #leave(job: Job, end: StretchEnd): void {
    const server = job.server as Server;
    server.removeContainer(job.container, job);
    server.usedMemoryB -= job.memoryB;
    const jobs = this.#byServer[server.id] as Job[];
    jobs.splice(jobs.indexOf(job), 1);
    job.workload.stats.runningCount--;
    this.#listener.stretchEnded(job, server, end);
    this.#listener.freeChanged(server);
    job.server = undefined;
  }

  #take(): Job {
    const slot = this.#freeSlots.pop() ?? this.#jobs.length;
    if (slot === this.#jobs.length) this.#jobs.push(new Job(slot, new Container(this, true)));
    const job = this.#jobs[slot] as Job;
    job.savedS = 0;
    job.firstStartS = Number.NaN;
    job.restarts = 0;
    job.energyJ = 0;
    job.carbonG = 0;
    return job;
  }

  #give(job: Job): void {
    job.state = "free";
    this.#freeSlots.push(job.slot);
  }
}

/** Progress is a sum of rounded steps: a checkpoint that is due at the very instant of a stop counts as written. */
const CHECKPOINT_ROUNDING = 1e-9;

/** Work that survives a stop at `doneS`; without checkpoints a job starts from what it had saved, usually nothing. */
function lastCheckpointS(job: Job, doneS: number): number {
  const { checkpointS } = job.workload.options;
  if (checkpointS === undefined) return job.savedS;
  return Math.max(job.savedS, Math.min(doneS, Math.floor(doneS / checkpointS + CHECKPOINT_ROUNDING) * checkpointS));
}
