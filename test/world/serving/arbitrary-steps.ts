/** What random runs of engines by steps are made of. */
import fc from "fast-check";
import { type Asked, type Order, QUANTUM_S, STARVATION_S } from "./stepper.ts";

export const SWITCH_LATENCY_S = 0.05;

/** Orders off the grid of steps and arrivals; the clock holds 50 ms later. */
export const clocks = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 40 }), clockHz: fc.constantFrom(500e6, 1000e6) }), { maxLength: 12 })
  .map((orders) => {
    let gaps = 0;
    return orders.map(({ gap, clockHz }) => {
      gaps += gap;
      return { atS: (gaps * Math.sqrt(3)) / 4 + SWITCH_LATENCY_S, clockHz };
    });
  });

/** A queue rule as a scenario says it. */
export const CONTROLLERS: Readonly<Record<Order["kind"], (order: Order) => string>> = {
  ssjf: () => "kind: ssjf, predictor: { kind: oracle }",
  priority: () => "kind: priority, preemptive: true",
  srpt: ({ dial }) => `kind: srpt, oracle: [work]${dial < 0 ? "" : `, preemptionCost: ${dial} s`}`,
  edf: ({ dial }) => `kind: edf, drop: ${dial > 0}`,
  mlfq: ({ dial }) => `kind: mlfq, levels: 3, quantum: ${QUANTUM_S} s${dial > 0 ? `, starvation: ${STARVATION_S} s` : ""}`,
};

/** Arrivals off the grid of steps: no arrival and no boundary fall on one instant but at the same row. */
export const requests = fc
  .array(
    fc.record({
      gap: fc.nat({ max: 12 }),
      prompt: fc.integer({ min: 1, max: 50 }),
      output: fc.integer({ min: 1, max: 40 }),
      isGold: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let gaps = 0;
    return steps.map(({ gap, prompt, output, isGold }, id): Asked => {
      gaps += gap;
      return { id, arrivalS: gaps * Math.SQRT2, prompt, output, isGold };
    });
  });
