/** The heuristics: one file per kind. `loop.ts` runs the periodic ones; the world asks the rules itself. */
import { registry } from "../world/base/plugin.ts";
import { bestFit } from "./best-fit.ts";
import { carbonLowestSlot } from "./carbon-lowest-slot.ts";
import { carbonThreshold } from "./carbon-threshold.ts";
import { edf } from "./edf.ts";
import { external } from "./external.ts";
import { fcfs } from "./fcfs.ts";
import { firstFit } from "./first-fit.ts";
import { hpa } from "./hpa.ts";
import { mlfq } from "./mlfq.ts";
import { muServe } from "./mu-serve.ts";
import { ondemand } from "./ondemand.ts";
import type { AnyControllerPlugin } from "./plugin.ts";
import { powerAware } from "./power-aware.ts";
import { powerOfD } from "./power-of-d.ts";
import { priority } from "./priority.ts";
import { random } from "./random.ts";
import { randomFit } from "./random-fit.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { srpt } from "./srpt.ts";
import { ssjf } from "./ssjf.ts";
import { worstFit } from "./worst-fit.ts";

export type { AnyControllerPlugin, ControllerPlugin, Deciders, Decision, Oracle } from "./plugin.ts";
export { bestFit, random }; // what a scenario that says nothing gets

/** Every controller and rule by kind, in the order that `cybertwin list` prints. */
export const controllers: ReadonlyMap<string, AnyControllerPlugin> = registry<AnyControllerPlugin>("controller", [
  fcfs,
  priority,
  sjf,
  srpt,
  ssjf,
  edf,
  mlfq,
  random,
  roundRobin,
  powerOfD,
  firstFit,
  bestFit,
  worstFit,
  randomFit,
  powerAware,
  carbonLowestSlot,
  carbonThreshold,
  hpa,
  external,
  ondemand,
  muServe,
]);
