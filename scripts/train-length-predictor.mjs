/**
 * Trains the length predictor of scenarios on synthetic prompts with the released lengths of the SSJF study, and writes
 * results/policies/length-predictor.json and .bin. Same command, same bytes. Usage: node scripts/train-length-predictor.mjs [output folder]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trainLengthClassifier } from "../dist/src/experiment/length-predictor/train.js";
import { openBackend } from "../dist/src/learn/backends/index.js";
import { packPolicy } from "../dist/src/learn/policy-file.js";
import { classifierSchema } from "../dist/src/learn/supervised.js";
import { SIGNAL } from "../dist/src/world/serving/prompts/synthetic.js";
import { column, quantileTable, readCsv } from "../dist/src/world/workload/index.js";

const folder = process.argv[2] ?? "results/policies";
const linesOf = (name) => readFileSync(`traces/${name}`, "utf8").split("\n");
const lengths = "ssjf-output-quantiles.csv";
const classes = "ssjf-confusion-5.csv";

await openBackend("wasm");
const { about, data, losses } = await trainLengthClassifier({
  task: {
    lengths: quantileTable(linesOf(lengths), lengths),
    signal: SIGNAL,
    classesFrom: [...column(readCsv(linesOf(classes), classes, [{ name: "tokens_from" }]), "tokens_from")],
  },
  options: classifierSchema.parse({}),
  seeds: [1000, 1001, 1002],
  tuningSeed: 2000,
  trainingCount: 60_000,
  validationCount: 20_000,
});
for (const { seed, validationLoss, epochs } of losses)
  console.log(`seed ${seed}: ${validationLoss.toFixed(5)} nats after ${epochs} epochs`);

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const { manifest, weights } = packPolicy({ ...about, command: "node scripts/train-length-predictor.mjs", cybertwin: version }, data);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "length-predictor.json"), manifest);
writeFileSync(join(folder, "length-predictor.bin"), weights);
