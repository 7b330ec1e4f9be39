/** A kind of fault: what it does to one target, and undoes. When it strikes is the schedule's affair. */

import type { GpuId, ServerId } from "../world/base/id.ts";
import type { Plugin } from "../world/base/plugin.ts";
import type { FaultPort } from "../world/ports.ts";

/** On servers, or on GPUs, by their ids. */
export interface Fault<Id> {
  begin(port: FaultPort, target: Id, key: string): void;
  end(port: FaultPort, target: Id, key: string): void;
}

/** What may be struck: the servers that a target names, or the GPUs in them. */
export interface Strikable {
  readonly server: ServerId;
  readonly gpu: GpuId;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds plugins of every spec.
export interface FaultPlugin<What extends keyof Strikable, Spec = any> extends Plugin<string, Spec, Fault<Strikable[What]>> {
  readonly strikes: What;
}

/** Any fault plugin; `strikes` tells what `create` makes. */
export type AnyFaultPlugin = { [What in keyof Strikable]: FaultPlugin<What> }[keyof Strikable];
