/** Intervals of what is made of means of independent runs, such as a ratio of them. */
import { type Interval, tInterval } from "../../stats/index.ts";

/**
 * @param statistic of the runs whose places it is given, at least one
 * @see Efron, "The Jackknife, the Bootstrap and Other Resampling Plans", 1982, chapter 2
 */
export function jackknife(runCount: number, level: number, statistic: (runs: readonly number[]) => number): Interval {
  const all = Array.from({ length: runCount }, (_, run) => run);
  const whole = statistic(all);
  const pseudo = all.map((left) => runCount * whole - (runCount - 1) * statistic(all.filter((run) => run !== left)));
  const { low, high, mean, n } = tInterval(pseudo, level);
  return { mean: whole, low: whole + low - mean, high: whole + high - mean, n };
}
