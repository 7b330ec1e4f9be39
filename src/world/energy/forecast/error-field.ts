/** Gaussian numbers by (hour of the target, hours of lead), correlated as forecast errors are, whatever the order of the questions. */
import { randomNormal } from "d3-random";
import type { Rng } from "../../../kernel/index.ts";

const LEAD_MAX_H = 96;
// Errors of neighbouring hours, and of successive issues for one hour, resemble each other; 24 h makes issues an hour apart agree at 0.96.
const TARGET_DECAY_H = 12;
const LEAD_DECAY_H = 24;

export interface ErrorField {
  /**
   * Unit Gaussian with covariance e^(-|dT| / 12 h) e^(-|dh| / 24 h). Both arguments are whole and at least 0; leads beyond 96 h share its value.
   */
  at(targetH: number, leadH: number): number;
}

/**
 * Rows are drawn one after the other from `rng`, up to the furthest target asked for, and kept: 776 bytes an hour.
 * Each row is an AR(1) over leads, mixed with the row before it, which is a stationary AR(1) over targets.
 */
export function errorField(rng: Rng): ErrorField {
  const normal = randomNormal.source(rng.uniform)();
  const rows: Float64Array[] = [];
  return {
    at(targetH, leadH) {
      while (rows.length <= targetH) rows.push(nextRow(rows.at(-1), normal));
      return (rows[targetH] as Float64Array)[Math.min(leadH, LEAD_MAX_H)] as number;
    },
  };
}

function nextRow(before: Float64Array | undefined, normal: () => number): Float64Array {
  const ofTarget = Math.exp(-1 / TARGET_DECAY_H);
  const ofLead = Math.exp(-1 / LEAD_DECAY_H);
  const row = new Float64Array(LEAD_MAX_H + 1);
  let innovation = normal();
  for (let leadH = 0; leadH <= LEAD_MAX_H; leadH++) {
    if (leadH > 0) innovation = ofLead * innovation + Math.sqrt(1 - ofLead * ofLead) * normal();
    row[leadH] = before === undefined ? innovation : ofTarget * (before[leadH] as number) + Math.sqrt(1 - ofTarget * ofTarget) * innovation;
  }
  return row;
}
