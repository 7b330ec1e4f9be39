/** What a fluid service cannot have: whatever asks for single requests. Each is refused by name, none is ignored. */
import type { Findings } from "./findings.ts";
import type { Parts } from "./parts.ts";
import { type ControllerSpec, FLUID_INTERVAL_S, type ScenarioSpec, type ServiceSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

interface Ground {
  readonly spec: ScenarioSpec;
  readonly parts: Parts;
}

const EVENTS = "Hint: mode: events.";

export function checkFluid(service: ServiceSpec, name: string, { spec, parts }: Ground, findings: Findings): void {
  const path: Path = ["workloads", name];
  if (service.mode === "events") {
    if (service.interval !== undefined)
      findings.problem([...path, "interval"], "would be ignored: the service has mode: events", "Hint: mode: fluid, or leave it out.");
    return;
  }
  const needs = (at: Path, what: string, hint: string): void => findings.problem(at, `${what}: workloads.${name} has mode: fluid`, hint);
  for (const key of ["classes", "queueLimit", "resilience"] as const)
    if (service[key] !== undefined) needs([...path, key], "needs single requests", `${EVENTS.slice(0, -1)}, or leave it out.`);
  checkSlots(service, path, needs);
  checkArrivals(service, path, needs);
  if ((service.memoryUse?.perRequest ?? 0) > 0)
    needs([...path, "memoryUse", "perRequest"], "needs single requests, for a mean number of them has no peaks", EVENTS);
  const isRecorded = Object.values(spec.workloads).some(
    ({ kind, ...each }) => kind !== "batch" && (each as { mode?: string }).mode !== "fluid",
  );
  if (spec.record.requests > 0 && !isRecorded)
    needs(["record", "requests"], "needs single requests, and no other workload has any", "Hint: leave it out, or mode: events.");
  for (const [key, controller] of Object.entries(spec.controllers)) {
    const decides = parts.controllers.get(controller.kind)?.decides;
    if (controller.target.workload !== name) continue;
    checkRule(controller.kind, key, decides, needs);
    if (decides === "periodic") checkLook(controller, key, { name, intervalS: service.interval ?? FLUID_INTERVAL_S }, findings);
  }
}

type Refuse = (at: Path, what: string, hint: string) => void;

/** Shared processors have as many slots as come. */
function checkSlots({ concurrency, discipline }: ServiceSpec, path: Path, refuse: Refuse): void {
  if (discipline === "ps" && typeof concurrency === "number")
    refuse([...path, "concurrency"], "must be unlimited for discipline: ps", "Hint: leave it out, or discipline: fcfs.");
}

function checkArrivals({ arrivals }: ServiceSpec, path: Path, refuse: Refuse): void {
  if (arrivals.kind === "closed")
    refuse(
      [...path, "arrivals"],
      'of kind "closed" need single requests, whose answers users wait for',
      "Hint: poisson at the rate they would have.",
    );
  else if (arrivals.kind === "mmpp")
    refuse(
      [...path, "arrivals"],
      'of kind "mmpp" have gaps that depend on each other',
      "Hint: gamma with a cv, or poisson with a profile.",
    );
}

/** Rules that look at no single request. */
const ROUTES: readonly string[] = ["random", "round-robin"];
const QUEUES: readonly string[] = ["fcfs"];

function checkRule(kind: string, key: string, decides: string | undefined, refuse: Refuse): void {
  const at: Path = ["controllers", key, "kind"];
  if (decides === "route" && !ROUTES.includes(kind))
    refuse(at, `${JSON.stringify(kind)} asks how full replicas are, request by request`, `Hint: ${ROUTES.join(" or ")}, or mode: events.`);
  if (decides?.endsWith("queue") === true && !QUEUES.includes(kind))
    refuse(at, `${JSON.stringify(kind)} orders single requests`, "Hint: leave it out, or mode: events.");
}

/** Whoever looks within an interval would find that nothing has come since its beginning. */
function checkLook(
  controller: ControllerSpec,
  key: string,
  { name, intervalS }: { name: string; intervalS: number },
  findings: Findings,
): void {
  const { telemetry } = controller;
  const periodS = telemetry?.scrape ?? controller.period;
  if (periodS === undefined || isMultiple(periodS, intervalS)) return;
  const at: Path = telemetry === undefined ? ["period"] : ["telemetry", "scrape"];
  findings.problem(
    ["controllers", key, ...at],
    `must be a multiple of the interval of workloads.${name}, ${intervalS} s, got ${periodS} s`,
    `Hint: workloads.${name}.interval: ${periodS} s.`,
  );
}

function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return times >= 1 - 1e-9 && Math.abs(times - Math.round(times)) <= 1e-9 * times;
}
