/** GPUs as data, and what they draw: V100 at 1380 MHz 20 + 60 d + A watts; without a process 27 W, with an idle one 49 W. */
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkGpuKind, SpecError } from "../../../src/scenario/index.ts";
import { type GpuKindSpec, gpuClocksHz, gpuKindSchema, gpuProblem } from "../../../src/world/serving/gpu-kind.ts";
import { gpuPowerW } from "../../../src/world/serving/gpu-power.ts";
import { loadYaml, metric, near, play, rowsOf } from "../run-yaml.ts";

const FOLDER = "catalogue/gpus/";
const kindOf = (name: string): GpuKindSpec => gpuKindSchema.parse(parse(readFileSync(`${FOLDER}${name}.yaml`, "utf8")));
const story = (gpus: string, lines = ""): string =>
  `name: story\nseed: 1\nduration: 1000 s\nsites: { west: { carbon: 360 g/kWh, servers: { kind: small-8c, gpus: ${gpus} } } }\n${lines}\n`;

describe("GPU kinds of the catalogue", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"))) {
    it(`${file} is whole and consistent`, () => {
      checkGpuKind(FOLDER + file, (path) => readFileSync(path, "utf8"));
    });
  }

  it("have the V100 draw what was measured, and 44 % less at 945 MHz", () => {
    // Compute-bound medians over the clocks, watts: docs/serving.md.
    const { power } = kindOf("v100-pcie-16gb");
    const measured = [
      [1380, 214],
      [1237, 175],
      [1087, 141],
      [945, 121],
      [802, 109],
      [705, 100],
      [600, 91],
      [502, 82],
    ] as const;
    for (const [mhz, watts] of measured) assert.ok(Math.abs(gpuPowerW(power, mhz / 1380, "compute") - watts) < 1, `${mhz} MHz`);
    near(1 - gpuPowerW(power, 945 / 1380, "compute") / gpuPowerW(power, 1, "compute"), 0.44, 0.02);
  });

  it("have the least joules for a piece of arithmetic at the kink of the voltage", () => {
    for (const [name, kink] of [
      ["v100-pcie-16gb", 0.745],
      ["a100-80gb", 0.775],
    ] as const) {
      const { power } = kindOf(name);
      const ratios = Array.from({ length: 601 }, (_, i) => 0.4 + i / 1000);
      const joules = (ratio: number): number => gpuPowerW(power, ratio, "compute") / ratio;
      const best = ratios.reduce((least, each) => (joules(each) < joules(least) ? each : least));
      assert.ok(Math.abs(best - kink) <= 0.01, `${name}: ${best}`);
    }
  });

  it("have the clocks that were published: 61 of the A100, in steps of 15 MHz", () => {
    const clocksHz = gpuClocksHz(kindOf("a100-80gb"));
    assert.equal(clocksHz.length, 61);
    assert.deepEqual([clocksHz[0], clocksHz[1], clocksHz.at(-1)], [510e6, 525e6, 1410e6]);
  });
});

describe("a GPU kind that cannot be", () => {
  const v100 = kindOf("v100-pcie-16gb");
  const cases: readonly (readonly [what: string, kind: GpuKindSpec, problem: RegExp])[] = [
    ["draws more than its cap", { ...v100, powerCap: 200 }, /draws 214 W at the greatest clock for compute, above powerCap/],
    ["keeps all its memory", { ...v100, overhead: v100.memory }, /overhead must be less than memory/],
    ["idles above an idle process", { ...v100, idle: 60 }, /idle must not exceed/],
    ["has steps that miss the end", { ...v100, clocks: { from: 510e6, to: 1380e6, step: 40e6 } }, /in whole steps/],
    ["has points without shares", { ...v100, bandwidthByClock: { clocks: [1e9], shares: [0.5, 1] } }, /one share per clock/],
    ["has points that fall", { ...v100, bandwidthByClock: { clocks: [2e9, 1e9], shares: [0.5, 1] } }, /must rise/],
  ];
  for (const [what, kind, problem] of cases) it(what, () => assert.match(gpuProblem(kind) as string, problem));
});

describe("story: a GPU without a process", () => {
  it("draws its idle watts into the account of idle, PUE and grams on top", async () => {
    // A server at 100 W and two GPUs at 27 W: 154 W. 360 g/kWh are 1e-4 g/J.
    const result = await play(story("{ kind: v100-pcie-16gb, count: 2 }", "record: { power: true }"));
    near(metric(result, "energy.it_j"), 154_000);
    near(metric(result, "energy.idle_j"), 154_000);
    near(metric(result, "sites.west.gpu_energy_j"), 54_000);
    near(metric(result, "carbon.operational_g"), 15.4);
    assert.equal(metric(result, "sites.west.gpu_utilization_mean"), 0);
    const rows = rowsOf(result, "power").map(({ server, watts, clock_hz }) => [server, watts, clock_hz]);
    assert.deepEqual(rows, [
      ["west/0", 100, 2e9],
      ["west/0/gpu0", 27, 1380e6],
      ["west/0/gpu1", 27, 1380e6],
    ]);
  });

  it("draws nothing while its server is down", async () => {
    // Down for 300 s, boot for 150 s at the server's 120 W: (1000 - 450) s x 127 W + 150 s x 120 W.
    const faults = "faults: { crash: { kind: server-crash, target: { site: west }, at: 100 s, duration: 300 s } }";
    const result = await play(story("{ kind: v100-pcie-16gb }", faults));
    near(metric(result, "energy.it_j"), 550 * 127 + 150 * 120);
  });

  it("is refused with an unknown kind or a clock that it lacks, the nearest one named", () => {
    const complaint = (gpus: string): string => {
      try {
        loadYaml(story(gpus));
      } catch (error) {
        if (error instanceof SpecError) return error.message;
        throw error;
      }
      return "";
    };
    assert.equal(
      complaint("{ kind: a100-80gb, clock: 950 MHz }"),
      'scenario.yaml:4:96: sites.west.servers.gpus.clock must be a clock of "a100-80gb", got 950 MHz, and it has 61 from 510 to 1410 MHz. Hint: "945 MHz".',
    );
    // A plain number is in hertz; the load is not judged at a clock that cannot be.
    assert.match(complaint("{ kind: a100-80gb, clock: 945 }"), /got 945 Hz, and it has 61 from 510 to 1410 MHz\. Hint: "945 MHz"\.$/);
    assert.match(complaint("{ kind: v1000 }"), /unknown GPU kind "v1000"\. See `cybertwin list gpus`/);
  });
});
