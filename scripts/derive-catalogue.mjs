// Writes the seven server kinds of 2009-2011 into catalogue/servers/ from published SPECpower_ssj2008 rows.
// Usage: node scripts/derive-catalogue.mjs [data folder, default ../shared/data] [output folder, default catalogue/servers]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Cores, GB and clock are of the same published results (table specpower_idle_full_2026 of the data folder), matched by idle and full watts.
const KINDS = [
  { kind: "hp-ml110-g3", cores: 2, memory: "4 GiB", clock: "3.0 GHz", published: "2011-02" },
  { kind: "hp-ml110-g4", cores: 2, memory: "4 GiB", clock: "1.86 GHz", published: "2011-02" },
  { kind: "hp-ml110-g5", cores: 2, memory: "4 GiB", clock: "2.66 GHz", published: "2011-02" },
  { kind: "ibm-x3250-m3-x3470", cores: 4, memory: "8 GiB", clock: "2.933 GHz", published: "2009-11" },
  { kind: "ibm-x3250-m3-x3480", cores: 4, memory: "8 GiB", clock: "3.067 GHz", published: "2010-10" },
  { kind: "ibm-x3550-m3-x5670", cores: 12, memory: "12 GiB", clock: "2.933 GHz", published: "2010-04" },
  { kind: "ibm-x3550-m3-x5675", cores: 12, memory: "16 GiB", clock: "3.067 GHz", published: "2011-04" },
];

const dataDir = process.argv[2] ?? "../shared/data";
const outDir = process.argv[3] ?? "catalogue/servers";
const rows = readFileSync(join(dataDir, "power/specpower_curves.csv"), "utf8").trim().split("\n").slice(1);
if (rows.length !== KINDS.length) throw new Error(`expected ${KINDS.length} curves, got ${rows.length}`);
for (const [i, row] of rows.entries()) {
  const [system, cpu, ...watts] = row.split(",");
  writeFileSync(join(outDir, `${KINDS[i].kind}.yaml`), page(KINDS[i], { system, cpu, watts }));
}

function page({ cores, memory, clock, published }, { system, cpu, watts }) {
  const bootW = Math.ceil(Math.max(0.6 * Number(watts.at(-1)), Number(watts[0])));
  return `# ${system}, ${cpu}. Cores are schedulable cores; all of them busy is 100 % of the SPEC load, both threads of a core included.
kind: server
cores: ${cores}
memory: ${memory}
clocks: [${clock}]
speed: 1
power: { kind: spec, watts: [${watts.join(", ")}] }
boot: { time: 150 s, power: ${bootW} W }
sleep: { power: 10 W, wake: 10 s }
embodied: 1000 kg
lifetime: 4 year
source: "SPECpower_ssj2008 result of ${published} (www.spec.org), also in Beloglazov and Buyya, Concurrency and Computation 24(13), 2012; boot, sleep and embodied are assumptions: see catalogue/servers/README.md"
`;
}
