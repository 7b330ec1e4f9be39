/** Models on GPUs: what the rooms to the right put together. */
export { engines } from "./engines.ts";
export { predictors } from "./predictors/index.ts";
export { promptKinds } from "./prompts/index.ts";
export { servingKind } from "./spec.ts";
