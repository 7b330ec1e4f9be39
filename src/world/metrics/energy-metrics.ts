/** Joules and grams by site, account and tenant. Names and meanings: docs/metrics.md. */

import type { Site } from "../cluster/site.ts";
import { ACCOUNTS, type Account } from "../energy/account.ts";
import { amortisedG, sciG } from "../energy/carbon/grams.ts";
import type { Device } from "../serving/device.ts";
import type { GpuClock } from "../serving/gpu-clock.ts";
import type { World } from "../world.ts";
import type { MetricBook } from "./book.ts";
import { isOperationalGrams } from "./catalogue.ts";

export function energyMetrics(book: MetricBook, world: World, endS: number): void {
  const energyJ = (account: Account): number => world.sites.reduce((sum, site) => sum + site.energyJ(account), 0);
  const carbonG = (account: Account): number => world.sites.reduce((sum, site) => sum + site.carbonG[account].value, 0);
  const totalJ = ACCOUNTS.reduce((sum, account) => sum + energyJ(account), 0);
  const operationalG = ACCOUNTS.reduce((sum, account) => sum + carbonG(account), 0);
  const embodiedG = world.servers.reduce((sum, { options }) => sum + amortisedG(options, endS), 0);
  book.set("energy.total_j", totalJ);
  book.set("energy.it_j", totalJ - energyJ("facility"));
  for (const account of ACCOUNTS) book.set(`energy.${snake(account)}_j`, energyJ(account));
  book.set("carbon.total_g", operationalG + embodiedG);
  book.set("carbon.operational_g", operationalG);
  book.set("carbon.embodied_g", embodiedG);
  for (const account of ACCOUNTS) book.set(`carbon.${snake(account)}_g`, carbonG(account));
  const sci = sciG({ operationalG, embodiedG, units: unitsDone(world) });
  if (sci === null) book.missing("carbon.sci_g_per_unit", "no request or job finished");
  else book.set("carbon.sci_g_per_unit", sci);
  for (const site of world.sites) siteMetrics(book, world, site, endS);
  tenantMetrics(book, world);
}

/** Functional units of the SCI score: finished requests and jobs of the whole run. */
function unitsDone(world: World): number {
  const requests = world.requestUnits.reduce((sum, { service }) => sum + (service.stats.endedCount[0] as number), 0);
  return requests + world.batches.reduce((sum, { workload }) => sum + workload.stats.finishedCount, 0);
}

function siteMetrics(book: MetricBook, world: World, site: Site, endS: number): void {
  const { name } = site.options;
  const cores = site.servers.reduce((sum, server) => sum + server.cores, 0);
  const busyCoreS = site.servers.reduce((sum, { meter }) => sum + meter.busyCoreS, 0);
  const upS = site.servers.reduce((sum, { meter }) => sum + meter.upS, 0);
  const totalJ = ACCOUNTS.reduce((sum, account) => sum + site.energyJ(account), 0);
  const itJ = totalJ - site.energyJ("facility");
  const noServers = "the site has no servers";
  book.ratio(`sites.${name}.utilization_mean`, busyCoreS, cores * endS, noServers);
  book.ratio(`sites.${name}.availability`, upS, site.servers.length * endS, noServers);
  const devices = world.devices.filter(({ server }) => server.options.site === name);
  const busyDeviceS = devices.reduce((sum, { meter }) => sum + meter.busyCoreS, 0);
  const deviceUpS = devices.reduce((sum, { meter }) => sum + meter.upS, 0);
  const devicesJ = devices.reduce((sum, { meter }) => sum + meter.wallJ, 0);
  book.ratio(`sites.${name}.gpu_utilization_mean`, busyDeviceS, devices.length * endS, "the site has no GPUs");
  book.ratio(`sites.${name}.gpu_availability`, deviceUpS, devices.length * endS, "the site has no GPUs");
  book.set(`sites.${name}.gpu_energy_j`, devicesJ);
  clockMetrics(book, name, devices, endS);
  book.set(`sites.${name}.energy_j`, totalJ);
  book.ratio(`sites.${name}.power_mean_w`, totalJ, endS, "no time passed");
  book.ratio(`sites.${name}.pue_mean`, totalJ, itJ, "the site drew nothing");
  book.set(
    `sites.${name}.carbon_g`,
    ACCOUNTS.reduce((sum, account) => sum + site.carbonG[account].value, 0),
  );
}

function clockMetrics(book: MetricBook, site: string, devices: readonly Device[], endS: number): void {
  const share = (metric: string, of: (clock: GpuClock) => number): void =>
    book.ratio(
      `sites.${site}.${metric}`,
      devices.reduce((sum, { clock }) => sum + of(clock), 0),
      devices.length * endS,
      "the site has no GPUs",
    );
  share("gpu_clock_mean_hz", ({ hzS }) => hzS);
  share("gpu_clock_greatest_share", ({ residencyS }) => residencyS.at(-1) as number);
  share("gpu_throttled_share", ({ throttledS }) => throttledS);
  book.set(
    `sites.${site}.gpu_clock_switches`,
    devices.reduce((total, { clock }) => total + clock.switchCount, 0),
  );
}

/** A tenant's dynamic share: what its requests and jobs drew. Idle watts and the facility belong to nobody. */
function tenantMetrics(book: MetricBook, world: World): void {
  const units = [...world.requestUnits, ...world.batches];
  for (const tenant of new Set(units.map((unit) => unit.tenant))) {
    if (tenant === undefined) continue;
    for (const quantity of ["energy_j", "carbon_g"] as const) {
      const shares = units
        .filter((unit) => unit.tenant === tenant)
        .map(({ name }) => book.metrics[`workloads.${name}.${quantity}`] as number);
      book.set(
        `tenants.${tenant}.${quantity}`,
        shares.reduce((sum, share) => sum + share, 0),
      );
    }
  }
}

/** Nobody knows the grams of joules from a grid that the scenario does not describe. Call once every metric is there. */
export function withholdGrams(book: MetricBook, world: World): void {
  const units = [...world.requestUnits, ...world.batches];
  const unknown: [prefix: string, reason: string | undefined][] = [
    ["carbon.", world.sites.find(({ options }) => options.noCarbon !== undefined)?.options.noCarbon],
    ...world.sites.map(({ options }): [string, string | undefined] => [`sites.${options.name}.`, options.noCarbon]),
    ...units.flatMap(({ name, tenant, noCarbon }): [string, string | undefined][] => [
      [`workloads.${name}.`, noCarbon],
      [`tenants.${tenant}.`, noCarbon],
    ]),
  ];
  for (const [prefix, reason] of unknown) {
    if (reason === undefined) continue;
    for (const name of Object.keys(book.metrics)) if (name.startsWith(prefix) && isOperationalGrams(name)) book.missing(name, reason);
  }
}

const snake = (account: Account): string => account.replaceAll("-", "_");
