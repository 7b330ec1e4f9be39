/** Kinds for pipelines and shared GPUs: the GPU and the models of kinds.ts, with what says where a model can be cut. */
import type { Files } from "../run-yaml.ts";
import { ENCODER, KINDS } from "./kinds.ts";

const ROOFLINE = `roofline: { gemm: 0.5, attention: 0.5, memory: 0.5, elementwise: 0.5, layer: 1 ms, step: 1 ms, sequence: 1 ms, link: { bandwidth: 1073741824, latency: 250 ms } }
`;
/** Four equal layers, which pass 1 GiB from one to the next. */
const BLOCKS = "architecture: { kind: convolutional, layers: 4, parameters: 1000000, operations: 1e9, activations: 4 GiB }\n";

/** By roofline: each step is little but messages of its GPUs, where it has more than one. */
const WIDE = (KINDS["steps.yaml"] as string).replace(
  "latency: { g: { kind: step, base: 1 s, perPromptToken: 10 ms, perSequence: 100 ms } }",
  "architecture: { kind: transformer, layers: 2, hidden: 8, heads: 8, intermediate: 8, vocabulary: 8 }\nlatency: { g: { kind: roofline } }",
);

export const SHARED_KINDS: Files = {
  ...KINDS,
  "g.yaml": `${KINDS["g.yaml"]}${ROOFLINE}`,
  "small.yaml": (KINDS["llm.yaml"] as string).replace("12 GiB", "4 GiB"),
  "wide.yaml": WIDE,
  "cut.yaml": `${ENCODER}${BLOCKS}`,
};
