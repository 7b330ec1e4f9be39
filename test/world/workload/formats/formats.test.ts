/** Public traces line by line: what each format makes of its own lines, and what it drops and why. */
import { strict as assert } from "node:assert";
import { type ImportWindow, TraceImport, traceFormats, WrongColumns } from "../../../../src/world/workload/formats/index.ts";

const ALL: ImportWindow = { fromS: 0, toS: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY, maxPrompt: Number.POSITIVE_INFINITY };

interface Options {
  readonly withClass?: boolean;
  readonly window?: Partial<ImportWindow>;
}

/** Rows as [arrival, prompt, output, class?], and the tally. */
function imported(kind: string, lines: readonly string[], { withClass = false, window = {} }: Options = {}) {
  const format = traceFormats.get(kind);
  assert(format);
  const trace = new TraceImport(format.create({ kind })({ file: "t", withClass }), { ...ALL, ...window });
  const rows: (readonly (number | string)[])[] = [];
  for (const line of lines) {
    const row = trace.take(line);
    if (row !== undefined) rows.push([row.timeS, row.promptTokens, row.outputTokens, ...(withClass ? [row.class] : [])]);
    if (trace.isDone) break;
  }
  return { rows, tally: trace.tally() };
}

const AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens";
const BURST = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type";
const SPLITWISE = "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size";
const VIDUR = "arrived_at,num_prefill_tokens,num_decode_tokens";

