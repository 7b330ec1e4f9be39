/** What must be true of every run, each recomputed from other numbers than those it checks. A broken one is our bug. */
import { Sum } from "../../kernel/index.ts";
import { REQUEST_STATE } from "../cluster/request-pool.ts";
import { ACCOUNTS } from "../energy/account.ts";
import { BLOCK_TOKENS } from "../serving/kv-memory.ts";
import { StepReplica } from "../serving/step-replica.ts";
import type { World } from "../world.ts";
import { openJobs } from "./batch-metrics.ts";

const SUMS_RELATIVE = 1e-11;
const ATTRIBUTION_RELATIVE = 1e-9;
/** Cores are promised in thousandths; half of one is rounding. */
const CORES_ROUNDING = 5e-4;

export function identities(world: World): Readonly<Record<string, boolean>> {
  return {
    requests_balance: requestsBalance(world),
    jobs_balance: jobsBalance(world),
    little_law: littleLaw(world),
    energy_accounts_sum_to_meter: accountsSumToMeter(world),
    request_energy_attributed: requestsAttributed(world),
    job_energy_attributed: jobsAttributed(world),
    carbon_attributed: carbonAttributed(world),
    work_conserved: workConserved(world),
    capacity_respected: capacityRespected(world),
    kv_blocks_conserved: blocksConserved(world),
  };
}

/** arrived = finished + rejected + failed + timed out + dropped + queued + running + waiting to retry or for a predictor. */
function requestsBalance(world: World): boolean {
  return world.requestUnits.every(({ service }) => {
    const { stats, requests } = service;
    let open = 0;
    let outside = 0;
    for (const { state, count } of requests.open()) {
      open += count;
      if (state === REQUEST_STATE.backoff || state === REQUEST_STATE.predicting) outside += count;
    }
    const held = service.queuedCount + service.runningCount;
    const ended = stats.endedCount.reduce((sum, count) => sum + count, 0);
    return stats.arrivedCount === ended + open && open === held + outside && stats.inSystem === open;
  });
}

function jobsBalance(world: World): boolean {
  return world.batches.every(({ workload, pool }) => {
    let running = 0;
    let waiting = 0;
    for (const job of pool.openJobs()) {
      if (job.workload !== workload) continue;
      if (job.state === "running") running++;
      else waiting++;
    }
    const { stats } = workload;
    const placed = world.servers.reduce((sum, server) => sum + pool.jobsOn(server).filter((job) => job.workload === workload).length, 0);
    return (
      stats.arrivedCount === stats.finishedCount + running + waiting &&
      stats.runningCount === running &&
      stats.queuedCount === waiting &&
      placed === running
    );
  });
}

/** The area under the number in system is the time that requests spent in it, one by one: L = lambda W on the whole run. */
function littleLaw(world: World): boolean {
  const { nowS } = world.simulation;
  return world.requestUnits.every(({ service: { isFluid, stats, requests } }) => {
    if (isFluid) return true; // what a fluid service makes its latencies from
    const sojournS = new Sum();
    sojournS.add(stats.endedSojournS);
    for (const { arrivalS } of requests.open()) sojournS.add(nowS - arrivalS);
    return isClose(stats.areaS(nowS), sojournS.value, SUMS_RELATIVE);
  });
}

function accountsSumToMeter(world: World): boolean {
  return world.sites.every((site) => {
    const accounts = ACCOUNTS.filter((account) => account !== "facility").reduce((sum, account) => sum + site.energyJ(account), 0);
    return isClose(accounts, site.wallJ(), SUMS_RELATIVE);
  });
}

/** Joules of all requests, taken at their ends, against the meters' account, integrated at every change. */
function requestsAttributed(world: World): boolean {
  const requestsJ = world.requestUnits.reduce((sum, { service }) => sum + service.stats.endedEnergyJ + service.openTotals().energyJ, 0);
  return isClose(
    requestsJ,
    world.sites.reduce((sum, site) => sum + site.energyJ("request"), 0),
    ATTRIBUTION_RELATIVE,
  );
}

function jobsAttributed(world: World): boolean {
  const jobsJ = world.batches.reduce((sum, unit) => sum + unit.workload.stats.endedEnergyJ.value + openJobs(unit).energyJ, 0);
  return isClose(
    jobsJ,
    world.sites.reduce((sum, site) => sum + site.energyJ("job"), 0),
    ATTRIBUTION_RELATIVE,
  );
}

function carbonAttributed(world: World): boolean {
  const requestsG = world.requestUnits.reduce((sum, { service }) => sum + service.stats.endedCarbonG + service.openTotals().carbonG, 0);
  const jobsG = world.batches.reduce((sum, unit) => sum + unit.workload.stats.endedCarbonG.value + openJobs(unit).carbonG, 0);
  const metersG = world.sites.reduce((sum, { carbonG }) => sum + carbonG.request.value + carbonG.job.value, 0);
  return isClose(requestsG + jobsG, metersG, ATTRIBUTION_RELATIVE);
}

/** The utilisation law: what requests and jobs got done is what busy cores did, at their speed. */
function workConserved(world: World): boolean {
  const requestsS = world.services.reduce((sum, { service }) => sum + service.stats.workDoneS.value + service.openTotals().workS, 0);
  const jobsS = world.batches.reduce((sum, unit) => sum + unit.workload.stats.workDoneCoreS.value + openJobs(unit).workCoreS, 0);
  const coresS = world.servers.reduce((sum, { meter }) => sum + meter.workCoreS, 0);
  return isClose(requestsS + jobsS, coresS, ATTRIBUTION_RELATIVE) || Math.abs(requestsS + jobsS - coresS) <= roundingCoreS(world);
}

/** What is under way has done its whole work less what is left, over a time taken from the clock: a microsecond of a long job keeps few digits. */
function roundingCoreS({ services, batches, servers, simulation }: World): number {
  const sizes = new Sum();
  for (const { service } of services) for (const { remainingS } of service.requests.open()) sizes.add(remainingS);
  for (const { workload, pool } of batches) {
    for (const job of pool.openJobs()) if (job.workload === workload) sizes.add(job.workS * job.cores);
  }
  for (const { cores } of servers) sizes.add(simulation.nowS * cores);
  return 8 * Number.EPSILON * sizes.value;
}

function capacityRespected(world: World): boolean {
  return world.servers.every(({ mostUsedCores, mostReservedCores, mostReservedMemoryB, cores, options }) => {
    // Shares of many containers and sums of fractional requests each round at every term.
    return (
      mostUsedCores <= cores * (1 + 64 * Number.EPSILON) &&
      mostReservedCores <= cores + CORES_ROUNDING &&
      mostReservedMemoryB <= options.memoryB
    );
  });
}

/** Each block in use is held by one who runs, each of whom has as many as its tokens need, and there are no more than there are. */
function blocksConserved({ servings }: World): boolean {
  const replicas = servings.flatMap(({ service }) => service.replicas).filter((replica) => replica instanceof StepReplica);
  return replicas.every((replica) => {
    const { memory, rules } = replica;
    const holdings = replica.holdings();
    const held = holdings.reduce((sum, { blocks }) => sum + blocks, 0);
    const isEnough = holdings.every(({ blocks, tokens }) => blocks * BLOCK_TOKENS >= tokens);
    return held === memory.used && memory.mostUsed <= rules.blocks && isEnough;
  });
}

function isClose(a: number, b: number, relative: number): boolean {
  return Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b));
}
