/** Grams of carbon dioxide equivalent, from joules and from the making of things. */

const J_PER_KWH = 3_600_000;

/** Operational grams of one joule at an intensity in g/kWh. */
export function gramsPerJoule(intensityGPerKwh: number): number {
  return intensityGPerKwh / J_PER_KWH;
}

/** What making a thing cost, and how long it will serve. */
export interface Embodied {
  readonly embodiedG: number;
  readonly lifetimeS: number;
}

/**
 * Embodied grams booked to `timeS` seconds, linear over the lifetime, used or idle: M = TE x TS with the whole resource reserved (RS = 1).
 * @see Green Software Foundation, Software Carbon Intensity specification (ISO/IEC 21031:2024), "Embodied emissions".
 */
export function amortisedG(thing: Embodied, timeS: number): number {
  return (thing.embodiedG * timeS) / thing.lifetimeS;
}

/**
 * SCI = (E x I + M) / R, grams per functional unit (a finished request or job); null without any unit.
 * @see Green Software Foundation, Software Carbon Intensity specification (ISO/IEC 21031:2024), "Methodology".
 */
export function sciG(total: { readonly operationalG: number; readonly embodiedG: number; readonly units: number }): number | null {
  return total.units > 0 ? (total.operationalG + total.embodiedG) / total.units : null;
}