describe("formats of public traces", () => {
  it("azure-llm: stamps to the 100 ns, over midnight and the end of February", () => {
    const stamps = ["2024-02-28 23:59:59.9799600,10,1", "2024-02-29 00:00:00.0319600,20,2", "2024-03-01 00:00:00.0000001,30,3"];
    // 52 ms; then a day, a leap day, and what is left of the first second: 86400 + 0.02004 + 1e-7.
    assert.deepEqual(imported("azure-llm", [AZURE, ...stamps]).rows, [
      [0, 10, 1],
      [0.052, 20, 2],
      [86_400.0200401, 30, 3],
    ]);
  });

  it("azure-llm: the stamps of 2024, which say their offset", () => {
    const lines = [AZURE, "2024-05-10 00:00:00.009930+00:00,2162,5", "2024-05-10 02:00:01+02:00,2399,6"];
    assert.deepEqual(imported("azure-llm", lines).rows, [
      [0, 2162, 5],
      [0.99007, 2399, 6],
    ]);
  });

  it("mooncake: milliseconds, one object a line", () => {
    const lines = [
      '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}',
      '{"timestamp": 30535, "input_length": 6472, "output_length": 26, "hash_ids": [46]}',
      '{"timestamp": 30535, "input_length": 5}',
      "[1, 2]",
      "",
      '{"timestamp": true, "input_length": 1, "output_length": 1}',
    ];
    const { rows, tally } = imported("mooncake", lines);
    assert.deepEqual(rows, [
      [0, 6955, 52],
      [3.053, 6472, 26],
    ]);
    assert.deepEqual(tally.columnsLeftOut, ["hash_ids"]);
    assert.deepEqual(tally.dropped, [
      { reason: "output_length is no whole number", rows: 1, firstLine: 3, got: "" },
      { reason: "the line is no JSON object", rows: 1, firstLine: 4, got: "[1, 2]" },
      { reason: "timestamp is no time", rows: 1, firstLine: 6, got: "" },
    ]);
  });

  it("vidur: seconds from any origin, CRLF and a byte-order mark", () => {
    assert.deepEqual(imported("vidur", [`\uFEFF${VIDUR}\r`, "100.25,374,44\r", "104.5,396.0,109\r", "\r"]).rows, [
      [0, 374, 44],
      [4.25, 396, 109],
    ]);
  });

  it("splitwise: single requests to language models, by application", () => {
    const lines = [SPLITWISE, "0,2,0,0.5,1,100,10", "1,1,0,0.6,1,100,10", "2,2,1,0.7,4,100,10", "3,2,1,0.9,1,200,20"];
    const { rows, tally } = imported("splitwise", lines, { withClass: true });
    assert.deepEqual(rows, [
      [0, 100, 10, "application-id-0"],
      [0.4, 200, 20, "application-id-1"],
    ]);
    assert.deepEqual(tally.dropped, [
      { reason: "request_type is not 2", rows: 1, firstLine: 3, got: "1" },
      { reason: "batch_size is not 1", rows: 1, firstLine: 4, got: "4" },
    ]);
    assert.deepEqual(tally.classes, { "application-id-0": 1, "application-id-1": 1 });
  });

  it("burstgpt: with sessions or without, quoted or not; failures by their empty responses", () => {
    const lines = [
      BURST,
      '5,7,1.5,ChatGPT,472,18,490,"log, of talk"',
      "45,,,ChatGPT,1087,0,1087,API log",
      "118.5,8,2,GPT-4,417,276,693,API log",
    ];
    const { rows, tally } = imported("burstgpt", lines, { withClass: true });
    assert.deepEqual(rows, [
      [0, 472, 18, "chatgpt"],
      [113.5, 417, 276, "gpt-4"],
    ]);
    assert.deepEqual(tally.dropped, [{ reason: "Response tokens is 0 (a request that failed)", rows: 1, firstLine: 3, got: "0" }]);
    assert.deepEqual(tally.columnsLeftOut, ["Session ID", "Elapsed time", "Total tokens", "Log Type"]);
    const older = ["Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type", "5,ChatGPT,472,18,490,Conversation log"];
    assert.deepEqual(imported("burstgpt", older).rows, [[0, 472, 18]]);
    assert.deepEqual(imported("burstgpt", ["Timestamp,Request tokens,Response tokens", "5,472,18"]).rows, [[0, 472, 18]]);
  });

  it("drop what is no request of ours, with the first place of each reason", () => {
    const bad = ["x,1,1", "1,2", "1,-3,1", "1,1.5,1", "1,1,0", "1,,1", "0.5,0x10,1", '1,"2,3', "NaN,1,1"];
    const { rows, tally } = imported("vidur", [VIDUR, "1,10,20", ...bad, "0.9,1,1", "0.8,1,1", "1,1,1"]);
    assert.deepEqual(rows, [
      [0, 10, 20],
      [0, 1, 1],
    ]);
    assert.deepEqual(tally.dropped, [
      { reason: "arrived_at is no time", rows: 2, firstLine: 3, got: "x" },
      { reason: "the number of cells is not the header's 3", rows: 1, firstLine: 4, got: "2" },
      { reason: "num_prefill_tokens is below 0", rows: 1, firstLine: 5, got: "-3" },
      { reason: "num_prefill_tokens is no whole number", rows: 3, firstLine: 6, got: "1.5" },
      { reason: "num_decode_tokens is 0", rows: 1, firstLine: 7, got: "0" },
      { reason: "a quote does not close", rows: 1, firstLine: 10, got: '1,"2,3' },
      { reason: "the time is before that of an earlier row", rows: 2, firstLine: 12, got: "-0.1 s" },
    ]);
    for (const stamp of ["2023-02-30 00:00:00", "2023-11-16 24:00:00", "2023-11-16", "yesterday"]) {
      assert.deepEqual(imported("azure-llm", [AZURE, `${stamp},1,1`]).rows, [], stamp);
    }
  });

  it("count from the start of a window, and end with it", () => {
    const lines = [VIDUR, ...Array.from({ length: 10 }, (_, i) => `${100 + i},${i + 1},1`)];
    const { rows, tally } = imported("vidur", lines, { window: { fromS: 2.5, toS: 6 } });
    assert.deepEqual(rows, [
      [0.5, 4, 1],
      [1.5, 5, 1],
      [2.5, 6, 1],
    ]);
    assert.deepEqual([tally.early, tally.stoppedAtLine], [3, 8]); // line 8 is second 6
    assert.deepEqual(imported("vidur", lines, { window: { limit: 2 } }).rows.length, 2);
  });

  it("leave out prompts that are too long, but not their time", () => {
    const { rows, tally } = imported("vidur", [VIDUR, "10,101,1", "12,100,2", "13,102,3"], { window: { maxPrompt: 100 } });
    assert.deepEqual(rows, [[2, 100, 2]]);
    assert.deepEqual(tally.dropped, [{ reason: "the prompt is longer than 100 tokens", rows: 2, firstLine: 2, got: "101" }]);
  });

  it("are summed up", () => {
    // Gaps of 1, 3 and 2 s: mean 2, deviation 1.
    const { tally } = imported("vidur", [VIDUR, "0,1,10", "1,2,20", "4,3,30", "6,6,40"]);
    const { kept, spanS, meanRatePerS, gapCv, promptTokensMean, outputTokensMean } = tally;
    assert.deepEqual([kept, spanS, meanRatePerS, gapCv, promptTokensMean, outputTokensMean], [4, 6, 4 / 6, 0.5, 3, 25]);
    const atOnce = imported("vidur", [VIDUR, "5,1,10", "5,1,10", "5,1,10"]).tally;
    assert.deepEqual([atOnce.meanRatePerS, atOnce.gapCv], [null, null]);
  });

  for (const [what, kind, first, message] of [
    ["another header", "vidur", AZURE, /lacks column "arrived_at", .*; it has "TIMESTAMP", "ContextTokens", "GeneratedTokens"$/],
    ["a header that names a column twice", "vidur", `${VIDUR},arrived_at`, /names column "arrived_at" twice/],
    ["an object without the fields", "mooncake", '{"timestamp": 1}', /lacks field "input_length", "output_length"; it has "timestamp"$/],
    ["no object", "mooncake", VIDUR, /is no JSON object/],
  ] as const) {
    it(`are refused by ${what}`, () =>
      assert.throws(
        () => imported(kind, [first]),
        (error) => error instanceof WrongColumns && error.line === 1 && error.file === "t" && message.test(error.message),
      ));
  }
});
