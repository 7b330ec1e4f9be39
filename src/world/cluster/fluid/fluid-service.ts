/**
 * A latency-critical service whose requests are no events: what comes in an interval, what a stationary queue makes of it, and
 * what that leaves in each replica. Semantics: docs/design.md, "A fluid service". Hot: bench/learn-envs.ts.
 *
 * It has the replicas, servers, meters, metrics and telemetry of any service. In the container of a replica runs one endless task
 * that wants as many cores as the queue keeps busy, so shares, watts, joules and grams are those of servers. Counts are whole:
 * what arrives is drawn, what is left is the number in the replica, rounded so that no side is favoured, and the rest has ended.
 */
import { NO_EVENT, PHASE, type Rng, type Simulation } from "../../../kernel/index.ts";
import { coresWithin } from "../core-sharing.ts";
import type { Replica } from "../replica.ts";
import { type ReplicaOptions, type ReplicaOwner, ReplicaSet, type RoomListener } from "../replica-set.ts";
import { NONE, REQUEST_STATE, Request } from "../request-pool.ts";
import type { OpenTotals, ReplicatedService, RequestWatcher } from "../request-service.ts";
import { OUTCOME, type ServiceStats } from "../service-stats.ts";
import { EndedLog } from "./ended-log.ts";
import { Flow, type Inflow } from "./flow.ts";
import type { FluidArrivals } from "./fluid-arrivals.ts";
import type { FluidClock, IntervalTaker } from "./fluid-clock.ts";
import { Member } from "./member.ts";
import type { WorkLaw } from "./work-law.ts";

export interface FluidOptions extends ReplicaOptions {
  readonly name: string;
  /** Running requests a replica admits; Infinity for processor sharing. */
  readonly concurrency: number;
  /** Of the intervals: what comes is drawn by them. */
  readonly clock: FluidClock;
  /** Do replicas take requests in turn? Otherwise at random. */
  readonly isInTurn: boolean;
  readonly work: WorkLaw;
  /** Of what watchers see of it. */
  readonly rng: Rng;
}

/** What is less than this of one request in a replica that drains is nothing. */
const NOTHING = 1e-6;
/** The id of the task that runs in a replica's container. */
const TASK = 0;

export class FluidService implements ReplicaOwner, ReplicatedService, IntervalTaker {
  readonly isFluid = true;
  readonly options: FluidOptions;
  readonly set: ReplicaSet;
  readonly stats: ServiceStats;
  readonly watchers: RequestWatcher[] = [];
  readonly requests: { open(): Iterable<Request> };
  readonly #simulation: Simulation;
  readonly #arrivals: FluidArrivals;
  readonly #members: Member[] = [];
  readonly #log: EndedLog;
  readonly #record = new Request(0);
  readonly #inflow: Inflow = { stepS: 0, expected: 0, surprise: 0, gapCv2: 1, intervalS: 0, level: Number.NaN, replicas: 1 };
  // The interval: its bounds, up to when all is booked, and how many of its requests have come.
  #fromS = 0;
  #toS = 0;
  #lastS = 0;
  #came = 0;
  #hasBegun = false;
  #areaS = 0;
  /** Joules and grams that no request which ended has taken over yet. */
  #restJ = 0;
  #restG = 0;
  #level = 0;
  /** What was planned last in this round, which may serve others: whose, with what, and the cores that it keeps busy. */
  #planned: Flow | undefined;
  #plannedCores = Number.NaN;
  #plannedSpeed = Number.NaN;
  #busyCores = Number.NaN;
  readonly #onDrained = (id: number): void => this.#drained(id);

