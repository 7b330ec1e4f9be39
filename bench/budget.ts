/** What the parts of an event cost, one by one: nanoseconds of CPU time a call. To be read, not judged. */
import { EventHash } from "../src/kernel/event-hash.ts";
import { type EventId, PHASE, rootRng, Simulation } from "../src/kernel/index.ts";
import { LatencyRecorder } from "../src/stats/index.ts";
import type { JobId, ServerId } from "../src/world/base/id.ts";
import { Container } from "../src/world/cluster/container.ts";
import { JobQueue } from "../src/world/cluster/job-queue.ts";
import { ServerFleetIndex } from "../src/world/cluster/placement/fleet-index.ts";
import { Server } from "../src/world/cluster/server.ts";
import { ServerMeter } from "../src/world/cluster/server-meter.ts";
import { type EndedRequest, OUTCOME, ServiceStats } from "../src/world/cluster/service-stats.ts";
import { makePowerModel } from "../src/world/energy/index.ts";

const CALLS = 1e6;
const REPEATS = 7;
const PENDING_COUNT = 16;
const SERVER_COUNT = 10_000;
const WAITING_COUNT = 50_000;
const CORES = 32;
const MEMORY_B = 96 * 1_073_741_824;

type Part = readonly [name: string, call: (i: number) => void];

export async function budget(say: (text: string) => void): Promise<boolean> {
  for (const [name, call] of [...draws(), ...kernel(), ...books(), ...serving(), ...placement()])
    say(`${name.padEnd(64)} ${nsPerCall(call).toFixed(0).padStart(5)} ns`);
  return true;
}

function nsPerCall(call: (i: number) => void): number {
  const taken: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const before = process.cpuUsage();
    for (let i = 0; i < CALLS; i++) call(i);
    const { user, system } = process.cpuUsage(before);
    taken.push(((user + system) * 1e3) / CALLS);
  }
  return taken.sort((a, b) => a - b)[REPEATS >> 1] as number;
}

function draws(): readonly Part[] {
  const { uniform } = rootRng(1).fork("bench");
  const drawn = new Float64Array(1); // kept, so that the compiler may not drop the draw
  return [
    [
      "a uniform draw",
      () => {
        drawn[0] = uniform();
      },
    ],
    [
      "an exponential draw",
      () => {
        drawn[0] = -Math.log1p(-uniform());
      },
    ],
  ];
}

function kernel(): readonly Part[] {
  const simulation = new Simulation();
  const hold = (): void => void simulation.schedule(1, PHASE.arrive, hold);
  for (let i = 0; i < PENDING_COUNT; i++) hold();
  const moved = new Simulation();
  const events: EventId[] = Array.from({ length: PENDING_COUNT }, (_, i) => moved.schedule(i + 1, PHASE.finish, () => {}));
  const hash = new EventHash();
  return [
    [`an event, scheduled and run, ${PENDING_COUNT} pending, hash included`, () => void simulation.step()],
    ["  of which the event hash", (i) => hash.add(i, i, i)],
    [`a pending event moved, ${PENDING_COUNT} pending`, (i) => void moved.reschedule(events[i % PENDING_COUNT] as EventId, 1 + (i % 7))],
  ];
}

function books(): readonly Part[] {
  const meter = new ServerMeter();
  Object.assign(meter, { wallW: 150.5, requestW: 50.5, reservedIdleW: 100, usedCores: 3 });
  const stats = new ServiceStats({
    warmupS: 0,
    slo: { latencyS: 0.1, ttftS: Infinity, tpotS: Infinity, percentile: 0.99, windowS: 60 },
    latenciesS: [],
  });
  const ended: EndedRequest = {
    id: 0,
    outcome: OUTCOME.finished,
    attempt: 1,
    count: 1,
    classIndex: 0,
    tierIndex: -1,
    arrivalS: 0,
    sloS: 0.1,
    startS: 0,
    firstTokenS: Number.NaN,
    tokenGapS: Number.NaN,
    energyJ: 1.5,
    carbonG: 0.1,
    replica: 0,
  };
  const recorder = new LatencyRecorder();
  return [
    ["a server's meter brought up to now", () => meter.advance(0.013)],
    [
      "a request's arrival and end in its service's statistics",
      (i) => {
        ended.arrivalS = i * 1e-3;
        ended.startS = ended.arrivalS + 0.01;
        stats.arrived(ended);
        stats.ended(ended, ended.arrivalS + 0.05);
      },
    ],
    ["  of which a latency kept", (i) => recorder.add(0.05 + (i & 1023) * 1e-4)],
  ];
}

/** One request at a time on an otherwise empty server: its two ends, without the service around them. */
function serving(): readonly Part[] {
  const simulation = new Simulation();
  const server = new Server(simulation, {
    id: 0 as ServerId,
    name: "here/0",
    kind: "bench",
    site: "here",
    row: undefined,
    rack: undefined,
    cores: CORES,
    memoryB: MEMORY_B,
    speed: 1,
    clocksHz: [2e9],
    nominalHz: 2e9,
    clockHz: 2e9,
    power: makePowerModel({ kind: "linear", idle: 100, peak: 300 }, { clocksHz: [2e9], nominalHz: 2e9 }),
    psuEfficiency: undefined,
    boot: { timeS: 0, powerW: 0 },
    sleep: undefined,
    embodiedG: 0,
    lifetimeS: 1,
    intensity: { gPerJ: 0 },
  });
  const container = new Container({ taskFinished: () => {}, rebased: () => {} }, false);
  container.shape({ weight: 1024, taskCores: 1, capCores: CORES });
  server.addContainer(container, { cores: 0, memoryB: 0 });
  return [
    [
      "a request started on a server and finished, its event included",
      (i) => {
        server.touch(container);
        container.add(0, i, 0.01);
        server.settle();
        simulation.step();
      },
    ],
  ];
}

function placement(): readonly Part[] {
  const rng = rootRng(1).fork("bench placement");
  const servers = Array.from({ length: SERVER_COUNT }, (_, i) => ({
    id: i as ServerId,
    cores: CORES,
    memoryB: MEMORY_B,
    idleW: 100,
    peakW: 300,
  }));
  const find = (rule: "bestFit" | "firstFit"): ((i: number) => void) => {
    const index = new ServerFleetIndex(servers);
    const change = (i: number): void => index.update(i as ServerId, rng.int(8), (rng.int(24) * MEMORY_B) / 96, true);
    for (let i = 0; i < SERVER_COUNT; i++) change(i);
    return () => {
      const need = { cores: 1 + rng.int(7), memoryB: ((1 + rng.int(20)) * MEMORY_B) / 96 };
      change(index[rule](need) ?? rng.int(SERVER_COUNT));
    };
  };
  const queue = new JobQueue();
  const job = (i: number): void =>
    queue.push(i, { id: i as JobId, arrivalS: i, priority: 0, cores: 1 + rng.int(8), memoryB: MEMORY_B / 8 });
  for (let i = 0; i < WAITING_COUNT; i++) job(i);
  return [
    ["a server found by best-fit among 10,000, and its change", find("bestFit")],
    ["a server found by first-fit among 10,000, and its change", find("firstFit")],
    [
      "a job taken out of 50,000 that wait, and put in again",
      (i) => {
        queue.remove(i % WAITING_COUNT);
        job(i % WAITING_COUNT);
      },
    ],
  ];
}
