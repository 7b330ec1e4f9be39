/** One line for what was expected and not met. */
import type { Expectation } from "../experiment/result.ts";

export function missedText({ metric, min, max, value }: Expectation): string {
  const limits = [min !== undefined ? `at least ${min}` : "", max !== undefined ? `at most ${max}` : ""].filter(Boolean);
  return `Expected ${metric} to be ${limits.join(" and ") || "a number"}, got ${value ?? "no value"}.`;
}
