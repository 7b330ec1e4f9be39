/** Every rate profile. */
import { type ZodType, z } from "zod";
import { registry } from "../../base/plugin.ts";
import type { Profile } from "../profile.ts";
import { wandering } from "../wander.ts";
import { diurnal } from "./diurnal.ts";
import { table } from "./table.ts";

const PROFILES = [diurnal, table] as const;

type AnyProfilePlugin = (typeof PROFILES)[number];
export type ProfileSpec = Parameters<AnyProfilePlugin["create"]>[0];

export const profiles: ReadonlyMap<string, AnyProfilePlugin> = registry<AnyProfilePlugin>("profile", PROFILES);

export const profile = z.discriminatedUnion(
  "kind",
  PROFILES.map((plugin) => plugin.schema) as unknown as [z.ZodObject, ...z.ZodObject[]],
) as unknown as ZodType<ProfileSpec>;

/** The profile of a parsed and loaded spec. */
export function makeProfile(spec: ProfileSpec): Profile {
  const steady = pluginOf(spec).create(spec as never);
  return spec.wander === undefined ? steady : wandering(steady, spec.wander);
}

function pluginOf(spec: ProfileSpec): AnyProfilePlugin {
  const plugin = profiles.get(spec.kind);
  if (plugin === undefined) throw new Error(`profile "${spec.kind}" is not registered`);
  return plugin;
}
