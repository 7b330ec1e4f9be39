/** The kinds of workload, as `cybertwin list` shows them; the scenario puts arrivals, work and classes beside these fields. */
import { z } from "zod";
import { batchFields, serviceFields } from "./spec.ts";

export const workloadKinds = [
  {
    kind: "service",
    doc: "A latency-critical service: requests, replicas with queues, an SLO; also takes arrivals, work, classes.",
    schema: z.strictObject(serviceFields),
    create: (spec: unknown) => spec,
  },
  {
    kind: "batch",
    doc: "Best-effort jobs: cores, memory, deadline or slack, checkpoints, a daily floor; also takes arrivals, work.",
    schema: z.strictObject(batchFields),
    create: (spec: unknown) => spec,
  },
] as const;
