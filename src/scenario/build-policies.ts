/** Which rule decides what for whom, and how controllers see and reach the world. */
import { type AnyControllerPlugin, controllers, type Decision } from "../control/index.ts";
import type { Binding } from "../control/loop.ts";
import type { Site } from "../world/cluster/site.ts";
import { oracleForecast } from "../world/energy/index.ts";
import type { Forecast } from "../world/energy/signal.ts";
import type { Periodic } from "../world/ports.ts";
import type { World } from "../world/world.ts";
import type { BuildContext } from "./build.ts";
import type { ControllerSpec, ScenarioSpec } from "./spec.ts";

export interface Policy {
  readonly name: string;
  readonly spec: ControllerSpec;
  readonly plugin: AnyControllerPlugin;
}

export interface Policies {
  /** The controller of a kind of decision aimed at a workload, if the scenario names one. */
  of(decisions: readonly Decision[], workload: string): Policy | undefined;
  readonly periodic: readonly Policy[];
}

export function policiesOf(spec: ScenarioSpec): Policies {
  const all = Object.entries(spec.controllers).map(([name, controller]): Policy => {
    return { name, spec: controller, plugin: pluginOf(controller.kind) };
  });
  return {
    of: (decisions, workload) =>
      all.find(({ plugin, spec: { target } }) => decisions.includes(plugin.decides) && target.workload === workload),
    periodic: all.filter(({ plugin }) => plugin.decides === "periodic"),
  };
}

export function pluginOf(kind: string): AnyControllerPlugin {
  const plugin = controllers.get(kind);
  if (plugin === undefined) throw new Error(`controller kind ${kind} is not registered`);
  return plugin;
}

/** Makes what the policy's plugin makes; each target gets one of its own. */
export function make<Made>({ plugin, spec }: Policy): Made {
  return plugin.create(spec) as Made;
}

/** @param made controllers that need more than their plugin, by name */
export function bindings({ policies, world }: BuildContext, made: ReadonlyMap<string, Periodic>): readonly Binding[] {
  return policies.periodic.map((policy) => {
    const { scrape = 0, delay = 0, loss = 0 } = policy.spec.telemetry ?? {};
    return {
      name: policy.name,
      controller: made.get(policy.name) ?? make<Periodic>(policy),
      carbon: forecastFor(policy, siteOf(policy, world)),
      workloads: policy.spec.target.workload === undefined ? undefined : [policy.spec.target.workload],
      scrapeS: scrape,
      delayS: delay,
      loss,
      actuationS: policy.spec.actuationDelay,
    };
  });
}

/** The site's forecast, or the truth where the scenario grants it. */
export function forecastFor(policy: Policy | undefined, site: Site): Forecast {
  return policy?.spec.oracle.includes("carbon") ? oracleForecast(site.options.carbon) : site.options.forecast;
}

/** The site a controller cares for: the one it targets, or the first that its workload may use. */
function siteOf({ spec: { target } }: Policy, world: World): Site {
  const name = world.servers.find(
    ({ options }) =>
      (["site", "rack", "row"] as const).some((where) => target[where] !== undefined && options[where] === target[where]) ||
      options.name === target.server,
  )?.options.site;
  const batch = world.batches.find((unit) => unit.name === target.workload);
  const own = batch === undefined ? undefined : world.servers.find((server) => batch.pool.has(server))?.options.site;
  return world.sites.find(({ options }) => options.name === (own ?? name)) ?? (world.sites[0] as Site);
}
