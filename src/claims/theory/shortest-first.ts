import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { ofS, openControls, station } from "./station.ts";

/** Simpson's rule over [0, to]; `count` even. */
function integral(f: (x: number) => number, to: number, count: number): number {
  const step = to / count;
  let sum = f(0) + f(to);
  for (let i = 1; i < count; i++) sum += (i % 2 === 1 ? 4 : 2) * f(i * step);
  return (sum * step) / 3;
}

const REACH_S = 45; // e^-45 of exponential work of mean 1 s is longer
const STEPS = 20_000;

// Exponential work of mean 1: density e^-x, and what requests up to size x bring.
const density = (x: number): number => Math.exp(-x);
const loadUpTo = (x: number, rate: number): number => rate * (1 - Math.exp(-x) * (1 + x));
const secondMomentUpTo = (x: number): number => 2 - Math.exp(-x) * (x * x + 2 * x + 2);

/** Mean wait of shortest job first: W0 = lambda E[S^2]/2 over (1 - rho(x))^2, over all sizes. */
export function sjfWaitS(rate: number): number {
  const free = (x: number): number => 1 - loadUpTo(x, rate);
  return integral((x) => (density(x) * rate) / (free(x) * free(x)), REACH_S, STEPS);
}

/** Mean latency of shortest remaining processing time first: the wait to begin, and the time from there to the end. */
export function srptLatencyS(rate: number): number {
  const free = (x: number): number => 1 - loadUpTo(x, rate);
  const begin = integral(
    (x) => (density(x) * rate * (secondMomentUpTo(x) + x * x * Math.exp(-x))) / (2 * free(x) * free(x)),
    REACH_S,
    STEPS,
  );
  // Integrated by parts: the inner integral of 1/(1 - rho(t)) up to x, weighted by the density of x, is that of (1 - F)/(1 - rho).
  const residence = integral((x) => Math.exp(-x) / free(x), REACH_S, STEPS);
  return begin + residence;
}

const at = (tier: Tier, kind: "sjf" | "srpt", load: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}`,
      setting: station({
        name: kind,
        load,
        more: { controllers: { order: { kind, target: { workload: "s" }, oracle: ["work"] } } },
      }),
      controls: openControls({ load }),
      rows: [
        kind === "sjf"
          ? { id: `${load}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected: sjfWaitS(load), margin: MEAN_MARGIN }
          : { id: `${load}.latency_mean`, of: ofS("latency_mean_s"), unit: "s", expected: srptLatencyS(load), margin: MEAN_MARGIN },
      ],
    }),
});

export const sjf: Claim = {
  id: "sjf",
  title: "Shortest job first, not interrupted",
  source: "W(x) = lambda E[S^2]/(2 (1 - rho(x))^2), integrated over sizes; Phipps, Operations Research 4(1), 1956",
  cases: [at("quick", "sjf", 0.6), at("full", "sjf", 0.8)],
};

export const srpt: Claim = {
  id: "srpt",
  title: "Shortest remaining work first",
  source:
    "T(x) = lambda (int_0^x t^2 f + x^2 (1 - F(x)))/(2 (1 - rho(x))^2) + int_0^x dt/(1 - rho(t)), integrated over sizes; Schrage & Miller, Operations Research 14(4), 1966",
  cases: [at("quick", "srpt", 0.6), at("full", "srpt", 0.8), at("full", "srpt", 0.9)],
};
