import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { makePowerModel, powerSchema } from "../../src/world/energy/index.ts";

const folder = "catalogue/servers";
const kinds = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const FIELDS = ["kind", "cores", "memory", "clocks", "speed", "power", "boot", "sleep", "embodied", "lifetime", "source"];

interface ServerKind {
  readonly kind: string;
  readonly cores: number;
  readonly memory: string;
  readonly clocks: readonly string[];
  readonly speed: number;
  readonly power: { readonly kind: string; readonly watts?: readonly number[] };
  readonly boot: { readonly time: string; readonly power: string };
  readonly source: string;
}

const load = (name: string): ServerKind => parse(readFileSync(join(folder, name), "utf8"));
const numberBefore = (text: string, unit: string): number => {
  assert.ok(text.endsWith(` ${unit}`), `"${text}" should be in ${unit}`);
  return Number(text.slice(0, -unit.length - 1));
};
/** The power law with its watts as numbers, whether or not the file writes their unit. */
const inWatts = (power: object): unknown =>
  Object.fromEntries(
    Object.entries(power).map(([name, value]) => [name, typeof value === "string" && name !== "kind" ? numberBefore(value, "W") : value]),
  );

describe("server kinds of the catalogue", () => {
  it("are there", () => assert.ok(kinds.length >= 14));

  for (const name of kinds) {
    it(`${name} is whole and consistent`, () => {
      const kind = load(name);
      assert.deepEqual(Object.keys(kind), FIELDS);
      assert.equal(kind.kind, "server");
      assert.ok(Number.isInteger(kind.cores) && kind.cores > 0 && kind.speed > 0 && kind.source.length > 0);
      assert.ok(numberBefore(kind.memory, "GiB") > 0);
      const clocksHz = kind.clocks.map((clock) => numberBefore(clock, "GHz") * 1e9);
      assert.ok(
        clocksHz.every((clockHz, i) => i === 0 || clockHz > (clocksHz[i - 1] as number)),
        "clocks must rise",
      );
      const model = makePowerModel(powerSchema.parse(inWatts(kind.power)), { clocksHz, nominalHz: clocksHz.at(-1) as number });
      const bootW = numberBefore(kind.boot.power, "W");
      assert.ok(model.powerW(0, 1) <= bootW && bootW < model.powerW(1, 1), "boot power lies between idle and peak");
    });
  }

  it("give the R740 its published ends and 18 clock levels", () => {
    const r740 = load("dell-r740.yaml");
    assert.equal(r740.cores, 56);
    assert.equal(r740.clocks.length, 18);
    assert.deepEqual([r740.power.watts?.[0], r740.power.watts?.[10]], [49.8, 432]);
  });
});
