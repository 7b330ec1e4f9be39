/** What controllers may do to the world, told as small stories: done by hand at given instants of a built scenario. */
import { strict as assert } from "node:assert";
import { PHASE } from "../../../src/kernel/index.ts";
import { buildWorld } from "../../../src/scenario/index.ts";
import { actuate } from "../../../src/world/actuators.ts";
import type { JobId, ServerId } from "../../../src/world/base/id.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { Action } from "../../../src/world/ports.ts";
import type { World } from "../../../src/world/world.ts";
import { type Files, loadYaml, near } from "../run-yaml.ts";

const SERVER = 0 as ServerId;
const story = (lines: string): string => `name: story\nseed: 1\nduration: 1000 s\n${lines}\n`;
const ONE = "sites: { west: { servers: { kind: small-8c } } }";

/** Plays to `endS`, doing `actions` at their instants; returns their refusals in order. */
function act(text: string, endS: number, actions: readonly (readonly [number, Action])[], files: Files = {}) {
  const built = buildWorld(loadYaml(text, files).spec, { seed: 1, warmupS: 0 });
  const { world } = built;
  const refusals: (string | undefined)[] = [];
  built.begin();
  for (const [atS, action] of actions) world.simulation.scheduleAt(atS, PHASE.control, () => void refusals.push(actuate(world, action)));
  world.simulation.runUntil(endS);
  for (const server of world.servers) server.finalize();
  for (const site of world.sites) site.close();
  for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
  return { world, refusals };
}

const wallJ = (world: World): number => world.sites.reduce((sum, site) => sum + site.wallJ(), 0);
const finished = (world: World): number[] => world.batches.map(({ workload }) => workload.stats.turnaroundS.max);

describe("story: an action", () => {
  it("puts an empty server to sleep and wakes it", () => {
    // 100 s at 100 W, 200 s at 10 W, 10 s of waking at the boot's 120 W, 90 s at 100 W.
    const { world, refusals } = act(story(ONE), 400, [
      [50, { kind: "wake", server: SERVER }],
      [100, { kind: "sleep", server: SERVER }],
      [150, { kind: "sleep", server: SERVER }],
      [300, { kind: "wake", server: SERVER }],
    ]);
    assert.deepEqual(refusals, ["west/0 is up, not asleep", undefined, "west/0 is asleep", undefined]);
    assert.equal(wallJ(world), 100 * 100 + 200 * 10 + 10 * 120 + 90 * 100);
  });

  it("cannot put to sleep what holds something, or what cannot sleep", () => {
    const kind = `kind: server
cores: 8
memory: 32 GiB
clocks: [1 GHz]
power: { kind: linear, idle: 100 W, peak: 200 W }
embodied: 1000 kg
lifetime: 4 year
source: made up for tests
`;
    const job = "workloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 600 s } }";
    assert.deepEqual(act(story(`${ONE}\n${job}`), 400, [[100, { kind: "sleep", server: SERVER }]]).refusals, ["west/0 holds 1 containers"]);
    const insomniac = story("sites: { west: { servers: { kind: ./plain.yaml } } }");
    assert.match(
      act(insomniac, 400, [[100, { kind: "sleep", server: SERVER }]], { "plain.yaml": kind }).refusals[0] as string,
      /no sleep state/,
    );
  });

  it("leaves jobs waiting for a server that sleeps, and starts them when it wakes", () => {
    // The first job ends at 100 s,
    // the server sleeps at 150 s, a second job comes at 200 s, the wake at 300 s takes 10 s: 310..410 s: turnaround 210 s.
    const { world } = act(
      story(`${ONE}\nworkloads: { etl: { kind: batch, cores: 8, arrivals: { kind: trace, file: etl.csv } } }`),
      500,
      [
        [150, { kind: "sleep", server: SERVER }],
        [300, { kind: "wake", server: SERVER }],
      ],
      { "etl.csv": "arrival_s,work_s\n0,100\n200,100\n" },
    );
    assert.deepEqual(finished(world), [210]);
    assert.equal(wallJ(world), 100 * 200 + 50 * 100 + 150 * 10 + 10 * 120 + 100 * 200 + 90 * 100);
  });

  it("of sleep survives a crash: repaired, the server sleeps on", () => {
    const { world } = act(
      story(`${ONE}\nfaults: { crash: { kind: server-crash, target: { site: west }, at: 200 s, duration: 100 s } }`),
      500,
      [[100, { kind: "sleep", server: SERVER }]],
    );
    assert.equal(wallJ(world), 100 * 100 + 100 * 10 + 0 + 200 * 10);
    assert.equal(world.servers[0]?.state, "asleep");
  });

  it("that halves the clock halves the speed from there on", () => {
    // 10 s of work on 8 cores; at 4 s from 2 to 1 GHz: 6 s of work take 12 s: 16 s. 100 W dynamic for 4 s, then 25.625 W for 12 s.
    const { world, refusals } = act(story(`${ONE}\nworkloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 10 s } }`), 20, [
      [4, { kind: "clock", server: SERVER, clockHz: 1e9 }],
      [5, { kind: "clock", server: SERVER, clockHz: 1.5e9 }],
      [6, { kind: "clock", server: 9 as ServerId, clockHz: 1e9 }],
    ]);
    assert.deepEqual(refusals, [undefined, "small-8c has no clock of 1500000000 Hz", "no server 9"]);
    assert.deepEqual(finished(world), [16]);
    near(wallJ(world), 20 * 100 + 4 * 100 + 12 * 25.625);
  });

  it("evicts a job, which starts again from its checkpoint", () => {
    // 100 s of work, checkpoints each 30 s; evicted at 50 s and placed again at once from 30 s: ends at 120 s.
    const { world, refusals } = act(
      story(`${ONE}\nworkloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 100 s, checkpointEvery: 30 s } }`),
      200,
      [
        [50, { kind: "evict", job: 0 as JobId }],
        [60, { kind: "evict", job: 7 as JobId }],
      ],
    );
    assert.deepEqual(refusals, [undefined, "job 7 does not run"]);
    assert.deepEqual(finished(world), [120]);
  });

  it("suspends what may be interrupted, which loses nothing", () => {
    // Held and suspended at 40 s, released at 70 s: 100 s of work end at 130 s.
    const text = (interruptible: boolean): string =>
      story(`${ONE}\nworkloads: { etl: { kind: batch, jobs: 1, cores: 8, work: 100 s, slack: 1 h, interruptible: ${interruptible} } }`);
    const actions: readonly (readonly [number, Action])[] = [
      [40, { kind: "hold", workload: "etl" }],
      [40, { kind: "suspend", workload: "etl" }],
      [70, { kind: "release", workload: "etl" }],
    ];
    const { world } = act(text(true), 200, actions);
    assert.deepEqual(finished(world), [130]);
    assert.equal(world.batches[0]?.workload.stats.lostWorkCoreS.value, 0);
    const refused = act(text(false), 200, actions);
    assert.deepEqual(refused.refusals, [undefined, "etl is not interruptible", undefined]);
    assert.deepEqual(finished(refused.world), [100]);
  });
});
