/** Processes as generators, over the callbacks: `yield delayS` waits. Costs up to a fifth more than a callback. */
import { PHASE, type Phase, type Simulation } from "./simulation.ts";

/** What a process yields: how long it waits, in seconds. */
export type Process = Generator<number, void, void>;

/** Starts a process now; its wake-ups happen in `phase`. Returns a function that stops it for good. */
export function startProcess(simulation: Simulation, process: Process, phase: Phase = PHASE.arrive): () => void {
  let event = simulation.schedule(0, phase, wake);
  function wake(): void {
    const next = process.next();
    if (!next.done) event = simulation.schedule(next.value, phase, wake);
  }
  return () => {
    simulation.cancel(event);
    process.return();
  };
}
