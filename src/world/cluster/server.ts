/**
 * A server: cores shared by containers, watts, and the joules they add up to. Hot: bench/run.ts, bench/fleet.ts.
 *
 * One kernel event per server: the next task to finish. Whoever changes a container calls `touch()`, changes it, and then
 * `settle()`: between two such calls every rate and every watt is constant, so all integrals are exact. While the cores
 * suffice for all, only the touched containers are looked at; joules per core are integrated once for the whole server.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ServerId } from "../base/id.ts";
import type { Container } from "./container.ts";
import { shareCores } from "./core-sharing.ts";
import type { Need } from "./ports.ts";
import { ServerMeter } from "./server-meter.ts";
import { type ServerOptions, type ServerState, staticPowerW } from "./server-options.ts";
import { doubled, takeOut } from "./swap-list.ts";

/** Joules per core are counted from zero again beyond this: the difference of large numbers would eat a short request. */
const CORE_J_MAX = 4096;

/** Called after each change of a server's watts for which someone asked for rows. */
export type PowerListener = (server: Server) => void;

export class Server {
  readonly options: ServerOptions;
  readonly id: ServerId;
  readonly cores: number;
  /** At the wall, all cores busy at the nominal clock. */
  readonly peakW: number;
  readonly meter = new ServerMeter();
  /** Containers with running tasks. */
  readonly active: Container[] = [];
  /** Containers placed here, running or not. */
  readonly containers: Container[] = [];
  reservedCores = 0;
  reservedMemoryB = 0;
  /** What its containers really use; owners keep it. Above `memoryB` the kernel kills something. */
  usedMemoryB = 0;
  usedCores = 0;
  // The most that was ever in use or promised; an identity compares them with what there is.
  mostUsedCores = 0;
  mostReservedCores = 0;
  mostReservedMemoryB = 0;
  powerW = 0;
  state: ServerState = "up";
  clockHz: number;
  /** Unseen slowness by faults; 1 when healthy. */
  slowFactor = 1;
  listener: PowerListener | undefined = undefined;

  readonly #simulation: Simulation;
  readonly #onFinish: () => void;
  // By position in `active`: when its next task finishes, the cores it could use, and whether it is a job's.
  #duesS = new Float64Array(4);
  #demands = new Float64Array(4);
  #isJob = new Uint8Array(4);
  // Lists that only grow, with their counts: what was touched since the last settle, and what finishes at one instant.
  readonly #touched: Container[] = [];
  #touchedCount = 0;
  readonly #dueContainers: Container[] = [];
  readonly #dueTasks: number[] = [];
  #event: EventId = NO_EVENT;
  #plannedS = Infinity;
  #staticW = 0;
  /** Dynamic watts of one busy core, the joules they made, and up to when. */
  #perCoreW = 0;
  #coreJ = 0;
  #energyS = 0;
  /** Some container's demand, or what is placed here, changed since the last settle. */
  #hasChanged = true;
  /** What concerns every container changed: state, clock, speed. */
  #isDirty = true;
  #isContended = false;
  /** Jobs that end at this instant and whose owners do not know it yet. */
  leavingJobCount = 0;
  /** Above zero while callbacks run: the settle at their end covers them all. */
  #depth = 0;

  constructor(simulation: Simulation, options: ServerOptions) {
    this.options = options;
    this.id = options.id;
    this.cores = options.cores;
    this.clockHz = options.clockHz;
    this.#simulation = simulation;
    this.#onFinish = () => this.#finish();
    this.peakW = options.power.powerW(1, 1);
    this.#staticW = staticPowerW(this.options, this.state, this.clockHz);
    this.settle();
  }

  get isUp(): boolean {
    return this.state === "up";
  }

  /** Was a container of it touched since it settled? */
  get isTouched(): boolean {
    return this.#touchedCount > 0;
  }

  get utilization(): number {
    return this.usedCores / this.cores;
  }

