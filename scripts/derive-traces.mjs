// Derives the small tables under traces/ from the public data sets that traces/README.md names. The same input gives the same bytes.
// Usage: node scripts/derive-traces.mjs [data folder, default ../shared/data] [output folder, default traces]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Seconds of work for one output token: sets the scale of azure-llm-conv-work-quantiles.csv (mean 4.2 s). */
const WORK_S_PER_TOKEN = 0.02;

const dataDir = process.argv[2] ?? "../shared/data";
const outDir = process.argv[3] ?? "traces";

const conversation = readTable("llm/azure_llm_2023_conv.csv");
const tokens = conversation.map((row) => Number(row.output_tokens)).sort((a, b) => a - b);
write("carbon-ciso-2021-07.csv", carbonMonth());
write("azure-llm-conv-profile.csv", minuteProfile());
write(
  "azure-llm-conv-output-quantiles.csv",
  quantiles((count) => String(count)),
);
write(
  "azure-llm-conv-work-quantiles.csv",
  quantiles((count) => (count * WORK_S_PER_TOKEN).toFixed(4)),
);
write("google-cpu-day-profile.csv", dayProfile());
write("azure-llm-conv-10min.csv", firstMinutes(10));

/** Hourly intensity of the Californian grid in July 2021. */
function carbonMonth() {
  const rows = readTable("carbon/dacf_ciso_2020_2021.csv.gz").filter((row) => row.utc.startsWith("2021-07"));
  return ["utc,average_g_per_kwh", ...rows.map((row) => `${row.utc},${row.ci_direct_g_per_kwh}`)];
}

/** Requests of each whole minute over their mean; the last, cut minute is left out. */
function minuteProfile() {
  const minuteCount = Math.floor(Number(conversation.at(-1).arrival_s) / 60);
  const counts = new Array(minuteCount).fill(0);
  for (const row of conversation) {
    const minute = Math.floor(Number(row.arrival_s) / 60);
    if (minute < minuteCount) counts[minute]++;
  }
  return factors(counts, 60);
}

/** Requests with their tokens, as `cybertwin import azure-llm --to "10 min"` writes them. */
function firstMinutes(minutes) {
  const rows = conversation.filter((row) => Number(row.arrival_s) < 60 * minutes);
  const cells = rows.map((row) => [row.arrival_s, row.prompt_tokens, row.output_tokens].map(Number).join(","));
  return ["arrival_s,prompt_tokens,output_tokens", ...cells];
}

/** Mean utilisation of each hour of the day over four weeks, over the mean of all. */
function dayProfile() {
  const rows = readTable("workload/google_hourly_cpu_4weeks.csv");
  const sums = new Array(24).fill(0);
  for (const row of rows) sums[Number(row.hour) % 24] += Number(row.util);
  return factors(sums, 3600);
}

function factors(values, stepS) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return ["time_s,factor", ...values.map((value, i) => `${i * stepS},${(value / mean).toFixed(6)}`)];
}

/** The smallest value at 0, then nearest ranks at 0.01, 0.02, ... 1. */
function quantiles(show) {
  const lines = ["quantile,value"];
  for (let percent = 0; percent <= 100; percent++) {
    const rank = Math.max(1, Math.ceil((percent * tokens.length) / 100));
    lines.push(`${(percent / 100).toFixed(2)},${show(tokens[rank - 1])}`);
  }
  return lines;
}

function readTable(name) {
  const bytes = readFileSync(join(dataDir, name));
  const text = name.endsWith(".gz") ? gunzipSync(bytes).toString("utf8") : bytes.toString("utf8");
  const [header, ...lines] = text.trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((field, i) => [names[i], field])));
}

function write(name, lines) {
  writeFileSync(join(outDir, name), `${lines.join("\n")}\n`);
}
