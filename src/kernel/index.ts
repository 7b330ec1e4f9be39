/** The discrete-event kernel: clock, event queue, named random streams. No word of clouds. See docs/kernel.md. */
export { type Process, startProcess } from "./process.ts";
export { type Rng, rootRng } from "./rng.ts";
export { type EventId, NO_EVENT, PHASE, type Phase, Simulation } from "./simulation.ts";
export { power, powInt, Sum } from "./sum.ts";
