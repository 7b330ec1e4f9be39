/** Finds servers for the replicas of one service, by its place rule. */
import type { Rng, Simulation } from "../../kernel/index.ts";
import type { JobId } from "../base/id.ts";
import { ServerFleetIndex } from "./placement/fleet-index.ts";
import type { PlaceRule } from "./ports.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type { Server } from "./server.ts";

export interface PlacerOptions {
  readonly workload: string;
  /** Of the workload: what a place rule sees of it. */
  readonly priority: number;
  /** Those it may use, in order of their ids. */
  readonly servers: readonly Server[];
  readonly rule: PlaceRule;
  readonly rng: Rng;
}

export class ReplicaPlacer {
  readonly #simulation: Simulation;
  readonly #replicas: ReplicaSet;
  readonly #options: PlacerOptions;
  readonly #byId: ReadonlyMap<number, Server>;
  #index: ServerFleetIndex | undefined;

  constructor(simulation: Simulation, replicas: ReplicaSet, options: PlacerOptions) {
    this.#simulation = simulation;
    this.#replicas = replicas;
    this.#options = options;
    this.#byId = new Map(options.servers.map((server) => [server.id, server]));
  }

  /** Those it may use. */
  get servers(): readonly Server[] {
    return this.#options.servers;
  }

  /** Adds up to `count` replicas, each where the rule says. @param startupS as of the workload. @returns how many found room */
  add(count: number, startupS?: number): number {
    const { workload, priority, servers, rule, rng } = this.#options;
    this.#index ??= new ServerFleetIndex(servers.map(fleetServer));
    for (const server of servers) this.#see(this.#index, server);
    const { cores, memoryB } = this.#replicas.reserved;
    const arrivalS = this.#simulation.nowS;
    for (let i = 0; i < count; i++) {
      const id = this.#replicas.nextId as number as JobId;
      const view = { id, workload, cores, memoryB, priority, arrivalS, deadlineS: Infinity, slackS: 0 };
      const server = rule.choose(view, this.#index, rng);
      if (server === undefined) return i;
      const at = this.#byId.get(server) as Server;
      this.#replicas.add(at, startupS);
      this.#see(this.#index, at);
    }
    return count;
  }

  #see(index: ServerFleetIndex, server: Server): void {
    index.update(server.id, server.cores - server.reservedCores, server.options.memoryB - server.reservedMemoryB, server.isUp);
  }
}

/** What an index of servers wants to know of one. */
export function fleetServer({ id, cores, options }: Server) {
  return { id, cores, memoryB: options.memoryB, idleW: options.power.powerW(0, 1), peakW: options.power.powerW(1, 1) };
}
