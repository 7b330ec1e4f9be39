/**
 * A container on a server: tasks that share its cores equally (requests of a replica, or the one task of a job).
 * Hot: bench/run.ts. Plain fields, no allocation per task.
 *
 * Progress is kept as one virtual time `v`, the reference-core seconds that every running task has received since `v` was
 * zero. A task that enters with work w leaves when v reaches its tag v + w, so an event touches containers, not tasks.
 */
import { Sum } from "../../kernel/index.ts";
import { doubled } from "./swap-list.ts";

/** Beyond this virtual time, tags are moved back towards zero: at day 30 an absolute `v` is off by 1.6e-7 of a 1 ms request. */
const REBASE_V_S = 64;
/** A job's errors only need be small beside the job's own work, so its container counts on for longer. */
const REBASE_JOB_V_S = 4096;

/** Cells of one running task in a container's heap. */
const TAG = 0;
const ID = 1;
const TASK = 2;
const CELLS = 3;

export interface ContainerOwner {
  /** A task has received all its work. Called inside the server's finish event, before the server settles. */
  taskFinished(task: number, container: Container): void;
  /** Running tasks' joule and gram marks must fall by these amounts: the container counts from zero again. */
  rebased(container: Container, phiJ: number, carbonG: number): void;
  /** The server's cores have another speed from now on; asked only of those who plan by it. */
  speedChanged?(): void;
}

export class Container {
  readonly owner: ContainerOwner;
  /** Jobs and requests are booked to different accounts. */
  readonly isJob: boolean;
  /** Virtual time beyond which it counts from zero again, seconds. */
  readonly rebaseV: number;
  weight = 0;
  /** Cores one task can use: 1 for a request, the job's cores for a job. */
  taskCores = 0;
  /** Most cores the whole container may use. */
  capCores = 0;

  /** Running tasks. */
  count = 0;
  /** Tag of the task that finishes first; Infinity when none runs. A field: every event on a server reads it of each container. */
  nextTag = Infinity;
  // Kept by the server: place among its active containers or -1, and whether it changed since the server settled.
  position = -1;
  isTouched = false;
  /** Cores it holds, cores of each of its tasks, how many tasks there were and what one could use, as the server last settled them. */
  cores = 0;
  taskShare = 0;
  settledCount = 0;
  settledTaskCores = 0;
  /** Virtual time, its growth per second, and up to when it is known. */
  v = 0;
  rate = 0;
  sinceS = 0;
  /** Dynamic joules one running task has drawn since `phiJ` was zero, and the server's joules per core up to which they are known. */
  phiJ = 0;
  coreMarkJ = 0;
  /** Dynamic joules of the whole container; jobs keep their own. Busy core-seconds for telemetry, where rounding does not matter. */
  readonly energyJ = new Sum();
  busyCoreS = 0;
  /** Grams one running task caused up to `phiMarkJ`; what came after costs the current intensity. */
  carbonBaseG = 0;
  phiMarkJ = 0;

  /** A heap of running tasks, least tag first, then id: tag, id and task side by side. */
  #heap: Float64Array;

  /** @param taskCount how many tasks it is made for: more make it grow */
  constructor(owner: ContainerOwner, isJob: boolean, taskCount = isJob ? 1 : 8) {
    this.owner = owner;
    this.isJob = isJob;
    this.rebaseV = isJob ? REBASE_JOB_V_S : REBASE_V_S;
    this.#heap = new Float64Array(CELLS * taskCount);
  }

  /** Sets what it may use, while nothing runs in it: a job's container serves one job after another. */
  shape(shape: { weight: number; taskCores: number; capCores: number }): void {
    this.weight = shape.weight;
    this.taskCores = shape.taskCores;
    this.capCores = shape.capCores;
  }

  /** Cores it would use if it were alone. */
  get demandCores(): number {
    const wanted = this.count * this.taskCores;
    return wanted < this.capCores ? wanted : this.capCores;
  }

  /** Grams one running task has caused so far, at the current intensity in g/J. */
  taskCarbonG(intensityGPerJ: number): number {
    return this.carbonBaseG + (this.phiJ - this.phiMarkJ) * intensityGPerJ;
  }

  /** Closes the grams at the intensity that ends now. */
  markCarbon(intensityGPerJ: number): void {
    this.carbonBaseG += (this.phiJ - this.phiMarkJ) * intensityGPerJ;
    this.phiMarkJ = this.phiJ;
  }

