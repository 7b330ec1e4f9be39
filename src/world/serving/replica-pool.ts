/** Replicas that can do the same, among which a rule chooses. */
import type { Rng } from "../../kernel/index.ts";
import type { ReplicaIndex, RouteRule } from "../cluster/ports.ts";
import type { Replica } from "./replica-port.ts";

export class ReplicaPool<Each extends Replica = Replica> {
  readonly replicas: Each[] = [];
  readonly #all: ReplicaIndex;
  readonly #up: ReplicaIndex;

  /** @param loadOf requests on the GPUs of a replica: those that a new one finds before it or beside it */
  constructor(loadOf: (replica: Replica) => number) {
    this.#all = indexOver(() => this.replicas, loadOf);
    this.#up = indexOver(() => this.#upReplicas, loadOf);
  }

  get #upReplicas(): readonly Each[] {
    return this.replicas.filter((replica) => replica.isUp);
  }

  /** One that is up, or undefined. A lone replica needs no rule. */
  choose(request: Parameters<RouteRule["choose"]>[0], rule: RouteRule, rng: Rng): Each | undefined {
    const [only] = this.replicas;
    if (this.replicas.length === 1) return only?.isUp ? only : undefined;
    const up = this.#upReplicas;
    // With none up the rule is asked all the same and its answer dropped: later requests must find the same draws.
    const position = rule.choose(request, up.length > 0 ? this.#up : this.#all, rng);
    return up.length > 0 ? up[position] : undefined;
  }
}

function indexOver(replicas: () => readonly Replica[], loadOf: (replica: Replica) => number): ReplicaIndex {
  return {
    get count() {
      return replicas().length;
    },
    id: (position) => (replicas()[position] as Replica).id,
    loadOf: (position) => loadOf(replicas()[position] as Replica),
  };
}
