/** Which services of a result had no request as an event. */
import type { RunOutput } from "../experiment/result.ts";
import { FLUID } from "../world/metrics/service-metrics.ts";

const OF_SERVICE = /^workloads\.(.+)\.requests_arrived$/;

/** Their names, in the order of the first run's notes. */
export function fluidServices({ runs }: Pick<RunOutput, "runs">): readonly string[] {
  return Object.entries(runs[0]?.notes ?? {}).flatMap(([metric, { reason }]) => {
    const [, name] = OF_SERVICE.exec(metric) ?? [];
    return name !== undefined && reason === FLUID ? [name] : [];
  });
}
