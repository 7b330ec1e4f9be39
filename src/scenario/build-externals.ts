/** Who decides for the external controllers. */
import { type Decider, ExternalController } from "../agents/external-controller.ts";
import { NoRangeError } from "../agents/external-port.ts";
import { storedPolicy } from "../agents/stored-policy.ts";
import { CheckpointError } from "../learn/nets/manifest.ts";
import type { Periodic } from "../world/ports.ts";
import type { BuildContext } from "./build.ts";
import { pluginOf } from "./build-policies.ts";
import { BuildProblem } from "./build-problem.ts";
import { externalsOf } from "./externals.ts";
import type { PluginSpec } from "./parts.ts";

/** One for each external controller of the scenario but those decided for from outside, by its name. @throws {BuildProblem} where a policy does not fit, or there is nothing to act on. */
export function externalControllers(
  { spec, world, warmupS }: BuildContext,
  outside: readonly string[] = [],
): ReadonlyMap<string, ExternalController> {
  const inside = externalsOf(spec).filter(({ name }) => !outside.includes(name));
  const all = inside.map((external): [string, ExternalController] => {
    const { name } = external;
    const policy = spec.controllers[name]?.policy as PluginSpec | undefined;
    const options = { ...external, startS: warmupS, ...(policy !== undefined && { decider: deciderOf(policy) }) };
    try {
      return [name, new ExternalController(options, world)];
    } catch (error) {
      if (error instanceof NoRangeError) throw new BuildProblem(["controllers", name, "act", error.index], error.message);
      if (error instanceof CheckpointError || error instanceof RangeError)
        throw new BuildProblem(["controllers", name, "policy"], error.message);
      throw error;
    }
  });
  return new Map(all);
}

function deciderOf(policy: PluginSpec): Decider {
  if (policy.kind === storedPolicy.kind) return storedPolicy.create(policy as never);
  return { kind: "heuristic", controller: pluginOf(policy.kind).create(policy) as Periodic };
}
