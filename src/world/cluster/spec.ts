/** Shapes of the cluster's part of a scenario, in base units. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";

const priority = z.enum(["critical", "normal", "best-effort"]);

export const resilienceSchema = z.strictObject({
  timeout: quantity("duration", { above: 0, example: "1 s" }).optional(),
  attempts: z.int().min(1).max(100).default(1),
  backoff: quantity("duration", { example: "25 ms" }).default(0.025),
});

export const sloSchema = z.strictObject({
  latency: quantity("duration", { above: 0, example: "50 ms" }),
  percentile: z.number().gt(0).max(1).default(0.99),
  window: quantity("duration", { above: 0, example: "1 min" }).default(60),
});

/** Of the requests of a service, or of models: some, told apart by `share`. */
export const classFields = {
  share: z.number().min(0).max(1),
  priority: z.int().default(0),
  /** A latency of its own; percentile and window are those of the workload's SLO. */
  slo: z.strictObject({ latency: sloSchema.shape.latency }).optional(),
};

/** Fields of `kind: service` other than `work` and `arrivals`, which `workload` describes. */
export const serviceFields = {
  kind: z.literal("service"),
  replicas: z.int().min(1).default(1),
  concurrency: z.union([z.int().min(1), z.literal("unlimited")]).optional(), // default: 1 for fcfs, unlimited for ps
  discipline: z.enum(["fcfs", "ps"]).default("fcfs"),
  queueLimit: z.int().min(0).optional(),
  resilience: resilienceSchema.optional(),
  weight: z.number().positive().default(1024),
  slo: sloSchema.optional(),
  priority: priority.default("critical"),
  tenant: z.string().optional(),
  sites: z.array(z.string()).min(1).optional(),
  /** Fluid: no request is an event; queues by formula, an interval at a time. */
  mode: z.enum(["events", "fluid"]).default("events"),
  /** Of a fluid service: time between two draws of what comes. */
  interval: quantity("duration", { above: 0, example: "15 s" }).optional(), // default: 15 s
  requests: z
    .strictObject({ cpu: z.number().positive().optional(), memory: quantity("memory", { example: "1 GiB" }).optional() })
    .optional(),
  limits: z
    .strictObject({ cpu: z.number().positive().optional(), memory: quantity("memory", { above: 0, example: "2 GiB" }).optional() })
    .optional(),
  /** What a replica really uses: base + perRequest x (running + queued). Beyond limits.memory the replica is killed. */
  memoryUse: z
    .strictObject({
      base: quantity("memory", { example: "256 MiB" }).default(0),
      perRequest: quantity("memory", { example: "1 MiB" }).default(0),
    })
    .optional(),
  /** Time until a replica that is added while the scenario runs takes requests; the default is what Kubernetes promises of 99 %. */
  startup: quantity("duration", { example: "5 s" }).default(5),
  /** Time a killed replica takes to come back. */
  restart: quantity("duration", { example: "10 s" }).default(10),
};

/** Fields of `kind: batch` other than `work` and `arrivals`. */
export const batchFields = {
  kind: z.literal("batch"),
  priority: priority.default("best-effort"),
  jobs: z.int().min(1).optional(),
  cores: z.number().positive().default(1),
  memory: quantity("memory", { example: "8 GiB" }).default(0),
  deadline: quantity("duration", { above: 0, example: "24 h" }).optional(),
  slack: quantity("duration", { example: "6 h" }).optional(),
  checkpointEvery: quantity("duration", { above: 0, example: "10 min" }).optional(),
  floor: quantity("job-rate", { example: "400 jobs/day" }).optional(),
  interruptible: z.boolean().default(false),
  /** Jobs of higher priority push out running ones of lower priority when nothing fits. */
  preempts: z.boolean().default(false),
  backfill: z.boolean().default(true),
  weight: z.number().positive().optional(), // default: 3 for best-effort (cgroup's idle weight), else 1024
  tenant: z.string().optional(),
  sites: z.array(z.string()).min(1).optional(),
};
