/** `cybertwin import`: files in, files out, and what it says of them. What each format reads: test/world/workload/formats. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { runCli } from "../../src/cli/cli.ts";
import { loadYaml, metric, play, rowsOf } from "../world/run-yaml.ts";
import { KINDS } from "../world/serving/kinds.ts";
import { CliCase } from "./cli-case.ts";
import { fakeEngine } from "./fake-engine.ts";

const AZURE = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,48,4
2023-11-16 18:17:04.0319600,31,8
2023-11-16 18:17:04.0781490,11,0
2023-11-16 18:17:09.9799600,74,6
`;
const OURS = "arrival_s,prompt_tokens,output_tokens\n0,48,4\n0.052,31,8\n6,74,6\n";
const BURST = `Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
5,1,2,ChatGPT,40,4,44,Conversation log
6,1,2,GPT-4,30,3,33,Conversation log
6,2,,ChatGPT,20,0,20,API log
9,3,1,ChatGPT,10,2,12,API log
`;

describe("cybertwin import", () => {
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
    writeFileSync(join(cli.folder, "azure.csv"), AZURE);
    writeFileSync(join(cli.folder, "burst.csv"), BURST);
  });
  afterEach(() => cli.remove());
  const bytesOf = (name: string): Buffer => readFileSync(join(cli.folder, name));
  const textOf = (name: string): string => bytesOf(name).toString("utf8");

  it("writes our table, and says what was kept and what was not", async () => {
    const { code, out, err } = await cli.run("import", "azure-llm", "azure.csv", "--out", "new/requests.csv");
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(textOf("new/requests.csv"), OURS);
    // Three requests in 6 s; gaps of 0.052 s and 5.948 s: mean 3, deviation 5.896 / sqrt(2).
    assert.equal(
      out,
      `azure.csv (azure-llm) -> new/requests.csv
  kept      3 requests
  span      6 s
  rate      0.5 req/s in the mean, gaps with a cv of 1.39
  tokens    51 of a prompt, 6 of an answer, in the mean
  dropped   1: GeneratedTokens is 0; first at line 4, got "0"
`,
    );
  });

  it("tells programs the same", async () => {
    const { out } = await cli.run("import", "burstgpt", "burst.csv", "--out", "r.csv", "--class", "--format", "json");
    assert.equal(textOf("r.csv"), "arrival_s,class,prompt_tokens,output_tokens\n0,chatgpt,40,4\n1,gpt-4,30,3\n4,chatgpt,10,2\n");
    const { gapCv, ...rest } = JSON.parse(out) as { gapCv: number };
    assert.ok(Math.abs(gapCv - Math.SQRT2 / 2) < 1e-12); // gaps of 1 s and 3 s
    assert.deepEqual(rest, {
      ...{ cybertwin: "0.0.0-test", format: "burstgpt", file: "burst.csv", out: "r.csv", kept: 3, early: 0 },
      dropped: [{ reason: "Response tokens is 0 (a request that failed)", rows: 1, firstLine: 4, got: "0" }],
      stoppedAtLine: null,
      columnsLeftOut: ["Session ID", "Elapsed time", "Total tokens", "Log Type"],
      ...{ spanS: 4, meanRatePerS: 0.75, promptTokensMean: 80 / 3, outputTokensMean: 3 },
      classes: { chatgpt: 2, "gpt-4": 1 },
    });
  });

  it("unpacks what it reads and packs what it writes, by the ending", async () => {
    writeFileSync(join(cli.folder, "azure.csv.gz"), gzipSync(AZURE));
    assert.equal((await cli.run("import", "azure-llm", "azure.csv.gz", "--out", "r.csv.gz")).code, 0);
    assert.equal(gunzipSync(bytesOf("r.csv.gz")).toString("utf8"), OURS);
  });

  it("writes slices of 100,000 rows: a row group each in Parquet, and the same rows in every kind of file", async function () {
    this.timeout(20_000);
    const lines = Array.from({ length: 250_000 }, (_, i) => `${i / 4},${1 + (i % 7)},${1 + (i % 11)}`);
    writeFileSync(join(cli.folder, "v.csv"), `arrived_at,num_prefill_tokens,num_decode_tokens\n${lines.join("\n")}`);
    for (const ending of ["csv", "csv.gz", "parquet"])
      assert.equal((await cli.run("import", "vidur", "v.csv", "--out", `r.${ending}`)).code, 0);
    assert.equal(textOf("r.csv"), `arrival_s,prompt_tokens,output_tokens\n${lines.join("\n")}\n`);
    assert.equal(gunzipSync(bytesOf("r.csv.gz")).toString("utf8"), textOf("r.csv"));
    const file = new Uint8Array(bytesOf("r.parquet")).buffer;
    assert.deepEqual(
      parquetMetadata(file).row_groups.map((group) => Number(group.num_rows)),
      [100_000, 100_000, 50_000],
    );
    const rows = (await parquetReadObjects({ file })) as Record<string, number>[];
    assert.deepEqual(
      rows.map((row) => `${row.arrival_s},${row.prompt_tokens},${row.output_tokens}`),
      lines,
    );
  });

  it("cuts a window out", async () => {
    const { out } = await cli.run("import", "azure-llm", "azure.csv", "--out", "r.csv", "--from", "50 ms", "--limit", "1");
    assert.equal(textOf("r.csv"), "arrival_s,prompt_tokens,output_tokens\n0.002,31,8\n");
    assert.match(out, /^ {2}before {4}1 requests came before --from\n {2}stopped {3}at line 3; what follows was not read$/m);
    assert.match(out, /^ {2}rate {6}all at once$/m);
  });

  const wrong: readonly (readonly [what: string, argv: readonly string[], message: RegExp])[] = [
    [
      "an unknown format",
      ["azure-lm", "azure.csv", "--out", "r.csv"],
      /^Unknown trace format "azure-lm"\. Did you mean "azure-llm"\? There are: azure-llm, /,
    ],
    [
      "another format's header",
      ["vidur", "azure.csv", "--out", "r.csv"],
      /^azure\.csv:1: lacks column "arrived_at", .*; it has "TIMESTAMP", .*\. Traces of format vidur have "arrived_at", .*\. Did you mean format azure-llm\?\n$/,
    ],
    [
      "our own table",
      ["vidur", "ours.csv", "--out", "r.csv"],
      /^ours\.csv:1: .* This one is ours already: a scenario takes it as it is\.\n$/,
    ],
    ["no --out", ["azure-llm", "azure.csv"], /^Missing --out, the file to write\. Hint: --out requests\.csv\.\n$/],
    ["an ending of no table", ["azure-llm", "azure.csv", "--out", "r.txt"], /^--out r\.txt must end in \.csv, \.csv\.gz, \.parquet: /],
    ["a file that is there", ["azure-llm", "azure.csv", "--out", "burst.csv"], /^--out burst\.csv exists\. .*--force\.\n$/],
    [
      "a class that no trace has",
      ["azure-llm", "azure.csv", "--out", "r.csv", "--class"],
      /^--class: .* These do: burstgpt, splitwise\.\n$/,
    ],
    [
      "an empty window",
      ["azure-llm", "azure.csv", "--out", "r.csv", "--from", "2 h", "--to", "1 h"],
      /^--to must be after --from: 7200 s to 3600 s/,
    ],
    [
      "a time without its unit",
      ["azure-llm", "azure.csv", "--out", "r.csv", "--from", "2"],
      /^--from must be a duration, got "2", which has no unit\. Hint: "2 s"\.\n$/,
    ],
    [
      "a limit of nothing",
      ["azure-llm", "azure.csv", "--out", "r.csv", "--limit", "0"],
      /^--limit must be a whole number of at least 1, got "0"\.\n$/,
    ],
    ["a file that is not there", ["azure-llm", "none.csv", "--out", "r.csv"], /none\.csv does not exist\.\n$/],
    ["a folder", ["azure-llm", ".", "--out", "r.csv"], /^\. is a folder\.\n$/],
    ["an empty file", ["azure-llm", "empty.csv", "--out", "r.csv"], /^empty\.csv leaves no request to write: it holds none\.\n$/],
    ["what is not packed", ["azure-llm", "plain.csv.gz", "--out", "r.csv"], /^plain\.csv\.gz cannot be unpacked: /],
    ["half an archive", ["azure-llm", "half.csv.gz", "--out", "r.csv"], /^half\.csv\.gz cannot be unpacked: unexpected end of file\.\n$/],
    [
      "rows of which none is left",
      ["azure-llm", "azure.csv", "--out", "r.csv", "--from", "1 h"],
      /^azure\.csv leaves no request to write: 1: GeneratedTokens is 0; first at line 4, got "0"; 3 come before --from\.\n$/,
    ],
  ];
  for (const [what, argv, message] of wrong) {
    it(`answers 2 to ${what}, and leaves nothing behind`, async () => {
      writeFileSync(join(cli.folder, "ours.csv"), OURS);
      writeFileSync(join(cli.folder, "empty.csv"), "");
      writeFileSync(join(cli.folder, "plain.csv.gz"), AZURE);
      writeFileSync(join(cli.folder, "half.csv.gz"), gzipSync(AZURE).subarray(0, 60));
      const before = readdirSync(cli.folder);
      const { code, out, err } = await cli.run("import", ...argv);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, message);
      assert.deepEqual(readdirSync(cli.folder), before);
    });
  }

  it("overwrites with --force, its own source too", async () => {
    assert.equal((await cli.run("import", "azure-llm", "azure.csv", "--out", "azure.csv", "--force")).code, 0);
    assert.equal(textOf("azure.csv"), OURS);
  });

  it("writes nothing once it is interrupted", async () => {
    const { io, said } = cli.listen();
    const aborted = new AbortController();
    aborted.abort();
    const code = await runCli(
      ["import", "azure-llm", "azure.csv", "--out", "r.csv"],
      { ...io, catchInterrupt: () => aborted.signal },
      async () => fakeEngine,
    );
    assert.deepEqual([code, said.out], [130, ""]);
    assert.ok(!existsSync(join(cli.folder, "r.csv")));
    assert.deepEqual(readdirSync(cli.folder).sort(), ["azure.csv", "burst.csv"]);
  });

  describe("makes what a scenario replays unchanged", () => {
    const scenario = (models: string, engine: string): string => `name: replay
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml, count: 2 } } } }
workloads:
  chat:
    kind: model-serving
    models: ${models}
    engine: { kind: ${engine} }
    arrivals: { kind: trace, file: r.csv }
record: { requests: true }
`;

    it("prompts and answers of every request", async () => {
      await cli.run("import", "azure-llm", "azure.csv", "--out", "r.csv");
      const result = await play(scenario("{ llm: { kind: ./steps.yaml } }", "vllm"), { ...KINDS, "r.csv": textOf("r.csv") });
      // The first prompt is alone: a step of 1 s and 10 ms for each of its 48 tokens.
      const rows = rowsOf(result, "requests");
      assert.deepEqual([rows.map((row) => row.arrival_s), rows[0]?.first_token_s], [[0, 0.052, 6], 1.48]);
      assert.equal(metric(result, "workloads.chat.output_tokens"), 4 + 8 + 6);
      assert.equal(metric(result, "workloads.chat.requests_finished"), 3);
    });

    it("the model of every request", async () => {
      await cli.run("import", "burstgpt", "burst.csv", "--out", "r.csv", "--class");
      const models = "{ chatgpt: { kind: ./llm.yaml }, gpt-4: { kind: ./llm.yaml } }";
      const files = { ...KINDS, "r.csv": textOf("r.csv") };
      assert.deepEqual(loadYaml(scenario(models, "none"), files).warnings, []);
      const result = await play(scenario(models, "none"), files);
      assert.deepEqual(
        rowsOf(result, "requests").map((row) => [row.class, row.arrival_s]),
        [
          ["chatgpt", 0],
          ["gpt-4", 1],
          ["chatgpt", 4],
        ],
      );
    });
  });
});
