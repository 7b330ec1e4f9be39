/** Closed forms that the simulator must meet: one line adds a claim. */
import type { Claim } from "../claim.ts";
import { mm1 } from "./m-m-1.ts";

export const THEORY: readonly Claim[] = [mm1];
