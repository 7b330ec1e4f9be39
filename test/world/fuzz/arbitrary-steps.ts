/** Workloads of engines by steps at random. */
import fc from "fast-check";
import { of } from "./pick.ts";

export const stepping = fc.record(
  {
    kind: of("model-serving"),
    models: of<object>(
      { llm: { kind: "steps.yaml", replicas: 2 } },
      { llm: { kind: "steps.yaml" }, other: { kind: "./steps.yaml" } },
      { llm: { kind: "wide.yaml", parallel: 2 }, other: { kind: "steps.yaml" } },
    ),
    engine: fc.oneof(
      fc.record({ kind: of("vllm"), maxBatch: fc.integer({ min: 1, max: 5 }), chunk: of(7, 64), kvBlocks: of<unknown>(3, 5, "unlimited") }),
      of<object>({ kind: "orca" }, { kind: "vllm" }, { kind: "sarathi", maxBatch: 3, chunk: 7, kvBlocks: 5 }),
    ),
    promptTokens: of<unknown>(17, { kind: "exponential", mean: 12 }),
    outputTokens: of<unknown>(9, { kind: "uniform", min: 0, max: 40 }),
    arrivals: fc.oneof(
      fc.record({ kind: of("poisson"), rate: of("0.1 req/s", "0.6 req/s") }),
      fc.record({ kind: of("closed"), users: fc.integer({ min: 1, max: 9 }), thinkTime: of<unknown>("2 s") }),
    ),
    queueLimit: of(0, 1, 30),
    slo: of<object>({ ttft: "5 s", tpot: "1.3 s" }, { latency: "20 s", ttft: "5 s" }, { scale: 2 }),
  },
  { requiredKeys: ["kind", "models", "engine", "promptTokens", "outputTokens", "arrivals", "queueLimit"] },
);
/** Prompts on the first replicas, answers on the others; the GPUs have no link between them. */
export const disaggregated = fc.record(
  {
    kind: of("model-serving"),
    models: of<object>({ llm: { kind: "steps.yaml", replicas: 2 } }, { llm: { kind: "./steps.yaml", replicas: 3 } }),
    engine: fc.record(
      {
        kind: of("disaggregated"),
        maxBatch: fc.integer({ min: 2, max: 5 }),
        chunk: of(7, 64),
        kvBlocks: of<unknown>(3, 5, "unlimited"),
        link: of<object>({ bandwidth: "25 GB/s" }, { bandwidth: "640 MiB/s", latency: "300 ms" }),
      },
      { requiredKeys: ["kind", "maxBatch", "link"] },
    ),
    promptTokens: of<unknown>(7, { kind: "exponential", mean: 6 }),
    outputTokens: of<unknown>(9, { kind: "uniform", min: 0, max: 40 }),
    arrivals: fc.oneof(
      fc.record({ kind: of("poisson"), rate: of("0.05 req/s") }),
      fc.record({ kind: of("closed"), users: fc.integer({ min: 1, max: 9 }), thinkTime: of<unknown>("2 s") }),
    ),
    queueLimit: of(0, 1, 30),
    slo: fc.record({ ttft: of("5 s"), tpot: of("1.3 s") }),
  },
  { requiredKeys: ["kind", "models", "engine", "promptTokens", "outputTokens", "arrivals", "queueLimit"] },
);
