/** The hold model on the public kernel. hold.mjs TABLE PENDING HOLDS CANCELS */
import { NO_EVENT, PHASE, Simulation } from "cybertwin/kernel";
import { readTable, report } from "../../../dist/bench/peers/ours/driver.js";

const table = readTable(process.argv[2]);
const [pending, holds] = [Number(process.argv[3]), Number(process.argv[4])];
const cancels = process.argv[5] === "1";
const mask = table.length - 1;
const TIMEOUT_COUNT = 256;
const TIMEOUT_S = 10;
const FIRST_FRACTION = 1 / 1073741824; // keeps equal sums of increments apart

const simulation = new Simulation();
const timeouts = new Array(TIMEOUT_COUNT).fill(NO_EVENT);
let drawn = pending;
let done = 0;
let idSum = 0;

const timedOut = () => {
  throw new Error("no timeout may ever fire");
};
const wake = (id) => {
  idSum = (idSum + id) >>> 0;
  simulation.schedule(table[drawn++ & mask], PHASE.arrive, wake, id);
};
const wakeAndCancel = (id) => {
  idSum = (idSum + id) >>> 0;
  simulation.schedule(table[drawn++ & mask], PHASE.arrive, wakeAndCancel, id);
  if (done % 10 >= 3) return;
  const slot = (Math.floor(done / 10) * 3 + (done % 10)) % TIMEOUT_COUNT;
  simulation.cancel(timeouts[slot]);
  timeouts[slot] = simulation.schedule(TIMEOUT_S, PHASE.arrive, timedOut);
};

const handler = cancels ? wakeAndCancel : wake;
for (let id = 0; id < pending; id++) simulation.schedule(table[id & mask] + id * FIRST_FRACTION, PHASE.arrive, handler, id);
await report(() => {
  for (; done < holds; done++) simulation.step();
  return { clockS: simulation.nowS, idSum };
});
