/** Updates of populations on every backend that is there, and one observation through an exported network. */
import { spawnSync } from "node:child_process";
import { rootRng } from "../src/kernel/index.ts";
import { BACKEND_NAMES, DEFAULT_BACKEND } from "../src/learn/backends/backend.ts";
import { layoutsOf, type SequentialArchitecture } from "../src/learn/nets/architecture.ts";
import { SequentialInference } from "../src/learn/nets/inference.ts";
import type { NetsResult } from "./nets-child.ts";

/** 40,000 updates of one agent within three minutes. */
const UPDATES_PER_S_MIN = 222;
const INFERENCE_US_MAX = 5;
const US_PER_S = 1e6;

export async function nets(say: (text: string) => void): Promise<boolean> {
  let good = inference(say);
  for (const backend of BACKEND_NAMES) {
    const { device, refused, rows } = resultOf(backend);
    if (refused !== undefined) {
      say(`none   ${backend}: ${refused}`);
      continue;
    }
    say(`       ${backend}: ${device}`);
    for (const { update, population, perCpuS, perWallS } of rows) {
      const isJudged = backend === DEFAULT_BACKEND && population === 1;
      const isGood = perCpuS >= UPDATES_PER_S_MIN || !isJudged || !update.startsWith("DDPG");
      good &&= isGood;
      const rate = (perS: number): string => (perS * population).toFixed(0).padStart(6);
      const verdict = isJudged && update.startsWith("DDPG") ? (isGood ? "good " : "short") : "     ";
      say(
        `${verdict}  ${update.padEnd(24)} ${String(population).padStart(3)} agents ${rate(perCpuS)} agent-updates a CPU second, ${rate(perWallS)} a second`,
      );
    }
  }
  return good;
}

function resultOf(backend: string): NetsResult {
  const file = new URL("./nets-child.js", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, backend], { encoding: "utf8" });
  if (stdout === "") throw new Error(`${backend} failed (${status}): ${stderr}`);
  return JSON.parse(stdout) as NetsResult;
}

/** 16 inputs, two layers of 64, 4 outputs. */
function inference(say: (text: string) => void): boolean {
  const layers = [64, 64, 4].map((units) => ({ kind: "dense", units, activation: units === 4 ? "tanh" : "relu" }) as const);
  const architecture: SequentialArchitecture = { kind: "sequential", inputs: 16, layers };
  const rng = rootRng(1);
  const weights = Float32Array.from({ length: layoutsOf(architecture).weights.size }, () => rng.uniform() - 0.5);
  const policy = new SequentialInference({ architecture, weights, statistics: new Float32Array(0) });
  const [input, output] = [new Float32Array(16), new Float32Array(4)];
  const timesUs = Array.from({ length: 20 }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < 10_000; i++) {
      input[0] = i / 10_000;
      policy.forward(input, output);
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 10_000;
  });
  const us = Math.min(...timesUs);
  const isGood = us < INFERENCE_US_MAX;
  say(
    `${isGood ? "good " : "short"}  inference 16-64-64-4     ${us.toFixed(2)} us of CPU an observation, at most ${INFERENCE_US_MAX}; ${(US_PER_S / us).toFixed(0)} a second`,
  );
  return isGood;
}
