/** A kind of fault: what it does to one target, and undoes. When it strikes is the schedule's affair. */

import type { ServerId } from "../world/base/id.ts";
import type { Plugin } from "../world/base/plugin.ts";
import type { FaultPort } from "../world/ports.ts";

export interface Fault {
  begin(port: FaultPort, server: ServerId, key: string): void;
  end(port: FaultPort, server: ServerId, key: string): void;
}

export type FaultPlugin = Plugin<string, never, Fault>;
