import { strict as assert } from "node:assert";
import { isGood, type Measured, measuredLine } from "../../bench/measured.ts";
import { placeTables, type SpeedFile } from "../../bench/speed-file.ts";

const STEPS: Measured = { what: "steps", of: "a table", value: 1_234_567, unit: "a second", required: { atLeast: 1e6 } };
const COST: Measured = { what: "a cost", of: "one", value: 5.001, unit: "us", required: { atMost: 5 } };

const update = (count: number, value: number): Measured => ({
  what: "updates of an agent",
  of: `PPO, batch 2, ${count} agent${count === 1 ? "" : "s"}, wasm`,
  value,
  unit: "a CPU second",
});

describe("measured numbers", () => {
  it("are good within their bound, and with none", () => {
    assert.deepEqual([STEPS, COST, { ...STEPS, value: 1e6 }, update(1, 0)].map(isGood), [true, false, true, true]);
    assert.match(measuredLine(STEPS), /^good {3}steps +a table +1,230,000 a second, at least 1,000,000$/);
    assert.match(measuredLine(COST), /^short {2}a cost +one +5 us, at most 5$/);
    assert.match(measuredLine(update(8, 12.34)), /^ {7}updates of an agent +PPO, batch 2, 8 agents, wasm +12\.3 a CPU second$/);
  });

  it("become tables between their marks, populations side by side", () => {
    const file: SpeedFile = {
      command: "",
      machine: "A machine",
      loadAverages: [0.25, 3],
      notes: ["wasm: a device", "no GPU was there"],
      measured: [STEPS, update(1, 100), update(64, 321.4), COST],
    };
    const marked = (text: string): string => `before\n<!-- results/learning/speed.json -->${text}<!-- end -->\nafter`;
    const tables = `
A machine; load average 0.3 before, 3.0 after.

| What | Of | Measured | Required |
| --- | --- | --- | --- |
| steps | a table | 1,230,000 a second | at least 1,000,000, met |
| a cost | one | 5 us | at most 5, missed |

Updates of an agent a second (updates of the population times its agents): wasm: a device; no GPU was there.

|  |  | 1 agent | 8 agents | 64 agents | 512 agents |
| --- | --- | --- | --- | --- | --- |
| PPO, batch 2 on \`wasm\` | a CPU second | 100 |  | 321 |  |
`;
    assert.equal(placeTables(marked("\nolder\n"), file), marked(tables));
  });
});
