import { strict as assert } from "node:assert";
import fc from "fast-check";
import { buildWorld } from "../../../src/scenario/build.ts";
import { Container, type ContainerOwner } from "../../../src/world/cluster/container.ts";
import type { Server } from "../../../src/world/cluster/server.ts";
import { loadYaml } from "../run-yaml.ts";

const owner: ContainerOwner = { taskFinished: () => {}, rebased: () => {} };

describe("a container's tasks", () => {
  it("come out by tag, then by id, and the next tag is always theirs", () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 20 }) }),
      fc.constant("pop" as const),
      fc.record({ remove: fc.nat({ max: 30 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const container = new Container(owner, false);
        let open: { task: number; tag: number }[] = [];
        for (const [task, does] of steps.entries()) {
          if (does === "pop") {
            if (open.length === 0) continue;
            const first = open.reduce((best, one) => (one.tag < best.tag ? one : best)); // in order of id, so ties keep the first
            assert.equal(container.pop(), first.task);
            open = open.filter((one) => one !== first);
          } else if ("add" in does) {
            container.add(task, task, does.add);
            open.push({ task, tag: does.add });
          } else {
            const one = open[does.remove];
            if (one === undefined) continue;
            assert.equal(container.remove(one.task), one.tag);
            open = open.filter((other) => other !== one);
          }
          assert.equal(container.count, open.length);
          assert.equal(container.nextTag, Math.min(Infinity, ...open.map(({ tag }) => tag)));
        }
      }),
      { seed: 11 },
    );
  });
});

describe("a container on a server", () => {
  it("goes on at its task's new pace where that asks for less, and the cores stay those of the cap", () => {
    const text = "name: one\nseed: 1\nduration: 1 min\nsites: { west: { servers: { kind: small-8c } } }\n";
    const { world } = buildWorld(loadYaml(text, {}).spec, { seed: 1, warmupS: 0 });
    const { servers, simulation } = world;
    const server = servers[0] as Server;
    const container = new Container(owner, false);
    container.shape({ weight: 1, taskCores: 2, capCores: 1 });
    server.addContainer(container, { cores: 0, memoryB: 0 });
    const change = (act: () => void): void => {
      server.touch(container);
      act();
      server.settle();
    };
    change(() => container.add(0, 0, Infinity));
    simulation.runUntil(10); // one core for a task of two: half as fast as time
    change(() => {
      container.taskCores = 1;
    });
    simulation.runUntil(20);
    server.touch(container);
    assert.equal(container.v, 10 / 2 + 10);
  });
});
