/**
 * A station of CORES on the public kernel, first come first served, customers from a file.
 * queue.mjs FILE CUSTOMERS CORES fcfs OUT
 */
import { PHASE, Simulation } from "cybertwin/kernel";
import { readRows, report, writeFinishes } from "../../../dist/bench/peers/ours/driver.js";

const [file, count, cores, , out] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5], process.argv[6]];
const { arrivalS, workS } = readRows(file, count);
const finishS = new Float64Array(count);
const simulation = new Simulation();
let running = 0;
let next = 0; // whoever is served next; customers wait in the order of the file

const serve = () => {
  const customer = next++;
  simulation.schedule(workS[customer], PHASE.finish, finish, customer);
};
const finish = (customer) => {
  finishS[customer] = simulation.nowS;
  if (next < arrived) serve();
  else running--;
};
let arrived = 0;
const arrive = () => {
  arrived++;
  if (arrived < count) simulation.scheduleAt(arrivalS[arrived], PHASE.arrive, arrive);
  if (running === cores) return;
  running++;
  serve();
};

simulation.scheduleAt(arrivalS[0], PHASE.arrive, arrive);
await report(() => {
  simulation.runUntil(Infinity);
  return {};
});
writeFinishes(out, finishS);
