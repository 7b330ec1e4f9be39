import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { openBackend } from "../../../src/learn/backends/index.ts";
import { fanIn, fanOut, type Init, mlp, orthogonal, uniform, xavier } from "../../../src/learn/nets/index.ts";
import { disposeAll, rngsOf } from "./checked.ts";

function drawn(init: Init, inputs: number, units: number) {
  const weights = { inputs, units, kernel: new Float32Array(inputs * units), bias: new Float32Array(units).fill(9) };
  init(weights, rootRng(1));
  return weights;
}

/** Uniform within `bound`: of n draws the greatest is below it, and above (1 - 10 / n) of it but for e^-10. */
function assertUniform(values: Float32Array, bound: number): void {
  const greatest = Math.max(...values.map(Math.abs));
  assert.ok(greatest <= bound && greatest > bound * (1 - 10 / values.length), `${greatest}, bound ${bound}`);
  // The mean of n has a standard deviation of bound / sqrt(3 n); four of them.
  assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) / values.length) < (4 * bound) / Math.sqrt(3 * values.length));
}

describe("first weights", () => {
  const bounds: readonly (readonly [name: string, init: Init, kernelBound: number, biasBound: number])[] = [
    ["fan-in", fanIn, 1 / Math.sqrt(400), 1 / Math.sqrt(400)],
    ["fan-out", fanOut, 1 / Math.sqrt(100), 1 / Math.sqrt(400)],
    ["uniform", uniform(0.003), 0.003, 0.003],
    ["Xavier", xavier(2), 2 * Math.sqrt(6 / 500), 0],
  ];
  for (const [name, init, kernelBound, biasBound] of bounds) {
    it(`${name}: within its bounds`, () => {
      const { kernel, bias } = drawn(init, 400, 100);
      assertUniform(kernel, kernelBound);
      if (biasBound === 0) assert.ok(bias.every((value) => value === 0));
      else assertUniform(bias, biasBound);
    });
  }

  for (const [inputs, units] of [
    [8, 5],
    [5, 8],
    [6, 6],
  ] as const) {
    it(`orthogonal: ${inputs} x ${units}, the shorter side has length sqrt(2) and right angles`, () => {
      const { kernel, bias } = drawn(orthogonal(), inputs, units);
      const [count, length] = inputs < units ? [inputs, units] : [units, inputs];
      const at = (vector: number, i: number): number => kernel[inputs < units ? vector * units + i : i * units + vector] as number;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          const product = Array.from({ length }, (_, i) => at(a, i) * at(b, i)).reduce((x, y) => x + y, 0);
          assert.ok(Math.abs(product - (a === b ? 2 : 0)) < 1e-6);
        }
      }
      assert.ok(bias.every((value) => value === 0));
    });
  }

  it("of a layer come from its own stream: another layer before it changes nothing", async () => {
    await openBackend("wasm");
    disposeAll(() => {
      const shape = { inputs: 3, outputs: 2, activation: "relu" } as const;
      const rows = [4, 5].map((width) => mlp({ ...shape, hidden: [width, 6] }, rngsOf(1)).weights.dataSync());
      assert.deepEqual(rows[0]?.slice(-14), rows[1]?.slice(-14)); // 6 x 2 and 2
      const population = mlp({ ...shape, hidden: [4, 6] }, rngsOf(2, 1)).weights.dataSync();
      assert.deepEqual(population.slice(-(rows[0]?.length ?? 0)), rows[0]); // agent 1 is the one alone
    });
  });
});
