/** The external controllers of a scenario. */
import type { ExternalPortOptions } from "../agents/external-port.ts";
import type { ExternalSpec } from "../control/external.ts";
import type { ScenarioSpec } from "./spec.ts";

/** In declared order. */
export function externalsOf({ controllers }: ScenarioSpec): readonly ExternalPortOptions[] {
  return Object.entries(controllers).flatMap(([name, controller]) =>
    controller.kind !== "external"
      ? []
      : [{ name, spec: controller as unknown as ExternalSpec, workload: controller.target.workload as string }],
  );
}
