// Derives traces/llm-latency-points.csv: measured times of steps of language models. Those of Splitwise come from its table; those of
// MuxServe and of the ML.ENERGY leaderboard, whose repositories have no licence file, are single numbers that they print. The same input
// gives the same bytes. Usage: node scripts/derive-llm-latency.mjs [data folder, default ../shared/data] [output folder, default traces]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dataDir = process.argv[2] ?? "../shared/data";
const outDir = process.argv[3] ?? "traces";

/** Mean prompt of LMSYS-Chat-1M: ML.ENERGY does not say the lengths of its own. */
const CHAT_PROMPT = 70;
/** Of the answers that ML.ENERGY counted: their mean, and how much of one is written at a random moment, E[n^2] / 2 E[n]. */
const LEADERBOARD = {
  "llama-3.1-8b": { parallel: 1, answer: 404, written: 428, itlMs: { 8: 7.3, 32: 8.9, 64: 11.5, 128: 16.5, 256: 26.1, 512: 47.4 } },
  "llama-3.1-70b": { parallel: 4, answer: 357, written: 356, itlMs: { 8: 16.6, 64: 22.4, 128: 27.9, 512: 73.9 } },
};
/** Milliseconds by requests x tokens. */
const MUXSERVE = { decode: { "1x128": 11.5, "32x512": 18.7, "128x512": 40.9 }, prompt: { "1x512": 41, "8x512": 304 } };

const [header, ...lines] = readFileSync(join(dataDir, "llm/splitwise_perf_model.csv"), "utf8").trim().split("\n");
const names = header.split(",");
const table = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));

const COLUMNS = "point,study,gpu,model,parallel,prompts,prompt_tokens,writers,context_tokens,measured_ms";
const rows = [...splitwise("a100-80gb"), ...splitwise("h100-80gb"), ...muxserve(), ...leaderboard()];
writeFileSync(join(outDir, "llm-latency-points.csv"), `${[COLUMNS, ...rows].join("\n")}\n`);

/** Llama-2-70b on eight GPUs: one prompt, and a token of each of a batch that looks back on its prompt and half of its 128 tokens. */
function splitwise(hardware) {
  const gpu = hardware === "h100-80gb" ? "h100" : hardware;
  const row = (point, pass, ms) => `splitwise.${gpu}.${point},splitwise,${gpu},llama-2-70b,8,${pass},${ms.toFixed(2)}`;
  const median = (column, batch, prompt) =>
    middle(
      table.filter(
        (each) =>
          each.model === "llama2-70b" &&
          each.hardware === hardware &&
          each.tensor_parallel === "8" &&
          each.batch_size === String(batch) &&
          each.prompt_size === String(prompt) &&
          each.token_size === "128",
      ),
      column,
    );
  const prompts = [128, 512, 1024, 2048, 4096, 8192].map((tokens) =>
    row(`prompt-${tokens}`, `1,${tokens},0,0`, median("prompt_time", 1, tokens)),
  );
  const tokens = [1, 16, 32, 64].map((batch) => row(`token-${batch}`, `0,0,${batch},${512 + 64}`, median("token_time", batch, 512)));
  return [...prompts, ...tokens];
}

function middle(rows, column) {
  const values = rows.map((each) => Number(each[column])).sort((a, b) => a - b);
  if (values.length === 0) throw new Error(`no rows for ${column}`);
  return (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2;
}

function muxserve() {
  const row = (point, pass, ms) => `muxserve.${point},muxserve,a100-80gb,llama-2-7b,1,${pass},${ms}`;
  return [
    ...Object.entries(MUXSERVE.decode).map(([name, ms]) => row(`token-${name}`, `0,0,${name.replace("x", ",")}`, ms)),
    ...Object.entries(MUXSERVE.prompt).map(([name, ms]) => row(`prompt-${name}`, `${name.replace("x", ",")},0,0`, ms)),
  ];
}

/** Gaps between tokens of chats at a fixed number of requests: those who end make room for as many, whose prompts come along. */
function leaderboard() {
  return Object.entries(LEADERBOARD).flatMap(([model, { parallel, answer, written, itlMs }]) =>
    Object.entries(itlMs).map(([requests, ms]) => {
      const prompts = (Number(requests) / answer).toFixed(4);
      return `leaderboard.${model}.${requests},leaderboard,h100,${model},${parallel},${prompts},${CHAT_PROMPT},${requests},${CHAT_PROMPT + written},${ms}`;
    }),
  );
}
