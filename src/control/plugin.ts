/** What a controller plugin tells the scenario layer beyond its fields: when it is asked, of what, and what it may know. */
import type { Plugin } from "../world/base/plugin.ts";
import type { AnyQueueRule, DelayRule, PlaceRule, QueueRule, RouteRule } from "../world/cluster/ports.ts";
import type { Periodic } from "../world/ports.ts";

/** The truths that a scenario may hand out by `oracle: [...]`. */
export type Oracle = "work" | "carbon";

/** What each kind of decision is made by. */
export interface Deciders {
  readonly queue: QueueRule;
  /** Or a rule that does without the truth, where its fields say so. */
  readonly "oracle-queue": AnyQueueRule;
  readonly route: RouteRule;
  readonly place: PlaceRule;
  readonly delay: DelayRule;
  readonly periodic: Periodic;
}
export type Decision = keyof Deciders;

/**
 * `create` makes one controller for one target; it may keep state, so it is not shared. Common fields (target, oracle,
 * telemetry) are not part of `schema`; `period` is, where `decides` is "periodic".
 */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds plugins of every spec.
export interface ControllerPlugin<D extends Decision, Spec = any> extends Plugin<string, Spec, Deciders[D]> {
  readonly decides: D;
  /** Which workloads it can be aimed at: "requests" are services and models, "any" services and batch workloads. */
  readonly target: "service" | "batch" | "model-serving" | "requests" | "any";
  /** The oracles that a scenario may grant to it. */
  readonly oracles: readonly Oracle[];
  /** True if it cannot do without all of them: a scenario then must say so in `oracle`. */
  readonly needsOracle: boolean;
  /** Of one that adds replicas to its target: up to how many. */
  readonly replicasMax?: (spec: Spec) => number;
}

/** Any controller plugin; `decides` tells what `create` makes. */
export type AnyControllerPlugin = { [D in Decision]: ControllerPlugin<D> }[Decision];
