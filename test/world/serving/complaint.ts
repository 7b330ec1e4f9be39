/** A scenario that serves the model `llm`, loaded to be refused. */
import { SpecError } from "../../../src/scenario/index.ts";
import { type Files, loadYaml } from "../run-yaml.ts";
import { KINDS } from "./kinds.ts";

export interface Parts {
  readonly gpus?: string;
  readonly models?: string;
  readonly engine?: string;
  readonly rest?: string;
  readonly more?: string;
}

export const POISSON = "outputTokens: 4, arrivals: { kind: poisson, rate: 0.1 req/s }";

/** What a scenario of one workload `chat` is refused for; "" where it is not. */
export function complaint(
  {
    gpus = ", gpus: { kind: ./g.yaml }",
    models = "{ llm: { kind: ./llm.yaml } }",
    engine = "{ kind: none }",
    rest = POISSON,
    more = "",
  }: Parts,
  files: Files = {},
): string {
  const text = `name: story
seed: 1
duration: 100 s
sites: { west: { servers: { kind: small-8c${gpus} } } }
workloads:
  chat:
    kind: model-serving
    models: ${models}
    engine: ${engine}
    ${rest}
${more}`.replace(/, arrivals/g, "\n    arrivals");
  try {
    loadYaml(text, { ...KINDS, ...files });
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return "";
}