  /** Speed of a core that has a whole core, in reference-core seconds per second. */
  get coreSpeed(): number {
    return this.options.speed * (this.clockHz / this.options.nominalHz) * this.slowFactor;
  }

  /** Places an empty container. Its owner has checked that it fits, and settles afterwards. */
  addContainer(container: Container, reserved: Need): void {
    this.#hasChanged = true;
    this.containers.push(container);
    this.reservedCores += reserved.cores;
    this.reservedMemoryB += reserved.memoryB;
    this.mostReservedCores = Math.max(this.mostReservedCores, this.reservedCores);
    this.mostReservedMemoryB = Math.max(this.mostReservedMemoryB, this.reservedMemoryB);
  }

  /** Takes a container away; whatever ran in it must have been taken out before. */
  removeContainer(container: Container, reserved: Need): void {
    this.touch(container); // its joules so far
    this.#hasChanged = true;
    this.#forget(container);
    takeOut(this.containers, this.containers.indexOf(container));
    const isEmpty = this.containers.length === 0; // an empty server is exactly empty, whatever the sums have rounded
    this.reservedCores = isEmpty ? 0 : this.reservedCores - reserved.cores;
    this.reservedMemoryB = isEmpty ? 0 : this.reservedMemoryB - reserved.memoryB;
    this.settle();
  }

  /** Changes the power state. Nothing runs on a server that is not up: `empty` takes everything out, in the new state. */
  setState(state: ServerState, empty: () => void = () => {}): void {
    this.#isDirty = true;
    this.state = state;
    this.#depth++;
    empty();
    this.#depth--;
    if (state !== "up" && this.active.some((container) => container.count > 0))
      throw new Error(`${this.options.name} still runs something`);
    this.#staticW = staticPowerW(this.options, this.state, this.clockHz);
    this.settle();
  }

  /** Changes the clock; running work goes on at the new speed from here. @throws {RangeError} if the kind lacks that clock. */
  setClock(clockHz: number): void {
    if (!this.options.clocksHz.includes(clockHz)) throw new RangeError(`${this.options.kind} has no clock of ${clockHz} Hz`);
    this.#isDirty = true;
    this.clockHz = clockHz;
    this.#staticW = staticPowerW(this.options, this.state, this.clockHz);
    this.#speedChanged();
  }

  /** Multiplies the speed, unseen by telemetry. */
  setSlowFactor(factor: number): void {
    this.#isDirty = true;
    this.slowFactor = factor;
    this.#speedChanged();
  }

