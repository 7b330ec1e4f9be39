import { strict as assert } from "node:assert";
import fc from "fast-check";
import { rootRng } from "../../../src/kernel/index.ts";
import type { ServerId } from "../../../src/world/base/id.ts";
import { type FleetServer, ServerFleetIndex } from "../../../src/world/cluster/placement/fleet-index.ts";
import { BruteFleet, frozenCopy } from "./brute-fleet.ts";

const GIB = 1024 * 1024 * 1024;
const id = (value: number): ServerId => value as ServerId;
const server = (at: number, cores: number, memoryGiB: number, idleW = 100, peakW = 200): FleetServer => ({
  id: id(at),
  cores,
  memoryB: memoryGiB * GIB,
  idleW,
  peakW,
});
const need = (cores: number, memoryGiB = 0) => ({ cores, memoryB: memoryGiB * GIB });

describe("ServerFleetIndex", () => {
  it("fits by first, tightest, roomiest", () => {
    const fleet = new ServerFleetIndex([server(0, 8, 8), server(1, 4, 8), server(2, 6, 4), server(3, 4, 6), server(4, 8, 8)]);
    assert.equal(fleet.firstFit(need(4)), 0);
    assert.equal(fleet.bestFit(need(4)), 3); // 4 cores free on servers 1 and 3; 3 has less memory
    assert.equal(fleet.bestFit(need(4, 7)), 1);
    assert.equal(fleet.worstFit(need(4)), 0); // 8 cores and 8 GiB on servers 0 and 4: the lower id
    assert.equal(fleet.bestFit(need(9)), undefined);
    assert.equal(fleet.worstFit(need(9)), undefined);
    assert.equal(fleet.firstFit(need(1, 9)), undefined);
  });

  it("turns back where the most cores and the most memory belong to different servers", () => {
    const fleet = new ServerFleetIndex([server(0, 16, 1), server(1, 1, 64), server(2, 4, 4)]);
    assert.equal(fleet.firstFit(need(2, 2)), 2);
    assert.equal(fleet.firstFit(need(8, 8)), undefined);
  });

  it("counts a closed server as full, even for a need of nothing", () => {
    const fleet = new ServerFleetIndex([server(0, 4, 4), server(1, 4, 4), server(2, 4, 4)]);
    fleet.update(id(0), 4, 4 * GIB, false);
    assert.equal(fleet.firstFit(need(0)), 1);
    for (const at of [1, 2]) fleet.update(id(at), 0, 0, false);
    assert.equal(fleet.firstFit(need(0)), undefined);
    assert.equal(fleet.bestFit(need(0)), undefined);
    assert.deepEqual(fleet.sample(1, need(0), rootRng(1)), []);
  });

  it("fits three thirds of a core into one", () => {
    const fleet = new ServerFleetIndex([server(0, 1, 0)]);
    let free = 1;
    for (let placed = 0; placed < 3; placed++) {
      assert.equal(fleet.bestFit(need(1 / 3)), 0);
      free -= 1 / 3; // ends at 1.1e-16, not 0
      fleet.update(id(0), free, 0, true);
    }
    assert.equal(fleet.bestFit(need(1 / 3)), undefined);
  });

  it("adds the least watts: the flattest kind first, the fullest server of it", () => {
    // (300 - 100) / 4 = 50 W a core against (200 - 150) / 4 = 12.5; idle watts do not count, they are drawn anyway.
    const fleet = new ServerFleetIndex([server(0, 4, 8, 100, 300), server(1, 4, 8, 150, 200), server(2, 4, 8, 150, 200)]);
    assert.equal(fleet.leastPower(need(1)), 1);
    fleet.update(id(2), 2, 8 * GIB, true);
    assert.equal(fleet.leastPower(need(1)), 2);
    assert.equal(fleet.leastPower(need(3)), 1);
    fleet.update(id(1), 1, 8 * GIB, true);
    assert.equal(fleet.leastPower(need(3)), 0);
  });

  it("answers for a subset of servers by their own ids", () => {
    const fleet = new ServerFleetIndex([server(3, 4, 4), server(7, 2, 4)]);
    assert.equal(fleet.bestFit(need(1)), 7);
    assert.equal(fleet.has(id(4)), false);
    assert.equal(fleet.columns().open[4], 0);
    assert.throws(() => fleet.update(id(4), 1, 1, true), /server 4 is not in this index/);
    assert.throws(() => new ServerFleetIndex([server(3, 4, 4), server(3, 4, 4)]), /server 3 is out of order/);
  });

  it("samples all that fit equally often", () => {
    // Servers 1, 4, 5 of 6 fit; 3,000 samples of two: each appears in 2/3 of them, sd = sqrt(3000 x 2/9) = 25.8; 5 sd = 129.
    const fleet = new ServerFleetIndex([0, 1, 2, 3, 4, 5].map((at) => server(at, 8, [0, 4, 1, 0, 5, 4][at] as number)));
    const rng = rootRng(11);
    const count = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      const picked = fleet.sample(2, need(1, 4), rng);
      assert.equal(new Set(picked).size, 2);
      for (const at of picked) (count[at] as number)++;
    }
    for (const at of [1, 4, 5]) assert.ok(Math.abs((count[at] as number) - 2000) < 129, `server ${at}: ${count[at]}`);
    assert.equal(count[0] as number, 0);
  });

  it("answers as a look at every server does, whatever the history", () => {
    const cores = fc.oneof(
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: -500, max: 8000 }).map((milli) => milli / 1000),
    );
    const memory = fc.integer({ min: -1, max: 6 });
    const kind = fc.constantFrom([4, 100, 200], [8, 100, 300], [6, 50, 350]);
    const step = fc.record({
      at: fc.nat(),
      cores,
      memory,
      open: fc.boolean(),
      needCores: cores,
      needMemory: memory,
      count: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.array(kind, { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 3 }),
        fc.array(step, { maxLength: 40 }),
        (kinds, gap, steps) => {
          const servers = kinds.map(([size, idle, peak], at) => server(at * (gap + 1), size as number, 4, idle, peak));
          const fleet = new ServerFleetIndex(servers);
          for (const [turn, s] of steps.entries()) {
            fleet.update((servers[s.at % servers.length] as FleetServer).id, s.cores, s.memory * GIB, s.open);
            const brute = new BruteFleet(frozenCopy(fleet.columns()));
            const ask = need(Math.max(0, s.needCores), Math.max(0, s.needMemory));
            assert.equal(fleet.firstFit(ask), brute.firstFit(ask), "first");
            assert.equal(fleet.bestFit(ask), brute.bestFit(ask), "best");
            assert.equal(fleet.worstFit(ask), brute.worstFit(ask), "worst");
            assert.equal(fleet.leastPower(ask), brute.leastPower(ask), "power");
            assert.deepEqual(fleet.sample(s.count, ask, rootRng(turn)), brute.sample(s.count, ask, rootRng(turn)), "sample");
          }
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });
});
