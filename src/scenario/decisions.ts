/** When an external controller decides. */
import type { ScenarioSpec } from "./spec.ts";

/** Turns of a controller, counted in its periods from the start; `end` is the first at or after the scenario's end, which decides nothing. */
export interface Turns {
  /** At or after the warm-up, and after telemetry has arrived; none is earlier, but telemetry that is lost makes it later. */
  readonly first: number;
  readonly end: number;
}

/** @param period of the controller of that name, seconds */
export function turnsOf({ warmup, duration, controllers }: ScenarioSpec, name: string, period: number): Turns {
  const { scrape = 0, delay = 0 } = controllers[name]?.telemetry ?? {};
  const turnAt = (timeS: number): number => {
    let turn = Math.floor(timeS / period);
    while (turn * period < timeS) turn++;
    return turn;
  };
  const startS = warmup as number;
  const first = scrape === 0 ? turnAt(startS) : Math.max(turnAt(startS), turnAt(delay), 1); // the scrape at 0 comes after the turn at 0
  return { first, end: turnAt(startS + duration) };
}
