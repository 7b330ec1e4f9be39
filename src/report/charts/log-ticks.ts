/** Ticks for latencies over several decades. */
import { digitsText, scaleFor } from "../format.ts";

/** 1, 2, 5 of each decade, or fewer where they would crowd. */
export function logTicks(low: number, high: number, compact: boolean): number[] {
  const steps = high / low > (compact ? 60 : 2000) ? [1] : compact ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = -7; exponent < 7; exponent++) for (const step of steps) ticks.push(Number(`${step}e${exponent}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** "50 ms": a tick that names its unit, for axes that cross units. */
export function latencyTick(latencyS: number): string {
  const scale = scaleFor(latencyS, "s");
  return `${digitsText(latencyS / scale.per)} ${scale.unit}`;
}
