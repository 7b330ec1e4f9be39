/**
 * A server: cores shared by containers, watts, and the joules they add up to. Hot: bench/run.ts.
 *
 * One kernel event per server: the next task to finish. Whoever changes anything on a server calls `advance()`, changes it,
 * and then `settle()`: between two such calls every rate and every watt is constant, so all integrals are exact.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { ServerId } from "../base/id.ts";
import type { PowerModel } from "../energy/power-model.ts";
import type { Container } from "./container.ts";
import { shareCores } from "./core-sharing.ts";
import type { Need } from "./ports.ts";
import { ServerMeter } from "./server-meter.ts";

export type ServerState = "up" | "down" | "booting" | "asleep";

export interface ServerOptions {
  readonly id: ServerId;
  readonly name: string;
  readonly kind: string;
  readonly site: string;
  readonly row: string | undefined;
  readonly rack: string | undefined;
  readonly cores: number;
  readonly memoryB: number;
  /** Work done per second and core, beside the reference core's. */
  readonly speed: number;
  readonly clocksHz: readonly number[];
  readonly nominalHz: number;
  readonly clockHz: number;
  readonly power: PowerModel;
  /** Share of wall watts that reaches the parts, by load share of peak; absent: losses are not told apart. */
  readonly psuEfficiency: ((loadShare: number) => number) | undefined;
  readonly boot: { readonly timeS: number; readonly powerW: number };
  readonly sleep: { readonly powerW: number; readonly wakeS: number } | undefined;
  readonly embodiedG: number;
  readonly lifetimeS: number;
  /** The site's carbon intensity now; the site changes it after closing the grams so far. */
  readonly intensity: { readonly gPerJ: number };
}

/** Called after each settle of a server for which someone asked for rows. */
export type PowerListener = (server: Server) => void;

export class Server {
  readonly options: ServerOptions;
  readonly id: ServerId;
  readonly cores: number;
  readonly meter = new ServerMeter();
  /** Containers with running tasks, in the order in which they became active. */
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
  // What finishes at one instant: parallel lists that only grow, with their count.
  readonly #dueContainers: Container[] = [];
  readonly #dueTasks: number[] = [];
  readonly #peakW: number;
  #event: EventId = NO_EVENT;
  #staticW = 0;
  #nextContainer: Container | undefined = undefined;
  /** Progress is known up to here, and joules up to there: watts change more rarely than tasks. */
  #progressS = 0;
  #energyS = 0;
  /** Something but the number of running tasks changed since the last settle. */
  #isDirty = true;
  /** Above zero while a finish event runs its callbacks: the settle at its end covers them all. */
  #depth = 0;

  constructor(simulation: Simulation, options: ServerOptions) {
    this.options = options;
    this.id = options.id;
    this.cores = options.cores;
    this.clockHz = options.clockHz;
    this.#simulation = simulation;
    this.#onFinish = () => this.#finish();
    this.#peakW = options.power.powerW(1, 1);
    this.#staticW = this.#staticNowW();
    this.settle();
  }

  get isUp(): boolean {
    return this.state === "up";
  }

  get utilization(): number {
    return this.usedCores / this.cores;
  }

  /** Places an empty container. Its owner has checked that it fits, and settles afterwards. */
  addContainer(container: Container, reserved: Need): void {
    this.#isDirty = true;
    this.advance();
    this.containers.push(container);
    this.reservedCores += reserved.cores;
    this.reservedMemoryB += reserved.memoryB;
    this.mostReservedCores = Math.max(this.mostReservedCores, this.reservedCores);
    this.mostReservedMemoryB = Math.max(this.mostReservedMemoryB, this.reservedMemoryB);
  }

  /** Takes a container away; whatever ran in it must have been taken out before. */
  removeContainer(container: Container, reserved: Need): void {
    this.#isDirty = true;
    this.sync(); // before its watts are forgotten
    this.containers.splice(this.containers.indexOf(container), 1);
    const position = this.active.indexOf(container);
    if (position >= 0) this.active.splice(position, 1);
    container.rest();
    const isEmpty = this.containers.length === 0; // an empty server is exactly empty, whatever the sums have rounded
    this.reservedCores = isEmpty ? 0 : this.reservedCores - reserved.cores;
    this.reservedMemoryB = isEmpty ? 0 : this.reservedMemoryB - reserved.memoryB;
    this.settle();
  }

  /** Changes the power state. Nothing runs on a server that is not up: `empty` takes everything out, in the new state. */
  setState(state: ServerState, empty: () => void = () => {}): void {
    this.#isDirty = true;
    this.advance();
    this.state = state;
    this.#depth++;
    empty();
    this.#depth--;
    if (state !== "up" && this.active.some((container) => container.count > 0))
      throw new Error(`${this.options.name} still runs something`);
    this.#staticW = this.#staticNowW();
    this.settle();
  }

  /** Changes the clock; running work goes on at the new speed from here. @throws {RangeError} if the kind lacks that clock. */
  setClock(clockHz: number): void {
    if (!this.options.clocksHz.includes(clockHz)) throw new RangeError(`${this.options.kind} has no clock of ${clockHz} Hz`);
    this.#isDirty = true;
    this.advance();
    this.clockHz = clockHz;
    this.#staticW = this.#staticNowW();
    this.settle();
  }

  /** Multiplies the speed, unseen by telemetry. */
  setSlowFactor(factor: number): void {
    this.#isDirty = true;
    this.advance();
    this.slowFactor = factor;
    this.settle();
  }

