/** Closed forms that the simulator must meet: one line adds a claim. */
import type { Claim } from "../claim.ts";
import { attributionEach } from "./attribution-each.ts";
import { availability } from "./availability.ts";
import { cap } from "./cap.ts";
import { closedLoop } from "./closed-loop.ts";
import { deadlines } from "./deadlines.ts";
import { dvfs } from "./dvfs.ts";
import { attributed, energy } from "./energy.ts";
import { fluidEnergy, fluidIntervals, fluidRush, fluidWaits } from "./fluid.ts";
import { gpuBatches } from "./gpu-batches.ts";
import { gpuCaps } from "./gpu-caps.ts";
import { gpuClocks, gpuOptimum } from "./gpu-clocks.ts";
import { gpuOrder } from "./gpu-order.ts";
import { gpuSteps } from "./gpu-steps.ts";
import { kieferWolfowitz } from "./kiefer-wolfowitz.ts";
import { kingman } from "./kingman.ts";
import { operationalLaws } from "./laws.ts";
import { md1, mg1 } from "./m-g-1.ts";
import { mg1ps } from "./m-g-1-ps.ts";
import { mgcc } from "./m-g-c-c.ts";
import { mginf } from "./m-g-inf.ts";
import { mm1 } from "./m-m-1.ts";
import { mm1k } from "./m-m-1-k.ts";
import { mmc } from "./m-m-c.ts";
import { powerOfD } from "./power-of-d.ts";
import { preemptivePriority, priority } from "./priority.ts";
import { renewal } from "./renewal.ts";
import { restarts } from "./restarts.ts";
import { retries } from "./retries.ts";
import { sjf, srpt } from "./shortest-first.ts";
import { slo } from "./slo.ts";
import { srptDominance } from "./srpt-dominance.ts";
import { streams } from "./streams.ts";
import { ties } from "./ties.ts";
import { timeouts } from "./timeouts.ts";
import { weightedSharing } from "./weighted-sharing.ts";

export const THEORY: readonly Claim[] = [
  operationalLaws,
  mm1,
  slo,
  mmc,
  mgcc,
  mm1k,
  mginf,
  mg1,
  md1,
  renewal,
  kingman,
  kieferWolfowitz,
  mg1ps,
  cap,
  weightedSharing,
  priority,
  preemptivePriority,
  sjf,
  srpt,
  srptDominance,
  closedLoop,
  powerOfD,
  ties,
  streams,
  timeouts,
  retries,
  deadlines,
  restarts,
  availability,
  energy,
  attributed,
  attributionEach,
  dvfs,
  fluidWaits,
  fluidRush,
  fluidEnergy,
  fluidIntervals,
  gpuOrder,
  gpuBatches,
  gpuSteps,
  gpuClocks,
  gpuOptimum,
  gpuCaps,
];
