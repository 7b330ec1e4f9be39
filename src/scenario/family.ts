/** Which family of kinds stands where in a scenario. */
import type { Path } from "./tree.ts";

export type Family =
  | "workload"
  | "controller"
  | "fault"
  | "law"
  | "arrival"
  | "profile"
  | "carbon"
  | "forecast"
  | "PUE"
  | "power model"
  | "server"
  | "GPU"
  | "model"
  | "engine"
  | "predictor"
  | "algorithm"
  | "action"
  | "reward"
  | "policy"
  | "prompts"
  | "sweep";

const BY_KEY: Readonly<Record<string, Family>> = {
  arrivals: "arrival",
  profile: "profile",
  carbon: "carbon",
  forecast: "forecast",
  pue: "PUE",
  power: "power model",
  vary: "sweep",
  engine: "engine",
  predictor: "predictor",
  algorithm: "algorithm",
  act: "action",
  reward: "reward",
  policy: "policy",
  heuristic: "policy",
  prompts: "prompts",
};

const BY_SECTION: Readonly<Record<string, Family>> = { workloads: "workload", controllers: "controller", faults: "fault" };

/** The family of the mapping with a `kind` at `path`. */
export function familyAt(path: Path): Family {
  const section = path.length === 2 ? BY_SECTION[String(path[0])] : undefined;
  const key = path.findLast((step) => typeof step === "string");
  return section ?? BY_KEY[String(key)] ?? "law";
}

const LISTS: Readonly<Partial<Record<Family, string>>> = {
  workload: "workloads",
  controller: "controllers",
  fault: "faults",
  law: "laws",
  arrival: "arrivals",
  profile: "profiles",
  carbon: "carbon",
  forecast: "forecasts",
  "power model": "power-models",
  server: "servers",
  GPU: "gpus",
  model: "models",
  engine: "engines",
  predictor: "predictors",
  algorithm: "algorithms",
  prompts: "prompts",
};

/** What `cybertwin list` calls the family; undefined for one that it does not show. */
export function listName(family: Family): string | undefined {
  return LISTS[family];
}
