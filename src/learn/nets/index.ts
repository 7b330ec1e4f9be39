/** Networks for a population of agents, on TensorFlow.js. See docs/learning.md. Loads TensorFlow.js; `inference.ts` alone does not. */
export { Adam, type AdamOptions, adam } from "./adam.ts";
export type { Activation, Architecture, GruArchitecture, SequentialArchitecture } from "./architecture.ts";
export { restoreCheckpoint, type Saveable, type Saveables, takeCheckpoint } from "./checkpoint.ts";
export { exportRows, exportWeights } from "./export.ts";
export { Gru, type GruOptions, type GruResult, type GruSequenceOptions, gru } from "./gru.ts";
export { type AgentWeights, agentWeights, GruInference, SequentialInference } from "./inference.ts";
export { type DenseWeights, fanIn, fanOut, type Init, orthogonal, uniform, xavier } from "./init.ts";
export { Categorical, Choices, Gaussian, meanPerAgent, meanSquaredError, pick } from "./losses.ts";
export { type Checkpoint, CheckpointError, checkpointBytes, type Manifest, readCheckpoint } from "./manifest.ts";
export { copyInto, Network, softUpdate } from "./network.ts";
export { Parameters, parameters } from "./parameters.ts";
export { batchNorm, dense, type Layer, type MlpOptions, type Mode, mlp, Sequential, sequential } from "./sequential.ts";