  /** Lets a task in. The server must be advanced to now, and settled after. `id` breaks ties between equal tags. */
  add(task: number, id: number, workS: number): void {
    if (CELLS * this.count === this.#heap.length) this.#heap = doubled(this.#heap);
    this.#siftUp(this.count++, this.v + workS, id, task);
    this.nextTag = this.#heap[TAG] as number;
  }

  /** Takes out the task that is due, and returns it. */
  pop(): number {
    const task = this.#heap[TASK] as number;
    this.#removeAt(0);
    return task;
  }

  /** Takes a running task out; returns the work it still had, in reference-core seconds. */
  remove(task: number): number {
    const position = this.#positionOf(task);
    const remainingS = (this.#heap[CELLS * position + TAG] as number) - this.v;
    this.#removeAt(position);
    return remainingS > 0 ? remainingS : 0;
  }

  /** Work a running task still has, in reference-core seconds. */
  remainingS(task: number): number {
    return Math.max(0, (this.#heap[CELLS * this.#positionOf(task) + TAG] as number) - this.v);
  }

  /** The running task at `position` of an arbitrary order, 0..count-1. */
  taskAt(position: number): number {
    return this.#heap[CELLS * position + TASK] as number;
  }

  /** Keeps `v` and `phiJ` small, so that differences stay exact. */
  rebase(): void {
    if (this.count === 0) return; // it rests when the server settles
    const { v, phiJ, carbonBaseG } = this;
    const heap = this.#heap;
    for (let at = TAG; at < CELLS * this.count; at += CELLS) heap[at] = (heap[at] as number) - v;
    this.nextTag = heap[TAG] as number;
    this.v = 0;
    this.phiJ = 0;
    this.carbonBaseG = 0;
    this.phiMarkJ -= phiJ;
    this.owner.rebased(this, phiJ, carbonBaseG);
  }

  /** Brings progress up to now. Only at events: at what instants this happens decides the last bits of when tasks finish. */
  progress(nowS: number): void {
    const dtS = nowS - this.sinceS;
    if (dtS <= 0) return;
    this.v += this.rate * dtS;
    this.busyCoreS += this.cores * dtS;
    this.sinceS = nowS;
  }

  /** Busy core-seconds up to `nowS`, for those who only look. */
  busyCoreSAt(nowS: number): number {
    return this.busyCoreS + this.cores * (nowS - this.sinceS);
  }

  /** Brings joules up to now; `coreJ` is what one busy core of the server has drawn so far. */
  draw(coreJ: number): void {
    const drawnJ = this.taskShare * (coreJ - this.coreMarkJ);
    this.coreMarkJ = coreJ;
    if (drawnJ === 0) return;
    this.phiJ += drawnJ;
    if (!this.isJob) this.energyJ.add(drawnJ * this.settledCount);
  }

  /** Gives it its cores from now on. It must be up to now and run something. */
  grant(cores: number, coreSpeed: number): void {
    this.cores = cores;
    this.taskShare = cores / this.count;
    this.rate = (this.taskShare / this.taskCores) * coreSpeed;
    this.settledCount = this.count;
    this.settledTaskCores = this.taskCores;
  }

  /** When its first task finishes if nothing changes. */
  get dueS(): number {
    return this.rate > 0 ? this.sinceS + Math.max(0, (this.nextTag - this.v) / this.rate) : Infinity;
  }

  /** Nothing runs any more: counts from zero again. The server calls it when it settles, after owners read their marks. */
  rest(): void {
    this.cores = 0;
    this.taskShare = 0;
    this.rate = 0;
    this.settledCount = 0;
    this.v = 0;
    this.phiJ = 0;
    this.phiMarkJ = 0;
    this.carbonBaseG = 0;
  }

  /** A scan: removals are rare next to finishes. */
  #positionOf(task: number): number {
    for (let i = 0; i < this.count; i++) if (this.#heap[CELLS * i + TASK] === task) return i;
    throw new Error(`task ${task} does not run in this container`);
  }

  #removeAt(position: number): void {
    const last = --this.count;
    if (last === 0) {
      this.nextTag = Infinity;
      return;
    }
    const heap = this.#heap;
    if (position !== last) {
      const tag = heap[CELLS * last + TAG] as number;
      const id = heap[CELLS * last + ID] as number;
      const task = heap[CELLS * last + TASK] as number;
      this.#siftDown(position, tag, id, task);
      if (heap[CELLS * position + TASK] === task) this.#siftUp(position, tag, id, task);
    }
    this.nextTag = heap[TAG] as number; // a child may have moved up to the root
  }

  #siftUp(start: number, tag: number, id: number, task: number): void {
    const heap = this.#heap;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const parentTag = heap[CELLS * parent + TAG] as number;
      if (parentTag < tag || (parentTag === tag && (heap[CELLS * parent + ID] as number) < id)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#set(i, tag, id, task);
  }

  #siftDown(start: number, tag: number, id: number, task: number): void {
    const heap = this.#heap;
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.count) break;
      if (child + 1 < this.count && this.#isBefore(child + 1, child)) child++;
      const childTag = heap[CELLS * child + TAG] as number;
      if (tag < childTag || (tag === childTag && id < (heap[CELLS * child + ID] as number))) break;
      this.#move(child, i);
      i = child;
    }
    this.#set(i, tag, id, task);
  }

  #isBefore(a: number, b: number): boolean {
    const heap = this.#heap;
    const tagA = heap[CELLS * a + TAG] as number;
    const tagB = heap[CELLS * b + TAG] as number;
    return tagA < tagB || (tagA === tagB && (heap[CELLS * a + ID] as number) < (heap[CELLS * b + ID] as number));
  }

  #move(from: number, to: number): void {
    const heap = this.#heap;
    heap[CELLS * to + TAG] = heap[CELLS * from + TAG] as number;
    heap[CELLS * to + ID] = heap[CELLS * from + ID] as number;
    heap[CELLS * to + TASK] = heap[CELLS * from + TASK] as number;
  }

  #set(i: number, tag: number, id: number, task: number): void {
    const heap = this.#heap;
    heap[CELLS * i + TAG] = tag;
    heap[CELLS * i + ID] = id;
    heap[CELLS * i + TASK] = task;
  }
}