  constructor(simulation: Simulation, options: FluidOptions, arrivals: FluidArrivals, stats: ServiceStats, listener: RoomListener) {
    this.options = options;
    this.stats = stats;
    this.#simulation = simulation;
    this.#arrivals = arrivals;
    this.#log = new EndedLog(options.work, stats, this.watchers, options.rng);
    this.requests = { open: () => this.#open() };
    this.set = new ReplicaSet(simulation, { ...options, isOrdered: false, taskCount: 1 }, this, listener);
  }

  begin(): void {
    this.#hasBegun = true;
    this.options.clock.join(this);
  }

  get replicas(): readonly Replica[] {
    return this.set.present;
  }

  get queuedCount(): number {
    return this.#members.reduce((sum, member) => sum + member.open - member.running, 0);
  }

  get runningCount(): number {
    return this.#members.reduce((sum, member) => sum + member.running, 0);
  }

  get energyJ(): number {
    return this.set.energyJ;
  }

  /** Up to the last look at it. */
  areaS(): number {
    return this.#areaS;
  }

  placeOf(replica: number): string {
    return this.set.placeOf(replica);
  }

  openTotals(): OpenTotals {
    return { energyJ: this.#restJ, carbonG: this.#restG, workS: 0 };
  }

  catchUp(): void {
    this.#log.flush();
  }

  finalize(): void {
    this.#advance();
    this.settle();
    this.#log.flush();
  }

  /** Other replicas take requests, or each may use other cores. */
  upChanged(): void {
    this.#advance();
    const { present } = this.set;
    for (let i = this.#members.length - 1; i >= 0; i--)
      if (!present.includes((this.#members[i] as Member).replica)) this.#members.splice(i, 1);
    for (const replica of present)
      if (!this.#members.some((member) => member.replica === replica)) this.#members.push(new Member(replica, this.#newFlow()));
    this.#planNow();
  }

  speedChanged(): void {
    this.#advance();
    this.#planNow();
  }

  replicaKilled(replica: Replica): void {
    this.stats.oomRestarts++;
    this.replicaLost(replica);
  }

  replicaLost(replica: Replica): void {
    this.set.refresh();
    const member = this.#memberOf(replica);
    if (member !== undefined) this.#fail(member);
    this.set.emptied(replica);
  }

  requestFinished(): void {
    throw new Error(`${this.options.name} is fluid: its requests are no events`);
  }

  marksMoved(): void {} // of tasks that finish: here none does

  #memberOf(replica: Replica): Member | undefined {
    return this.#members.find((member) => member.replica === replica);
  }

  #newFlow(): Flow {
    return new Flow({ slots: this.options.concurrency, work: this.options.work });
  }

  endInterval(): void {
    this.#advance();
  }

  beginInterval(toS: number): void {
    this.#fromS = this.#toS;
    this.#toS = toS;
    this.#came = 0;
    this.#arrivals.next(toS);
    this.#nextLevel();
    this.#plan();
  }

  /** Neighbours mostly stand on one server. */
  settle(): void {
    const members = this.#members;
    for (let i = 0; i < members.length; i++) {
      const { server } = (members[i] as Member).replica;
      if (server.isTouched) server.settle();
    }
  }

  /** Books all up to now by the plan that held. */
  #advance(): void {
    const { nowS } = this.#simulation;
    const dtS = nowS - this.#lastS;
    if (dtS <= 0) return;
    const share = nowS < this.#toS ? (nowS - this.#fromS) / (this.#toS - this.#fromS) : 1;
    const came = Math.floor(this.#arrivals.count * share) - this.#came;
    const arrivalS = (this.#lastS + nowS) / 2;
    this.#came += came;
    this.#lastS = nowS;
    this.#log.nextInstant();
    this.#arrive(came, arrivalS);
    for (const member of this.#members) this.#move(member, dtS);
  }

  /** Deals requests out to those who take some, as evenly as whole numbers allow; they fail where nobody does. */
  #arrive(count: number, arrivalS: number): void {
    if (count === 0) return;
    const record = this.#record;
    record.count = count;
    record.arrivalS = arrivalS;
    this.stats.arrived(record);
    this.stats.attemptCount += count;
    let given = 0;
    let due = 0;
    for (const member of this.#members) {
      if (member.share === 0) continue;
      due += count * member.share;
      const mine = Math.min(count, Math.round(due)) - given;
      given += mine;
      member.open += mine;
      if (mine > 0) member.batches.push(arrivalS, mine, member.flow.law);
    }
    if (given < count) this.#endNow(this.#recordOf(count - given, arrivalS), OUTCOME.failed);
  }

  #move(member: Member, dtS: number): void {
    const { replica, flow } = member;
    const { container, server } = replica;
    const { meanS } = this.options.work;
    let served = 0;
    let energyJ = 0;
    let carbonG = 0;
    if (container.count > 0) {
      server.touch(container);
      const workS = (container.v - member.vMark) * container.taskCores;
      served = workS / meanS;
      this.stats.workDoneS.add(workS);
      energyJ = container.energyJ.value - member.energyMarkJ;
      carbonG = container.taskCarbonG(server.options.intensity.gPerJ) - member.carbonMarkG;
      member.vMark = container.v;
      member.energyMarkJ += energyJ;
      member.carbonMarkG += carbonG;
    }
    const before = flow.content;
    flow.advance(dtS, served);
    member.requestWork = this.#arrivals.requestWork;
    this.#areaS += ((before + flow.content) / 2 / member.requestWork) * dtS;
    const ended = member.round();
    this.#restJ += energyJ;
    this.#restG += carbonG;
    if (ended === 0) return;
    this.#log.add(member.batches, ended, this.#restJ / ended, this.#restG / ended);
    this.#restJ = 0;
    this.#restG = 0;
  }

  /** Surprises make the level of the next interval, beside what is left of the last one's: seen by its requests it is standard normal. */
  #nextLevel(): void {
    const inflow = this.#inflow;
    inflow.intervalS = this.#toS - this.#fromS;
    if (this.watchers.length === 0) return; // from the beginning, or never
    const memory = this.#planned?.memory ?? 0;
    const rest = Math.sqrt(1 - memory * memory);
    this.#level = memory * this.#level + rest * this.#arrivals.deviation;
    inflow.level = this.#level - rest * this.#arrivals.sizeBias;
  }

  #planNow(): void {
    if (!this.#hasBegun) return;
    this.#plan();
    this.settle();
  }

  /** Says how hard each replica works from now on. */
  #plan(): void {
    const { up } = this.set;
    const arrivals = this.#arrivals;
    const inflow = this.#inflow;
    inflow.stepS = this.#toS - this.#lastS;
    const rest = inflow.stepS / (this.#toS - this.#fromS);
    inflow.expected = (arrivals.expected * rest) / up.length;
    inflow.surprise = (arrivals.surprise * rest) / up.length;
    inflow.replicas = up.length;
    inflow.gapCv2 = this.options.isInTurn ? arrivals.gapCv2 / up.length : 1 + (arrivals.gapCv2 - 1) / up.length;
    this.#planned = undefined;
    for (const member of this.#members) {
      const { replica, flow } = member;
      member.share = replica.takesRequests ? 1 / up.length : 0;
      if (!replica.isUp) this.#work(member, flow.rest());
      else if (member.share === 0) this.#planEnd(member);
      else if (inflow.stepS > 0) this.#planIn(member, this.#coresOf(replica)); // else the next interval is about to begin
    }
  }

  /** By the last plan of this round where that is of a replica alike. */
  #planIn(member: Member, cores: number): void {
    const { flow } = member;
    const { coreSpeed } = member.replica.server;
    const last = this.#planned;
    if (last !== undefined && this.#plannedCores === cores && this.#plannedSpeed === coreSpeed && flow.isLike(last)) flow.planAs(last);
    else {
      this.#busyCores = flow.plan(this.#inflow, cores, coreSpeed);
      this.#planned = flow;
      this.#plannedCores = cores;
      this.#plannedSpeed = coreSpeed;
    }
    this.#work(member, this.#busyCores);
  }

  #planEnd(member: Member): void {
    const { replica, flow, drained } = member;
    if (drained !== NO_EVENT) this.#simulation.cancel(drained);
    member.drained = NO_EVENT;
    if (member.open === 0 && flow.content < NOTHING) {
      flow.empty();
      this.#work(member, 0);
      this.set.requestLeft(replica);
      return;
    }
    const { busyCores, lastsS } = flow.planEnd(this.#coresOf(replica), replica.server.coreSpeed);
    this.#work(member, busyCores);
    member.drained = this.#simulation.schedule(lastsS, PHASE.finish, this.#onDrained, replica.id);
  }

  /** A replica that is taken out should be empty by now. */
  #drained(id: number): void {
    const member = this.#memberOf(this.set.at(id)) as Member;
    member.drained = NO_EVENT;
    this.#advance();
    this.#planNow(); // lets it go, or goes on where its server gave it less than planned
  }

  #fail(member: Member): void {
    const count = member.open;
    if (member.drained !== NO_EVENT) this.#simulation.cancel(member.drained);
    member.drained = NO_EVENT;
    member.open = 0;
    member.flow.empty();
    member.batches.take(count, (taken, arrivalS) => this.#endNow(this.#recordOf(taken, arrivalS), OUTCOME.failed));
  }

  #endNow(record: Request, outcome: typeof OUTCOME.failed): void {
    const { nowS } = this.#simulation;
    record.outcome = outcome;
    this.stats.attemptsFailed += record.count;
    this.stats.ended(record, nowS);
    for (const watcher of this.watchers) watcher(record, nowS);
  }

  #recordOf(count: number, arrivalS: number): Request {
    const record = this.#record;
    record.count = count;
    record.arrivalS = arrivalS;
    record.sloS = this.stats.sloLatencyS(NONE);
    record.state = REQUEST_STATE.queued;
    record.energyJ = 0;
    record.carbonG = 0;
    record.remainingS = 0;
    return record;
  }

  *#open(): Generator<Request> {
    const found: Request[] = [];
    for (const { batches } of this.#members) {
      batches.visit((count, arrivalS) => {
        const record = new Request(found.length);
        found.push(Object.assign(record, { ...this.#recordOf(count, arrivalS) }));
      });
    }
    yield* found;
  }

  /** Cores that a replica could have, as its neighbours are now. */
  #coresOf({ container, server }: Replica): number {
    return coresWithin(server.containers, server.cores, container);
  }

  /** Lets a replica's endless task want so many cores. */
  #work(member: Member, cores: number): void {
    const { container, server } = member.replica;
    if (container.count === 0 && cores === 0) return;
    server.touch(container);
    if (cores === 0) {
      container.pop();
      member.vMark = 0;
      member.carbonMarkG = 0;
      return;
    }
    if (container.count === 0) {
      container.add(TASK, TASK, Infinity);
      member.vMark = container.v;
      member.carbonMarkG = container.taskCarbonG(server.options.intensity.gPerJ);
    }
    container.taskCores = cores;
  }
}
