/** The loop: scrape, wait, decide, act. Telemetry is as old and as lossy as the scenario says; actions take their time. */
import { PHASE, type Rng } from "../kernel/index.ts";
import { actuate } from "../world/actuators.ts";
import type { Forecast } from "../world/energy/signal.ts";
import type { Action, Periodic, Refusal, Telemetry } from "../world/ports.ts";
import { Scraper } from "../world/scraper.ts";
import type { World } from "../world/world.ts";

export interface Binding {
  readonly name: string;
  readonly controller: Periodic;
  readonly carbon: Forecast;
  /** Workloads it may see, and nothing else; undefined: all, and servers. */
  readonly workloads: readonly string[] | undefined;
  /** Seconds between scrapes; 0: sampled at each decision. */
  readonly scrapeS: number;
  /** Age at which a scrape becomes visible. */
  readonly delayS: number;
  /** Share of scrapes that never arrive. */
  readonly loss: number;
  /** From decision to effect. */
  readonly actuationS: number;
}

export interface ControllerStats {
  decisions: number;
  actions: number;
  refused: number;
  /** The first refusals, for the report. */
  readonly refusals: Refusal[];
}

interface Member extends Binding {
  readonly rng: Rng;
  readonly lossRng: Rng;
  readonly scraper: Scraper;
  readonly samples: Telemetry[];
  readonly stats: ControllerStats;
  /** Decisions that came due; the next is at that many periods, so that those due together stay together. */
  turns: number;
  scrapes: number;
}

const dueS = (member: Member): number => member.turns * member.controller.periodS;

/** What a member decided; undefined: it is decided for from outside. */
interface Decided {
  readonly member: Member;
  readonly actions: readonly Action[] | undefined;
}

/** A turn that waits for decisions from outside. */
interface Turn {
  readonly decided: readonly Decided[];
  readonly asked: ReadonlyMap<string, Telemetry>;
}

const REFUSALS_KEPT = 100;

export class ControlLoop {
  readonly #world: World;
  readonly #members: Member[];
  #outside: ReadonlySet<string> = new Set();
  #waiting: Turn | undefined;

  constructor(world: World, bindings: readonly Binding[], rng: Rng) {
    this.#world = world;
    this.#members = bindings.map((binding) => ({
      ...binding,
      rng: rng.fork(binding.name),
      lossRng: rng.fork(`${binding.name}/loss`),
      scraper: new Scraper(world, binding.carbon, binding.workloads),
      samples: [],
      stats: { decisions: 0, actions: 0, refused: 0, refusals: [] },
      turns: 0,
      scrapes: 0,
    }));
  }

  statsOf(name: string): ControllerStats | undefined {
    return this.#members.find((member) => member.name === name)?.stats;
  }

  begin(): void {
    for (const member of this.#members) if (member.scrapeS > 0) this.#scrapeFrom(member);
    if (this.#members.length > 0) this.#world.simulation.schedule(0, PHASE.control, () => this.#turn());
  }

  #scrapeFrom(member: Member): void {
    const { simulation } = this.#world;
    const scrape = (): void => {
      const telemetry = member.scraper.scrape();
      if (!(member.lossRng.uniform() < member.loss)) member.samples.push(telemetry);
      simulation.scheduleAt(++member.scrapes * member.scrapeS, PHASE.sample, scrape);
    };
    simulation.schedule(0, PHASE.sample, scrape);
  }

  /** Says who is decided for from outside. When one of them is due, the loop waits: no event may run until `answer`. */
  decideOutside(names: ReadonlySet<string>): void {
    this.#outside = names;
  }

  /** What those see for whom the loop waits, by name; undefined while it does not. */
  get asked(): ReadonlyMap<string, Telemetry> | undefined {
    return this.#waiting?.asked;
  }

  /** Goes on with a turn that waited, as if the decisions had been made in it. */
  answer(actionsOf: (name: string) => readonly Action[]): void {
    if (this.#waiting === undefined) throw new Error("the control loop does not wait for an answer");
    const { decided } = this.#waiting;
    this.#waiting = undefined;
    this.#carryOut(decided, actionsOf);
  }

  /** What a controller would see now, or undefined if nothing has reached it yet. */
  look(name: string): Telemetry | undefined {
    const { nowS } = this.#world.simulation;
    const member = this.#members.find((each) => each.name === name);
    const telemetry = member === undefined ? undefined : this.#visible(member, nowS);
    return telemetry === undefined ? undefined : seenAt(nowS, telemetry);
  }

  /** Everyone who is due decides on the state before anyone acts; then they act in declared order. */
  #turn(): void {
    const { simulation } = this.#world;
    const { nowS } = simulation;
    if (this.#waiting !== undefined) throw new Error("the control loop waits for an answer");
    const decided: Decided[] = [];
    const asked = new Map<string, Telemetry>();
    for (const member of this.#members) {
      if (dueS(member) > nowS) continue;
      member.turns++;
      const telemetry = this.#visible(member, nowS);
      if (telemetry === undefined) continue; // nothing has been seen yet
      member.stats.decisions++;
      const isOutside = this.#outside.has(member.name);
      const seen = seenAt(nowS, telemetry);
      if (isOutside) asked.set(member.name, seen);
      decided.push({ member, actions: isOutside ? undefined : member.controller.decide(seen, member.rng) });
    }
    if (asked.size === 0) {
      this.#carryOut(decided, () => []);
      return;
    }
    this.#waiting = { decided, asked };
    simulation.halt();
  }

  #carryOut(decided: readonly Decided[], actionsOf: (name: string) => readonly Action[]): void {
    const { simulation } = this.#world;
    for (const { member, actions } of decided) {
      for (const action of actions ?? actionsOf(member.name)) {
        if (member.actuationS === 0) this.#act(member, action);
        else simulation.schedule(member.actuationS, PHASE.control, () => this.#act(member, action));
      }
    }
    const nextS = this.#members.reduce((soonest, member) => Math.min(soonest, dueS(member)), Infinity);
    simulation.scheduleAt(nextS, PHASE.control, () => this.#turn());
  }

  #visible(member: Member, nowS: number): Telemetry | undefined {
    if (member.scrapeS === 0) return member.scraper.scrape();
    const { samples } = member;
    let newest = -1;
    while (newest + 1 < samples.length && (samples[newest + 1] as Telemetry).sampledAtS + member.delayS <= nowS) newest++;
    if (newest < 0) return undefined;
    samples.splice(0, newest); // older ones will not be asked for again
    return samples[0];
  }

  #act(member: Member, action: Action): void {
    member.stats.actions++;
    const reason = actuate(this.#world, action);
    if (reason === undefined) return;
    member.stats.refused++;
    if (member.stats.refusals.length < REFUSALS_KEPT) member.stats.refusals.push({ action, reason });
  }
}

/** A sample as it is seen now. */
function seenAt(nowS: number, telemetry: Telemetry): Telemetry {
  return telemetry.nowS === nowS ? telemetry : { ...telemetry, nowS };
}
