/** Random scenarios in which somebody changes replicas and limits at random: the books balance all the same. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { PHASE } from "../../../src/kernel/index.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { Action } from "../../../src/world/ports.ts";
import { loadYaml } from "../run-yaml.ts";
import { FUZZ_FILES, scenarios } from "./arbitrary-scenario.ts";

const END_S = 400;
const GIB = 1_073_741_824;

const orders = fc.array(
  fc.record({
    atS: fc.integer({ min: 0, max: END_S }),
    service: fc.nat({ max: 2 }),
    what: fc.oneof(
      fc.record({ kind: fc.constant("replicas" as const), count: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant("limits" as const), cores: fc.constantFrom(0.3, 0.8, 3) }),
      fc.record({ kind: fc.constant("limits" as const), memoryB: fc.constantFrom(0.5 * GIB, 1.2 * GIB, 5 * GIB) }),
    ),
  }),
  { maxLength: 40 },
);

describe("random scaling", function () {
  this.timeout(120_000);

  it("keeps the books, gives back all room, and repeats itself", () => {
    let carriedOut = 0;
    const playOnce = (text: string, seed: number, ordered: typeof orders extends fc.Arbitrary<infer T> ? T : never): string => {
      const built = buildWorld(loadYaml(text, FUZZ_FILES).spec, { seed, warmupS: 0 });
      const { world } = built;
      built.begin();
      for (const { atS, service, what } of ordered) {
        const name = world.services[service]?.name;
        if (name === undefined) continue;
        const action: Action = { ...what, workload: name };
        world.simulation.scheduleAt(atS, PHASE.control, () => void (actuate(world, action) === undefined && carriedOut++));
      }
      world.simulation.runUntil(END_S);
      for (const server of world.servers) server.finalize();
      for (const site of world.sites) site.close();
      const broken = Object.entries(identities(world)).filter(([, holds]) => !holds);
      assert.deepEqual(broken, []);
      for (const { service } of world.services) {
        for (const { server, container, isDraining, load } of service.replicas) {
          assert.ok(server.containers.includes(container));
          assert.ok(!isDraining || load > 0, "a replica that has nothing left has left");
        }
      }
      return world.simulation.eventHash;
    };
    fc.assert(
      fc.property(scenarios, orders, ({ text, seed }, ordered) => {
        assert.equal(playOnce(text, seed, ordered), playOnce(text, seed, ordered));
      }),
      { seed: 6, numRuns: 100 },
    );
    assert.ok(carriedOut > 200, `${carriedOut}`);
  });
});
