import { strict as assert } from "node:assert";
import type { GpuSeries, RunOutput, RunSeries } from "../../src/experiment/result.ts";
import { clockResidency, clockShares } from "../../src/report/charts/clock-residency.ts";
import { PHONE, WIDE } from "../../src/report/charts/frame.ts";
import { type GpuGroup, gpuGroups, gpusOverTime, hasLines } from "../../src/report/charts/gpus.ts";
import { pictureSections } from "../../src/report/html/pictures.ts";
import { sampleOutput } from "./sample.ts";

const BUCKETS = 4;
const MHZ = 1e6;

/** Eight GPUs of two kinds at two sites: number g draws 10 g watts, twice that in the last bucket, and had 1000 MHz for 60 + g seconds. */
function gpus(): GpuSeries {
  const names = Array.from({ length: 8 }, (_, g) => `${g < 4 ? "east" : "west"}/0/gpu${g % 4}`);
  return {
    names,
    sites: names.map((name) => name.slice(0, 4)),
    kinds: names.map((_, g) => (g % 2 === 0 ? "a100" : "h100")),
    powerW: Float32Array.from({ length: 8 * BUCKETS }, (_, i) => 10 * Math.floor(i / BUCKETS) * (i % BUCKETS === BUCKETS - 1 ? 2 : 1)),
    clockHz: new Float32Array(8 * BUCKETS).fill(1000 * MHZ),
    residency: names.map((_, g) => [
      { clockHz: 500 * MHZ, timeS: 40 - g },
      { clockHz: 1000 * MHZ, timeS: 60 + g },
    ]),
  };
}

function sampleSeries(): RunSeries {
  const [run] = sampleOutput().runs;
  assert(run);
  return { ...run.series, bucketCount: BUCKETS, bucketS: 25, faults: [], warmupS: 0, gpus: gpus() };
}
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
const at = { id: "x", span: { totalS: 100, startUtc: null } };

describe("pictures of GPUs", () => {
  it("group them by site and kind, in order", () => {
    assert.deepEqual(gpuGroups(gpus()), [
      { site: "east", kind: "a100", gpus: [0, 2] },
      { site: "east", kind: "h100", gpus: [1, 3] },
      { site: "west", kind: "a100", gpus: [4, 6] },
      { site: "west", kind: "h100", gpus: [5, 7] },
    ]);
  });

  it("add up the time that a group spent at each clock", () => {
    // GPUs 0 and 2: 40 + 38 s at 500 MHz, 60 + 62 s at 1000 MHz.
    assert.deepEqual(clockShares({ site: "east", kind: "a100", gpus: [0, 2] }, gpus()), [
      { megahertz: 500, share: 0.39 },
      { megahertz: 1000, share: 0.61 },
    ]);
  });

  it("write shares and clocks where there is room for them", () => {
    const group: GpuGroup = { site: "east", kind: "a100", gpus: [0, 2] };
    const texts = textsOf(clockResidency(group, gpus(), { id: "x", size: WIDE }));
    for (const text of ["39&#160;%", "61&#160;%", "500", "1,000"]) assert(texts.includes(text), `${text} in ${texts}`);
    const many = { ...gpus(), residency: [Array.from({ length: 61 }, (_, i) => ({ clockHz: (510 + 15 * i) * MHZ, timeS: 1 }))] };
    const crowded = textsOf(clockResidency({ ...group, gpus: [0] }, many, { id: "x", size: PHONE }));
    // 234 pixels for 915 MHz: 44 pixels are 172 MHz, so every twelfth clock has its name.
    assert.deepEqual(
      crowded.filter((text) => /^[\d,]+$/.test(text as string)),
      ["510", "690", "870", "1,050", "1,230", "1,410"],
    );
    assert(!crowded.includes("1.64&#160;%"));
  });

  it("draw a line for each of a few, and the mean and range of many", () => {
    const series = sampleSeries();
    const few = { site: "east", kind: "a100", gpus: [0, 2] };
    const all = { site: "all", kind: "all", gpus: [0, 1, 2, 3, 4, 5, 6, 7] };
    assert.deepEqual([hasLines(few), hasLines(all)], [true, false]);
    const lines = gpusOverTime(few, series, { ...at, size: WIDE });
    assert.deepEqual(
      textsOf(lines).filter((text) => text?.includes("gpu")),
      ["0/gpu0", "0/gpu2"],
    );
    assert.match(lines, /2 GPUs of kind a100, each drawing at most 40\u00a0W and at most at 1,000 MHz/); // GPU 2: 20 W, twice that at the end
    assert.match(gpusOverTime(all, series, { ...at, size: WIDE }), /least to greatest/);
  });

  it("leave the time at each clock out where there was but one, and show many models as one", () => {
    const output = sampleOutput();
    const titles = (series: RunSeries): string[] => {
      const [run] = output.runs;
      assert(run);
      const told: RunOutput = { ...output, runs: [{ ...run, series }] };
      return (
        pictureSections(told)
          .find(({ id }) => id === "gpus")
          ?.pictures.map(({ title }) => title) ?? []
      );
    };
    const still = { ...gpus(), kinds: gpus().names.map(() => "a100"), residency: gpus().names.map(() => [{ clockHz: MHZ, timeS: 100 }]) };
    const ones = new Float64Array(BUCKETS).fill(1);
    const models = Array.from({ length: 5 }, (_, i) => ({ workload: "chat", model: `m${i}`, queued: ones, running: ones }));
    assert.deepEqual(titles({ ...sampleSeries(), gpus: still, models }), [
      "east: watts and clock of a100",
      "west: watts and clock of a100",
      "chat: requests running and waiting",
    ]);
    const few = titles({ ...sampleSeries(), gpus: { ...still, names: [], sites: [] }, models: models.slice(3) });
    assert.deepEqual(few, ["chat, m3: requests running and waiting", "chat, m4: requests running and waiting"]);
  });
});
