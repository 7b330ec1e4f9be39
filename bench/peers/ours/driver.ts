/** What our drivers need: the inputs, two clocks, and the line of JSON that the runner reads. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const US_PER_S = 1e6;
const MS_PER_S = 1e3;
const cpuS = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / US_PER_S;

/** Runs `work`, prints what it cost and what it answers. */
export async function report(work: () => object | Promise<object>): Promise<void> {
  const wallMs = performance.now();
  const before = process.cpuUsage();
  const answers = await work();
  const loopCpuS = cpuS(process.cpuUsage(before));
  const loopWallS = (performance.now() - wallMs) / MS_PER_S;
  console.log(JSON.stringify({ loopCpuS, loopWallS, processCpuS: cpuS(process.cpuUsage()), peakKib: peakKib(), ...answers }));
}

/** Of this program: where Linux does not tell, of whatever it was started by too. */
function peakKib(): number {
  const status = "/proc/self/status";
  const told = existsSync(status) ? /VmHWM:\s*(\d+)/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return told === undefined ? process.resourceUsage().maxRSS : Number(told);
}

export const readTable = (path: string): Float64Array => Float64Array.from(readFileSync(path, "utf8").trimEnd().split("\n"), Number);

/** Columns of the first `count` rows. */
export function readRows(path: string, count: number): { readonly arrivalS: Float64Array; readonly workS: Float64Array } {
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

export const writeFinishes = (path: string, finishS: Float64Array): void => writeFileSync(path, new Uint8Array(finishS.buffer));
