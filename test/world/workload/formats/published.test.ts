/** The public traces themselves, put back into their original form: counts and moments as their publishers and users state them. */
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type ImportTally, TraceImport, type TraceRow, traceFormats } from "../../../../src/world/workload/formats/index.ts";

const DATA = "../shared/data/llm";

interface Published {
  readonly kind: string;
  readonly file: string;
  readonly header?: string;
  /** A row of the reduced table as a line of the original. */
  line(cells: readonly string[]): string;
  readonly rows: number;
  /** Mean rate, cv of the gaps, mean tokens of prompt and answer, to the digits that are given. */
  readonly digits: readonly [rate: string, cv: string, prompt: string, output: string];
}

/** 2023-11-16 at `hour`, and 100 ns ticks from there. */
const stamp = (hour: number, firstTicks: number) => (arrivalS: string) => {
  const ticks = firstTicks + Math.round(Number(arrivalS) * 1e7);
  const two = (value: number): string => String(value).padStart(2, "0");
  const s = Math.floor(ticks / 1e7);
  return `2023-11-16 ${two(hour + Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(ticks % 1e7).padStart(7, "0")}`;
};
const codeStamp = stamp(18, (17 * 60 + 3) * 1e7 + 9_799_600);
const talkStamp = stamp(18, (15 * 60 + 46) * 1e7 + 6_805_900);
const header = "TIMESTAMP,ContextTokens,GeneratedTokens";

const PUBLISHED: readonly Published[] = [
  {
    ...{ kind: "azure-llm", file: "azure_llm_2023_code.csv", header, rows: 8819, digits: ["2.567", "13.15", "2047.8", "27.9"] },
    line: ([arrival = "", ...tokens]) => [codeStamp(arrival), ...tokens].join(","),
  },
  {
    ...{ kind: "azure-llm", file: "azure_llm_2023_conv.csv", header, rows: 19_366, digits: ["5.530", "1.094", "1154.7", "211.1"] },
    line: ([arrival = "", ...tokens]) => [talkStamp(arrival), ...tokens].join(","),
  },
  {
    ...{ kind: "mooncake", file: "mooncake_synthetic.csv.gz", rows: 3993, digits: ["3.907", "1.011", "15325.5", "149.1"] },
    line: ([ms, input, output]) => `{"timestamp": ${ms}, "input_length": ${input}, "output_length": ${output}, "hash_ids": [0, 1]}`,
  },
];

function read(file: string): readonly (readonly string[])[] {
  const bytes = readFileSync(`${DATA}/${file}`);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

function imported(kind: string, lines: readonly string[]): { rows: readonly TraceRow[]; tally: ImportTally } {
  const create = traceFormats.get(kind)?.create({ kind });
  assert(create);
  const trace = new TraceImport(create({ file: kind, withClass: false }), {
    fromS: 0,
    toS: Infinity,
    limit: Infinity,
    maxPrompt: Infinity,
  });
  const rows = lines.map((line) => trace.take(line)).filter((row) => row !== undefined);
  return { rows, tally: trace.tally() };
}

describe("public traces", () => {
  for (const { kind, file, header: first, line, rows: rowCount, digits } of PUBLISHED) {
    it(`${file} as ${kind} has the requests, rate, burstiness and lengths that are known of it`, function () {
      if (!existsSync(`${DATA}/${file}`)) {
        console.log(`      skipped: needs ${DATA}/${file}`);
        this.skip();
      }
      const cells = read(file);
      const { rows, tally } = imported(kind, [...(first === undefined ? [] : [first]), ...cells.map(line)]);
      assert.deepEqual([tally.kept, tally.dropped], [rowCount, []]);
      const got = [tally.meanRatePerS, tally.gapCv, tally.promptTokensMean, tally.outputTokensMean];
      assert.deepEqual(
        got.map((value, i) => value?.toFixed(digits[i]?.split(".")[1]?.length)),
        digits,
      );
      const perSecond = kind === "mooncake" ? 1000 : 1;
      const startS = Number(cells[0]?.[0]) / perSecond;
      const wrong = rows.findIndex(({ timeS, promptTokens, outputTokens }, i) => {
        const [time, prompt, output] = (cells[i] as readonly string[]).map(Number) as [number, number, number];
        return Math.abs(timeS - (time / perSecond - startS)) > 1e-9 || promptTokens !== prompt || outputTokens !== output;
      });
      assert.equal(wrong, -1, `row ${wrong + 1}`);
    });
  }
});
