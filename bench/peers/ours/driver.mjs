/** What our drivers need: the inputs, two clocks, and the line of JSON that the runner reads. */
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";

const US_PER_S = 1e6;
const MS_PER_S = 1e3;
const cpuS = ({ user, system }) => (user + system) / US_PER_S;

/** Runs `work`, prints what it cost and what it answers. */
export async function report(work) {
  const wallMs = performance.now();
  const before = process.cpuUsage();
  const answers = await work();
  const loopCpuS = cpuS(process.cpuUsage(before));
  const loopWallS = (performance.now() - wallMs) / MS_PER_S;
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ loopCpuS, loopWallS, processCpuS: cpuS(process.cpuUsage()), peakKib: maxRSS, ...answers }));
}

export const readTable = (path) => Float64Array.from(readFileSync(path, "utf8").trimEnd().split("\n"), Number);

/** Columns `arrivalS` and `workS` of the first `count` rows. */
export function readRows(path, count) {
  const arrivalS = new Float64Array(count);
  const workS = new Float64Array(count);
  const text = readFileSync(path, "latin1");
  let from = text.indexOf("\n") + 1;
  for (let i = 0; i < count; i++) {
    const comma = text.indexOf(",", from);
    const end = text.indexOf("\n", comma);
    arrivalS[i] = Number(text.slice(from, comma));
    workS[i] = Number(text.slice(comma + 1, end));
    from = end + 1;
  }
  return { arrivalS, workS };
}

export const writeFinishes = (path, finishS) => writeFileSync(path, new Uint8Array(finishS.buffer));
