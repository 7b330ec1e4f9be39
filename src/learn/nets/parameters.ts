/** Numbers that are trained without an input. */
import type * as tf from "@tensorflow/tfjs-core";
import { expandDims } from "@tensorflow/tfjs-core";
import type { ParametersArchitecture } from "./architecture.ts";
import { Network, newRows } from "./network.ts";

/** `size` numbers for each agent, which all begin at `initial`: log standard deviations, a log temperature. */
export function parameters(size: number, initial: number, population: number): Parameters {
  const architecture: ParametersArchitecture = { kind: "parameters", size };
  const agents = Array.from({ length: population }, () => initial);
  return new Parameters(
    architecture,
    newRows(architecture, agents, (value, weights) => void weights.fill(value)),
  );
}

export class Parameters extends Network<ParametersArchitecture> {
  /** [agents, 1, size], which broadcasts over a batch. */
  forward(): tf.Tensor3D {
    return expandDims(this.weights, 1);
  }
}