  #speedChanged(): void {
    this.settle();
    for (const { owner } of this.containers) owner.speedChanged?.();
  }

  /** Brings a container up to now and notes that its tasks change. */
  touch(container: Container): void {
    this.#bring(container);
    if (container.isTouched) return;
    container.isTouched = true;
    this.#touched[this.#touchedCount++] = container;
  }

  /** Closes the grams of all that runs at the intensity that ends now. */
  markCarbon(gPerJ: number): void {
    this.#drawAll();
    for (const container of this.active) container.markCarbon(gPerJ);
  }

  /** Brings everything up to now: for the books at the end of a run. */
  finalize(): void {
    this.#drawAll();
    this.sync();
    for (const container of this.active) container.progress(this.#simulation.nowS);
  }

  /** Shares the cores anew where that is due, sets watts, and plans the next finish. Call after `touch()` and every change. */
  settle(): void {
    if (this.#depth > 0) return;
    for (let i = 0; i < this.#touchedCount; i++) this.#settleOne(this.#touched[i] as Container);
    if (this.#hasChanged || this.#isDirty) this.#resettle();
    for (let i = 0; i < this.#touchedCount; i++) (this.#touched[i] as Container).isTouched = false;
    this.#touchedCount = 0;
    this.#planFinish();
  }

  #bring(container: Container): void {
    container.progress(this.#simulation.nowS);
    container.draw(this.#coreNowJ());
  }

  #drawAll(): void {
    const coreJ = this.#coreNowJ();
    for (const container of this.active) container.draw(coreJ);
  }

  /** Joules that one busy core has drawn up to now. */
  #coreNowJ(): number {
    return this.#coreJ + this.#perCoreW * (this.#simulation.nowS - this.#energyS);
  }

  /** Books joules up to now at the watts that held. What runs stays as it is: looking moves no finish, not by a bit. */
  sync(): void {
    const { nowS } = this.#simulation;
    const dtS = nowS - this.#energyS;
    if (dtS <= 0) return;
    this.meter.advance(dtS);
    this.#coreJ += this.#perCoreW * dtS;
    this.#energyS = nowS;
    if (this.#coreJ < CORE_J_MAX) return;
    this.#drawAll();
    this.#coreJ = 0;
    for (const container of this.active) container.coreMarkJ = 0;
  }

  /** A finish that lets the next request in leaves every share and every watt as it was: only its due time is new. */
  #settleOne(c: Container): void {
    if (c.count === 0) {
      if (c.position < 0) return;
      this.#deactivate(c);
      this.#hasChanged = true;
      return;
    }
    if (c.position < 0) this.#activate(c);
    const demand = c.demandCores;
    if (c.count === c.settledCount && c.taskCores === c.settledTaskCores && this.#demands[c.position] === demand) {
      this.#duesS[c.position] = c.dueS;
      return;
    }
    this.#demands[c.position] = demand;
    this.#hasChanged = true;
  }

  #resettle(): void {
    this.sync();
    const { active } = this;
    const demands = this.#demands;
    let jobCores = 0;
    let otherCores = 0;
    for (let i = 0; i < active.length; i++) {
      if (this.#isJob[i] === 1) jobCores += demands[i] as number;
      else otherCores += demands[i] as number;
    }
    const coreSpeed = this.coreSpeed;
    const isContended = jobCores + otherCores > this.cores;
    if (isContended || this.#isContended || this.#isDirty) {
      this.#shareAll(coreSpeed);
      jobCores = 0;
      otherCores = 0;
      for (let i = 0; i < active.length; i++) {
        if (this.#isJob[i] === 1) jobCores += (active[i] as Container).cores;
        else otherCores += (active[i] as Container).cores;
      }
    } else {
      for (let i = 0; i < this.#touchedCount; i++) {
        const c = this.#touched[i] as Container;
        if (c.position < 0) continue;
        c.grant(demands[c.position] as number, coreSpeed);
        this.#duesS[c.position] = c.dueS;
      }
    }
    this.#isContended = isContended;
    this.#hasChanged = false;
    this.#isDirty = false;
    const grantedCores = jobCores + otherCores;
    if (grantedCores > this.mostUsedCores) this.mostUsedCores = grantedCores;
    this.usedCores = isContended ? this.cores : grantedCores; // saturated: the parts may miss the whole by an ulp
    this.#setPower(jobCores, otherCores, grantedCores * coreSpeed);
    if (this.listener !== undefined) this.listener(this);
  }

  /** The long way, for when cores do not suffice or everything changes: everybody's share anew. */
  #shareAll(coreSpeed: number): void {
    const { active } = this;
    for (let i = 0; i < active.length; i++) this.#bring(active[i] as Container);
    shareCores(active, this.cores);
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      c.grant(c.cores, coreSpeed);
      this.#duesS[i] = c.dueS;
    }
  }

  #setPower(jobCores: number, otherCores: number, workRate: number): void {
    const { options } = this;
    const staticW = this.#staticW;
    const isUp = this.state === "up";
    const wallW = isUp ? options.power.powerW(this.usedCores / this.cores, this.clockHz / options.nominalHz) : staticW;
    const efficiency = options.psuEfficiency === undefined ? 1 : options.psuEfficiency(wallW / this.peakW);
    const dynamicW = (wallW - staticW) * efficiency;
    this.#perCoreW = this.usedCores > 0 ? dynamicW / this.usedCores : 0;
    this.powerW = wallW;
    const jobW = otherCores > 0 ? this.#perCoreW * jobCores : jobCores > 0 ? dynamicW : 0; // alone they draw all of it, to the last bit
    const isEmpty = this.containers.length === 0;
    this.meter.set({
      wallW,
      requestW: otherCores > 0 ? dynamicW - jobW : 0,
      jobW,
      idleW: isEmpty ? staticW * efficiency : 0,
      reservedIdleW: isEmpty ? 0 : staticW * efficiency,
      psuLossW: wallW * (1 - efficiency),
      usedCores: this.usedCores,
      workRate,
      isUp,
    });
  }

  #activate(c: Container): void {
    const position = this.active.push(c) - 1;
    c.position = position;
    if (position === this.#duesS.length) {
      this.#duesS = doubled(this.#duesS);
      this.#demands = doubled(this.#demands);
      const isJob = new Uint8Array(2 * position);
      isJob.set(this.#isJob);
      this.#isJob = isJob;
    }
    this.#isJob[position] = c.isJob ? 1 : 0;
    this.#demands[position] = 0;
    this.#duesS[position] = Infinity;
  }

  #deactivate(c: Container): void {
    const { position } = c;
    const last = takeOut(this.active, position);
    last.position = position;
    this.#duesS[position] = this.#duesS[this.active.length] as number;
    this.#demands[position] = this.#demands[this.active.length] as number;
    this.#isJob[position] = this.#isJob[this.active.length] as number;
    c.position = -1;
    c.rest();
  }

  /** Takes a container that leaves out of all lists: it may serve on another server before this one settles. */
  #forget(c: Container): void {
    if (c.position >= 0) this.#deactivate(c);
    c.isTouched = false;
    const at = this.#touched.indexOf(c);
    this.#touched[at] = this.#touched[--this.#touchedCount] as Container;
  }

  #planFinish(): void {
    const duesS = this.#duesS;
    let soonestS = Infinity;
    for (let i = 0; i < this.active.length; i++) if ((duesS[i] as number) < soonestS) soonestS = duesS[i] as number;
    if (this.#event !== NO_EVENT) this.#replan(soonestS);
    else if (soonestS < Infinity) this.#event = this.#simulation.scheduleAt(soonestS, PHASE.finish, this.#onFinish, this.id);
    this.#plannedS = soonestS;
  }

  #replan(soonestS: number): void {
    if (soonestS === this.#plannedS) return;
    if (soonestS < Infinity) {
      this.#simulation.rescheduleAt(this.#event, soonestS);
    } else {
      this.#simulation.cancel(this.#event);
      this.#event = NO_EVENT;
    }
  }

  #finish(): void {
    this.#event = NO_EVENT;
    const { active } = this;
    const { nowS } = this.#simulation;
    const containers = this.#dueContainers;
    const tasks = this.#dueTasks;
    let dueCount = 0;
    for (let i = 0; i < active.length; i++) {
      if ((this.#duesS[i] as number) > nowS) continue;
      const c = active[i] as Container;
      this.touch(c);
      c.v = c.nextTag; // never v + rate x dt: each event must make progress, with no epsilon, and no rounding may pile up
      if (c.isJob) this.leavingJobCount++;
      while (c.nextTag <= c.v) {
        containers[dueCount] = c;
        tasks[dueCount++] = c.pop();
      }
    }
    this.#depth++;
    for (let i = 0; i < dueCount; i++) {
      const c = containers[i] as Container;
      if (c.isJob) this.leavingJobCount--;
      c.owner.taskFinished(tasks[i] as number, c);
    }
    this.#depth--;
    for (let i = 0; i < this.#touchedCount; i++) {
      const c = this.#touched[i] as Container;
      if (c.v > c.rebaseV) c.rebase(); // only now: owners have read their marks
    }
    this.settle();
  }
}
