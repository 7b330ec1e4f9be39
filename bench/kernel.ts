/**
 * The hold model: a fixed number of pending events, each of which schedules its successor when it runs. Ours goes through
 * the public `Simulation`, event hash and all; the reference is a bare heap that replaces its top.
 * "with cancels": three events in ten also schedule a timeout and cancel an earlier one; the reference still only holds.
 */
import { type EventId, NO_EVENT, PHASE, rootRng, Simulation } from "../src/kernel/index.ts";
import { BareHeap } from "./bare-heap.ts";
import type { BenchCase } from "./harness.ts";

const PENDING_COUNTS = [1e3, 1e5, 1e6] as const;
const HOLD_COUNT = 1e6;
const DELAY_COUNT = 1 << 16; // drawn beforehand: the generator is not what is measured
const HANDLER_COUNT = 8;
const TIMEOUT_COUNT = 256;
const TIMEOUT_S = 10; // mean delay is 1 s, so timeouts lie deep in the heap, as in a real run
const CANCELS_PER_TEN = 3;

const rng = rootRng(1).fork("bench");
const delaysS = Float64Array.from({ length: DELAY_COUNT }, () => -Math.log(1 - rng.uniform()));
const seen = new Float64Array(HANDLER_COUNT);

type Handler = (arg: number) => void;

/** Eight separate closures, so that the call in the loop is as megamorphic as in a real simulation. */
function handlers(then: Handler): readonly Handler[] {
  const count = (i: number): void => {
    seen[i] = (seen[i] as number) + 1;
  };
  const h0: Handler = (arg) => {
    count(0);
    then(arg);
  };
  const h1: Handler = (arg) => {
    count(1);
    then(arg);
  };
  const h2: Handler = (arg) => {
    count(2);
    then(arg);
  };
  const h3: Handler = (arg) => {
    count(3);
    then(arg);
  };
  const h4: Handler = (arg) => {
    count(4);
    then(arg);
  };
  const h5: Handler = (arg) => {
    count(5);
    then(arg);
  };
  const h6: Handler = (arg) => {
    count(6);
    then(arg);
  };
  const h7: Handler = (arg) => {
    count(7);
    then(arg);
  };
  return [h0, h1, h2, h3, h4, h5, h6, h7];
}

function bareHolds(pendingCount: number): () => void {
  const heap = new BareHeap(pendingCount);
  let drawn = 0;
  const hold = (arg: number): void => heap.replaceTop(heap.topS + (delaysS[drawn++ & (DELAY_COUNT - 1)] as number), arg);
  const all = handlers(hold);
  for (let i = 0; i < pendingCount; i++) heap.push(delaysS[drawn++ & (DELAY_COUNT - 1)] as number, i & (HANDLER_COUNT - 1));
  return () => {
    for (let i = 0; i < HOLD_COUNT; i++) (all[heap.topArg] as Handler)(heap.topArg);
  };
}

function ourHolds(pendingCount: number): () => void {
  const simulation = new Simulation();
  let drawn = 0;
  const hold = (arg: number): void => {
    simulation.schedule(delaysS[drawn++ & (DELAY_COUNT - 1)] as number, PHASE.arrive, all[arg] as Handler, arg);
  };
  const all = handlers(hold);
  for (let i = 0; i < pendingCount; i++) hold(i & (HANDLER_COUNT - 1));
  return () => {
    for (let i = 0; i < HOLD_COUNT; i++) simulation.step();
  };
}

function ourHoldsWithCancels(pendingCount: number): () => void {
  const simulation = new Simulation();
  const timeouts: EventId[] = new Array(TIMEOUT_COUNT).fill(NO_EVENT);
  let drawn = 0;
  let next = 0;
  const timedOut: Handler = () => {};
  const hold = (arg: number): void => {
    simulation.schedule(delaysS[drawn++ & (DELAY_COUNT - 1)] as number, PHASE.arrive, all[arg] as Handler, arg);
    if (drawn % 10 >= CANCELS_PER_TEN) return;
    simulation.cancel(timeouts[next] as EventId);
    timeouts[next] = simulation.schedule(TIMEOUT_S, PHASE.arrive, timedOut);
    next = (next + 1) & (TIMEOUT_COUNT - 1);
  };
  const all = handlers(hold);
  for (let i = 0; i < pendingCount; i++) hold(i & (HANDLER_COUNT - 1));
  return () => {
    for (let i = 0; i < HOLD_COUNT; i++) simulation.step();
  };
}

export function* kernelCases(): Generator<BenchCase> {
  for (const pendingCount of PENDING_COUNTS) {
    const shared = { unit: "holds", operationCount: HOLD_COUNT, reference: bareHolds(pendingCount) };
    const title = `${pendingCount.toLocaleString("en")} pending`;
    yield { ...shared, name: title, ratioMin: 0.6, ours: ourHolds(pendingCount) };
    yield { ...shared, name: `${title}, with cancels`, ratioMin: 0.5, ours: ourHoldsWithCancels(pendingCount) };
  }
}
