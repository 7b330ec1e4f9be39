/** Closed forms that the simulator must meet: one line adds a claim. */
import type { Claim } from "../claim.ts";
import { kingman } from "./kingman.ts";
import { md1, mg1 } from "./m-g-1.ts";
import { mg1ps } from "./m-g-1-ps.ts";
import { mgcc } from "./m-g-c-c.ts";
import { mginf } from "./m-g-inf.ts";
import { mm1 } from "./m-m-1.ts";
import { mm1k } from "./m-m-1-k.ts";
import { mmc } from "./m-m-c.ts";
import { preemptivePriority, priority } from "./priority.ts";
import { sjf, srpt } from "./shortest-first.ts";
import { weightedSharing } from "./weighted-sharing.ts";

export const THEORY: readonly Claim[] = [
  mm1,
  mmc,
  mgcc,
  mm1k,
  mginf,
  mg1,
  md1,
  kingman,
  mg1ps,
  weightedSharing,
  priority,
  preemptivePriority,
  sjf,
  srpt,
];