  /** Brings progress up to now. */
  advance(): void {
    const nowS = this.#simulation.nowS;
    const dtS = nowS - this.#progressS;
    if (dtS <= 0) return;
    this.#progressS = nowS;
    const active = this.active;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      c.v += c.rate * dtS;
      c.phiJ += c.taskW * dtS;
    }
  }

  /** Brings progress and meters up to now; for whoever reads them. */
  sync(): void {
    this.advance();
    const nowS = this.#simulation.nowS;
    const dtS = nowS - this.#energyS;
    if (dtS <= 0) return;
    this.#energyS = nowS;
    const active = this.active;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      if (!c.isJob) c.book(dtS); // jobs keep their own joules
    }
    this.meter.advance(dtS);
  }

  /** Shares the cores anew where that is due, sets watts, and plans the next finish. Call after `advance()` and every change. */
  settle(): void {
    if (this.#depth > 0) return;
    if (this.#isDirty || this.#countsChanged()) this.#resettle();
    this.#planFinish();
  }

  /** A finish that lets the next request in leaves every share and every watt as it was. */
  #countsChanged(): boolean {
    const active = this.active;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      if (c.count !== c.settledCount) return true;
    }
    return false;
  }

  #resettle(): void {
    this.sync();
    this.#isDirty = false;
    const active = this.active;
    for (let i = active.length - 1; i >= 0; i--) {
      const c = active[i] as Container;
      if (c.count > 0) continue;
      active.splice(i, 1);
      c.rest();
    }
    this.usedCores = this.state === "up" ? shareCores(active, this.cores) : 0;
    this.#setPower();
    if (this.listener !== undefined) this.listener(this);
  }

  /** Runs a task in a container of this server. Advance before, settle after. */
  start(container: Container, task: number, id: number, workS: number): void {
    if (container.count === 0 && !this.active.includes(container)) this.active.push(container);
    container.add(task, id, workS);
  }

  /** Speed of a core that has a whole core, in reference-core seconds per second. */
  get coreSpeed(): number {
    return this.options.speed * (this.clockHz / this.options.nominalHz) * this.slowFactor;
  }

  #setPower(): void {
    const { meter, options } = this;
    const clockRatio = this.clockHz / options.nominalHz;
    const staticW = this.#staticW;
    const wallW = this.state === "up" ? options.power.powerW(this.usedCores / this.cores, clockRatio) : staticW;
    const efficiency = options.psuEfficiency === undefined ? 1 : options.psuEfficiency(wallW / this.#peakW);
    const dynamicW = (wallW - staticW) * efficiency;
    const perCoreW = this.usedCores > 0 ? dynamicW / this.usedCores : 0;
    const coreSpeed = this.coreSpeed;
    let jobCores = 0;
    let grantedCores = 0;
    const active = this.active;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      const perTask = c.cores / c.count;
      c.rate = (perTask / c.taskCores) * coreSpeed;
      c.taskW = perTask * perCoreW;
      c.containerW = c.cores * perCoreW;
      c.settledCount = c.count;
      grantedCores += c.cores;
      if (c.isJob) jobCores += c.cores;
    }
    if (grantedCores > this.mostUsedCores) this.mostUsedCores = grantedCores;
    const jobW = jobCores === grantedCores ? dynamicW : perCoreW * jobCores; // alone they draw all of it, to the last bit
    this.powerW = wallW;
    meter.wallW = wallW;
    meter.jobW = jobW;
    meter.requestW = this.usedCores > 0 ? dynamicW - jobW : 0;
    meter.idleW = this.containers.length === 0 ? staticW * efficiency : 0;
    meter.reservedIdleW = this.containers.length === 0 ? 0 : staticW * efficiency;
    meter.psuLossW = options.psuEfficiency === undefined ? 0 : wallW * (1 - efficiency);
    meter.usedCores = this.usedCores;
    meter.workRate = grantedCores * coreSpeed;
    meter.upShare = this.state === "up" ? 1 : 0;
  }

  /** Watts with no work on it, which change only with the state and the clock. */
  #staticNowW(): number {
    switch (this.state) {
      case "up":
        return this.options.power.powerW(0, this.clockHz / this.options.nominalHz);
      case "booting":
        return this.options.boot.powerW;
      case "asleep":
        return this.options.sleep?.powerW ?? 0;
      case "down":
        return 0;
    }
  }

  #planFinish(): void {
    let soonestS = Infinity;
    let next: Container | undefined;
    const active = this.active;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      if (c.rate > 0) {
        const dueS = (c.nextTag - c.v) / c.rate;
        if (dueS < soonestS) {
          soonestS = dueS;
          next = c;
        }
      }
    }
    this.#nextContainer = next;
    if (next === undefined) {
      if (this.#event !== NO_EVENT) this.#simulation.cancel(this.#event);
      this.#event = NO_EVENT;
      return;
    }
    const delayS = soonestS > 0 ? soonestS : 0;
    if (this.#event !== NO_EVENT) this.#simulation.reschedule(this.#event, delayS);
    else this.#event = this.#simulation.schedule(delayS, PHASE.finish, this.#onFinish, this.id);
  }

  #finish(): void {
    this.#event = NO_EVENT;
    this.advance();
    const next = this.#nextContainer as Container;
    next.v = next.nextTag; // never v + rate x dt: each event must make progress, with no epsilon
    const { active } = this;
    const containers = this.#dueContainers;
    const tasks = this.#dueTasks;
    let dueCount = 0;
    for (let i = 0; i < active.length; i++) {
      const c = active[i] as Container;
      while (c.nextTag <= c.v) {
        containers[dueCount] = c;
        tasks[dueCount++] = c.pop();
      }
    }
    this.#depth++;
    for (let i = 0; i < dueCount; i++) {
      const c = containers[i] as Container;
      c.owner.taskFinished(tasks[i] as number, c);
    }
    this.#depth--;
    for (let i = 0; i < active.length; i++) (active[i] as Container).rebaseIfDue(); // only now: owners have read their marks
    this.settle();
  }
}
