/**
 * The control loop inside out: a scenario is played from one decision of its external controllers to the next. Environments of one
 * agent and of several stand on it.
 */
import type { ControlLoop, ControllerStats } from "../control/loop.ts";
import { EpisodeStreams } from "../learn/env.ts";
import { EnvError } from "../learn/env-error.ts";
import type { Action, Telemetry } from "../world/ports.ts";
import type { World } from "../world/world.ts";
import { ExternalPort, type ExternalPortOptions } from "./external-port.ts";

/** A world that stands and has not begun. */
export interface Stage {
  readonly world: World;
  readonly loop: ControlLoop;
  begin(): void;
}

export interface EpisodesOptions {
  /** Of the scenario. */
  readonly name: string;
  /** The external controllers, in declared order. */
  readonly controllers: readonly ExternalPortOptions[];
  /** An episode begins at the first decision at or after `startS` and ends at `endS`. */
  readonly startS: number;
  readonly endS: number;
  build(seed: number): Stage;
}

/** What may be watched of a controller: what the world refused since its last decision, and what it saw of the SLO. */
export const INFO_NAMES = ["refusals", "slo_attainment"] as const;

/** Seeds of later episodes come after all that people give. */
const DRAWN_SEEDS = 2_147_483_648;

export class Episodes {
  /** One a controller. */
  readonly ports: readonly ExternalPort[];
  readonly #options: EpisodesOptions;
  readonly #streams = new EpisodeStreams();
  readonly #outside: ReadonlySet<string>;
  /** Up to its last decision, by controller. */
  readonly #refused: number[];
  #stage: Stage | undefined;

  constructor(options: EpisodesOptions) {
    const { world } = options.build(0);
    this.ports = options.controllers.map((controller) => new ExternalPort(controller, world));
    this.#options = options;
    this.#outside = new Set(options.controllers.map(({ name }) => name));
    this.#refused = this.ports.map(() => 0);
  }

  /** Plays a new episode up to its first decision for which `isComplete`: before that everything is let be. @throws {EnvError} without one. */
  begin(seed: number | undefined, isComplete = (_asked: ReadonlyMap<string, Telemetry>): boolean => true): void {
    const rng = this.#streams.next(seed);
    const { build, startS, name } = this.#options;
    // A seed's first episode is what `run` plays with that seed, so that policies can be compared on the same arrivals.
    const stage = build(seed ?? DRAWN_SEEDS + rng.int(DRAWN_SEEDS));
    this.#stage = stage;
    this.#refused.fill(0);
    for (const port of this.ports) port.reset();
    stage.loop.decideOutside(this.#outside);
    stage.begin();
    this.#untilAsked(stage);
    for (;;) {
      const { asked } = stage.loop;
      if (asked === undefined || this.hasEnded)
        throw new EnvError(`${name}: no telemetry arrives before the scenario ends; make it longer`);
      if (stage.world.simulation.nowS >= startS && isComplete(asked)) return;
      for (const port of this.ports) {
        const telemetry = asked.get(port.name);
        if (telemetry !== undefined) port.read(telemetry); // what it saw is known when the next sample has nothing to say
      }
      this.go(() => []);
    }
  }

  /** Hands the loop what those decided whom it asked, and plays on to the next decision, or to the end. */
  go(actionsOf: (name: string) => readonly Action[]): void {
    const stage = this.#stage as Stage;
    stage.loop.answer(actionsOf);
    this.#untilAsked(stage);
  }

  get nowS(): number {
    return (this.#stage as Stage).world.simulation.nowS;
  }

  get hasEnded(): boolean {
    return this.nowS >= this.#options.endS;
  }

  /** Is the controller to decide now? */
  isAsked(index: number): boolean {
    return (this.#stage as Stage).loop.asked?.has((this.ports[index] as ExternalPort).name) ?? false;
  }

  /** What a controller sees that is to decide now. */
  asked(index: number): Telemetry | undefined {
    return (this.#stage as Stage).loop.asked?.get((this.ports[index] as ExternalPort).name);
  }

  /** Lets a controller see what there is to see for it now, if anything has reached it, and writes its two entries of `info` from `at` on. */
  look(index: number, info: Float64Array, at = 0): void {
    const { loop } = this.#stage as Stage;
    const port = this.ports[index] as ExternalPort;
    const telemetry = loop.asked?.get(port.name) ?? loop.look(port.name);
    if (telemetry !== undefined) port.read(telemetry);
    const { refused } = loop.statsOf(port.name) as ControllerStats;
    info[at] = refused - (this.#refused[index] as number);
    info[at + 1] = port.sloAttainment;
    this.#refused[index] = refused;
  }

  #untilAsked({ world: { simulation } }: Stage): void {
    simulation.runUntilHalted(this.#options.endS);
  }
}
