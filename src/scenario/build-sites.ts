/** Sites, racks and servers from their specs. */
import type { ServerId } from "../world/base/id.ts";
import { Server } from "../world/cluster/server.ts";
import { nominalClockHz, type ServerKindSpec } from "../world/cluster/server-kind.ts";
import { Site } from "../world/cluster/site.ts";
import {
  type CarbonSpec,
  makeCarbon,
  makePowerModel,
  makePue,
  type PowerSpec,
  type PsuKind,
  type PueSpec,
  psuEfficiency,
} from "../world/energy/index.ts";
import { Device } from "../world/serving/device.ts";
import { type GpuKindSpec, nominalGpuClockHz } from "../world/serving/gpu-kind.ts";
import type { World } from "../world/world.ts";
import type { BuildContext } from "./build.ts";
import { fleetOf, type GpuGroupSpec, gpuNamesOf, noCarbonIn, type SiteSpec } from "./spec.ts";

/** What a site without `carbon` is played with; its grams are withheld. */
const NO_CARBON: CarbonSpec = 0;
const PUE_NONE: PueSpec = 1;

export function addSites({ spec, world, rng }: BuildContext): void {
  const sites = new Map<string, Site>();
  for (const [name, site] of Object.entries(spec.sites)) {
    const { signal, forecast } = makeCarbon((site.carbon as CarbonSpec | undefined) ?? NO_CARBON, {
      startEpochS: spec.start?.epochS,
      rng: rng.fork(`sites.${name}.carbon`),
    });
    const pue = makePue((site.pue as PueSpec | undefined) ?? PUE_NONE);
    const options = {
      name,
      carbon: signal,
      forecast,
      pue: pue.at,
      isPueConstant: pue.constant !== undefined,
      noCarbon: noCarbonIn(spec.sites, [name]),
    };
    const made = new Site(world.simulation, options);
    sites.set(name, made);
    world.sites.push(made);
  }
  for (const member of fleetOf(spec.sites)) {
    const { name, site, row, rack, group } = member;
    const kind = spec.serverKinds[group.kind] as ServerKindSpec;
    const nominalHz = nominalClockHz(kind);
    const clocksHz = kind.clocks.toSorted((a, b) => a - b);
    const at = sites.get(site) as Site;
    const power = makePowerModel(kind.power as PowerSpec, { clocksHz, nominalHz });
    const server = new Server(world.simulation, {
      id: world.servers.length as ServerId,
      name,
      kind: group.kind,
      site,
      row,
      rack,
      cores: kind.cores,
      memoryB: kind.memory,
      speed: kind.speed,
      clocksHz,
      nominalHz,
      clockHz: group.clock ?? nominalHz,
      power,
      psuEfficiency: psuOf(spec.sites[site] as SiteSpec),
      // A server that wakes draws its boot watts too; of a kind that says nothing of boots, those of rest.
      boot: kind.boot === undefined ? { timeS: 0, powerW: power.powerW(0, 1) } : { timeS: kind.boot.time, powerW: kind.boot.power },
      sleep: kind.sleep === undefined ? undefined : { powerW: kind.sleep.power, wakeS: kind.sleep.wake },
      embodiedG: kind.embodied,
      lifetimeS: kind.lifetime,
      intensity: at.intensity,
    });
    world.addServer(server, at);
    if (group.gpus !== undefined) {
      const kind = spec.gpuKinds[group.gpus.kind] as GpuKindSpec;
      addGpus(world, server, at, { group: group.gpus, kind, names: gpuNamesOf(member) });
    }
  }
}

interface Gpus {
  readonly group: GpuGroupSpec;
  readonly kind: GpuKindSpec;
  readonly names: readonly string[];
}

function addGpus(world: World, server: Server, site: Site, { group, kind, names }: Gpus): void {
  const clockHz = group.clock ?? nominalGpuClockHz(kind);
  for (const name of names) {
    const options = { name, kindName: group.kind, kind, server, clockHz, powerCapW: group.powerCap };
    world.addDevice(new Device(world.simulation, options), site);
  }
}

function psuOf({ psu }: SiteSpec): ((loadShare: number) => number) | undefined {
  return psu === undefined ? undefined : psuEfficiency(psu as PsuKind);
}
