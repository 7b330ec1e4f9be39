/**
 * What those who decide cannot reach, as the compiler sees it. Each `@ts-expect-error` is a test: if the line below it
 * ever compiles, the build fails. `boundary.test.ts` checks that this file is part of the build.
 */
import type { ServerId } from "../../src/world/base/id.ts";
import type { DelayRule, OracleQueueRule, OracleRequestView, PlaceRule, QueueRule, RouteRule } from "../../src/world/cluster/ports.ts";
import type { Forecast, Signal } from "../../src/world/energy/signal.ts";
import type { Action, FaultPort, Periodic } from "../../src/world/ports.ts";

// A queue rule cannot read true work, by whatever name ...
export const readsWork: QueueRule = {
  kind: "queue",
  // @ts-expect-error: work is for oracle rules
  key: (request) => request.workS,
};
export const readsRemainingWork: QueueRule = {
  kind: "queue",
  // @ts-expect-error: so is what is left of it
  key: (request) => request.remainingWorkS,
};
// ... nor by declaring a greedier parameter, nor by being an oracle rule in disguise.
export const asksForMore: QueueRule = {
  kind: "queue",
  // @ts-expect-error: the view that the world hands over has no work
  key: (request: OracleRequestView) => request.workS,
};
export const asksForMoreByMethod: QueueRule = {
  kind: "queue",
  // @ts-expect-error: a method is no way around
  key(request: OracleRequestView) {
    return request.workS;
  },
};
declare const oracleRule: OracleQueueRule;
// @ts-expect-error: only `oracle: [work]` makes one of these welcome
export const disguised: QueueRule = oracleRule;

export const rewritesRequests: QueueRule = {
  kind: "queue",
  key: (request) => {
    // @ts-expect-error: views are read-only
    request.arrivalS = 0;
    return 0;
  },
};

// A place rule sees what a job asks for, and the fleet as reported.
export const placesByWork: PlaceRule = {
  kind: "place",
  // @ts-expect-error: true work of a job
  choose: (job, fleet) => (job.workS > 1 ? fleet.firstFit(job) : undefined),
};
export const placesByAskingMore: PlaceRule = {
  kind: "place",
  // @ts-expect-error: no greedier parameter
  choose: (job: { workS: number; cores: number; memoryB: number }, fleet) => fleet.firstFit(job),
};
export const reservesForItself: PlaceRule = {
  kind: "place",
  choose: (job, fleet) => {
    // @ts-expect-error: columns are read-only
    fleet.columns().freeCores[0] = 1e9;
    return fleet.firstFit(job);
  },
};
export const updatesTheIndex: PlaceRule = {
  kind: "place",
  choose: (job, fleet) => {
    // @ts-expect-error: only the world updates the index
    fleet.update(0, 1e9, 1e9, true);
    return fleet.firstFit(job);
  },
};
export const readsFaults: PlaceRule = {
  kind: "place",
  // @ts-expect-error: a gray failure shows in no column
  choose: (_job, fleet) => fleet.columns().slowFactor,
};

// A route rule sees counts of requests, not the work that is in them.
export const routesByWork: RouteRule = {
  kind: "route",
  // @ts-expect-error: backlog in seconds of true work
  choose: (_request, replicas) => replicas.workOf(0),
};

export const routesByProgress: RouteRule = {
  kind: "route",
  // @ts-expect-error: what a replica has done of a request shows once it is there
  choose: (request) => request.attainedS,
};

// A delay rule has a forecast, never the signal.
export const readsTheFuture: DelayRule = {
  kind: "delay",
  // @ts-expect-error: the truth has `at`, a forecast has not
  startS: (_job, nowS, carbon) => carbon.at(nowS + 3600),
};
export const asksForTheSignal: DelayRule = {
  kind: "delay",
  // @ts-expect-error: no greedier parameter
  startS: (_job, nowS, carbon: Signal) => carbon.nextChangeS(nowS),
};

// A periodic controller has telemetry and nothing else.
declare const forecast: Forecast;
// @ts-expect-error: a forecast is not the signal
export const signal: Signal = forecast;
export const readsTruth: Periodic = {
  kind: "periodic",
  periodS: 1,
  decide: (telemetry) => {
    // @ts-expect-error: future carbon as it will be
    telemetry.carbon.at(telemetry.nowS + 3600);
    // @ts-expect-error: when the signal will change
    telemetry.carbon.nextChangeS(telemetry.nowS);
    // @ts-expect-error: no world behind it
    telemetry.world;
    // @ts-expect-error: no clock to set
    telemetry.nowS = 0;
    return [];
  },
};
export const readsServers: Periodic = {
  kind: "periodic",
  periodS: 1,
  decide: (telemetry) => {
    for (const server of telemetry.servers) {
      // @ts-expect-error: containers are the server's own
      server.containers;
      // @ts-expect-error: a slow server does not say so
      server.slowFactor;
      // @ts-expect-error: nor can it be set from here
      server.clockHz = 1;
      // @ts-expect-error: nor crashed
      server.crash();
    }
    return [];
  },
};
export const asksForThePort: Periodic = {
  kind: "periodic",
  periodS: 1,
  // @ts-expect-error: the fault port is for faults
  decide: (port: FaultPort) => {
    port.crash(0 as never, "mine");
    return [];
  },
};
// @ts-expect-error: actions are a closed list
export const action: Action = { kind: "crash", server: 0 as ServerId };
