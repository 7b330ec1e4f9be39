// Derives the tables ssjf-*.csv under traces/ from the released predictions of the SSJF study (traces/README.md says which). The same input
// gives the same bytes. Usage: node scripts/derive-ssjf.mjs [data folder, default ../shared/data] [output folder, default traces]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const dataDir = process.argv[2] ?? "../shared/data";
const outDir = process.argv[3] ?? "traces";

/** Lengths from which on the next class begins, as the five-class predictor was trained. */
const FIVE_CLASS_EDGES = [42, 141, 294, 503];
/** The same for the three values in the other file: the median and the 99th percentile of the lengths. */
const THREE_CLASS_EDGES = [141, 503];

const three = readPredictions("llm/ssjf_pred_cls.csv.gz");
const five = readPredictions("llm/ssjf_pred_multi_cls.csv.gz");
if (three.length !== five.length || three.some(({ tokens }, i) => tokens !== five[i].tokens)) {
  throw new Error("the two files do not hold the same requests in the same order");
}
write("ssjf-joint-counts.csv", jointCounts());
write("ssjf-output-quantiles.csv", [
  "quantile,value",
  ...quantiles(five.map(({ tokens }) => tokens)).map(([q, [value]]) => `${q},${value}`),
]);
write("ssjf-predictor-latency-quantiles.csv", latencyQuantiles());
write("ssjf-predictor-latency-means.csv", latencyMeans());
write("ssjf-confusion-3.csv", confusion(three, THREE_CLASS_EDGES));
write("ssjf-confusion-5.csv", confusion(five, FIVE_CLASS_EDGES));

/** How many requests have a true length and a pair of predictions: the whole data set but for its order. */
function jointCounts() {
  const counts = new Map();
  for (const [i, { tokens, predicted }] of three.entries()) {
    const row = counts.get(tokens) ?? counts.set(tokens, new Array(15).fill(0)).get(tokens);
    row[predicted * 5 + five[i].predicted]++;
  }
  const names = Array.from({ length: 15 }, (_, k) => `n_${Math.floor(k / 5)}_${k % 5}`);
  const lengths = [...counts.keys()].sort((a, b) => a - b);
  return [`output_tokens,${names.join(",")}`, ...lengths.map((tokens) => `${tokens},${counts.get(tokens).join(",")}`)];
}

/** Share of each true class, and of each prediction within it. */
function confusion(rows, edges) {
  const size = edges.length + 1;
  const counts = Array.from({ length: size }, () => new Array(size).fill(0));
  for (const { tokens, predicted } of rows) counts[edges.filter((edge) => tokens >= edge).length][predicted]++;
  return [
    `class,tokens_from,prior,${counts.map((_, k) => `predicted_${k}`).join(",")}`,
    ...counts.map((row, k) => {
      const n = row.reduce((sum, count) => sum + count, 0);
      return [k, k === 0 ? 0 : edges[k - 1], (n / rows.length).toFixed(6), ...row.map((count) => (count / n).toFixed(6))].join(",");
    }),
  ];
}

function latencyQuantiles() {
  const columns = quantiles(
    three.map(({ latencyMs }) => latencyMs),
    five.map(({ latencyMs }) => latencyMs),
  );
  const lines = columns.map(([q, values]) => `${q},${values.map((value) => value.toFixed(4)).join(",")}`);
  return ["quantile,three_class_ms,five_class_ms", ...lines];
}

function latencyMeans() {
  const meanMs = (rows) => (rows.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / rows.length).toFixed(4);
  return ["predictions,three_class_ms,five_class_ms", `${three.length},${meanMs(three)},${meanMs(five)}`];
}

/** The smallest value at 0, then nearest ranks at 0.01, 0.02, ... 1, of each column. */
function quantiles(...columns) {
  const sorted = columns.map((values) => values.sort((a, b) => a - b));
  return Array.from({ length: 101 }, (_, percent) => [
    (percent / 100).toFixed(2),
    sorted.map((values) => values[Math.max(1, Math.ceil((percent * values.length) / 100)) - 1]),
  ]);
}

function readPredictions(name) {
  const [, ...lines] = gunzipSync(readFileSync(join(dataDir, name)))
    .toString("utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [tokens, predicted, latencyMs] = line.split(",").map(Number);
    return { tokens, predicted, latencyMs };
  });
}

function write(name, lines) {
  writeFileSync(join(outDir, name), `${lines.join("\n")}\n`);
}
