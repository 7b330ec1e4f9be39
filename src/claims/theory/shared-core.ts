/** Two classes of requests on one core, which is shared between the classes by weight while both are there. */

export interface ClassPair {
  readonly heavy: number;
  readonly light: number;
}

/** Requests of a class beyond which the chain is cut; at a load of 0.5 some 1e-12 of the time is spent beyond. */
const MOST = 40;
const SIDE = MOST + 1;
const SWEEPS_MAX = 20_000;
const PRECISION = 1e-13;

/**
 * Mean latency of each class in seconds, Poisson arrivals at `rates` a second, exponential work of mean 1 s, by the stationary
 * distribution of the Markov chain (number of heavy, number of light): each state's inflow over its outflow, over and over.
 * @throws {Error} if the distribution does not settle.
 */
export function sharedCoreLatencyS(rates: ClassPair, weights: ClassPair): ClassPair {
  const share = weights.heavy / (weights.heavy + weights.light);
  const heavyRate = (heavy: number, light: number): number => (heavy === 0 ? 0 : light === 0 ? 1 : share);
  const lightRate = (heavy: number, light: number): number => (light === 0 ? 0 : heavy === 0 ? 1 : 1 - share);
  const chance = new Float64Array(SIDE * SIDE).fill(1 / (SIDE * SIDE));
  const at = (heavy: number, light: number): number =>
    heavy < 0 || light < 0 || heavy > MOST || light > MOST ? 0 : (chance[heavy * SIDE + light] as number);
  const relaxed = (heavy: number, light: number): number => {
    const inflow =
      rates.heavy * at(heavy - 1, light) +
      rates.light * at(heavy, light - 1) +
      heavyRate(heavy + 1, light) * at(heavy + 1, light) +
      lightRate(heavy, light + 1) * at(heavy, light + 1);
    const arriving = (heavy < MOST ? rates.heavy : 0) + (light < MOST ? rates.light : 0);
    return inflow / (arriving + heavyRate(heavy, light) + lightRate(heavy, light));
  };
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let change = 0;
    for (let state = 0; state < chance.length; state++) {
      const value = relaxed(Math.floor(state / SIDE), state % SIDE);
      change += Math.abs(value - (chance[state] as number));
      chance[state] = value;
    }
    const whole = chance.reduce((sum, p) => sum + p, 0);
    for (let state = 0; state < chance.length; state++) chance[state] = (chance[state] as number) / whole;
    if (change < PRECISION) return latencies(chance, rates);
  }
  throw new Error(`the chain did not settle within ${SWEEPS_MAX} sweeps`);
}

/** By Little's law, class by class. */
function latencies(chance: Float64Array, rates: ClassPair): ClassPair {
  let [heavy, light] = [0, 0];
  for (let state = 0; state < chance.length; state++) {
    heavy += Math.floor(state / SIDE) * (chance[state] as number);
    light += (state % SIDE) * (chance[state] as number);
  }
  return { heavy: heavy / rates.heavy, light: light / rates.light };
}
