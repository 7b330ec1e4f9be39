/** How much of what was asked an interrupted result holds. */
import type { RunOutput, RunResult } from "../experiment/result.ts";
import { durationText } from "./format.ts";

/** Seconds that each interrupted run came to, shortest first; empty where all runs are whole. */
function cutsS(output: RunOutput): readonly number[] {
  return output.runs.flatMap(({ interruptedAtS }) => interruptedAtS ?? []).sort((a, b) => a - b);
}

/** No run came to its end, so every number is of a part. */
export function isPartial(output: RunOutput): boolean {
  return output.runs.length > 0 && cutsS(output).length === output.runs.length;
}

/** "interrupted after 7.20 h of 200 h", "1 of 5 runs interrupted"; null where all runs are whole. */
export function interruptionText(output: RunOutput): string | null {
  const cuts = cutsS(output);
  const [shortest] = cuts;
  if (shortest === undefined) return null;
  if (!isPartial(output)) return `${cuts.length} of ${output.runs.length} runs interrupted`;
  const texts = [...new Set([shortest, cuts.at(-1) as number].map(durationText))];
  return `interrupted after ${texts.join(" to ")} of ${durationText(askedS(output))}`;
}

/** Warm-up and measured time of the longest run; `warmup: auto` differs by seed. */
function askedS({ runs, durationS }: RunOutput): number {
  return durationS + Math.max(...runs.map(({ series }) => series.warmupS));
}

/** The run of the pictures: the first that is whole, else the first. */
export function shownRun({ runs }: RunOutput): RunResult | undefined {
  return runs.find(({ interruptedAtS }) => interruptedAtS === undefined) ?? runs[0];
}
