/** One measured number, as it is printed and kept. */
export interface Measured {
  /** What was measured: "steps of an environment". */
  readonly what: string;
  /** Of which, or how: "CartPole-v1". */
  readonly of: string;
  readonly value: number;
  readonly unit: string;
  /** What it has to be; without it the number is to be read. */
  readonly required?: { readonly atLeast: number } | { readonly atMost: number };
}

export function isGood({ value, required }: Measured): boolean {
  if (required === undefined) return true;
  return "atLeast" in required ? value >= required.atLeast : value <= required.atMost;
}

export function measuredLine(measured: Measured): string {
  const { what, of, unit, required } = measured;
  const verdict = required === undefined ? "" : isGood(measured) ? "good" : "short";
  const rest = required === undefined ? "" : `, ${requiredText(measured)}`;
  return `${verdict.padEnd(5)}  ${what.padEnd(28)} ${of.padEnd(44)} ${numberText(measured.value).padStart(9)} ${unit}${rest}`;
}

/** "at least 1,000"; nothing where nothing is required. */
export function requiredText({ required }: Measured): string {
  if (required === undefined) return "";
  return "atLeast" in required ? `at least ${numberText(required.atLeast)}` : `at most ${numberText(required.atMost)}`;
}

/** Three digits, as many as a repetition keeps. */
export function numberText(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 4 });
}
