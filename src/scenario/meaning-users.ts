/** Whether users of a closed loop let time pass. */
import type { Findings } from "./findings.ts";
import type { Parts } from "./parts.ts";
import type { ServiceSpec, ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

/** Users who do not think and whose requests may fail at once would ask for ever at one instant. */
export function checkUsers(service: ServiceSpec | ServingSpec, path: Path, why: string, parts: Parts, findings: Findings): void {
  const thinkTime = parts.thinkTimeOf(service.arrivals);
  if (thinkTime === undefined || parts.meanOfLaw(thinkTime) > 0) return;
  const message = `must be above 0: with ${why}, requests may end in no time, and users who do not think would ask for ever`;
  findings.problem([...path, "arrivals", "thinkTime"], message, 'Hint: "1 ms".');
}
