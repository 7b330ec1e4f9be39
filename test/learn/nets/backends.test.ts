/** The same training on several backends, twice, and in a population. */
import { strict as assert } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { agentRngs } from "../../../bench/nets-updates.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { distance } from "./checked.ts";
import { TRAININGS, trained } from "./training.ts";

const SEEDS = [1, 2, 3, 4];

for (const name of Object.keys(TRAININGS)) {
  describe(`training: ${name}`, function () {
    this.timeout(60_000);

    it("agrees on wasm and cpu, after one update and after a hundred", async () => {
      for (const [updates, tolerance] of [
        [1, 1e-5],
        [100, 1e-3],
      ] as const) {
        await openBackend("cpu");
        const expected = await trained(name, { seeds: [1], updates });
        await openBackend("wasm");
        const got = await trained(name, { seeds: [1], updates });
        assert.ok(distance(got, expected) < tolerance, `${updates} updates: ${distance(got, expected)}`);
      }
    });

    for (const backend of ["wasm", "cpu"]) {
      it(`gives the same bits again on ${backend}, and others from another seed`, async () => {
        await openBackend(backend);
        const first = await trained(name, { seeds: [1], updates: 10 });
        assert.deepEqual(await trained(name, { seeds: [1], updates: 10 }), first);
        assert.notDeepEqual(await trained(name, { seeds: [2], updates: 10 }), first);
      });

      it(`trains four agents on ${backend} as it trains each alone`, async () => {
        await openBackend(backend);
        for (const agent of [0, 3]) {
          const alone = await trained(name, { seeds: [SEEDS[agent] as number], updates: 10 });
          const together = await trained(name, { seeds: SEEDS, updates: 10, agent });
          assert.ok(distance(together, alone) < 1e-6, `${distance(together, alone)}`);
        }
      });
    }

    it("leaves nothing behind", async () => {
      await openBackend("wasm");
      const training = TRAININGS[name]?.(agentRngs([1, 2]));
      training?.update();
      const { numTensors, numBytes } = tf.memory();
      for (let i = 0; i < 100; i++) training?.update();
      assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
      tf.disposeVariables();
    });
  });
}
