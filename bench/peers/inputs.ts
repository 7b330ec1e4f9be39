/** Input files, so that every side gets the same numbers and draws none. The same bytes each time: streams named, decimals fixed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootRng } from "../../src/kernel/index.ts";

const SEED = 1;
const INCREMENT_COUNT = 65_536;
/** Nanoseconds. Fixed decimals also hide that `log1p` may differ in its last bit elsewhere. */
const DECIMALS = 9;

const stream = (name: string): (() => number) => rootRng(SEED).fork(`peers ${name}`).uniform;
const exponential = (uniform: () => number, mean: number): number => -Math.log1p(-uniform()) * mean;
const rounded = (value: number): number => Number(value.toFixed(DECIMALS));

/** Increments of the hold model, Exp(1), one a line; a power of two of them. */
export function incrementsText(): string {
  const uniform = stream("increments");
  return `${Array.from({ length: INCREMENT_COUNT }, () => exponential(uniform, 1).toFixed(DECIMALS)).join("\n")}\n`;
}

export interface Rows {
  readonly arrivalS: Float64Array;
  readonly workS: Float64Array;
}

/** Customers of an M/M/c: mean work 1 s, so many cores, such a load. Other cores and loads only stretch the gaps. */
export function customers(cores: number, load: number, count: number): Rows {
  const [gap, work] = [stream("gaps"), stream("works")];
  const arrivalS = new Float64Array(count);
  const workS = new Float64Array(count);
  let nowS = 0;
  for (let i = 0; i < count; i++) {
    nowS += exponential(gap, 1 / (load * cores));
    arrivalS[i] = rounded(nowS);
    workS[i] = rounded(exponential(work, 1));
  }
  return { arrivalS, workS };
}

/** Tasks that all arrive within 20 s, 30 s of work on average. */
export function tasks(count: number): Rows {
  const [arrival, work] = [stream("task arrivals"), stream("task works")];
  const arrivalS = Float64Array.from({ length: count }, () => rounded(20 * arrival())).sort();
  return { arrivalS, workS: Float64Array.from({ length: count }, () => rounded(exponential(work, 30))) };
}

export function rowsText({ arrivalS, workS }: Rows): string {
  const lines = ["arrival_s,work_s"];
  for (let i = 0; i < arrivalS.length; i++) {
    lines.push(`${(arrivalS[i] as number).toFixed(DECIMALS)},${(workS[i] as number).toFixed(DECIMALS)}`);
  }
  return `${lines.join("\n")}\n`;
}

export interface Input {
  readonly file: string;
  readonly sha256: string;
}

/** Writes `name` into `folder` unless it is there; the checksum is of what is on disk. */
export function inputFile(folder: string, name: string, text: () => string): Input {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, text());
  return { file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}
